"""What a front end sends to begin a run. Little of it is read: the conversation is kept here."""

import hashlib
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from chat.api.schema import Decision
from chat.turns.approvals import Choice
from web.errors import ValidationFailed
from web.requests.fields import Body

NAME_MAX = 200
TEXT_ONLY = "A message to this assistant is text alone."


class Theirs(Body):
    """A shape of the protocol, which may grow: what it does not name is left unread, not refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")


class MessagePart(Theirs):
    type: str
    text: str = ""


class FrontMessage(Theirs):
    """A message as a front end keeps it. Of those before the last one nothing is read: they are stored here."""

    id: str = Field(min_length=1, max_length=NAME_MAX)
    role: str
    content: str | list[MessagePart] | None = None

    @property
    def text(self) -> str:
        """Raises ValidationFailed for an image and whatever else is no text."""
        if not isinstance(self.content, list):
            return self.content or ""
        if any(part.type != "text" for part in self.content):
            raise ValidationFailed(details={"messages": TEXT_ONLY})
        return "\n".join(part.text for part in self.content)


class ResumeEntry(Theirs):
    """What the person says to a question of an earlier run."""

    interrupt_id: str = Field(description="The id of the approval.")
    status: Literal["resolved", "cancelled"] = Field(description="`cancelled` leaves the todos as they are.")
    payload: Any = Field(None, description='`{"approve": "all"}`, or the ids of some of the todos, or an empty list.')

    @property
    def chosen(self) -> Choice:
        """Raises ValidationFailed for a payload that is no decision."""
        if self.status == "cancelled":
            return []
        try:
            return Decision.model_validate(self.payload).approve
        except ValidationError:
            reason = 'Send {"approve": "all"}, the ids of some of the todos, or an empty list.'
            raise ValidationFailed(details={"resume": reason}) from None


class RunInput(Theirs):
    """A run: the last message, where it is the person's, is said; `resume` answers what an earlier run asked.

    Without either, the run tells what is stored of the thread.
    """

    model_config = ConfigDict(
        title="RunAgentInput",
        json_schema_extra={
            "examples": [
                {
                    "threadId": "groceries",
                    "runId": "0199c3f2-7a51-7c3e-9d0b-5f2f6f0f4c11",
                    "messages": [{"id": "1", "role": "user", "content": "Remind me friday 5pm to call the dentist"}],
                }
            ]
        },
    )

    thread_id: str = Field(
        min_length=1, max_length=NAME_MAX, description="Yours to choose, or the id of one of your conversations."
    )
    run_id: str = Field(min_length=1, max_length=NAME_MAX)
    messages: list[FrontMessage] = Field(
        description="The last one counts; the history is kept here. Its id makes it safe to send again."
    )
    resume: list[ResumeEntry] | None = None
    parent_run_id: str | None = Field(None, description="Not read.")
    protocol_version: str | None = Field(None, description="Not read; answers follow 1.0.")
    state: Any = Field(None, description="Not read.")
    tools: list[Any] | None = Field(None, description="Not read: the assistant has tools of its own.")
    context: list[Any] | None = Field(None, description="Not read.")
    forwarded_props: Any = Field(None, description="Not read.")

    @property
    def said(self) -> FrontMessage | None:
        """What the person says in this run."""
        last = self.messages[-1] if self.messages else None
        return last if last and last.role == "user" else None

    def key_of(self, message: FrontMessage) -> str:
        """The Idempotency-Key of a message: in a thread its id is its own."""
        return "agui-" + hashlib.sha256(f"{self.thread_id}\n{message.id}".encode()).hexdigest()
