"""What the person answers to the questions that ended an earlier run, which AG-UI calls interrupts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.locks import lock_user
from accounts.models import User
from chat.errors import ApprovalDecided, ApprovalExpired, ApprovalNotFound
from chat.events import ToolCallRecord
from chat.models import Approval
from chat.turns.approvals import Choice, carry_out, decision_text, waiting_calls
from chat.turns.records import tool_call_record
from database.units import database_unit

from .events import Frame, Run, message_frames
from .schema import ResumeEntry


@dataclass(frozen=True)
class Answered:
    """A question that is decided: what was done, in words, and the calls that waited, as they ended."""

    approval_id: UUID
    text: str
    calls: list[ToolCallRecord]

    def frames(self, run: Run) -> Iterator[Frame]:
        for call in self.calls:
            yield from run.outcome(call)
        yield from message_frames(str(self.approval_id), self.text)


@database_unit
def answer_questions(user: User, entries: Sequence[ResumeEntry]) -> list[Answered]:
    """All of them, or none. One that is answered again as it was is told again; nothing is done twice.

    Raises ApprovalNotFound, ApprovalDecided, ApprovalExpired or ValidationFailed. To cancel what is decided or has
    expired is no mistake: it is how a front end goes on in its thread.
    """
    lock_user(user)
    return [answered(approval) for entry in entries if (approval := decided(user, entry))]


def decided(user: User, entry: ResumeEntry) -> Approval | None:
    """None where there was nothing to cancel any more."""
    try:
        approval_id = UUID(entry.interrupt_id)
    except ValueError:
        raise ApprovalNotFound from None
    try:
        return carry_out(user, approval_id, entry.chosen)
    except ApprovalExpired:
        if entry.status == "cancelled":
            return None
        raise
    except ApprovalDecided as refusal:
        earlier: Approval = refusal.approval
        if is_the_same(earlier, entry.chosen):
            return earlier
        if entry.status == "cancelled":
            return None
        raise


def is_the_same(approval: Approval, chosen: Choice) -> bool:
    asked = {row["todo_id"] for row in approval.rows}
    return set(approval.approved) == (asked if chosen == "all" else {str(todo_id) for todo_id in chosen})


def answered(approval: Approval) -> Answered:
    calls = [tool_call_record(call) for call in waiting_calls(approval)]
    return Answered(approval.pk, decision_text(approval), calls)
