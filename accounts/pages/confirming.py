"""Asks who is there before a change that matters, unless they just said so: an open page must not be enough.

One rule for all of it: `confirmed` around a view. What was posted waits in the page that asks, and is done with the
answer, so that no form of the settings has to know.
"""

import functools
import time
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.entry.passwords import confirm_password
from accounts.entry.sign_ins import SIGNED_IN_AT
from accounts.passkeys.ceremonies import PasskeyRefused, read_answer
from accounts.passkeys.site import site_of
from accounts.passkeys.stored import user_of_passkey
from database.units import database_unit
from web.errors import LoginFailed, RateLimited, ServiceUnavailable, ValidationFailed
from web.ratelimits import REFRESHES_PER_PERSON, address_of, check_address

from .sign_in import Answer, PageRequest, render_page, sentence_of

P = ParamSpec("P")
FRESH_SECONDS = 15 * 60
WAITING = "waiting"  # the field of what was posted at first, as it was encoded
UNPROCESSABLE = 422
REFUSALS = (ValidationFailed, LoginFailed, RateLimited, ServiceUnavailable)


class ConfirmForm(forms.Form):
    password = forms.CharField(
        strip=False,
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


def confirmed(view: Callable[Concatenate[PageRequest, P], Answer]) -> Callable[Concatenate[PageRequest, P], Answer]:
    """Let only people through who came a moment ago, or say now who they are. Below `signed_in`."""

    @sensitive_post_parameters("password", "credential", WAITING)
    @functools.wraps(view)
    async def page(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        question = await question_before(request) if request.method == "POST" else None
        return await view(request, *args, **kwargs) if question is None else question

    return page


async def question_before(request: PageRequest) -> HttpResponse | None:
    """The page that asks who is there; None once confirmed, with what was posted first back in the request."""
    waiting = request.POST.get(WAITING)
    if not await is_fresh(request):
        if waiting is None:
            return await confirm_page(request, ConfirmForm(), waiting=without_token(request.POST))
        form = ConfirmForm(request.POST)
        if not await is_answered(request, form):
            return await confirm_page(request, form, waiting=waiting, status=UNPROCESSABLE)
        if await is_own_session(request):
            await request.session.aset(SIGNED_IN_AT, time.time())
    if waiting is not None:
        request.POST = QueryDict(waiting)
    return None


async def is_fresh(request: PageRequest) -> bool:
    """Whether this browser signed in, or its person said who they are, within the last quarter of an hour."""
    said_at = await request.session.aget(SIGNED_IN_AT, 0)
    return time.time() - said_at < FRESH_SECONDS and await is_own_session(request)


async def is_own_session(request: PageRequest) -> bool:
    """Whether a session says who is asking, and no token."""
    return await request.session.aget(SESSION_KEY) == str(request.acting_user.pk)


async def is_answered(request: PageRequest, form: ConfirmForm) -> bool:
    """By a passkey or the password; else the reason is in the form."""
    by_passkey = "credential" in request.POST
    if not form.is_valid() and not by_passkey:
        return False
    form.errors.clear()
    try:
        await (check_passkey(request) if by_passkey else check_password(request, form.cleaned_data["password"]))
    except REFUSALS as refusal:
        sentence = refusal.details.get("password") or sentence_of(refusal)
        form.add_error(None if by_passkey else "password", sentence)
        return False
    return True


async def check_password(request: PageRequest, password: str) -> None:
    await confirm_password(request.acting_user, password, address_of(request))


async def check_passkey(request: PageRequest) -> None:
    """Only one of the person who is signed in."""
    await check_address("passkey", address_of(request), REFRESHES_PER_PERSON)
    answer, site = read_answer(request.POST["credential"]), site_of(request)
    if site is None or await user_of_passkey(request, site, answer) != request.acting_user:
        raise PasskeyRefused


def without_token(posted: QueryDict) -> str:
    kept = posted.copy()
    kept.pop("csrfmiddlewaretoken", None)
    return kept.urlencode()


@database_unit
def confirm_page(request: PageRequest, form: ConfirmForm, *, waiting: str, status: int = 200) -> HttpResponse:
    user = request.acting_user
    context = {
        "form": form,
        "waiting": waiting,
        "waiting_name": WAITING,
        "has_password": user.has_usable_password(),
        "has_passkey": site_of(request) is not None and user.passkeys.exists(),
        "section": "settings",
        "here": reverse("settings"),
    }
    return render_page(request, "accounts/settings/confirm.html", context, status)
