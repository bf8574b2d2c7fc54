"""Whatever is drawn or written for a person, on their pages, in mails and by sweeps, is drawn within `written_for`."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone, translation

from accounts.models import User
from habits.drawing import shown_in


@contextmanager
def written_for(user: User) -> Iterator[None]:
    """By their clock, in their language and as they are used to. Nothing may be yielded or awaited inside."""
    with timezone.override(user.zone), translation.override(user.speaks), shown_in(user.habits):
        yield


def speak_to(user: User) -> None:
    """From here on in this request, also while its answer is streamed."""
    translation.activate(user.speaks)
