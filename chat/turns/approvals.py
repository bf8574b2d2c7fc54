"""Bulk changes wait for the person: what would be done is stored, shown, and done only when they say so.

Nobody but the person decides: no tool does, and what a model writes or a todo is called cannot.
"""

import dataclasses
import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.locks import lock_user
from accounts.models import User
from chat.errors import ApprovalDecided, ApprovalExpired, ApprovalNotFound
from chat.models import DECIDED, Approval, ApprovalQuerySet, Message, ToolCall
from database.units import database_unit
from habits.wording import list_text, quoted_text
from language.acts import Say, Unclear
from language.clock import Clock
from language.grammar import section
from language.reading.foreign import understand_foreign_talk
from language.talk import exchanges
from language.talk.choosing import forms as choosing
from language.talk.choosing import part_of
from language.text.clauses import CLAUSE_MAX_CHARACTERS
from notices.outbox.filling import say_no_more
from todos.changing.changes import Door, Origin
from todos.mcp.approved import write_approved
from todos.models import TodoChange
from web.errors import ValidationFailed

from .lease import hold_lease
from .records import HOW_TO_DECIDE, approval_record
from .state.turn import Turn

# What says yes, and what no, to a question that waits: the whole message, without its marks.
forms = section("decisions")
# Of such words, those that mean a question even where the conversation has asked none: one of a program.
MEANS_A_QUESTION = frozenset({"approve", "approve all", "approved", "decline", "declined"})
ONLY_THE_PERSON = gettext_noop(
    "A program cannot answer this for you. Nothing was decided: open Todo Chat and choose there."
)
UNDONE = gettext_noop("This was approved and done, and undone since.")
TITLES_SAID = 3
Choice = Iterable[UUID] | Literal["all"]
Row = dict[str, Any]


def spoken_decision(text: str) -> bool | None:
    """Whether the whole text says yes (True) or no (False); None for anything else, which decides nothing."""
    words, talk = plain_words(text), understand_foreign_talk(text)
    if forms.yes.fullmatch(words) or talk == Say("yes"):
        return True
    return False if forms.no.fullmatch(words) or talk == Say("no") else None


def plain_words(text: str) -> str:
    return " ".join(re.sub(r"[^\w' ]", " ", text.casefold()).split())


async def ask_person(turn: Turn, calls: Sequence[ToolCall]) -> Approval | None:
    """The question for those of a step's calls that wait; None where none does."""
    waiting = [call for call in calls if call.status == ToolCall.Status.PENDING]
    return await store_approval(turn, waiting) if waiting else None


@database_unit
def store_approval(turn: Turn, waiting: Sequence[ToolCall]) -> Approval:
    """One question for all of them; it keeps the versions that the person is shown."""
    hold_lease(turn.conversation)
    rows = [
        {"tool_call_id": str(call.id), **row}
        for call in waiting
        if call.output
        for row in call.output["approval"]["todos"]
    ]
    return Approval.objects.create(
        owner=turn.user,
        conversation=turn.conversation,
        message=turn.answer,
        rows=rows,
        expires_at=until(timezone.now()),
    )


def approval_words(approval: Approval) -> str:
    """What an answer says that ends with a question to the person: the question, or what became of it meanwhile."""
    return decision_text(approval) if approval.decided_at else approval_question(approval)


def approval_question(approval: Approval) -> str:
    """What would be done, in one sentence, and how to say yes or no."""
    return f"{would_do(approval)} {_(HOW_TO_DECIDE)}"


def would_do(approval: Approval) -> str:
    actions = {row["action"] for row in approval.rows}
    titles = [quoted_text(row["title"]) for row in approval.rows]
    count = len(titles)
    sentences = {
        "complete": ngettext(
            "This would complete %(count)s todos: %(titles)s.",
            "This would complete %(count)s todos: %(titles)s.",
            count,
        ),
        "delete": ngettext(
            "This would delete %(count)s todos: %(titles)s.", "This would delete %(count)s todos: %(titles)s.", count
        ),
        "change": ngettext(
            "This would change %(count)s todos: %(titles)s.", "This would change %(count)s todos: %(titles)s.", count
        ),
    }
    told = {"count": count, "titles": named(titles)}
    return sentences[actions.pop() if len(actions) == 1 else "change"] % told


def named(titles: Sequence[str]) -> str:
    """The first few titles, and how many more there are."""
    shown, more = list(titles[:TITLES_SAID]), len(titles) - TITLES_SAID
    if more > 0:
        return _("%(titles)s and %(count)s more") % {"titles": ", ".join(shown), "count": more}
    return list_text(shown)


