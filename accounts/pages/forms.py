"""The forms of accounts."""

import functools
import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, UserCreationForm, UsernameField
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import PersonalToken, User, validate_time_zone
from web.mail.sending import is_mail_set_up
from web.text import is_blank, storable

PASSWORD_RULES = _("At least 8 characters; not your name, not a common password, not only digits.")


class LoginForm(forms.Form):
    username = UsernameField(max_length=150, label=_("Username"))
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # “webauthn” lets the browser offer passkeys where it offers names.
        self.fields["username"].widget.attrs |= {"autofocus": True, "autocomplete": "username webauthn"}

    def focus_password(self) -> None:
        """The name stays, and the password is written again."""
        del self.fields["username"].widget.attrs["autofocus"]
        self.fields["password"].widget.attrs["autofocus"] = True


class RegisterForm(UserCreationForm):
    """The browser fills in its time zone; one that is unknown here counts as none."""

    usable_password = None
    email = forms.EmailField(required=False, label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = User
        fields = ["username", "email", "time_zone"]
        labels = {"username": _("Username")}
        help_texts = {"username": _("Letters, digits and @ . + - _")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "none"}
        if is_mail_set_up():
            self.fields["email"].help_text = gettext("For a new password, the day you forget yours.")
        self.fields["password1"].help_text = PASSWORD_RULES
        self.fields["password2"].label = gettext("Password again")
        self.fields["password2"].help_text = ""

    def validate_password_for_user(self, user: User, password_field_name: str = "password1") -> None:  # noqa: S107 a name of a field
        """What is wrong with a password is said beside it, not beside its repetition."""
        super().validate_password_for_user(user, password_field_name)  # type: ignore[misc]

    def clean_time_zone(self) -> str:
        try:
            validate_time_zone(name := self.cleaned_data["time_zone"])
        except forms.ValidationError:
            return "UTC"
        return name


class NewPasswordForm(PasswordChangeForm):
    """One of several forms on its page, so that it does not take the focus. Who has no password yet chooses one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.user.has_usable_password():
            del self.fields["old_password"].widget.attrs["autofocus"]
        else:
            del self.fields["old_password"]
        self.fields["new_password1"].help_text = PASSWORD_RULES
        self.fields["new_password2"].label = gettext("New password again")
        self.fields["new_password2"].help_text = ""

    def validate_password_for_user(self, user: User, _: str = "") -> None:
        super().validate_password_for_user(user, "new_password1")


@functools.cache
def time_zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All zones named after a place, by region, and UTC."""
    regions: dict[str, list[tuple[str, str]]] = {"": [("UTC", "UTC")]}
    for name in sorted(zoneinfo.available_timezones()):
        region, _, place = name.partition("/")
        if place and region != "Etc":
            regions.setdefault(region, []).append((name, place.replace("_", " ").replace("/", " – ")))
    return list(regions.items())


@functools.cache
def time_zone_options() -> SafeString:
    """The inside of a select, drawn once: by a template for each of 500 options it took half of the settings page.

    The next option ends one, in HTML too: with tags that say so the page had 6 % more bytes.
    """
    drawn = SafeString()
    for region, places in time_zone_choices():
        options = format_html_join("", '<option value="{}">{}', places)
        drawn += format_html('<optgroup label="{}">{}</optgroup>', region, options) if region else options
    return drawn


class TimeZoneSelect(forms.Select):
    def use_required_attribute(self, initial: Any) -> bool:
        """Without reading all zones to learn that one of them stands first."""
        return True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = f'value="{value}"'  # only looked for: what is drawn is ours, whatever was posted
        options = SafeString(time_zone_options().replace(chosen, f"{chosen} selected"))
        return format_html(
            '<select name="{}"{}>{}</select>', name, flatatt(self.build_attrs(self.attrs, attrs)), options
        )


class TimeZoneForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Your time zone"), choices=time_zone_choices, widget=TimeZoneSelect)

    class Meta:
        model = User
        fields = ["time_zone"]


class PersonalTokenForm(forms.Form):
    name = forms.CharField(
        max_length=60,
        label=_("What it is for"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("Claude on my laptop")}),
    )
    scope = forms.ChoiceField(label=_("It may"), choices=PersonalToken.Scope.choices, initial=PersonalToken.Scope.WRITE)
    days = forms.TypedChoiceField(
        label=_("It ends after"),
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("A year"))],
        coerce=int,
        initial=90,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_token_%s", **kwargs})

    def clean_name(self) -> str:
        name = storable(self.cleaned_data["name"])
        if is_blank(name):
            raise forms.ValidationError(gettext("Write a name."))
        return name


class EraseForm(forms.Form):
    """Two confirmations: the name, typed, and the password, where the account has one."""

    username = forms.CharField(
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"})
    )
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_erase_%s", **kwargs})
        self.user = user
        self.fields["username"].label = gettext("Type %(username)s to confirm") % {"username": user.username}
        if not user.has_usable_password():
            del self.fields["password"]

    def clean_username(self) -> str:
        if self.cleaned_data["username"] != self.user.username:
            raise forms.ValidationError(gettext("This is not %(username)s.") % {"username": self.user.username})
        return self.user.username
