"""Server-Sent Events: a turn as an API client reads it while it runs."""

from collections.abc import AsyncGenerator

from pydantic import TypeAdapter

from chat.events import Event
from chat.running import RunningTurn
from web.streams import KEEP_ALIVE, KEEP_ALIVE_SECONDS

event_adapter: TypeAdapter[Event] = TypeAdapter(Event)


def sse_frame(event: Event, number: int) -> str:
    """`id:`, `event:` and one line of JSON; `number` counts the events of the turn from 1."""
    return f"id: {number}\nevent: {event.name}\ndata: {event_json(event)}\n\n"


def event_json(event: Event) -> str:
    return event_adapter.dump_json(event).decode()


async def sse_frames(running: RunningTurn) -> AsyncGenerator[str, None]:
    """Every event of the turn as a frame, and a comment whenever nothing was said for ten seconds."""
    number = 0
    async for event in running.events(idle_seconds=KEEP_ALIVE_SECONDS):
        if event is None:
            yield KEEP_ALIVE
        else:
            number += 1
            yield sse_frame(event, number)


KEY_DOCUMENTATION = (
    "1 to 200 visible ASCII characters, yours to choose. The same key and body gives the stored answer. A turn that "
    "ended too early for a reason that passes (502, 503, 504, a process that died) goes on from its stored tool calls "
    "when the key comes again: what was done is not done twice. Where more was said in the conversation since, the "
    "answer is what the turn did, with the status `interrupted`. A failure that does not pass is answered again."
)
EVENT_STREAM_DOCUMENTATION = {
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": False,
            "description": KEY_DOCUMENTATION,
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        }
    ],
    "responses": {
        200: {
            "content": {
                "text/event-stream": {
                    # The text as a whole, or one event of it.
                    "schema": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/StreamEvent"}]}
                }
            }
        }
    },
}