async def decide_in_words(turn: Turn) -> str:
    """What was decided, where the whole message says yes or no to a question that waits; else nothing.

    “Yes” and “no” answer the question of their conversation, and so does “only the first two”, right after it;
    “approve” and “decline” also the one of a program that waits, where the conversation has asked none. What a program
    writes in the person's place answers neither.
    """
    text = turn.question.content
    may_pick = len(text) <= CLAUSE_MAX_CHARACTERS and choosing.part.fullmatch(plain_words(text))
    told = await decide_spoken_of(turn) if may_pick or spoken_decision(text) is not None else ""
    if told:
        turn.answer.metadata[DECIDED] = True
    return told


@database_unit
def decide_spoken_of(turn: Turn) -> str:
    """The question keeps what it decided: a turn that goes on after its process died decides nothing more."""
    lock_user(turn.user)
    mine = Approval.objects.for_user(turn.user)
    if decided := turn.question.metadata.get(DECIDED):
        return spoken_outcome(mine.get(pk=decided))
    said_yes, chosen = spoken_decision(turn.question.content), list[UUID]()
    if said_yes is None:
        meant = [] if turn.question.is_by_program else list(asked_just_now(turn, mine.open()))
        chosen = [todo_id for approval in meant for todo_id in picked_in_words(turn, approval)]
        meant = meant if chosen else []
    else:
        meant = questions_meant(turn, mine)
    if not meant or turn.question.is_by_program:
        return _(ONLY_THE_PERSON) if meant else ""
    if len(meant) > 1:
        head = _("%(count)s questions of programs wait. Choose at each:") % {"count": len(meant)}
        return "\n".join([f"{head}\n", *map(question_line, meant)])
    hold_lease(turn.conversation)
    try:
        approval = carry_out(turn.user, meant[0].pk, "all" if said_yes else chosen, said_in=turn)
    except (ApprovalDecided, ApprovalExpired) as refusal:
        return refusal.sentence
    turn.question.metadata[DECIDED] = str(approval.pk)
    Message.objects.filter(pk=turn.question.pk).update(metadata=turn.question.metadata)
    return spoken_outcome(approval)


def questions_meant(turn: Turn, mine: ApprovalQuerySet) -> list[Approval]:
    """The one that the answer before ended with, else one that is open in the conversation, else those of programs."""
    asked = asked_just_now(turn, mine).first() or mine.filter(conversation=turn.conversation).open().first()
    if asked:
        return [asked]
    if plain_words(turn.question.content) not in MEANS_A_QUESTION:
        return []
    return list(mine.filter(conversation=None).open())


def asked_just_now(turn: Turn, mine: ApprovalQuerySet) -> ApprovalQuerySet:
    """The question that the answer before ended with."""
    return mine.filter(conversation=turn.conversation, message__sequence=turn.question.sequence - 1)


def picked_in_words(turn: Turn, approval: Approval) -> list[UUID]:
    """The todos of the question that the whole message surely picks; none where it may say anything else."""
    rows = [exchanges.Row(id=row["todo_id"], title=row["title"]) for row in approval.rows]
    verbs = {row["action"] for row in approval.rows}
    clock = Clock(turn.now, ZoneInfo(turn.user.time_zone))
    try:
        picked = part_of(turn.question.content, rows, verbs.pop() if len(verbs) == 1 else "", clock)
    except Unclear:
        return []
    return [UUID(row.id) for row in picked]


def question_line(approval: Approval) -> str:
    return f"- {approval.asker_name or _('A program')}: {would_do(approval)} /approvals/{approval.pk}"


def spoken_outcome(approval: Approval) -> str:
    """What came of it; of what a program asked, with its name, as the conversation knows nothing of it."""
    if not approval.asker:
        return decision_text(approval)
    asked_by = _("%(program)s asked.") % {"program": approval.asker_name or _("A program")}
    return f"{asked_by} {decision_text(approval)}"


def approval_of_program(user: User, todos: Sequence[Row], asker: str, asker_name: str, call_id: UUID) -> Approval:
    """The question that a program of somebody else cannot answer itself; it keeps the versions that are shown."""
    return Approval.objects.create(
        owner=user,
        asker=asker,
        asker_name=asker_name,
        rows=[{"tool_call_id": str(call_id), **row} for row in todos],
        expires_at=until(timezone.now()),
    )


def until(now: datetime.datetime) -> datetime.datetime:
    return now.replace(microsecond=0) + datetime.timedelta(minutes=settings.APPROVAL_MINUTES)


@database_unit
def decide(user: User, approval_id: UUID, chosen: Choice) -> tuple[Approval, list[ToolCall]]:
    """Carry out the person's decision from the API or a page; returns it with the calls that waited."""
    approval = carry_out(user, approval_id, chosen)
    return approval, list(waiting_calls(approval))


def waiting_calls(approval: Approval) -> QuerySet[ToolCall]:
    return ToolCall.objects.filter(id__in={row["tool_call_id"] for row in approval.rows}).order_by("position")


