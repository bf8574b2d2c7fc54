"""Forms of mail addresses and of a new password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names.addresses import validate_unquoted
from accounts.pages.forms import PASSWORD_RULES
from accounts.security_log import MAILS


def email_field(**attrs: Any) -> forms.EmailField:
    # Of a path in SMTP (RFC 5321); an address of more characters cannot get any mail.
    widget = forms.EmailInput(attrs={"autocomplete": "email", **attrs})
    return forms.EmailField(label=gettext("Email"), max_length=254, widget=widget, validators=[validate_unquoted])


class ForgotForm(forms.Form):
    email = email_field(autofocus=True)


class EmailForm(forms.Form):
    email = email_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_email_%s", **kwargs})


class MailKindsForm(forms.Form):
    """Which kinds of mails are wanted; what is not ticked is off."""

    kinds = forms.MultipleChoiceField(
        required=False,
        choices=[(name, words) for name, (words, _) in MAILS.items()],
        widget=forms.CheckboxSelectMultiple,
    )


class ResetForm(SetPasswordForm):
    end_tokens = forms.BooleanField(
        required=False,
        initial=True,
        label=_("Also sign out programs and connected apps, and end my tokens"),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_RULES
        self.fields["new_password1"].widget.attrs["autofocus"] = True
        self.fields["new_password2"].label = gettext("New password again")
        self.fields["new_password2"].help_text = ""
