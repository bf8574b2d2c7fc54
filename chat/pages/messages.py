"""What a stored message looks like to a person: its text, its tool calls, and why an answer is missing or cut. Pure."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chat.assistants.interface import BASIC
from chat.events import ApprovalRecord
from chat.models import DECIDED, TAKEN_BACK, Message
from chat.turns.again import RETRYABLE
from chat.turns.records import HOW_TO_DECIDE, approval_of
from chat.turns.replacing import is_editable
from habits.speech import without_ending
from todos.models import Todo

from .sidebar import conversations_address
from .text.claims import claims_change
from .text.markdown import literal_html, markdown_html
from .text.passages import Passage, passages_of, shown_titles
from .text.said import unsaid
from .tool_calls import Card, ToolCallLine, tool_call_line, written_ids


@dataclass(frozen=True)
class Failure:
    """Why an answer is missing or cut: what happened, what to do next."""

    sentence: str | Promise
    next_step: str | Promise


@dataclass(frozen=True)
class DrawnPassage:
    """A piece of an answer as it is drawn: text, or todos as cards."""

    html: SafeString | None = None
    cards: list[Card] = field(default_factory=list)


@dataclass(frozen=True)
class MessageView:
    """A message as drawn by `chat/_message.html`. `asked` is the sequence of the question it answers."""

    message: Message
    working: bool
    passages: list[DrawnPassage]
    tool_calls: list[ToolCallLine]
    failure: Failure | None
    reference: str
    is_last: bool
    approval: ApprovalRecord | None
    marked: SafeString | None = None  # what the person said, with hits of a search
    can_be_edited: bool = False
    earlier_answer: str = ""  # of a message that was replaced

    @functools.cached_property
    def page(self) -> str:
        """What the addresses of its buttons begin with."""
        return f"{self.conversation_page}/messages/{self.message.pk}"

    @property
    def conversation_page(self) -> str:
        return f"{conversations_address()}{self.message.conversation_id}"

    @property
    def shown_calls(self) -> list[ToolCallLine]:
        return [line for line in self.tool_calls if line.is_shown]

    @property
    def retryable(self) -> bool:
        return self.is_last and self.message.status in RETRYABLE

    @property
    def can_be_asked_again(self) -> bool:
        return self.is_last and self.message.status == Message.Status.COMPLETED and self.approval is None

    @property
    def answered_by(self) -> str:
        """Who answered, where it was not the model; empty for that."""
        if reason := self.message.metadata.get("fallback"):
            return str(FALLBACKS.get(reason, OUT_OF_REACH_NOW))
        return gettext("Basic assistant") if self.message.model == BASIC else ""

    @property
    def news(self) -> str:
        """What assistive technology says when the answer is whole."""
        if self.approval is not None and self.approval.status == "pending":
            return gettext("Your approval is needed.")
        return str(NEWS.get(self.message.status, THE_ANSWER_FAILED))

    @property
    def rated_up(self) -> bool:
        return self.message.metadata.get("feedback") == "up"

    @property
    def rated_down(self) -> bool:
        return self.message.metadata.get("feedback") == "down"

    @property
    def claims_too_much(self) -> bool:
        """Whether the text says that something was changed, and no call of the turn changed anything.

        What tells of a decision is from stored rows, whose changes are those of an earlier turn's calls or a program's.
        """
        changed = any(line.changed_something for line in self.tool_calls)
        told = self.working or changed or DECIDED in self.message.metadata
        return not told and claims_change(self.message.content)

    @property
    def taken_back(self) -> str:
        """Of an edited message: what its earlier version had done and no longer holds."""
        return str(self.message.metadata.get(TAKEN_BACK, ""))

    @property
    def asked(self) -> int:
        return self.message.sequence - 1

    @property
    def has_cards(self) -> bool:
        return any(line.cards for line in self.tool_calls)


FALLBACKS = {"quota_exhausted": _("Today’s allowance for the model is used up; the basic assistant answered.")}
OUT_OF_REACH_NOW = _("The model is out of reach; the basic assistant answered.")
THE_ANSWER_FAILED = _("The answer failed.")
NEWS: dict[str, Promise] = {Message.Status.COMPLETED: _("Reply ready."), Message.Status.STOPPED: _("Stopped.")}
OUT_OF_REACH = Failure(_("The service was out of reach for a moment."), _("What was done so far is kept."))
FAILURES = {
    "model_error": Failure(
        _("The assistant gave an answer that could not be used."), _("Ask again, perhaps in other words.")
    ),
    "context_too_long": Failure(_("This conversation is too long for the assistant."), _("Go on in a new chat.")),
    "content_filtered": Failure(_("The assistant’s content filter stopped the answer."), _("Say it in other words.")),
    **dict.fromkeys(
        ("model_misconfigured", "model_key_refused", "model_not_found"),
        Failure(_("The assistant is not set up correctly."), _("Tell whoever runs this service.")),
    ),
    "model_without_tools": Failure(
        _("The assistant’s model cannot use tools, so it cannot reach your todos."),
        _("Tell whoever runs this service."),
    ),
    "model_quota_used_up": Failure(
        _("The assistant’s allowance at its provider is used up."), _("Tell whoever runs this service.")
    ),
    "model_overloaded": Failure(_("The assistant has too much to do right now."), _("Ask again in a moment.")),
    "model_loading": Failure(_("The model is being loaded…"), _("Ask again in a moment.")),
    "model_unavailable": Failure(_("The assistant is out of reach right now."), _("Ask again in a moment.")),
    "model_timeout": Failure(_("The assistant took too long to answer."), _("Ask again, or ask for less at once.")),
    "service_unavailable": OUT_OF_REACH,
    "outcome_unknown": OUT_OF_REACH,
    "quota_exhausted": Failure(_("Today’s allowance for the assistant is used up."), _("It starts afresh tomorrow.")),
}
UNEXPECTED = Failure(
    _("Something went wrong on our side."), _("Ask again; if it happens again, tell us the reference.")
)
STOPPED = Failure(_("Stopped here."), _("What was done so far is kept."))
INTERRUPTED = Failure(_("The answer was interrupted."), _("What was done so far is kept."))


def message_passages(message: Message) -> list[Passage]:
    """The text of an answer and the lists of todos in it. One that is being written is text, until it is whole."""
    approval = approval_of(message)
    decided = approval is not None and approval.status != "pending"
    text = without_ending(message.content, HOW_TO_DECIDE) if decided else message.content
    if message.status == Message.Status.PENDING or not message.calls:
        return [Passage(text)]
    return passages_of(text, shown_titles(call.output for call in message.calls), map(str, written_ids(message.calls)))


def message_view(
    message: Message, passages: list[Passage], todos: Mapping[str, Todo], last_sequence: int
) -> MessageView:
    """Of a row from `with_tool_calls`."""
    working = message.status == Message.Status.PENDING
    return MessageView(
        message=message,
        working=working,
        passages=[drawn(passage, message, todos) for passage in passages],
        tool_calls=[receipt(tool_call_line(call, todos, turn_ended=not working), message) for call in message.calls],
        failure=failure_of(message),
        reference=str(message.metadata.get("request_id") or message.pk),
        is_last=message.sequence == last_sequence,
        approval=approval_of(message),
        can_be_edited=message.role == Message.Role.USER and is_editable(message, last_sequence),
    )


def receipt(line: ToolCallLine, message: Message) -> ToolCallLine:
    """Beside the text, which says what there is to say; what it does not say stands here, once it is whole."""
    if message.status == Message.Status.PENDING:
        return replace(line, cards=[replace(card, note="") for card in line.cards], refusals=[])
    said = message.content
    cards = [replace(card, note=unsaid(card.note, said)) for card in line.cards]
    return replace(line, cards=cards, refusals=[reason for reason in line.refusals if unsaid(reason, said)])


def drawn(passage: Passage, message: Message, todos: Mapping[str, Todo]) -> DrawnPassage:
    """Text of the basic assistant is escaped, not parsed as Markdown: it quotes titles."""
    if not passage.listed:
        draw = literal_html if message.model == BASIC else markdown_html
        return DrawnPassage(html=draw(passage.text))
    cards = [Card(item.title, todos.get(item.todo_id), number=item.number) for item in passage.listed]
    return DrawnPassage(cards=cards)


def failure_of(message: Message) -> Failure | None:
    match message.status:
        case Message.Status.FAILED:
            return FAILURES.get(message.error_code, UNEXPECTED)
        case Message.Status.STOPPED if not message.error_code:
            return STOPPED
        case Message.Status.INTERRUPTED:
            return INTERRUPTED
    return None
