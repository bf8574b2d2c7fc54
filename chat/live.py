"""Tells the open pages of a person, in whatever process, that something of theirs changed: after the commit.

A page is told that, not what: it asks for its own view again, with its own filters, through the same door as ever.
"""

import asyncio
import contextlib
import functools
import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asgiref.sync import SyncToAsync
from channels.layers import get_channel_layer
from django.db import connection, transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from redis.exceptions import RedisError

from accounts.models import SignIn, User
from todos.models import Todo
from web.pages.sockets import group_of

TELL_AGAIN_SECONDS, TELL_AGAIN_TIMES = 5, 2

logger = logging.getLogger(__name__)

# Whose pages this process could not tell, and how often it will. A hint: a page that connects again looks by itself.
untold: dict[UUID, int] = {}
# A change of one of these columns of an account may sign people out.
ENDS_SIGN_INS = {"password", "is_active", "tokens_not_before"}


@dataclass(frozen=True)
class Announcement:
    """Equal ones of a transaction are one: a batch of 25 todos is announced once.

    `answering` is the conversation in which a turn has just begun.
    """

    owner_id: UUID
    answering: UUID | None = None

    def __call__(self) -> None:
        message = {"type": "changed", "answering": str(self.answering) if self.answering else None}
        tell_pages(self.owner_id, message)


def tell_pages(owner_id: UUID, message: dict[str, Any]) -> None:
    """From a database thread without waiting: the thread would do nothing meanwhile, and the change is committed.

    Where no loop runs it has one of its own: in a command, or when the last unit of a process outlasts the loop, which
    is not closed then, so that whoever waits for it would wait for ever.
    """
    loop = getattr(SyncToAsync.threadlocal, "main_event_loop", None)
    if loop is not None and loop.is_running():
        asyncio.run_coroutine_threadsafe(tell_group(owner_id, message), loop)
    else:
        asyncio.run(tell_group(owner_id, message))


async def tell_group(owner_id: UUID, message: dict[str, Any]) -> None:
    try:
        await get_channel_layer().group_send(group_of(owner_id), message)
    except Exception as error:  # noqa: BLE001 the change is committed; pages hear of it later
        logger.warning("change not announced: %s", type(error).__name__)
        untold[owner_id] = TELL_AGAIN_TIMES


async def tell_untold_for_ever() -> None:
    """Repeat `tell_untold` until the task is cancelled."""
    while True:
        await asyncio.sleep(TELL_AGAIN_SECONDS)
        with contextlib.suppress(RedisError, OSError):
            await tell_untold()


async def tell_untold() -> None:
    """Once Redis is back: whatever was not announced meanwhile, each person's pages look again.

    More than once, because the process of a page may be back a little later than this one.
    """
    for owner_id in list(untold):
        for kind in ("changed", "sign_in_ended"):
            await get_channel_layer().group_send(group_of(owner_id), {"type": kind})
        untold[owner_id] -= 1
        if not untold[owner_id]:
            del untold[owner_id]


def announce_sign_out(owner_id: UUID) -> None:
    """Let the sockets of a person's pages look, after the commit, whether they are still signed in."""
    transaction.on_commit(functools.partial(tell_pages, owner_id, {"type": "sign_in_ended"}))


def announce_change(owner_id: UUID, answering: UUID | None = None) -> None:
    """Call it inside the transaction that makes the change."""
    announcement = Announcement(owner_id, answering)
    if not any(function == announcement for _, function, *_ in connection.run_on_commit):
        transaction.on_commit(announcement)


@receiver([post_save, post_delete], sender=Todo)
def announce_todo(instance: Todo, **kwargs: Any) -> None:
    announce_change(instance.owner_id)


@receiver(post_save, sender=SignIn)
def announce_ended_sign_in(instance: SignIn, **kwargs: Any) -> None:
    if instance.ended_at:
        announce_sign_out(instance.user_id)


@receiver(post_save, sender=User)
def announce_changed_account(instance: User, created: bool, **kwargs: Any) -> None:
    changed = kwargs["update_fields"]
    if not created and (changed is None or changed & ENDS_SIGN_INS):
        announce_sign_out(instance.pk)
