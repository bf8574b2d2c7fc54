"""The sections of the settings page that belong to no room of their own: see settings_page.py."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.entry.sign_ins import sign_in_of_session, sign_ins_in_use
from accounts.entry.ways import providers
from accounts.models import SecondFactor, User
from accounts.passkeys.site import site_of
from accounts.programs.connections import connections_of
from accounts.security_log import newest_events, place_of
from accounts.tokens.personal import tokens_in_use
from database.units import one_or_none
from web.ratelimits import address_of

from .forms import EraseForm, NewPasswordForm, PersonalTokenForm, TimeZoneForm
from .settings_page import Section
from .sign_in import PageRequest

THEMES = {"system": _("System"), "light": _("Light"), "dark": _("Dark")}
# A program that signs in for each of its runs has thousands.
SIGN_INS_SHOWN = 20
EVENTS_SHOWN = 20


def appearance(request: PageRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme")
    return {"themes": THEMES.items(), "theme": theme if theme in THEMES else "system"}


def time_zone(request: PageRequest) -> dict[str, Any]:
    return {"time_zone_form": TimeZoneForm(instance=request.acting_user)}


def password(request: PageRequest) -> dict[str, Any]:
    return {"password_form": NewPasswordForm(request.acting_user)}


def passkeys(request: PageRequest) -> dict[str, Any]:
    return {
        "passkeys": request.acting_user.passkeys.all(),
        "passkeys_work_here": site_of(request) is not None,
    }


def second_factor(request: PageRequest) -> dict[str, Any]:
    factor = one_or_none(SecondFactor.objects.filter(pk=request.acting_user.pk))
    return {
        "second_factor": factor,
        "second_factor_asks_for": asked_for(factor, request.acting_user) if factor else "",
        "recovery_codes_left": request.acting_user.recovery_codes.filter(used_at=None).count() if factor else 0,
    }


def asked_for(factor: SecondFactor, user: User) -> str:
    """What the page of the second factor takes from this person."""
    if not factor.secret:
        return gettext("With your password you are asked for a passkey, also by programs that sign in with it.")
    if not user.passkeys.exists():
        return gettext(
            "With your password you are asked for a code from your app, also by programs that sign in with it."
        )
    return gettext(
        "With your password you are asked for a code from your app, or for a passkey, "
        "also by programs that sign in with it."
    )


def outside(request: PageRequest) -> dict[str, Any]:
    return {
        "outside_identities": request.acting_user.outside_identities.all(),
        "outside_providers": providers(),
    }


def has_providers(context: dict[str, Any]) -> bool:
    return bool(context["outside_providers"] or context["outside_identities"])


def sign_ins(request: PageRequest) -> dict[str, Any]:
    this_sign_in = sign_in_of_session(request, request.acting_user)
    others, here = sign_ins_in_use(request.acting_user), address_of(request)
    if this_sign_in:
        others = others.exclude(pk=this_sign_in.pk)
    first = list(others[: SIGN_INS_SHOWN + 1])
    shown = [this_sign_in, *first[:SIGN_INS_SHOWN]]
    return {
        "this_sign_in": this_sign_in,
        "sign_ins": [(sign_in, place_of(sign_in.address, here)) for sign_in in shown if sign_in],
        "more_sign_ins": others.count() - SIGN_INS_SHOWN if len(first) > SIGN_INS_SHOWN else 0,
    }


def connections(request: PageRequest) -> dict[str, Any]:
    return {"connections": connections_of(request.acting_user)}


def personal_tokens(request: PageRequest) -> dict[str, Any]:
    return {
        "server_address": request.build_absolute_uri("/mcp"),
        "personal_tokens": tokens_in_use(request.acting_user),
        "personal_token_form": PersonalTokenForm(),
    }


def security_log(request: PageRequest) -> dict[str, Any]:
    here = address_of(request)
    events = newest_events(request.acting_user, EVENTS_SHOWN)
    return {"security_events": [(event, place_of(event.address, here)) for event in events]}


def privacy(request: PageRequest) -> dict[str, Any]:
    return {"erase_form": EraseForm(request.acting_user)}


APPEARANCE = Section("accounts/settings/_appearance.html", {"appearance": _("Appearance")}, appearance)
TIME_ZONE = Section("accounts/settings/_time_zone.html", {"time-zone": _("Time zone")}, time_zone)
KEYBOARD = Section("accounts/settings/_keyboard.html", {"keyboard": _("Keyboard")})
CALENDAR = Section("todos/_settings.html", {"calendar": _("Calendar"), "export": _("Export and import")})
NOTICES = Section("notices/_settings.html", {"settings-reminders": _("Reminders")})
PASSWORD = Section("accounts/settings/_password.html", {"password": _("Password")}, password)
PASSKEYS = Section("accounts/settings/_passkeys.html", {"passkeys": _("Passkeys")}, passkeys)
SECOND_FACTOR = Section("accounts/settings/_second_factor.html", {"second-factor": _("Second factor")}, second_factor)
OUTSIDE = Section(
    "accounts/settings/_outside.html", {"outside": _("Other accounts that let you in")}, outside, is_shown=has_providers
)
SIGN_INS = Section("accounts/settings/_sign_ins.html", {"sign-ins": _("Where you are signed in")}, sign_ins)
CONNECTIONS = Section("accounts/settings/_connections.html", {"connected-apps": _("Connected apps")}, connections)
PERSONAL_TOKENS = Section(
    "accounts/settings/_personal_tokens.html", {"personal-tokens": _("Personal tokens")}, personal_tokens
)
SECURITY_LOG = Section("accounts/settings/_security_log.html", {"security-log": _("Security log")}, security_log)
PRIVACY = Section(
    "accounts/settings/_privacy.html", {"privacy": _("Your data"), "erase": _("Erase the account")}, privacy
)
