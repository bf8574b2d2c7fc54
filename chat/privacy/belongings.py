"""Everything that belongs to a person, part by part: to take along, and to erase."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AccessToken, Grant
from oauth2_provider.models import RefreshToken as ProgramRefreshToken

from accounts.models import (
    AccountMail,
    OutsideIdentity,
    Passkey,
    PersonalToken,
    Reading,
    RecoveryCode,
    RefreshToken,
    SecondFactor,
    SecurityEvent,
    SignIn,
    User,
)
from chat.live import announce_sign_out
from chat.models import Approval, Briefing, Conversation, Message, ToolCall
from database.units import database_read, database_unit
from notices.models import Delivery, NoticeSettings, PushSubscription, Webhook
from todos.models import CalendarFeed, Reminder, Todo, TodoChange, TodoTag
from web.errors import ServiceUnavailable
from web.models import KeptAnswer

PAGE_SIZE = 500
EXPORTS_PER_USER = "10/h"
OUTAGE_RETRY_SECONDS = 2

Row = dict[str, Any]


@dataclass(frozen=True)
class Belonging:
    """A table and how its rows lead to their owner. What is `secret` of it leaves the database for nobody."""

    name: str
    model: type[Model]
    owner: str = "owner"
    secret: frozenset[str] = frozenset()
    erased: bool = True

    def rows(self, user: User) -> QuerySet[Any]:
        return self.model._base_manager.filter(**{self.owner: user.pk}).order_by("pk")

    @property
    def columns(self) -> list[str]:
        return [field.attname for field in self.model._meta.concrete_fields if field.attname not in self.secret]


ACCOUNT = Belonging("account", User, owner="pk", secret=frozenset({"password"}))
# Whatever refers to another part comes after it: in this order they are read, and erased in the reverse.
PARTS = (
    Belonging("sign_ins", SignIn, owner="user", secret=frozenset({"session_key"})),
    Belonging("refresh_tokens", RefreshToken, owner="sign_in__user", secret=frozenset({"digest"})),
    Belonging("passkeys", Passkey, owner="user"),
    Belonging("outside_identities", OutsideIdentity, owner="user"),
    Belonging("second_factor", SecondFactor, owner="user", secret=frozenset({"secret"})),
    Belonging("recovery_codes", RecoveryCode, owner="user", secret=frozenset({"digest"})),
    Belonging("program_codes", Grant, owner="user", secret=frozenset({"code", "code_challenge", "nonce"})),
    Belonging("program_tokens", AccessToken, owner="user", secret=frozenset({"token", "token_checksum"})),
    Belonging(
        "program_refresh_tokens", ProgramRefreshToken, owner="user", secret=frozenset({"token", "token_checksum"})
    ),
    Belonging("personal_tokens", PersonalToken, owner="user", secret=frozenset({"digest"})),
    Belonging("security_log", SecurityEvent, owner="user"),
    Belonging("mails", AccountMail, owner="user"),
    Belonging("conversations", Conversation, secret=frozenset({"lease_token"})),
    Belonging("messages", Message),
    Belonging("tool_calls", ToolCall, owner="conversation__owner"),
    Belonging("approvals", Approval),
    Belonging("todos", Todo),
    Belonging("todo_tags", TodoTag, owner="todo__owner"),
    Belonging("todo_changes", TodoChange),
    Belonging("reminders", Reminder),
    Belonging("push_subscriptions", PushSubscription, secret=frozenset({"endpoint", "p256dh", "auth"})),
    Belonging("webhooks", Webhook, secret=frozenset({"secret", "old_secret"})),
    Belonging("briefings", Briefing, secret=frozenset({"claim_token"})),
    Belonging("notice_settings", NoticeSettings),
    Belonging("deliveries", Delivery, secret=frozenset({"claim_token"})),
    Belonging("kept_answers", KeptAnswer),
    Belonging("calendar_addresses", CalendarFeed, owner="user", secret=frozenset({"digest"})),
    Belonging("changes_as_administrator", LogEntry, owner="user"),
    Belonging("read_by_administrators", Reading, owner="owner_id", erased=False),
)
# Tables that lead to a user and are no part, each with its reason.
NO_PART = {
    "oauth2_provider.Application": "programs belong to nobody here",
    "oauth2_provider.IDToken": "of a kind of sign-in that is not offered",
    "oauth2_provider.DeviceGrant": "of a kind of sign-in that is not offered",
    "accounts.User_groups": "what an administrator allows; goes with the account",
    "accounts.User_user_permissions": "what an administrator allows; goes with the account",
}
# What writers lock, as accounts/locks.py has it.
LOCKED_IN_ORDER: tuple[tuple[type[Model], str], ...] = (
    (Grant, "user"),
    (ProgramRefreshToken, "user"),
    (AccessToken, "user"),
    (RefreshToken, "sign_in__user"),
    (SignIn, "user"),
    (Conversation, "owner"),
    (Todo, "owner"),
    (Reminder, "owner"),
    (Approval, "owner"),
    (Webhook, "owner"),
    (Delivery, "owner"),
)
KEPT = {
    "read_by_administrators": _("Which administrator looked at what, and when: only ids, which lead to nothing now."),
    "logs": _("Lines about requests and turns: ids and figures, until the operator’s logs are rotated."),
    "backups": _("The operator’s copies of the database, until they are replaced."),
}


# Take along


async def export_response(user: User) -> StreamingHttpResponse:
    """Everything as one JSON download. Its first rows are read before anything is sent: an outage is told as one."""
    [account] = await read_page(ACCOUNT, user)
    headers = {
        "Content-Disposition": f'attachment; filename="todo-chat-{timezone.now():%Y-%m-%d}.json"',
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(export_text(user, account), content_type="application/json", headers=headers)


async def export_text(user: User, account: Row) -> AsyncIterator[str]:
    """The file, in pieces: no more than a page of it is ever in memory."""
    head = json_text({"format": "todo-chat-account", "exported_at": timezone.now(), "account": account})
    yield head.removesuffix("}")
    for part in PARTS:
        yield f', "{part.name}": ['
        separator, rows = "\n", await read_page(part, user)
        while rows:
            yield separator + ",\n".join(map(json_text, rows))
            separator = ",\n"
            rows = await read_page(part, user, rows[-1]) if len(rows) == PAGE_SIZE else []
        yield "]"
    yield "}\n"


@database_read
def read_page(part: Belonging, user: User, after: Row | None = None) -> list[Row]:
    rows = part.rows(user)
    if after:
        rows = rows.filter(pk__gt=after[part.model._meta.pk.attname])
    return list(rows.values(*part.columns)[:PAGE_SIZE])


def json_text(row: Row) -> str:
    return json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)


# Erase


async def erase(user: User) -> dict[str, int]:
    """Erase the account with all that belongs to it; how many rows went of each part. All of it goes, or nothing.

    Its tokens and sessions are refused from then on, its sockets closed, and a turn that runs ends at its next write.
    """
    try:
        return await erase_parts(user)
    except IntegrityError:
        # Something was added in another request after its table had been emptied.
        raise ServiceUnavailable(retry_after_seconds=OUTAGE_RETRY_SECONDS) from None


@database_unit
def erase_parts(user: User) -> dict[str, int]:
    lock_all(user)
    sessions = Session.objects.filter(session_key__in=SignIn.objects.filter(user=user).values("session_key"))
    erased = {"sessions": sessions.delete()[0]}
    erased |= {part.name: delete_rows(part, user) for part in reversed(PARTS) if part.erased}
    erased[ACCOUNT.name] = delete_rows(ACCOUNT, user)
    announce_sign_out(user.pk)
    return dict(reversed(erased.items()))


def lock_all(user: User) -> None:
    """Let whoever is writing finish, and nobody else begin; PostgreSQL only, where writers run side by side.

    First the rows that writers lock, with a lock on the user that keeps turns from beginning and lets those who write
    commit: they look at the user then, and would wait for us while we wait for their rows. After that nobody holds
    what we need, and the full lock on the user keeps everybody else from adding anything.
    """
    account = User.objects.filter(pk=user.pk).order_by()
    list(account.select_for_update(no_key=True).values_list("pk"))
    for model, owner in LOCKED_IN_ORDER:
        rows = model._base_manager.filter(**{owner: user.pk}).order_by("pk")
        list(rows.select_for_update(of=("self",)).values_list("pk"))
    list(account.select_for_update().values_list("pk"))


def delete_rows(part: Belonging, user: User) -> int:
    _, deleted = part.rows(user).delete()
    return deleted.get(part.model._meta.label, 0)
