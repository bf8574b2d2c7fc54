"""The question as the card of a host shows it, and the key by which the card answers.

The key stands where hosts hand nothing to their model (`_meta`), and is for one question, one person and one program.
What a model writes is worth nothing without it; a program that is lent the person's answer is believed, as it is
where it shows a form.
"""

from typing import Any
from uuid import UUID

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _
from mcp_types import CallToolResult, TextContent

from accounts.models import User
from chat.models import Approval
from chat.turns.approvals import asking_call, standing, would_do
from chat.turns.records import approval_record
from database.units import database_read, database_unit
from todos.changing.changes import Origin
from todos.changing.undo import undo
from todos.mcp.batches import ToolRefused
from todos.models import Door
from web.errors import ProductError

META = "todo-chat/approval"
SALT = "chat.asking.card"
# The question itself is open for minutes; what was decided can be looked at, and taken back, for a day.
GOOD_FOR_SECONDS = 24 * 3_600


def opening(approval: Approval, user: User, asker: str, page: str) -> dict[str, Any]:
    return {**content(approval), "key": key_of(approval, user, asker), "page": page}


def key_of(approval: Approval, user: User, asker: str) -> str:
    return signing.dumps([approval.pk.hex, str(user.pk), asker], salt=SALT)


def read_key(key: str, user: User, asker: str) -> UUID:
    """Which question it is the key of. Raises ToolRefused for any but this person's and this program's."""
    try:
        approval_id, *holder = signing.loads(key, salt=SALT, max_age=GOOD_FOR_SECONDS)
        if holder == [str(user.pk), asker]:
            return UUID(approval_id)
    except (signing.BadSignature, ValueError, TypeError):
        pass
    raise ToolRefused("approval_not_found", _("Only the person can decide this, in the card or on the page."))


def content(approval: Approval) -> dict[str, Any]:
    """What the card shows. Call it inside a database unit."""
    record = approval_record(approval, timezone.now())
    said, may_undo = standing(approval)
    expired = _("This expired and nothing was changed. Ask again.")
    return {
        "status": record.status,
        "question": would_do(approval),
        "said": said or (expired if record.status == "expired" else ""),
        "rows": [{name: row[name] for name in ("todo_id", "title", "action", "due_text")} for row in approval.rows],
        "approved": approval.approved,
        "expires_at": approval.expires_at.isoformat(),
        "undo": may_undo,
    }


async def card_answer(approval: Approval, said: str = "", *, is_error: bool = False) -> CallToolResult:
    """How the question stands now, and what is to be said of it."""
    shown = await database_read(content)(approval)
    text = TextContent(type="text", text=said or shown["said"] or shown["question"])
    return CallToolResult(content=[text], structured_content={"approval": shown, "message": said}, is_error=is_error)


async def taken_back(user: User, approval: Approval, by_call: UUID) -> CallToolResult:
    """Undo what was approved. Raises ToolRefused where nothing of it is in effect."""
    origin = Origin(Door.MCP, tool_call_id=by_call)
    try:
        report = await database_unit(undo)(user, now=timezone.now(), by=origin, tool_call_id=asking_call(approval))
    except ProductError as refusal:
        raise ToolRefused(refusal.code, refusal.sentence) from None
    return await card_answer(approval, report.sentence)
