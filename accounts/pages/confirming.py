"""Whoever finds a page open must not take the account over: what matters asks who is there, unless they just came."""

import time
from typing import Any

from django import forms
from django.http import HttpRequest

from accounts.entry.passwords import confirm_password
from accounts.entry.sign_ins import SIGNED_IN_AT
from web.errors import RateLimited, ServiceUnavailable, ValidationFailed
from web.ratelimits import address_of

from .sign_in import PageRequest

FRESH_SECONDS = 15 * 60
SIGN_IN_AGAIN = "Sign out and in again for this: you have been signed in for a while."


def is_fresh(request: HttpRequest) -> bool:
    """Whether this browser signed in within the last quarter of an hour."""
    return time.time() - request.session.get(SIGNED_IN_AT, 0) < FRESH_SECONDS


class ConfirmForm(forms.Form):
    """Asks for the password of who has one and has been here for a while; others are asked for nothing."""

    password = forms.CharField(
        strip=False, label="Your password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, request: PageRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_confirm_%s", **kwargs})
        self.request, self.user = request, request.acting_user
        self.is_fresh = is_fresh(request)
        if self.is_fresh or not self.user.has_usable_password():
            del self.fields["password"]

    async def is_confirmed(self) -> bool:
        """Whether who is there may do it; else the reason is in the form. Raises RateLimited or ServiceUnavailable."""
        if not self.is_valid():
            return False
        if self.is_fresh:
            return True
        if "password" not in self.fields:
            self.add_error(None, SIGN_IN_AGAIN)
            return False
        try:
            await confirm_password(self.user, self.cleaned_data["password"], address_of(self.request))
        except ValidationFailed as refusal:
            self.add_error("password", refusal.details["password"])
        except (RateLimited, ServiceUnavailable) as refusal:
            self.add_error("password", refusal.sentence)
        return not self.errors
