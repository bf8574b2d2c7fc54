"""The section of the settings page about the mail address."""

from typing import Any

from accounts.pages.settings_page import Section
from accounts.pages.sign_in import PageRequest
from accounts.security_log import MAILS
from web.mail.sending import is_mail_set_up

from .forms import EmailForm


def email(request: PageRequest) -> dict[str, Any]:
    user = request.acting_user
    return {
        "mail_set_up": is_mail_set_up(),
        "email_form": EmailForm(initial={"email": user.email_wanted or user.email}),
        "mail_kinds": [(name, words, name not in user.mails_off.split()) for name, (words, _) in MAILS.items()],
    }


EMAIL = Section("accounts/settings/_email.html", {"email": "Email"}, email)
