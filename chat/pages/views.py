"""Chat pages: a new chat, and a conversation."""

import hashlib
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from uuid_utils.compat import uuid7

from accounts.pages.sign_in import PageRequest, is_htmx, render_page, signed_in
from chat.errors import (
    ConversationNotFound,
    MessageNotFound,
    NotYourConversation,
)
from chat.turns.limits import NewMessage
from database.units import database_unit
from todos.pages.listing import ListQuery, TodoListing, todo_listing
from web.app.keeping import kept_for
from web.errors import ProductError
from web.pages.missing import missing_as_404

from .tool_calls import uuid_or_none
from .transcript import Place, Transcript, read_transcript
from .welcome import first_steps, greeting, most_urgent, starters

MISSING = (ConversationNotFound, NotYourConversation, MessageNotFound)


@require_safe
@signed_in
async def home(request: PageRequest) -> HttpResponse:
    return await home_page(request, draft=request.GET.get("draft", ""))


@require_safe
@signed_in
async def conversation(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    try:
        return await conversation_page(request, conversation_id, draft=request.GET.get("draft", ""))
    except Http404:
        if not is_htmx(request):
            raise
        # Deleted in another tab while it is open here: what is left of it makes way for a new chat.
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("home")})


def posted_message(request: PageRequest) -> NewMessage:
    """A form sent twice (double click, reload) is one message; its key and its text together say so."""
    # Browsers send a line break as two characters; the person typed one.
    text, form_key = request.POST.get("message", "").replace("\r\n", "\n"), uuid_or_none(request.POST.get("form_key"))
    given = request.POST.get("conversation_id")
    conversation_id = uuid_or_none(given)
    if given and conversation_id is None:
        raise Http404
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    key = f"page-{form_key}-{digest}" if form_key else None
    return NewMessage(text, conversation_id, key)


async def refusal(request: PageRequest, message: NewMessage, problem: ProductError) -> HttpResponse:
    """The reason beside the box, with the text still in it; without a script, on the page that it was sent from."""
    if isinstance(problem, MISSING):
        if not is_htmx(request):
            raise Http404 from problem
        problem = ConversationNotFound()  # foreign and missing look the same
    problem.sentence = problem.details.get("message", problem.sentence)
    status = problem.status
    if is_htmx(request):
        return render(request, "chat/_refusal.html", {"problem": problem, "draft": message.text}, status=status)
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
    listing = listing_beside(request)
    return chat_page(
        request,
        "chat/home.html",
        {
            "greeting": greeting(now, user.username),
            "starters": starters(most_urgent(user), now),
            "first_steps": first_steps(user, listing.open_count, listing.done_count),
            "listing": listing,
            **context,
        },
        status,
    )


@database_unit
def conversation_page(request: PageRequest, conversation_id: UUID, status: int = 200, **context: Any) -> HttpResponse:
    """One page of messages, newest by default; foreign and missing conversations look the same."""
    with missing_as_404():
        before, at, since = (number_or_none(request.GET.get(name, "")) for name in ("before", "at", "since"))
        place = Place(before, at, since, request.GET.get("find", ""))
        transcript = read_transcript(request.acting_user, conversation_id, place)
    draft = context["draft"] or question_again(request, transcript)
    shown = transcript.context | {"listing": listing_beside(request)} | context | {"draft": draft}
    return chat_page(request, "chat/conversation.html", shown, status)


def number_or_none(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def question_again(request: PageRequest, transcript: Transcript) -> str:
    """The text of the message with the sequence that `?again=` names."""
    again = number_or_none(request.GET.get("again", ""))
    messages = (view.message for view in transcript.message_views)
    return next((message.content for message in messages if message.sequence == again), "")


def listing_beside(request: PageRequest) -> TodoListing:
    now = timezone.now().astimezone(request.acting_user.zone)
    return todo_listing(request.acting_user, ListQuery.from_params(request.GET), now)


def chat_page(request: PageRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    """A page with the composer and, beside the chat, the todos."""
    shared = {
        "section": "chat",
        "form_key": uuid7(),
        "message_limit": settings.MESSAGE_MAX_CHARACTERS,
    }
    return kept_for(request.acting_user.pk, render_page(request, template, shared | context, status))
