"""Says by which ways a person can be reached, where a todo tells of its reminders."""

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from todos.reminders.reach import ways_asked

from .channels.registry import channels

WORDS = {"push": "on your devices", "mail": "by e-mail"}


@receiver(ways_asked)
def ways(user: User, **kwargs: Any) -> list[str]:
    """In a unit of database work. An open page is no way: nobody can rely on one."""
    return [words for name, words in WORDS.items() if name in channels and channels[name].targets({user.pk})]
