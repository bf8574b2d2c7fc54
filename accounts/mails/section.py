"""The section of the settings page about the mail address."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.pages.settings_page import Section
from accounts.pages.sign_in import PageRequest
from accounts.security_log import MAILS
from web.mail.sending import is_mail_set_up

from .forms import EmailForm


def email(request: PageRequest) -> dict[str, Any]:
    user = request.acting_user
    return {
        "mail_set_up": is_mail_set_up(),
        "email_button": button_of(user),
        "email_form": EmailForm(initial={"email": user.email_wanted or user.email}),
        "mail_kinds": [(name, words, name not in user.mails_off.split()) for name, (words, _) in MAILS.items()],
    }


def button_of(user: User) -> str:
    """What sending the form does: one address waits, another one counts, or there is none yet."""
    if user.email_wanted:
        return gettext("Send the link again")
    return gettext("Change the address") if user.email_verified_at else gettext("Send a link to confirm it")


EMAIL = Section("accounts/settings/_email.html", {"email": _("Email")}, email)
