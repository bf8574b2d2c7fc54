"""Doubles and factories for tests of the chat: the one fake is the model, and it is scripted, never patched."""

import asyncio
import datetime
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import factory
from django.test import override_settings
from django.utils import timezone

from accounts.entry.sign_ins import begin_sign_in
from accounts.models import OutsideIdentity, Passkey, SecondFactor, User
from accounts.programs.testing import connected_program
from accounts.testing import UserFactory
from accounts.tokens.digest import digest_of
from accounts.tokens.personal import issue_personal_token
from notices.buttons.signing import address_of
from notices.models import Delivery, PushSubscription, Webhook
from todos.changing.changes import Origin
from todos.commands import add_todo
from todos.models import CalendarFeed, Door, Todo, TodoTag
from todos.testing import make_many

from .assistants.interface import ModelOutput, ModelRequest, StepEnd, TextDelta, ToolRequest, json_text, model_named
from .errors import ModelUnavailable
from .models import Approval, Conversation, Message, ToolCall
from .turns.upkeep import upkeep_tasks

Outputs = Iterable[ModelOutput | Exception]
Step = Outputs | Callable[[ModelRequest], Awaitable[Outputs]]


class ScriptedModel:
    """Gives the scripted steps in order and keeps what it was sent. A step may be an async function of the request.

    Titles and summaries, asked for without tools, are `upkeep`: scripted apart, and out of reach by default.
    """

    name: ClassVar[str] = "scripted"

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.requests: list[ModelRequest] = []
        self.upkeep: list[Step] = []
        self.upkeep_requests: list[ModelRequest] = []

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        if not request.tools:
            self.upkeep_requests.append(request)
            step = self.upkeep.pop(0) if self.upkeep else [ModelUnavailable()]
        else:
            self.requests.append(request)
            step = self.steps.pop(0)
        for output in await step(request) if callable(step) else step:
            if isinstance(output, Exception):
                raise output
            yield output


@contextmanager
def scripted_model(*steps: Step) -> Iterator[ScriptedModel]:
    """Turns inside the block get these steps, one for each request to the model."""
    path = f"{ScriptedModel.__module__}.{ScriptedModel.__qualname__}"
    with override_settings(CHAT_MODEL=path):
        model_named.cache_clear()
        model = model_named(path)
        assert isinstance(model, ScriptedModel)
        model.steps = list(steps)
        yield model


async def upkeep_done() -> None:
    """Wait for the titles and summaries that are being made."""
    await asyncio.gather(*upkeep_tasks.values())


def says(text: str, input_tokens: int = 0, output_tokens: int = 0) -> list[ModelOutput]:
    return [TextDelta(text), StepEnd(input_tokens, output_tokens)]


def calls(tool_name: str, arguments: dict | str, call_id: str = "call_1") -> list[ModelOutput]:
    text = arguments if isinstance(arguments, str) else json_text(arguments)
    return [ToolRequest(call_id, tool_name, text), StepEnd()]


class ConversationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Conversation

    owner = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda number: f"Conversation {number}")


class MessageFactory(factory.django.DjangoModelFactory):
    """A message at the next place of its conversation."""

    class Meta:
        model = Message

    conversation = factory.SubFactory(ConversationFactory)
    owner = factory.SelfAttribute("conversation.owner")
    role = Message.Role.USER
    content = factory.Sequence(lambda number: f"Message {number}")

    @factory.lazy_attribute
    def sequence(self: Any) -> int:
        self.conversation.last_sequence += 1
        self.conversation.save(update_fields=["last_sequence"])
        return self.conversation.last_sequence


ANSWER = """You have **{count} todos** this week:

1. Call Ann about the *summer* trip, before `noon`
2. Pay the rent – see [the contract](https://example.com/rent)

| what | when |
|---|---|
| rent | friday |

- [x] milk is done
- [ ] the rest is open
"""


def full_page(owner: User, exchanges: int = 15, todos: int = 100, conversations: int = 30) -> Conversation:
    """A conversation of so many questions with their answers, every third with a tool call, beside so many todos."""
    today = timezone.now().date()
    rows = make_many(owner, todos)
    for number, todo in enumerate(rows):
        todo.due_date = today + datetime.timedelta(days=number % 20 - 5) if number % 4 else None
        todo.priority, todo.notes = number % 5, "Not before noon." if number % 7 == 0 else ""
    Todo.objects.bulk_update(rows, ["due_date", "priority", "notes"])
    TodoTag.objects.bulk_create(TodoTag(todo=todo, name=f"tag{todo.priority}") for todo in rows[::2])
    for number in range(conversations - 1):
        ConversationFactory(owner=owner, title=f"Plans for the week {number}")
    conversation = ConversationFactory(owner=owner, title="A long conversation")
    for number in range(exchanges):
        MessageFactory(conversation=conversation, content=f"What is on my list, and what about {number}?")
        answer = MessageFactory(conversation=conversation, role="assistant", content=ANSWER.format(count=number))
        if number % 3 == 0:
            added_in(answer, rows[number % len(rows)])
    return conversation


