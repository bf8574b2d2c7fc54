"""What the box of a chat does: send a message, follow its answer, stop it, try it again."""

import dataclasses
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.pages.sign_in import PageRequest, is_htmx, signed_in
from chat.conversations import read_conversation, request_stop
from chat.errors import (
    IdempotencyInProgress,
)
from chat.models import Conversation
from chat.running import start_turn
from chat.turn import begin_retry, begin_turn
from chat.turns.limits import NewMessage
from database.units import database_unit
from web.errors import ProductError
from web.pages.missing import missing_as_404
from web.requests.typed_at import late_moment_of

from .stream import follow_turn, running_answer, stream_response, turn_answer
from .views import posted_message, refusal


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def send_message(request: PageRequest) -> HttpResponseBase:
    if request.method != "POST":
        return redirect("home")
    message = posted_message(request)
    try:
        message = dataclasses.replace(message, typed_at=late_moment_of(request))
        running = await start_turn(begin_turn(request, request.acting_user.subject, message))
    except IdempotencyInProgress:
        return await running_answer(request, message.conversation_id or await latest_conversation_id(request))
    except ProductError as problem:
        return await refusal(request, message, problem)
    return await turn_answer(request, running, is_new=message.conversation_id is None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def retry(request: PageRequest, conversation_id: UUID, message_id: UUID) -> HttpResponseBase:
    if request.method != "POST":
        return redirect("conversation", conversation_id)
    try:
        running = await start_turn(begin_retry(request, request.acting_user.subject, conversation_id, message_id))
    except ProductError as problem:
        return await refusal(request, NewMessage("", conversation_id), problem)
    return await turn_answer(request, running)


@require_POST
@signed_in
async def stop(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    with missing_as_404():
        await request_stop(request.acting_user, conversation_id)
    return HttpResponse(status=204) if is_htmx(request) else redirect("conversation", conversation_id)


@require_safe
@signed_in
async def follow(request: PageRequest, conversation_id: UUID) -> HttpResponseBase:
    """The rest of a running turn, for a page that was opened while it runs."""
    with missing_as_404():
        await read_conversation(request.acting_user, conversation_id)
    return stream_response(follow_turn(request.acting_user, conversation_id))


@database_unit
def latest_conversation_id(request: PageRequest) -> UUID:
    return Conversation.objects.for_user(request.acting_user).newest_first()[0].pk
