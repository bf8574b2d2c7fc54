"""Stored rows of a turn as clients and pages are told of them: its end, its tool calls, what it asks for and did."""

import datetime
from collections.abc import Iterable
from typing import Literal, cast
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from chat.events import ApprovalRecord, ApprovalRow, ToolCallRecord, TurnCompleted, Usage
from chat.history.digest import outcome_facts, rows_of
from chat.models import Approval, Message, ToolCall
from notices.webhooks.events import ToolCallTold, TurnTold, tell

FAILED: dict[str, Literal["failed", "interrupted"]] = {
    Message.Status.FAILED: "failed",
    Message.Status.INTERRUPTED: "interrupted",
}
# Ends an answer that waits for approval; pages leave it out once that is decided.
HOW_TO_DECIDE = gettext_noop("Nothing is done yet: say “yes” to go ahead, “no” to leave them, or choose below.")


def turn_completed(answer: Message, tool_calls: list[ToolCall], approval: Approval | None) -> TurnCompleted:
    asked = approval_record(approval, timezone.now()) if approval else None
    status: Literal["completed", "needs_approval", "stopped", "interrupted"] = "completed"
    if answer.status == Message.Status.STOPPED:
        status = "stopped"
    elif asked and asked.status == "pending":
        status = "needs_approval"
    return TurnCompleted(
        conversation_id=answer.conversation_id,
        message_id=answer.id,
        response=answer.content,
        status=status,
        tool_calls=[tool_call_record(call) for call in tool_calls],
        usage=Usage(answer.input_tokens, answer.output_tokens),
        model=answer.model,
        approval=asked,
    )


def tell_webhooks(owner: User, answer: Message, completed: TurnCompleted) -> None:
    """Tell webhooks that a turn ended, in the transaction that stores its end."""
    if not owner.has_webhooks:
        return
    failed = FAILED.get(answer.status)
    told = TurnTold(
        conversation_id=completed.conversation_id,
        message_id=completed.message_id,
        status=failed or completed.status,
        error=answer.error_code or None,
        tool_calls=[
            ToolCallTold(id=call.id, tool_name=call.tool_name, status=call.status) for call in completed.tool_calls
        ],
    )
    name = "turn.failed" if failed else "turn.completed"
    tell(owner, name, answer.pk, timezone.now(), told)


def tool_call_record(call: ToolCall) -> ToolCallRecord:
    status = cast(Literal["pending", "success", "error", "denied", "undone"], call.status)
    return ToolCallRecord(call.id, call.tool_name, call.input, call.output, status, call.duration_ms)


def approval_record(approval: Approval, now: datetime.datetime) -> ApprovalRecord:
    status: Literal["pending", "approved", "declined", "expired"]
    if approval.decided_at:
        status = "approved" if approval.approved else "declined"
    else:
        status = "expired" if approval.expires_at <= now else "pending"
    rows = [ApprovalRow(UUID(row["todo_id"]), row["title"], row["due_text"], row["action"]) for row in approval.rows]
    return ApprovalRecord(
        approval.id, status, rows, [UUID(chosen) for chosen in approval.approved], approval.expires_at
    )


def approval_of(message: Message) -> ApprovalRecord | None:
    """What a message from `with_tool_calls` asked the person, if it did."""
    approval = getattr(message, "approval", None)
    return approval_record(approval, timezone.now()) if approval else None


def deeds(calls: Iterable[ToolCallRecord]) -> list[str]:
    """“added “Milk””, for each call that changed something and was not taken back."""
    outputs = [call.output or {} for call in calls if call.status == "success"]
    return [fact for output in outputs for fact in outcome_facts(rows_of(output.get("results")))]


def done_so_far(calls: Iterable[ToolCallRecord]) -> str:
    """One sentence for somebody who would do it again; empty where nothing was done."""
    facts = "; ".join(deeds(calls))
    return _("Done so far, and not done again: %(deeds)s.") % {"deeds": facts} if facts else ""


def unfinished_text(calls: Iterable[ToolCallRecord]) -> str:
    """What stands for the answer of a turn that ended too early and can no longer go on."""
    sentence = _("This was not finished, and more was said since. %(done)s Ask again for what is missing.")
    return sentence % {"done": done_so_far(calls) or _("Nothing was changed.")}
