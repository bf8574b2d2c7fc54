"""What one user may ask for: message length, turns by the minute, turns at once, tokens by the day."""

import dataclasses
import datetime
import hashlib
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Aggregate, Count, DateTimeField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from accounts.models import User
from chat.errors import QuotaExhausted, TooManyTurns
from chat.models import Conversation, Message
from database.prepared import PreparedQuery, Slot, pk_slot
from telemetry import metrics
from web.errors import ValidationFailed
from web.ratelimits import count_use
from web.repeats import check_idempotency_key
from web.text import is_blank, storable

RUNNING_RETRY_SECONDS = 2


@dataclasses.dataclass(frozen=True)
class NewMessage:
    """What a person sends. Without a conversation a new one is opened. `typed_at` is known of what comes late.

    `replaces` is the message that it is the edited text of, whose effects are taken back first.
    `thread` is how a front end of others names the conversation, which is opened where there is none yet. Of
    `by_program`, the words are not sure to be the person's.
    """

    text: str
    conversation_id: UUID | None = None
    idempotency_key: str | None = None
    typed_at: datetime.datetime | None = None
    replaces: UUID | None = None
    thread: str = ""
    by_program: bool = False

    @property
    def fingerprint(self) -> str:
        """Tells whether two requests with one Idempotency-Key are the same request."""
        replaced = f"\n{self.replaces}" if self.replaces else ""
        return hashlib.sha256(f"{self.conversation_id or self.thread}\n{self.text}{replaced}".encode()).hexdigest()


def total_of_user(rows: QuerySet[Any], total: Aggregate) -> Coalesce:
    """The total over rows that belong to the user, as a column of the user."""
    return Coalesce(Subquery(rows.order_by().values("owner").annotate(total=total).values("total")), 0)


USE = PreparedQuery(
    lambda: User.objects.filter(pk=pk_slot("user")).values(
        running=total_of_user(
            Conversation.objects.for_user(OuterRef("pk")).filter(lease_until__gt=Now()),
            Count("pk"),
        ),
        tokens=total_of_user(
            Message.objects.filter(owner=OuterRef("pk"), created_at__gte=Slot("since", DateTimeField())),
            Sum(F("input_tokens") + F("output_tokens") + F("upkeep_tokens")),
        ),
    )
)


def check_message(message: NewMessage) -> NewMessage:
    """The message without outer white space; raises ValidationFailed where it cannot be stored as one."""
    text = message.text.strip()
    if is_blank(text):
        raise ValidationFailed(details={"message": _("Write a message first.")})
    if len(text) > settings.MESSAGE_MAX_CHARACTERS:
        sentence = _("A message has at most %(most)s characters; this one has %(length)s.")
        counted = {"most": f"{settings.MESSAGE_MAX_CHARACTERS:,}", "length": f"{len(text):,}"}
        raise ValidationFailed(details={"message": sentence % counted})
    if storable(text) != text:
        raise ValidationFailed(details={"message": _("This text has characters that cannot be stored.")})
    check_idempotency_key(message.idempotency_key)
    return dataclasses.replace(message, text=text)


def count_turn(user: User) -> None:
    """In a database thread, and before the first look at the database. Raises RateLimited."""
    count_use("turns", user, f"{settings.TURNS_PER_MINUTE}/m", f"{settings.TURNS_PER_HOUR}/h")


def check_allowance(user: User, now: datetime.datetime) -> None:
    """Raises where the user has too many turns running, or today's tokens are used up or set aside for these.

    What a turn takes is known when it ends. As long as its lease lasts it stands for the most that a request to the
    model may hold: the less is left of the day, the fewer turns run side by side. Behind `lock_user` it is exact: two
    turns never begin on the same tokens, and beyond the day goes only what a turn takes above what it stood for.
    """
    running, used = use_of(user, now)
    if running >= settings.TURNS_AT_ONCE:
        metrics.rate_limit_hits.labels("turns_at_once").inc()
        raise TooManyTurns(retry_after_seconds=RUNNING_RETRY_SECONDS)
    limit = settings.TOKENS_PER_DAY
    if used >= limit:
        metrics.rate_limit_hits.labels("tokens_by_day").inc()
        midnight = start_of_day(now) + datetime.timedelta(days=1)
        raise QuotaExhausted(
            quota_sentence(used, limit),
            details={"used_tokens": used, "limit_tokens": limit},
            retry_after_seconds=int((midnight - now).total_seconds()) + 1,
        )
    if used + running * settings.CONTEXT_MAX_TOKENS >= limit:
        metrics.rate_limit_hits.labels("tokens_set_aside").inc()
        raise TooManyTurns(little_left_sentence(), retry_after_seconds=RUNNING_RETRY_SECONDS)


def quota_sentence(used: int, limit: int) -> str:
    sentence = _(
        "Today's allowance for the assistant is used up. %(used)s of %(limit)s tokens are gone; "
        "it starts afresh at midnight UTC."
    )
    return sentence % {"used": f"{used:,}", "limit": f"{limit:,}"}


def little_left_sentence() -> str:
    return _("Little is left of today's allowance for the assistant. Wait until your other conversation is answered.")


def use_of(user: User, now: datetime.datetime) -> tuple[int, int]:
    """How many turns of the user run now, and the tokens of today."""
    return next(iter(USE.rows(user=user.pk, since=start_of_day(now))), (0, 0))


def tokens_today(user: User, now: datetime.datetime) -> int:
    """Tokens of the user's turns since midnight UTC, with those of the titles and summaries made after them."""
    return use_of(user, now)[1]


def start_of_day(now: datetime.datetime) -> datetime.datetime:
    return now.astimezone(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
