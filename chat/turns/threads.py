"""Threads of other front ends: which conversation stands for a name that they chose."""

import contextlib
from uuid import UUID, uuid5

from accounts.models import User
from chat.models import Conversation


def conversation_of_thread(user: User, thread: str) -> tuple[UUID, bool]:
    """The id of the conversation, and whether it is still to be opened.

    A thread that is named by the id of a conversation is that one, whose owner is yet to be checked. Any other name has
    an id made of it for each user, so that nothing need be stored, and a name of one is never another's.
    """
    made = uuid5(user.pk, thread)
    ids = {made}
    with contextlib.suppress(ValueError):
        ids.add(UUID(thread))
    found = set(Conversation.objects.filter(pk__in=ids).values_list("pk", flat=True))
    named = found - {made}
    return (named.pop(), False) if named else (made, made not in found)
