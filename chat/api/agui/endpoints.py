"""The one address of AG-UI: a run, as an event stream."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router

from accounts.api.schema import ErrorBody
from accounts.bearer import caller, refuse_programs
from accounts.models import User
from chat.api.resuming import resumed_events, stored_turn
from chat.api.sse import Position
from chat.errors import IdempotencyInProgress
from chat.events import Event, ToolCallFinished, ToolCallStarted, TurnStarted
from chat.running import RunningTurn, start_turn
from chat.turn import begin_turn
from chat.turns.limits import NewMessage
from chat.turns.records import tool_call_record
from web.pages.streams import KEEP_ALIVE, KEEP_ALIVE_SECONDS, STREAM_HEADERS

from .answers import answer_questions
from .events import Frame, Run, frame_text
from .schema import FrontMessage, RunInput
from .stored import stored_thread

router = Router()
Events = AsyncIterator[Event | None]

STREAM = {"schema": {"type": "string"}, "example": 'data: {"type": "RUN_STARTED", "threadId": "1", "runId": "2"}\n\n'}
DESCRIPTION = "Events of AG-UI 1.0, each a line `data:` with its JSON: `RUN_STARTED` to `RUN_FINISHED` or `RUN_ERROR`."
DOCUMENTATION = {"responses": {200: {"description": DESCRIPTION, "content": {"text/event-stream": STREAM}}}}


@router.post("/{user_id}/agui", response={frozenset({404, 409, 429}): ErrorBody}, openapi_extra=DOCUMENTATION)
async def run_agent(request: HttpRequest, user_id: str, body: RunInput) -> StreamingHttpResponse:
    """A turn for front ends that speak AG-UI (`HttpAgent`, CopilotKit, assistant-ui).

    `RUN_FINISHED` has the turn as `result`. A bulk change waits: its outcome is an `interrupt` with the approval's id,
    which the next run answers in `resume`. A run without a new message tells what is stored, as `MESSAGES_SNAPSHOT`.
    A client that goes away ends nothing; who sends the same message of the same thread again follows the same turn.
    """
    user = await caller(request, user_id)
    run = Run(body.thread_id, body.run_id)
    told: list[Frame] = []
    if body.resume:
        refuse_programs(request)
        for answer in await answer_questions(user, body.resume):
            told += answer.frames(run)
    end: Frame = {"outcome": {"type": "success"}}
    events: Events | None = None
    if said := body.said:
        events = await events_of_turn(request, user, body, said)
    elif not body.resume:
        thread = await stored_thread(user, body.thread_id)
        end = {"outcome": thread.outcome}
        if thread.exists:
            told.append({"type": "MESSAGES_SNAPSHOT", "messages": thread.messages})
        if thread.pending:
            events = resumed_events(user, await stored_turn(user, thread.pending.pk), Position())
    frames = run_frames(run, told, events, end)
    return StreamingHttpResponse(frames, content_type="text/event-stream", headers=STREAM_HEADERS)


async def events_of_turn(request: HttpRequest, user: User, body: RunInput, said: FrontMessage) -> Events:
    """The turn of the message, which begins now, or runs already, or was answered."""
    message = NewMessage(said.text, thread=body.thread_id, idempotency_key=body.key_of(said))
    try:
        running = await start_turn(begin_turn(request, user.subject, message))
    except IdempotencyInProgress as runs:
        return resumed_events(user, await stored_turn(user, UUID(runs.details["message_id"])), Position())
    return whole_events(running)


async def whole_events(running: RunningTurn) -> AsyncGenerator[Event | None, None]:
    """With the calls of an earlier attempt, where the turn goes on from one."""
    turn = running.turn
    earlier = [tool_call_record(call) for call in turn.tool_calls if call not in turn.open_calls] if turn else []
    async for event in running.events(idle_seconds=KEEP_ALIVE_SECONDS):
        yield event
        if isinstance(event, TurnStarted):
            for call in earlier:
                yield ToolCallStarted(event.message_id, call)
                yield ToolCallFinished(event.message_id, call)


async def run_frames(run: Run, told: Iterable[Frame], events: Events | None, end: Frame) -> AsyncGenerator[str, None]:
    """From RUN_STARTED on; `end` is of a run that has no turn."""
    yield frame_text(run.started())
    for frame in told:
        yield frame_text(frame)
    if events is None:
        yield frame_text(run.finished(**end))
        return
    async for event in events:
        if event is None:
            yield KEEP_ALIVE
        else:
            for frame in run.frames(event):
                yield frame_text(frame)
