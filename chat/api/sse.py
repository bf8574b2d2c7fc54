"""Server-Sent Events: a turn as an API client reads it while it runs."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from pydantic import TypeAdapter

from chat.events import Event, MessageDelta, TurnCompleted, TurnFailed, TurnStarted
from chat.running import RunningTurn
from web.errors import ValidationFailed
from web.pages.streams import KEEP_ALIVE, KEEP_ALIVE_SECONDS

event_adapter: TypeAdapter[Event] = TypeAdapter(Event)


# Of the events of one turn fewer are not text: its start, two for each of at most some dozens of calls, its end.
OTHERS_MAX = 1_000
# Added to their number with the last one, which could be taken for a call that was told and is not stored.
ENDED = 500


@dataclass
class Position:
    """How much of a turn a reader has: characters of its text, its other events but the last, and whether that came."""

    characters: int = 0
    others: int = 0
    has_ended: bool = False

    @classmethod
    def of(cls, event_id: str) -> "Position":
        """Raises ValidationFailed for what is no id of ours."""
        if not event_id:
            return cls()
        if not (event_id.isascii() and event_id.isdigit()) or len(event_id) > 12:
            raise ValidationFailed(details={"Last-Event-ID": "Send the id of the last event that came, as it came."})
        characters, others = divmod(int(event_id), OTHERS_MAX)
        return cls(characters, others % ENDED, others >= ENDED)

    @property
    def number(self) -> int:
        """The id of the event before it."""
        return self.characters * OTHERS_MAX + self.others + (ENDED if self.has_ended else 0)

    def move_past(self, event: Event) -> None:
        """The event is the next one of its turn."""
        if isinstance(event, MessageDelta):
            self.characters += len(event.text)
        elif isinstance(event, TurnCompleted | TurnFailed):
            self.has_ended = True
        else:
            self.others += 1


def sse_frame(event: Event, number: int) -> str:
    """`id:`, `event:` and one line of JSON; `number` grows with each event of the turn."""
    return f"id: {number}\nevent: {event.name}\ndata: {event_json(event)}\n\n"


def event_json(event: Event) -> str:
    return event_adapter.dump_json(event).decode()


async def sse_frames(running: RunningTurn) -> AsyncGenerator[str, None]:
    """Every event of the turn as a frame, and a comment whenever nothing was said for ten seconds."""
    position = Position()
    async for event in running.events(idle_seconds=KEEP_ALIVE_SECONDS):
        if event is None:
            yield KEEP_ALIVE
        else:
            position.move_past(event)
            yield sse_frame(event, position.number)
            if isinstance(event, TurnStarted):
                position.others += running.told_before


KEY_DOCUMENTATION = (
    "1 to 200 visible ASCII characters, yours to choose. The same key and body gives the stored answer. A turn that "
    "ended too early for a reason that passes (502, 503, 504, a process that died) goes on from its stored tool calls "
    "when the key comes again: what was done is not done twice. Where more was said in the conversation since, the "
    "answer is what the turn did, with the status `interrupted`. A failure that does not pass is answered again."
)
# The text as a whole, or one event of it.
STREAM_SCHEMA = {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/StreamEvent"}]}
EVENTS = {"text/event-stream": {"schema": STREAM_SCHEMA}}
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
    "responses": {200: {"content": EVENTS}},
}
RESUMED_DOCUMENTATION = {
    "parameters": [
        {
            "in": "header",
            "name": "Last-Event-ID",
            "required": False,
            "description": "The id of the last event that came. Event sources send it by themselves.",
            "schema": {"type": "string", "pattern": "^[0-9]{1,12}$"},
        }
    ],
    "responses": {
        200: {"description": "The events that are missing, until the turn has ended.", "content": EVENTS},
        204: {"description": "The turn has ended, and its last event came already: an event source stops asking."},
    },
}
