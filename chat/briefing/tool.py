"""The briefing by word of mouth: the tool that sets, changes and ends it, and says how it is."""

from dataclasses import replace
from typing import Annotated, Literal

from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field, WithJsonSchema

from chat.models.briefings import Briefing
from database.units import database_unit
from notices.preferences import notice_settings
from todos.mcp.batches import Caller, ToolRefused, begin_write
from todos.mcp.schema import Absent
from todos.mcp.server import ActingCaller
from todos.tools import SearchText, server
from web.errors import ValidationFailed

from .hours import CHANNELS, Wish, briefings_of, wish
from .spoken import note_of, time_and_rule
from .taking_back import change_by

# “app” is what is left without the others: a message in a conversation.
Way = Literal["push", "mail", "app"]
Plan = Literal["day", "week"]
# A model pays for each word of a schema: nothing is said of its length.
When = Annotated[SearchText, WithJsonSchema({"type": "string", "description": "In the user's words: “sundays 6pm”"})]


class HowItIs(BaseModel):
    """`note` is for the user to know."""

    note: str


@server.tool(
    annotations=ToolAnnotations(
        title="Briefing",
        read_only_hint=False,
        destructive_hint=False,
        idempotent_hint=True,
        open_world_hint=False,
    )
)
async def set_briefing(
    caller: ActingCaller,
    plan: Plan | Absent = None,
    when: When = "",
    by: list[Way] | Absent = None,
    on: Annotated[bool | Absent, Field(description="false ends it")] = None,
) -> HowItIs:
    """Set, change or end the user's regular briefing on the day or plan of the week. Alone: how it is. Say `note`."""
    return await database_unit(set_or_say)(caller, Briefing.Kind(plan or "day"), when.strip(), by, on)


def set_or_say(caller: Caller, kind: Briefing.Kind, when: str, by: list[Way] | None, on: bool | None) -> HowItIs:
    begin_write(caller)
    briefings = briefings_of(caller.user)
    briefing = briefings.pop(kind)
    if when or by or on is not None:
        [other] = briefings.values()
        try:
            time, rule = time_and_rule(when, briefing, caller.now) if when else (briefing.time, briefing.rule)
        except ValidationFailed as refusal:
            raise ToolRefused(refusal.code, " ".join(refusal.details.values())) from None
        channels = frozenset(by) - {"app"} if by else ways_so_far(briefing, other)
        briefing = changed(briefing, Wish(on is not False, time, rule, channels), caller)
        if is_stored(other):
            changed(other, replace(Wish.of(other), channels=channels), caller)
    return HowItIs(note=note_of(briefing, caller.now))


def changed(briefing: Briefing, wanted: Wish, caller: Caller) -> Briefing:
    if is_stored(briefing) and wanted == Wish.of(briefing):
        return briefing
    return wish(caller.user, Briefing.Kind(briefing.kind), wanted, caller.now, change_by(caller, briefing))


def ways_so_far(briefing: Briefing, other: Briefing) -> frozenset[str]:
    """The channels of the user's briefings; those of reminders for the first one."""
    stored = next(filter(is_stored, (briefing, other)), None)
    if stored:
        return Wish.of(stored).channels
    chosen = notice_settings(briefing.owner)
    return frozenset(name for name in CHANNELS if getattr(chosen, name))


def is_stored(briefing: Briefing) -> bool:
    return not briefing._state.adding
