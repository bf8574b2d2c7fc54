"""Somebody who has a row in each table that belongs to a person."""

import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone

from accounts.entry.sign_ins import begin_sign_in, issue_refresh_token
from accounts.models import AccountMail, OutsideIdentity, Passkey, Reading, SecurityEvent, User
from accounts.programs.testing import connected_program, pending_code
from accounts.second_factor.stored import turn_on_passkeys
from accounts.security_log import record
from accounts.tokens.personal import issue_personal_token
from chat.briefing.hours import Wish, wish
from chat.models import Approval, Briefing, Message, ToolCall
from chat.testing import ConversationFactory, MessageFactory
from notices.models import Delivery, NoticeSettings, PushSubscription, Webhook
from notices.outbox.filling import put
from todos.commands import add_todo
from todos.models import CalendarFeed, Reminder
from todos.testing import BY_CHAT, NOW
from web.models import KeptAnswer


def token_of(user: User) -> str:
    return issue_refresh_token(begin_sign_in(user))


@transaction.atomic
def everything_of(user: User) -> None:
    """At least one row in each table that belongs to a person."""
    token_of(user)
    issue_personal_token(user, "notebook", "read", days=30)
    Passkey.objects.create(user=user, name="phone", credential_id=user.subject, public_key="key")
    turn_on_passkeys(user)
    AccountMail.objects.create(user=user, kind="confirm", address="a@example.com")
    record(user, SecurityEvent.Kind.TOKEN_MADE)
    OutsideIdentity.objects.create(user=user, issuer="https://id.example", subject=user.subject, shown="anne")
    conversation = ConversationFactory(owner=user, title="Groceries")
    MessageFactory(conversation=conversation, content="add <milk> & “bread” \u2028 🥛")
    answer = MessageFactory(conversation=conversation, role=Message.Role.ASSISTANT, content="Added.")
    ToolCall.objects.create(
        conversation=conversation, message=answer, step=1, position=1, tool_name="add_task", call_id="call_1"
    )
    Approval.objects.create(owner=user, conversation=conversation, message=answer, rows=[], expires_at=timezone.now())
    milk = add_todo(user, now=NOW, by=BY_CHAT, title="milk", tags={"food", "home"}).todo
    Reminder.objects.create(owner=user, todo=milk, rule="0 min", at=NOW)
    PushSubscription.objects.create(owner=user, endpoint=f"https://push.example/{user.pk}", device="Firefox")
    NoticeSettings.objects.create(owner=user)
    Webhook.objects.create(owner=user, url="https://example.com/hook")
    wish(user, Briefing.Kind.DAY, Wish(True, datetime.time(7), "FREQ=DAILY", frozenset()), NOW)
    put(user.pk, Delivery.Kind.TEST, user.pk, NOW, NOW, {"title": "Test", "text": "", "address": "/"})
    KeptAnswer.objects.create(owner=user, key="one-and-only")
    pending_code(user, connected_program(user).application)
    CalendarFeed.objects.create(user=user, digest=user.subject, created_at=NOW)
    Reading.objects.create(reader_id=user.pk, owner_id=user.pk, what="chat.message", address="/admin/")
    LogEntry.objects.create(user=user, action_flag=CHANGE, object_repr="x")
