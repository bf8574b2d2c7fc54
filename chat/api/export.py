"""One conversation to keep: every message with its tool calls, as JSON or as Markdown, a batch at a time."""

import datetime
import json
import re
from collections.abc import AsyncGenerator
from typing import Literal
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from ninja.responses import NinjaJSONEncoder

from accounts.models import User
from chat.conversations import read_conversation
from chat.models import Conversation, Message, ToolCall
from database.units import database_unit

from .schema import ConversationOut, MessageOut

ExportFormat = Literal["json", "markdown"]
EXPORT_DOCUMENTATION = {
    "responses": {
        200: {
            "description": "The file.",
            "content": {
                "application/json": {"schema": {"type": "object"}},
                "text/markdown": {"schema": {"type": "string"}},
            },
        }
    }
}
BATCH = 50
CONTENT_TYPES = {"json": "application/json", "markdown": "text/markdown; charset=utf-8"}
ENDINGS = {"json": "json", "markdown": "md"}
# What means something in Markdown or HTML, anywhere or first in a line; behind a backslash it is only itself.
MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>#|~&$!{}]|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)])")
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
INDENT = re.compile(r"^\s+")


async def conversation_export(user: User, conversation_id: UUID, format: ExportFormat) -> StreamingHttpResponse:
    """Refuses before the first byte; then no more than a batch of messages is in memory."""
    conversation = await read_conversation(user, conversation_id)
    parts = json_parts if format == "json" else markdown_parts
    name = f"{slugify(conversation.title)[:60] or 'conversation'}.{ENDINGS[format]}"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "", "Cache-Control": "no-store"}
    return StreamingHttpResponse(parts(conversation, user), content_type=CONTENT_TYPES[format], headers=headers)


async def batches(conversation: Conversation) -> AsyncGenerator[list[Message], None]:
    """The messages there were when the export began; a connection is held for one batch only."""
    for start in range(0, conversation.last_sequence, BATCH):
        yield await messages_between(conversation, start, min(start + BATCH, conversation.last_sequence))


@database_unit
def messages_between(conversation: Conversation, after: int, last: int) -> list[Message]:
    return list(conversation.messages.after(after).before(last + 1).order_by("sequence").with_tool_calls())


async def json_parts(conversation: Conversation, user: User) -> AsyncGenerator[str, None]:
    about = {**ConversationOut.of(conversation).model_dump(), "summary": conversation.summary}
    yield f'{{"conversation": {as_json(about)},\n"messages": ['
    separator = "\n"
    async for messages in batches(conversation):
        for message in messages:
            yield separator + as_json(MessageOut.of(message).model_dump())
            separator = ",\n"
    yield "\n]}\n"


def as_json(value: object) -> str:
    """As the API writes it."""
    return json.dumps(value, cls=NinjaJSONEncoder, ensure_ascii=False)


async def markdown_parts(conversation: Conversation, user: User) -> AsyncGenerator[str, None]:
    zone = user.zone
    yield f"# {escaped(conversation.title)}\n\n{moment(conversation.created_at, zone)}, times in {zone}\n"
    if conversation.continued_from_id:
        yield f"\n## Summary of the conversation before\n\n{quotation(conversation.summary)}\n"
    async for messages in batches(conversation):
        yield "".join(message_markdown(message, zone) for message in messages)


def message_markdown(message: Message, zone: datetime.tzinfo) -> str:
    """A heading that no text can imitate, because every text is a quotation, and its tool calls as code."""
    who = "You" if message.role == Message.Role.USER else "Assistant"
    state = "" if message.status == Message.Status.COMPLETED else f" ({message.status})"
    state += " (replaced by an edited message)" if message.replaced_at else ""
    parts = [f"\n## {who}, {moment(message.created_at, zone)}{state}\n"]
    parts += [call_markdown(call) for call in message.calls]
    if message.content:
        parts.append(f"\n{quotation(message.content)}\n")
    return "".join(parts)


def call_markdown(call: ToolCall) -> str:
    calls = [("Input", call.input), ("Output", call.output)]
    code = [f"\n{name}:\n\n{fenced(value)}\n" for name, value in calls if value is not None]
    return f"\n### Tool: {escaped(call.tool_name)} ({call.status})\n{''.join(code)}"


def quotation(text: str) -> str:
    """The text as it was typed, line by line: no heading, link, image or HTML comes of it."""
    return "\n".join(f"> {escaped(line)}\\" if line.strip() else ">" for line in text.splitlines()).removesuffix("\\")


def escaped(text: str) -> str:
    """One line. Its indent is kept by spaces that do not make code of it."""
    line = " ".join(text.splitlines())
    indent = INDENT.match(line)
    return (NO_BREAK_SPACE * indent.end() if indent else "") + MARKDOWN_SIGNS.sub(r"\\\1", line.lstrip())


def fenced(value: object) -> str:
    """JSON between fences that are longer than any in it."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`+", text))])
    return f"{fence}json\n{text}\n{fence}"


def moment(at: datetime.datetime, zone: datetime.tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
