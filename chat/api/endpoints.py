"""The chat endpoint, and the conversations it leaves behind."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from ninja import Query, Router

from accounts.api.endpoints import me_of
from accounts.api.schema import ErrorBody
from accounts.bearer import authenticate, caller
from chat.conversations import (
    begin_continuation,
    bring_back,
    change_conversation,
    conversation_page,
    message_page,
    put_away,
    read_conversation,
    request_stop,
)
from chat.errors import stored_failure
from chat.events import TurnCompleted, TurnFailed
from chat.running import RunningTurn, start_turn
from chat.turn import begin_retry, begin_turn
from chat.turns.approvals import decide
from chat.turns.limits import NewMessage, tokens_today
from chat.turns.records import approval_record, tool_call_record
from database.search import terms_of
from database.units import database_read, within_unit
from web.errors import ProductError
from web.pages.streams import STREAM_HEADERS
from web.ratelimits import FILES_PER_USER, SEARCHES_PER_USER, check_use
from web.repeats import Answer, answer_once
from web.requests.conditional import json_or_not_modified
from web.requests.typed_at import late_moment_of

from .export import EXPORT_DOCUMENTATION, ExportFormat, conversation_export
from .resuming import has_all, resumed_frames, stored_turn
from .schema import (
    ChatRequest,
    ConversationChange,
    ConversationOut,
    ConversationPage,
    Decision,
    DecisionOut,
    MessageOut,
    MessagePage,
    MeWithUsage,
    NewConversation,
    UsageToday,
)
from .sse import EVENT_STREAM_DOCUMENTATION, RESUMED_DOCUMENTATION, Position, event_json, sse_frames

router = Router()
ON_TURN = {200: TurnCompleted, frozenset({404, 409, 429, 502, 504}): ErrorBody}
Limit = Annotated[int, Query(ge=1, le=100)]


@router.post(
    "/{user_id}/chat",
    response=ON_TURN,
    openapi_extra=EVENT_STREAM_DOCUMENTATION,
)
async def send_message(request: HttpRequest, user_id: str, body: ChatRequest) -> HttpResponseBase:
    """Say something to the assistant, which acts on your todos and answers.

    With `"stream": true` or `Accept: text/event-stream` the same turn comes as Server-Sent Events.
    An `Idempotency-Key` header makes it safe to send the same request again.
    """
    key, typed_at = request.headers.get("Idempotency-Key"), late_moment_of(request)
    message = NewMessage(body.message, body.conversation_id, key, typed_at, body.replaces)
    running = await start_turn(begin_turn(request, user_id, message))
    return await answer_of(running, streamed=body.stream or wants_stream(request))


def wants_stream(request: HttpRequest) -> bool:
    return request.accepts("text/event-stream") and not request.accepts("application/json")


async def answer_of(running: RunningTurn, *, streamed: bool) -> HttpResponseBase:
    if streamed:
        return StreamingHttpResponse(sse_frames(running), content_type="text/event-stream", headers=STREAM_HEADERS)
    outcome = await running.outcome()
    if isinstance(outcome, TurnFailed):
        raise failed_turn(outcome)
    return HttpResponse(event_json(outcome), content_type="application/json")


@router.get(
    "/{user_id}/turns/{message_id}/events",
    response={404: ErrorBody},
    openapi_extra=RESUMED_DOCUMENTATION,
)
async def follow_turn(request: HttpRequest, user_id: str, message_id: UUID) -> HttpResponseBase:
    """The event stream of a turn, from its beginning or after `Last-Event-ID`: for whoever lost it, also after its end.

    `message_id` stands in `turn.started`, and in the 409 that the turn's Idempotency-Key gets while it runs.
    Who has all of a turn that ended gets 204.
    """
    user = await caller(request, user_id)
    position = Position.of(request.headers.get("Last-Event-ID", ""))
    turn = await stored_turn(user, message_id)
    if has_all(turn, position):
        return HttpResponse(status=204)
    frames = resumed_frames(user, turn, position)
    return StreamingHttpResponse(frames, content_type="text/event-stream", headers=STREAM_HEADERS)


@router.get("/auth/me", response=MeWithUsage, tags=["Sign in"])
async def get_me(request: HttpRequest) -> MeWithUsage:
    """Who the access token stands for, what they may ask for, and what they used today."""
    user = await authenticate(request)
    tokens = await database_read(tokens_today)(user, timezone.now())
    return MeWithUsage(**me_of(user).model_dump(), usage_today=UsageToday(tokens=tokens))


@router.get("/{user_id}/conversations", response=ConversationPage)
async def list_conversations(
    request: HttpRequest,
    user_id: str,
    q: str = "",
    archived: bool = False,
    limit: Limit = 20,
    cursor: str | None = None,
) -> HttpResponse:
    """Your conversations, the newest first; with `q` those that have all of its words in their title or in a message.

    The last word of `q` is also found as the beginning of a longer one.
    """
    user = await caller(request, user_id)
    if q:
        await check_use("search", user, SEARCHES_PER_USER)
    page, following = await conversation_page(user, words=q, archived=archived, limit=limit, cursor=cursor)
    terms = terms_of(q)
    items = [ConversationOut.found(conversation, terms) for conversation in page]
    return json_or_not_modified(request, ConversationPage(items=items, next=following))


@router.post("/{user_id}/conversations", response={201: ConversationOut, 404: ErrorBody})
async def continue_conversation(request: HttpRequest, user_id: str, body: NewConversation) -> HttpResponse:
    """Continue a conversation in a new one, which begins with a summary of it: for one that is full, or nearly.

    Asked again while the new one is empty, the answer is the same. To open a conversation without a past, use `chat`.
    """
    user = await caller(request, user_id)

    def write() -> Answer:
        return Answer(ConversationOut.of(within_unit(begin_continuation)(user, body.continue_from)), 201)

    return await answer_once(request, user, write)


@router.get("/{user_id}/conversations/{conversation_id}", response={200: ConversationOut, 404: ErrorBody})
async def get_conversation(request: HttpRequest, user_id: str, conversation_id: UUID) -> HttpResponse:
    """One conversation, without its messages."""
    user = await caller(request, user_id)
    return json_or_not_modified(request, ConversationOut.of(await read_conversation(user, conversation_id)))


@router.patch("/{user_id}/conversations/{conversation_id}", response={200: ConversationOut, 404: ErrorBody})
async def update_conversation(
    request: HttpRequest, user_id: str, conversation_id: UUID, body: ConversationChange
) -> HttpResponse:
    """Rename a conversation, archive or pin it, or the contrary."""
    user = await caller(request, user_id)

    def write() -> Answer:
        changes = body.model_dump()
        return Answer(ConversationOut.of(within_unit(change_conversation)(user, conversation_id, **changes)))

    return await answer_once(request, user, write)


@router.delete("/{user_id}/conversations/{conversation_id}", response={204: None, 404: ErrorBody})
async def delete_conversation(request: HttpRequest, user_id: str, conversation_id: UUID) -> HttpResponse:
    """Delete a conversation with its messages; for 30 days it can be restored. The todos it made stay."""
    user = await caller(request, user_id)

    def write() -> Answer:
        within_unit(put_away)(user, conversation_id)
        return Answer(status=204)

    return await answer_once(request, user, write)


@router.post("/{user_id}/conversations/{conversation_id}/restore", response={200: ConversationOut, 404: ErrorBody})
async def restore_conversation(request: HttpRequest, user_id: str, conversation_id: UUID) -> HttpResponse:
    """Bring a deleted conversation back, as it was."""
    user = await caller(request, user_id)

    def write() -> Answer:
        return Answer(ConversationOut.of(within_unit(bring_back)(user, conversation_id)))

    return await answer_once(request, user, write)


@router.get(
    "/{user_id}/conversations/{conversation_id}/export",
    response={404: ErrorBody, 422: ErrorBody},
    openapi_extra=EXPORT_DOCUMENTATION,
)
async def export_conversation(
    request: HttpRequest, user_id: str, conversation_id: UUID, format: ExportFormat = "json"
) -> HttpResponseBase:
    """The whole conversation as a file: every message with its tool calls, as JSON or as Markdown."""
    user = await caller(request, user_id)
    await check_use("file", user, FILES_PER_USER)
    return await conversation_export(user, conversation_id, format)


@router.get("/{user_id}/conversations/{conversation_id}/messages", response={200: MessagePage, 404: ErrorBody})
async def list_messages(
    request: HttpRequest, user_id: str, conversation_id: UUID, before: int | None = None, limit: Limit = 20
) -> HttpResponse:
    """The newest messages in sequence order, with their tool calls; `before` a sequence number for earlier ones."""
    user = await caller(request, user_id)
    messages, earlier = await message_page(user, conversation_id, before=before, limit=limit)
    items = [MessageOut.of(message) for message in messages]
    return json_or_not_modified(request, MessagePage(items=items, next=None if earlier is None else str(earlier)))


@router.post("/{user_id}/conversations/{conversation_id}/stop", response={202: None, 404: ErrorBody})
async def stop_turn(request: HttpRequest, user_id: str, conversation_id: UUID) -> HttpResponse:
    """Stop the answer that is being written, in whatever process; the text so far and the tool calls made stay."""
    user = await caller(request, user_id)

    def write() -> Answer:
        within_unit(request_stop)(user, conversation_id)
        return Answer(status=202)

    return await answer_once(request, user, write)


@router.post("/{user_id}/conversations/{conversation_id}/messages/{message_id}/retry", response=ON_TURN)
async def retry_message(
    request: HttpRequest, user_id: str, conversation_id: UUID, message_id: UUID
) -> HttpResponseBase:
    """Try an answer again that failed, was stopped or was interrupted.

    It goes on from the tool calls it made, so that nothing is done twice. Where more was said since, the answer is what
    the turn did, with the status `interrupted` or `stopped`. Answers like `chat`, also as a stream.
    """
    running = await start_turn(begin_retry(request, user_id, conversation_id, message_id))
    return await answer_of(running, streamed=wants_stream(request))


@router.post("/{user_id}/approvals/{approval_id}", response={200: DecisionOut, frozenset({404, 409}): ErrorBody})
async def decide_approval(request: HttpRequest, user_id: str, approval_id: UUID, body: Decision) -> HttpResponse:
    """Approve a bulk change for all or some of its todos, or decline it with an empty list. It counts once.

    A todo that was changed since you were asked is left out, and the outcome of its call says so.
    """
    user = await caller(request, user_id)

    def write() -> Answer:
        approval, calls = within_unit(decide)(user, approval_id, body.approve)
        records = [tool_call_record(call) for call in calls]
        return Answer(DecisionOut(approval=approval_record(approval, timezone.now()), tool_calls=records))

    return await answer_once(request, user, write)


def failed_turn(failed: TurnFailed) -> ProductError:
    """The failure that ended a turn, to be raised where there is a request to refuse."""
    failure = stored_failure(failed.error, lasting="retry_after_seconds" not in failed.details)
    failure.sentence, failure.details = failed.message, failed.details
    failure.retry_after_seconds = failed.details.get("retry_after_seconds")
    return failure
