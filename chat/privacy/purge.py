"""What nobody needs any more is removed, batch by batch: by each process now and then, and by `manage.py purge`."""

import asyncio
import datetime
import random
from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from accounts.purge import (
    purge_account_mails,
    purge_batch,
    purge_codes,
    purge_program_access,
    purge_program_tokens,
    purge_programs,
    purge_refresh_tokens,
    purge_security_log,
    purge_sessions,
    purge_sign_ins,
    purge_spent_tickets,
)
from chat.models import Conversation, Message, ToolCall
from database.background import repeat
from database.units import database_unit
from notices.outbox.purging import purge_letters
from telemetry import metrics
from todos.purge import purge_changes, purge_trash

# Of one kind at a time, so that a process that finds years of it is soon back at its requests; the rest waits.
BATCHES_AT_ONCE = 20


def purge_conversations(now: datetime.datetime) -> int:
    """Those that were deleted TRASH_DAYS days ago or earlier, with their messages."""
    return purge_batch(Conversation.objects.deleted_before(now - datetime.timedelta(days=settings.TRASH_DAYS)))


def purge_tool_calls(now: datetime.datetime) -> int:
    """Those that answers made HISTORY_DAYS days ago or earlier; the answers stay.

    An answer that never arrived keeps its calls: a retry goes on from them, and without them would make them again.
    """
    moment = now - datetime.timedelta(days=settings.HISTORY_DAYS)
    arrived = Message.objects.filter(status=Message.Status.COMPLETED)
    return purge_batch(ToolCall.objects.filter(created_at__lt=moment, message__in=arrived))


# Each removes one batch and counts it; 0 where nothing is left.
PURGES: dict[str, Callable[[datetime.datetime], int]] = {
    "todos": purge_trash,
    "conversations": purge_conversations,
    "changes": purge_changes,
    "tool_calls": purge_tool_calls,
    "events of webhooks": purge_letters,
    "refresh_tokens": purge_refresh_tokens,
    "sign_ins": purge_sign_ins,
    "sessions": purge_sessions,
    "spent tickets": purge_spent_tickets,
    "security log": purge_security_log,
    "mails of accounts": purge_account_mails,
    "codes of programs": purge_codes,
    "refresh tokens of programs": purge_program_tokens,
    "access tokens of programs": purge_program_access,
    "programs": purge_programs,
}


def purge_all() -> Counter[str]:
    """Remove all that is due, for the command."""
    removed: Counter[str] = Counter()
    for what, purge in PURGES.items():
        while count := purge(timezone.now()):
            removed[what] += count
    return removed


async def purge_some() -> None:
    for what, purge in PURGES.items():
        for _ in range(BATCHES_AT_ONCE):
            count = await database_unit(purge)(timezone.now())
            metrics.purged.labels(what).inc(count)
            if not count:
                break


async def purge_for_ever() -> None:
    """About once in PURGE_SECONDS. Its owner cancels it."""
    await asyncio.sleep(until_next())
    await repeat("purge", purge_round)


async def purge_round() -> float:
    metrics.fold_files()
    await purge_some()
    return until_next()


def until_next() -> float:
    """Seconds to the next round, varied so that processes that began together drift apart."""
    return settings.PURGE_SECONDS * random.uniform(0.5, 1.5)  # noqa: S311 no secret
