"""By which ways a person can be reached outside of an open page: those who send say so, in words for a sentence."""

from typing import Any

from django.dispatch import Signal

from accounts.models import User

# Asked with `user`; each receiver answers a list of words, such as “by e-mail”.
ways_asked = Signal()


def ways_to(user: User) -> list[str]:
    answers: Any = ways_asked.send(User, user=user)
    return [way for _, ways in answers for way in ways]