def carry_out(user: User, approval_id: UUID, chosen: Choice, said_in: Turn | None = None) -> Approval:
    """Do what was approved, and nothing else; an empty choice declines. Each tool call then has its outcome.

    A todo that was changed since the person was asked is left out, and its result says so. What is decided of a program
    in the words of a turn, `said_in`, is taken back with that turn.
    Raises ApprovalNotFound, ApprovalDecided, ApprovalExpired or ValidationFailed.
    """
    lock_user(user)  # one decision at a time
    approval = Approval.objects.for_user(user).filter(pk=approval_id).first()
    if approval is None:
        raise ApprovalNotFound
    if approval.decided_at:
        raise decided_already(approval)
    if approval.expires_at <= timezone.now():
        raise ApprovalExpired
    asked = [row["todo_id"] for row in approval.rows]
    approval.approved = asked if chosen == "all" else sorted({str(todo_id) for todo_id in chosen})
    if unknown := set(approval.approved) - set(asked):
        raise ValidationFailed(details={"approve": f"{len(unknown)} of these ids are not part of this approval."})
    calls = list(waiting_calls(approval))
    for call in calls:
        carry_out_call(user, approval, call)
    if approval.asker:
        by = Origin(Door.CHAT, said_in.conversation.pk, said_in.answer.pk) if said_in else Origin(Door.MCP)
        approval.outcome = write_chosen(user, approval, approval.rows, by)
    approval.decided_at = timezone.now()
    approval.save(update_fields=["approved", "decided_at", "outcome"])
    ToolCall.objects.bulk_update(calls, ["status", "output"])
    if approval.asker:
        say_no_more(user.pk, approval.pk, "approved" if approval.approved else "declined")
    return approval


def decided_already(approval: Approval) -> ApprovalDecided:
    """For whoever comes second: what was decided."""
    record = dataclasses.asdict(approval_record(approval, timezone.now()))
    refusal = ApprovalDecided(
        " ".join([_("This was decided already."), decision_text(approval)]), details={"approval": record}
    )
    refusal.approval = approval
    return refusal


def carry_out_call(user: User, approval: Approval, call: ToolCall) -> None:
    """Write what was approved of one call and set its outcome, which the caller stores."""
    mine = [row for row in approval.rows if row["tool_call_id"] == str(call.id)]
    is_chosen = any(row["todo_id"] in approval.approved for row in mine)
    call.status = ToolCall.Status.SUCCESS if is_chosen else ToolCall.Status.DENIED
    by = Origin(Door.CHAT, approval.conversation_id, approval.message_id)
    call.output = write_chosen(user, approval, mine, by)


def write_chosen(user: User, approval: Approval, mine: Sequence[Row], by: Origin) -> dict[str, Any]:
    """Write what was approved of the rows of one call; its output."""
    chosen = [row for row in mine if row["todo_id"] in approval.approved]
    results = write_approved(
        user,
        mine[0]["action"],
        [(UUID(row["todo_id"]), row["version"], row["title"]) for row in chosen],
        now=timezone.now(),
        by=dataclasses.replace(by, tool_call_id=UUID(mine[0]["tool_call_id"])),
    )
    return {**results.model_dump(mode="json"), "declined": [row["title"] for row in mine if row not in chosen]}


def standing(approval: Approval) -> tuple[str, bool]:
    """What came of the question of a program, as it holds now, and whether anything of it can be taken back."""
    if approval.decided_at is None:
        return "", False
    done = TodoChange.objects.for_user(approval.owner_id).filter(tool_call_id=asking_call(approval), undoes=None)
    holds = [change.undone_at is None for change in done]
    if holds and not any(holds):
        return _(UNDONE), False
    return decision_text(approval), any(holds)


def asking_call(approval: Approval) -> UUID:
    """The call that asked; of a program, a question is one call's."""
    return UUID(approval.rows[0]["tool_call_id"])


def state_sentence(outcome: str, count: int) -> str:
    """What the `titles` are now."""
    if outcome == "completed":
        return ngettext("%(titles)s is done now.", "%(titles)s are done now.", count)
    return ngettext("%(titles)s is in the trash now.", "%(titles)s are in the trash now.", count)


def decision_text(approval: Approval) -> str:
    """What was really done, from the stored outcomes of the calls."""
    outputs = [call.output or {} for call in approval.message.tool_calls.all()] if approval.message else []
    outputs += [approval.outcome] if approval.outcome else []
    results = [item for output in outputs for item in output.get("results", [])]
    parts = []
    for outcome in ("completed", "deleted"):
        if titles := [quoted_text(item["task"]["title"]) for item in results if item.get("outcome") == outcome]:
            parts.append(state_sentence(outcome, len(titles)) % {"titles": named(titles)})
    refusals = [item["reason"] for item in results if "reason" in item]
    if not approval.approved:
        return _("All right, nothing was changed.")
    return " ".join([*(parts or [_("Nothing was changed.")]), *refusals])
