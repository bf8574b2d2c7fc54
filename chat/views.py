"""Chat pages: a new chat, a conversation, and sending a message without a script."""

import asyncio
import contextlib
import hashlib
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from uuid_utils.compat import uuid7

from accounts.database import database_unit
from accounts.errors import ProductError
from accounts.pages import PageRequest, render_page, signed_in
from todos.listing import ListQuery, todo_listing
from todos.models import Todo

from .conversations import message_page, read_conversation
from .errors import ConversationNotFound, IdempotencyInProgress, InternalError, NotYourConversation
from .events import TurnCompleted, TurnStarted
from .models import Conversation, Message
from .rendering import message_view, uuid_or_none, written_ids
from .running import RunningTurn, start_turn
from .turn import begin_turn
from .turn_state import NewMessage
from .welcome import greeting, starters

MESSAGES_SHOWN = 30
TODOS_FOR_STARTERS = 20
# How long the answer to a form waits for the assistant before it shows the page of a running turn.
PATIENCE_SECONDS = 4
NEARLY_FULL = 0.8
CONFLICT = 409
STATUS_BY_CODE = {"validation_error": 422, "rate_limited": 429, "quota_exhausted": 429, "service_unavailable": 503}


@require_safe
@signed_in
async def home(request: PageRequest) -> HttpResponse:
    return await home_page(request, draft=request.GET.get("draft", ""))


@require_safe
@signed_in
async def conversation(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    return await conversation_page(request, conversation_id, draft=request.GET.get("draft", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def send_message(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("home")
    message = posted_message(request)
    try:
        running = await start_turn(begin_turn(request, request.acting_user.subject, message))
    except (ConversationNotFound, NotYourConversation) as refusal:
        raise Http404 from refusal
    except IdempotencyInProgress:
        return redirect("conversation", message.conversation_id or await latest_conversation_id(request))
    except ProductError as problem:
        return await refused_page(request, message, problem)
    return redirect("conversation", await conversation_id_of(running))


def posted_message(request: PageRequest) -> NewMessage:
    """A form sent twice (double click, reload) is one message; its key and its text together say so."""
    text, form_key = request.POST.get("message", ""), uuid_or_none(request.POST.get("form_key"))
    given = request.POST.get("conversation_id")
    conversation_id = uuid_or_none(given)
    if given and conversation_id is None:
        raise Http404
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return NewMessage(text, conversation_id, f"page-{form_key}-{digest}" if form_key else None)


async def conversation_id_of(running: RunningTurn) -> UUID:
    """Known from the first event; waits for the end of the turn, but not longer than people like to."""
    await asyncio.wait([running.task], timeout=PATIENCE_SECONDS)
    async with contextlib.aclosing(running.events()) as events:
        async for event in events:
            if isinstance(event, TurnStarted | TurnCompleted):
                return event.conversation_id
    raise InternalError


@database_unit
def latest_conversation_id(request: PageRequest) -> UUID:
    return Conversation.objects.for_user(request.acting_user).newest_first()[0].pk


async def refused_page(request: PageRequest, message: NewMessage, problem: ProductError) -> HttpResponse:
    """The page that the message was sent from, with the text still in the box and the reason beside it."""
    problem.sentence = problem.details.get("message", problem.sentence)
    status = STATUS_BY_CODE.get(problem.code, CONFLICT)
    if message.conversation_id is None:
        return await home_page(request, status, here=reverse("home"), draft=message.text, problem=problem)
    here = reverse("conversation", args=[message.conversation_id])
    return await conversation_page(
        request, message.conversation_id, status, here=here, draft=message.text, problem=problem
    )


@database_unit
def home_page(request: PageRequest, status: int = 200, **context: Any) -> HttpResponse:
    user = request.acting_user
    now = timezone.now().astimezone(user.zone)
    todos = list(Todo.objects.for_user(user).open().by_urgency()[:TODOS_FOR_STARTERS])
    return chat_page(
        request,
        "chat/home.html",
        {"greeting": greeting(now, user.username), "starters": starters(todos, now), **context},
        status,
    )


async def conversation_page(
    request: PageRequest, conversation_id: UUID, status: int = 200, **context: Any
) -> HttpResponse:
    """One page of messages, newest by default; foreign and missing conversations look the same."""
    user, before = request.acting_user, number_or_none(request.GET.get("before", ""))
    try:
        stored = await read_conversation(user, conversation_id)
        messages, earlier = await message_page(user, conversation_id, before=before, limit=MESSAGES_SHOWN)
    except (ConversationNotFound, NotYourConversation) as refusal:
        raise Http404 from refusal
    context = {
        "conversation": stored,
        "working": any(message.status == Message.Status.PENDING for message in messages),
        "nearly_full": stored.last_sequence >= NEARLY_FULL * settings.CONVERSATION_MAX_MESSAGES,
        "earlier": earlier,
        "is_newest": before is None or before > stored.last_sequence,
        **context,
        "draft": context["draft"] or question_again(request, messages),
    }
    return await messages_page(request, messages, context, status)


def number_or_none(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def question_again(request: PageRequest, messages: list[Message]) -> str:
    """The text of the message with the sequence that `?again=` names."""
    again = number_or_none(request.GET.get("again", ""))
    return next((message.content for message in messages if message.sequence == again), "")


@database_unit
def messages_page(request: PageRequest, messages: list[Message], context: dict[str, Any], status: int) -> HttpResponse:
    calls = [call for message in messages for call in message.tool_calls.all()]
    written = Todo.objects.for_user(request.acting_user).with_tags().in_bulk(written_ids(calls))
    todos = {str(todo_id): todo for todo_id, todo in written.items()}
    context["message_views"] = [message_view(message, todos) for message in messages]
    return chat_page(request, "chat/conversation.html", context, status)


def chat_page(request: PageRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    """A page with the composer and, beside the chat, the todos."""
    now = timezone.now().astimezone(request.acting_user.zone)
    shared = {
        "section": "chat",
        "form_key": uuid7(),
        "listing": todo_listing(request.acting_user, ListQuery.from_params(request.GET), now),
    }
    return render_page(request, template, shared | context, status)
