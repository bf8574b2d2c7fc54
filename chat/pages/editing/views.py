"""The page on which a message is edited, or what stands in the place of the box meanwhile."""

import dataclasses
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from accounts.pages.sign_in import PageRequest, is_htmx, render_page, signed_in
from chat.conversations import read_conversation
from chat.errors import IdempotencyInProgress, NotEditable
from chat.models import Conversation
from chat.pages.stream import running_answer, turn_answer
from chat.pages.views import posted_message, refusal
from chat.running import start_turn
from chat.turn import begin_turn
from chat.turns.replacing import editable_exchange, open_question_of
from database.units import database_unit
from todos.pages.history import changes_of_message
from web.errors import ProductError
from web.pages.missing import missing_as_404


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def edit_message(request: PageRequest, conversation_id: UUID, message_id: UUID) -> HttpResponseBase:
    """The edited text is a message like any other; what the earlier one did is taken back as it is stored."""
    if request.method != "POST":
        return await edit_page(request, await conversation_of(request, conversation_id), message_id)
    message = dataclasses.replace(posted_message(request), conversation_id=conversation_id, replaces=message_id)
    try:
        running = await start_turn(begin_turn(request, request.acting_user.subject, message))
    except IdempotencyInProgress:
        return await running_answer(request, conversation_id)
    except ProductError as problem:
        if is_htmx(request) or problem.status in {403, 404} or isinstance(problem, NotEditable):
            return await refusal(request, message, problem)
        shown = {"text": message.text, "problem": problem.details.get("message", problem.sentence)}
        conversation = await conversation_of(request, conversation_id)
        return await edit_page(request, conversation, message_id, problem.status, **shown)
    return await turn_answer(request, running)


async def conversation_of(request: PageRequest, conversation_id: UUID) -> Conversation:
    with missing_as_404():
        return await read_conversation(request.acting_user, conversation_id)


@database_unit
def edit_page(
    request: PageRequest, conversation: Conversation, message_id: UUID, status: int = 200, **context: Any
) -> HttpResponse:
    """What was said, to be changed, and all that will be undone before it is asked anew."""
    user, now = request.acting_user, timezone.now().astimezone(request.acting_user.zone)
    try:
        with missing_as_404():
            question, answer = editable_exchange(conversation, message_id)
    except NotEditable as refused:
        messages.warning(request, refused.sentence)
        return redirect("conversation", conversation.pk)
    shown = {
        "section": "chat",
        "conversation": conversation,
        "question": question,
        "text": question.content,
        "lines": [line for line in changes_of_message(user, answer.pk, now) if not line.undone],
        "asks": open_question_of(answer) is not None,
        "form_key": uuid7(),
    }
    template = "chat/_edit_message.html" if is_htmx(request) else "chat/edit_message.html"
    return render_page(request, template, shown | context, status)
