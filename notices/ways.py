"""Says by which ways a person can be reached, where a todo tells of its reminders."""

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from todos.reminders.reach import ways_asked
from web.mail.sending import is_mail_set_up

from .channels.registry import channels

WORDS = {"push": _("on your devices"), "mail": _("by e-mail")}


WITHOUT = {
    "push": _("No device takes notices yet: add one in Settings (/accounts/settings#settings-reminders)."),
    "mail": _("Mail reaches you once you have confirmed an address in Settings (/accounts/settings#email)."),
}
NO_MAIL = _("Mail is not set up here.")


@receiver(ways_asked)
def ways(user: User, **kwargs: Any) -> list[str]:
    """In a unit of database work. An open page is no way: nobody can rely on one."""
    return ways_of(user, WORDS)


def ways_of(user: User, names: Collection[str], *, asked: bool = False) -> list[str]:
    """Of these channels, those that reach the person, in words; `asked` as a channel has it."""
    found = (name for name in WORDS if name in names and name in channels)
    return [str(WORDS[name]) for name in found if channels[name].targets({user.pk}, asked=asked)]


def out_of_reach(user: User, names: Collection[str]) -> list[str]:
    """Why those of these channels that the person asked for do not reach them, in sentences."""
    missing = [name for name in WORDS if name in names and not ways_of(user, {name}, asked=True)]
    return [str(NO_MAIL if name == "mail" and not is_mail_set_up() else WITHOUT[name]) for name in missing]
