"""What a turn knows while it runs. It lives in one process for one turn; the database has all that must last."""

import datetime
import time
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop

from accounts.models import User
from chat.assistants.basic import language_of
from chat.assistants.interface import AssistantText, HistoryItem, ModelRequest, StepEnd, TextRetracted, UserText
from chat.history.window import text_tokens
from chat.models import Approval, Conversation, Message, ToolCall
from telemetry.notes import started_at
from web.text import displayable

from .notes import StepNote
from .sending import Sending
from .waiting import ModelWait

STOP_SENTENCES = {
    "turn_deadline": gettext_noop("I stopped here, because this took too long. Ask again for what is missing."),
    "too_many_steps": gettext_noop("I stopped here after many steps. Ask again for what is missing."),
    "answer_too_long": gettext_noop("I stopped here, because this became too long. Ask again for what is missing."),
    "too_many_tool_calls": gettext_noop("I stopped here after many changes. Ask again for what is missing."),
}

# Longer than what a model writes in a useful answer; it is stored, drawn and sent back.
ANSWER_MAX_CHARACTERS = 60_000


@dataclass(kw_only=True)
class Turn:
    """What `begin_turn` stored, and what the model has said and done since. `answer` is saved when the turn ends.

    It `opens` its conversation where nothing was said before that stands.
    `steps_before` were made by a turn that this one retries; `step_text` is what the present step has said.
    """

    user: User
    request_id: str
    conversation: Conversation
    question: Message
    answer: Message
    sending: Sending
    tool_calls: list[ToolCall] = field(default_factory=list)
    opens: bool = False
    step: int = 1
    steps_before: int = 0
    approval: Approval | None = None
    step_text: str = ""
    wait: ModelWait = field(default_factory=ModelWait)
    started: float = field(default_factory=started_at)
    step_notes: list[StepNote] = field(default_factory=list)

    @property
    def now(self) -> datetime.datetime:
        """The moment of the question: “tomorrow” is counted from it, however late it came or long the answer takes."""
        return self.question.typed_at

    @property
    def language(self) -> str:
        """The language that the person wrote in. The answer is in it, and what tools tell; both are stored as said.

        Where that does not show, it is the one of their pages, which word cards, receipts and lines of tools anew.
        """
        said = [item.text for item in self.sending.history if isinstance(item, UserText)]
        return language_of(self.question.content, said[:-1], self.user.speaks)

    @property
    def elapsed_ms(self) -> int:
        return int((time.perf_counter() - self.started) * 1000)

    @property
    def open_calls(self) -> list[ToolCall]:
        """The stored calls whose outcome is not known: not made yet, or in a process that died."""
        return [call for call in self.tool_calls if call.output is None]

    @property
    def has_begun(self) -> bool:
        """Whether the model has said or asked for anything: from then on nothing is asked a second time."""
        return bool(self.answer.content or self.tool_calls)

    @property
    def fallback(self) -> str:
        """The code of the failure for which the basic assistant answers in the model's place; empty otherwise."""
        return self.answer.metadata.get("fallback", "")

    def within_length(self, text: str) -> str:
        """What of a model's text still has room in the answer; the turn stops where there is more."""
        room = ANSWER_MAX_CHARACTERS - len(self.answer.content)
        if len(text) > room:
            self.stop("answer_too_long")
        return text[: max(room, 0)]

    def add_text(self, text: str) -> str:
        """Append a piece of the model's text; returns it as it was appended, apart from the text of earlier steps."""
        text = displayable(text)
        if self.answer.first_token_ms is None:
            self.answer.first_token_ms = self.elapsed_ms
        piece = f"\n\n{text}" if self.answer.content and not self.step_text else text
        self.step_text += text
        self.answer.content += piece
        return piece

    def retract_text(self) -> None:
        """Take back what this step said: it was not for the person."""
        self.answer.content = self.answer.content.removesuffix(self.step_text).removesuffix("\n\n")
        self.step_text = ""

    def end_step(self, items: list[HistoryItem]) -> None:
        """Let the next step see what this one said, asked for and got."""
        if self.step_text:
            self.sending.history.append(AssistantText(self.step_text))
        self.sending.history += items
        self.step, self.step_text = self.step + 1, ""

    def hear(self, output: StepEnd | TextRetracted) -> None:
        """Take what is neither text nor a call."""
        if isinstance(output, StepEnd):
            self.count_tokens(output)
        else:
            self.retract_text()

    def count_tokens(self, end: StepEnd) -> None:
        """What the model says that a step took."""
        self.answer.input_tokens += end.input_tokens
        self.answer.output_tokens += end.output_tokens
        self.answer.server_parts = end.parts
        if self.step == self.steps_before + 1:
            self.sending.compare(end)

    def count_cut_step(self, request: ModelRequest) -> None:
        """Of a step that ended before the model could count: what was sent and what came, by the estimate.

        Else whoever stops each answer shortly before its end would pay nothing for any.
        """
        self.answer.input_tokens += self.sending.estimate(request)
        self.answer.output_tokens += text_tokens(self.step_text)

    @property
    def stopped(self) -> bool:
        return self.answer.status == Message.Status.STOPPED

    @property
    def stopped_by_user(self) -> bool:
        return self.stopped and not self.answer.error_code

    def stop(self, reason: str) -> None:
        self.answer.status, self.answer.error_code = Message.Status.STOPPED, reason

    def stop_for_user(self) -> None:
        """Make no further step or call, and wait no longer for the model."""
        self.stop("")
        self.wait.end()
