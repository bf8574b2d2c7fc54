"""The way from one call of a program to the person: a form in the program, the card in it, else a page of ours."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from mcp.server.mcpserver import Context
from mcp_types import (
    CallToolResult,
    ClientCapabilities,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
    TextContent,
)

from accounts.models import User
from chat.models import Approval
from chat.turns.approvals import Choice, approval_of_program, decide, decision_text, would_do
from database.units import database_read, database_unit, one_or_none
from todos.mcp.batches import NeedsApproval, ToolRefused
from web.errors import ProductError

from .card import META, card_answer, opening, read_key, taken_back
from .telling import tell_person

QUESTION, STATE_PREFIX = "approval", "approval "
# Asks within a call; older ones are asked while it waits (config/endpoints/waiting.py).
STATELESS = "2026-07-28"


@dataclass
class PersonOfProgram:
    """The way from one call of a program to the person. `asked` is what it came to, for whoever may put it later.

    `shows_cards` says that the program shows our card, which then has the key to answer; `shows_forms`, that it asks.
    """

    user: User
    asker: str
    asker_name: str
    call_id: UUID
    origin: str
    shows_forms: bool = False
    shows_cards: bool = False
    asked: Approval | None = None

    async def ask(self, wide: NeedsApproval, context: Context) -> CallToolResult | InputRequiredResult:
        self.asked = await self.put_question(wide)
        if (context.protocol_version or "") >= STATELESS and may_be_asked(context.client_capabilities):
            return InputRequiredResult(
                input_requests={QUESTION: ElicitRequest(params=question_of(self.asked))},
                request_state=f"{STATE_PREFIX}{self.asked.pk}",
            )
        return self.unanswered(self.asked)

    @database_unit
    def put_question(self, wide: NeedsApproval) -> Approval:
        approval = approval_of_program(self.user, wide.todos, self.asker, self.asker_name, self.call_id)
        tell_person(approval, asked_in_program=self.shows_forms or self.shows_cards)
        return approval

    def is_heard(self, context: Context) -> bool:
        return (context.request_state or "").startswith(STATE_PREFIX)

    async def hear(self, context: Context) -> CallToolResult | InputRequiredResult:
        """Take the reply. The library has checked that the state is ours, for this caller and this call."""
        state = context.request_state or ""
        approval = await self.question(UUID(state.removeprefix(STATE_PREFIX)))
        reply = (context.input_responses or {}).get(QUESTION)
        return await self.act_on_reply(approval, reply if isinstance(reply, ElicitResult) else None)

    async def question(self, approval_id: UUID) -> Approval:
        """One that this program asked. Raises ToolRefused."""
        approval = await question_of_asker(self.user, approval_id, self.asker)
        if approval is None:
            raise ToolRefused("approval_not_found", _("There is nothing to approve any more."))
        return approval

    async def act_on_reply(self, approval: Approval, reply: ElicitResult | None) -> CallToolResult:
        """Do what the person said in the program. Raises ToolRefused where it was decided before, or has expired."""
        choice = choice_of(approval, reply)
        if choice is None:
            return told(approval) if approval.decided_at else self.unanswered(approval)
        try:
            approval, _ = await decide(self.user, approval.pk, choice)
        except ProductError as refusal:
            raise ToolRefused(refusal.code, refusal.sentence) from None
        return told(approval)

    def unanswered(self, approval: Approval) -> CallToolResult:
        """Where the person can decide: in the card, where the program shows it, and on a page."""
        page = f"{self.origin}/approvals/{approval.pk}"
        if not self.shows_cards:
            return on_a_page(approval, page)
        sentence = _(
            "%(question)s Nothing is done yet: the person decides in the card that they see now, or at %(page)s. "
            "Wait for them. Do not try it in smaller steps."
        )
        text = sentence % {"question": would_do(approval), "page": page}
        # Nobody has refused anything: a host that took this for an error would show no card.
        outcome = {"results": [], "decision": "waiting", "message": text}
        meta = {META: opening(approval, self.user, self.asker, page)}
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=outcome, _meta=meta)

    async def decide(self, key: str, approve: list[UUID] | None, *, undo: bool) -> CallToolResult:
        """From the card: what the person ticked, or that it is taken back, or nothing, to be told how it stands."""
        approval = await self.question(read_key(key, self.user, self.asker))
        if undo:
            return await taken_back(self.user, approval, self.call_id)
        if approve is None:
            return await card_answer(approval)
        try:
            approval, _ = await decide(self.user, approval.pk, approve)
        except ProductError as refusal:
            now = await self.question(approval.pk)
            return await card_answer(now, refusal.sentence, is_error=True)
        return await card_answer(approval, decision_text(approval))


@database_read
def question_of_asker(user: User, approval_id: UUID, asker: str) -> Approval | None:
    return one_or_none(Approval.objects.for_user(user).filter(pk=approval_id, asker=asker))


def may_be_asked(capabilities: ClientCapabilities | None) -> bool:
    """Whether the program can show a form. One that says nothing of kinds of questions knows this kind."""
    asked = capabilities.elicitation if capabilities else None
    return asked is not None and (asked.form is not None or asked.url is None)


def question_of(approval: Approval) -> ElicitRequestFormParams:
    """A box for each todo, all ticked."""
    rows = {
        f"row_{number}": {
            "type": "boolean",
            "title": row["title"],
            "description": f"{row['action']}{' · ' + row['due_text'] if row['due_text'] else ''}",
            "default": True,
        }
        for number, row in enumerate(approval.rows, 1)
    }
    schema: dict[str, Any] = {"type": "object", "properties": rows, "required": list(rows)}
    return ElicitRequestFormParams(message=f"{would_do(approval)} Go ahead?", requested_schema=schema)


def choice_of(approval: Approval, reply: ElicitResult | None) -> Choice | None:
    """The todos that were ticked; none of them where the person declined, and None where they said nothing."""
    if reply is None or reply.action == "cancel":
        return None
    if reply.action == "decline":
        return []
    said = reply.content or {}
    names = {f"row_{number}": row for number, row in enumerate(approval.rows, 1)}
    if not names.keys() & said.keys():
        return None
    return [UUID(row["todo_id"]) for name, row in names.items() if said.get(name) is True]


def on_a_page(approval: Approval, page: str) -> CallToolResult:
    sentence = _(
        "%(question)s Nothing is done yet: the person has to decide at %(page)s within the next minutes. "
        "Give them this link. Do not try it in smaller steps."
    )
    text = sentence % {"question": would_do(approval), "page": page}
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def told(approval: Approval) -> CallToolResult:
    """What was decided and done, as the answer of the tool."""
    declined = not approval.approved
    refused = _("The person declined. Nothing was changed. Do not try it in smaller steps.")
    text = refused if declined else decision_text(approval)
    outcome = {**(approval.outcome or {}), "decision": "declined" if declined else "approved", "message": text}
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=outcome)
