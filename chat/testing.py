"""Doubles and factories for tests of the chat: the one fake is the model, and it is scripted, never patched."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import factory
from django.test import override_settings

from accounts.testing import UserFactory

from .context import json_text
from .model_interface import ModelOutput, ModelRequest, StepEnd, TextDelta, ToolRequest
from .models import Conversation, Message
from .turn import model_named

Outputs = Iterable[ModelOutput | Exception]
Step = Outputs | Callable[[ModelRequest], Awaitable[Outputs]]


class ScriptedModel:
    """Gives the scripted steps in order and keeps what it was sent. A step may be an async function of the request."""

    name: ClassVar[str] = "scripted"

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.requests: list[ModelRequest] = []

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
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