def added_in(answer: Message, todo: Todo) -> ToolCall:
    """The stored call by which an answer added a todo."""
    task = {"id": str(todo.pk), "title": todo.title}
    return ToolCall.objects.create(
        conversation=answer.conversation,
        message=answer,
        step=1,
        position=1,
        tool_name="add_task",
        call_id="call_1",
        input={"tasks": [{"title": todo.title}]},
        output={"results": [{"outcome": "added", "task": task}]},
        status=ToolCall.Status.SUCCESS,
    )


def belongings(owner: User, words: str) -> dict[str, str]:
    """One of everything that has an address of its own: the name of its id in addresses, and the id.

    All that a person writes has these words in it. The answer failed, so that it can be retried; a question is open.
    """
    conversation = ConversationFactory(owner=owner, title=f"Chat about {words}")
    MessageFactory(conversation=conversation, content=f"Add {words}")
    answer = MessageFactory(
        conversation=conversation, role="assistant", content=f"I did {words}", status=Message.Status.FAILED
    )
    call = ToolCall.objects.create(
        conversation=conversation, message=answer, step=1, position=1, tool_name="add_task", call_id="call_1"
    )
    by = Origin(Door.CHAT, conversation.pk, answer.pk, call.pk)
    written = add_todo(
        owner, now=timezone.now(), by=by, title=f"Todo {words}", notes=words, due="tomorrow", remind="noon"
    )
    assert written.change
    row = {"tool_call_id": str(call.pk), "action": "delete", "todo_id": str(written.todo.pk)}
    row |= {"version": 1, "title": words, "due_text": ""}
    approval = Approval.objects.create(
        owner=owner,
        conversation=conversation,
        message=answer,
        rows=[row],
        expires_at=timezone.now() + datetime.timedelta(days=1),
    )
    delivery, pressed = told_of(written.todo)
    passkey, identity, feed = ways_in(owner, words)
    rows = {
        "conversation_id": conversation,
        "message_id": answer,
        "tool_call_id": call,
        "todo_id": written.todo,
        "reminder_id": written.todo.reminders.get(),
        "change_id": written.change,
        "approval_id": approval,
        "sign_in_id": begin_sign_in(owner, words),
        "passkey_id": passkey,
        "delivery_id": delivery,
        "subscription_id": PushSubscription.objects.create(owner=owner, endpoint=words, device=words),
        "webhook_id": Webhook.objects.create(owner=owner, url=f"https://{words}.example/", name=words, events=["*"]),
        "identity_id": identity,
        "token_id": owner.personal_tokens.first(),
        "program_id": connected_program(owner, words).application,
    }
    keys = {"user_id": owner.subject, "secret": feed, "button": address_of(pressed.pk, "done").rpartition("/")[2]}
    return {name: str(row.pk) for name, row in rows.items()} | keys


def ways_in(owner: User, words: str) -> tuple[Passkey, OutsideIdentity, str]:
    """A passkey, an identity elsewhere and the secret of a calendar; beside them a token and a second factor."""
    feed = secrets.token_urlsafe(8)
    CalendarFeed.objects.update_or_create(
        user=owner, defaults={"digest": digest_of(feed), "created_at": timezone.now()}
    )
    issue_personal_token(owner, words, "write", days=30)
    SecondFactor.objects.create(user=owner)
    outside = {"issuer": "https://id.example", "subject": words, "shown": words}
    passkey = Passkey.objects.create(user=owner, name=f"Key of {words}", credential_id=words, public_key="key")
    return passkey, OutsideIdentity.objects.create(user=owner, **outside), feed


def told_of(todo: Todo) -> tuple[Delivery, Delivery]:
    """A notice on open pages, and one whose button was pressed."""
    moments = dict.fromkeys(("occurrence", "not_before", "expires_at"), timezone.now() + datetime.timedelta(hours=1))
    told = {"owner": todo.owner, "kind": "reminder", "state": "sent", "todo_id": todo.pk, **moments}
    source_id = todo.reminders.get().pk
    page = Delivery.objects.create(**told, channel="page", source_id=source_id)
    return page, Delivery.objects.create(**told, channel="push", source_id=source_id, acted="done")
