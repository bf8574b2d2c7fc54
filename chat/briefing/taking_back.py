"""The undo of what the assistant set: one step, with the todos of the same turn, in the order of what happened."""

import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts.models import User
from chat.models.briefings import Briefing
from todos.changing.changes import Origin
from todos.changing.undo import TakenBack, tool_calls_settled, undo_asked
from todos.mcp.batches import Caller
from todos.models import TodoChange

from .hours import Wish, wish
from .spoken import note_of


def change_by(caller: Caller, briefing: Briefing) -> dict[str, Any]:
    """What a row keeps of a change; of one that is made again by the same call, what it was before the first."""
    made = briefing.change
    if made and made["made_in"] == str(caller.by.tool_call_id):
        return made
    return change_of(caller.by, caller.now, Wish.of(briefing), str(caller.by.tool_call_id))


def change_of(by: Origin, now: datetime.datetime, before: Wish, call: str, *, undone: bool = False) -> dict[str, Any]:
    """`call` is the tool call that set it first, `made_in` the one that did this."""
    return {
        "before": before.as_json(),
        "place": place_of(by),
        "turn": str(by.message_id or by.tool_call_id),
        "at": now.isoformat(),
        "call": call,
        "made_in": str(by.tool_call_id),
        "undone": undone,
    }


def place_of(by: Origin) -> str:
    """What is undone is of the same door, and of the same conversation."""
    return f"{by.door} {by.conversation_id}"


@receiver(undo_asked)
def take_back(
    user: User, by: Origin, now: datetime.datetime, redo: bool, last: TodoChange | None, **kwargs: Any
) -> TakenBack | None:
    """Take the changes back. The caller holds the lock on the user."""
    rows = [row for row in Briefing.objects.for_user(user).order_by("pk") if row.change]
    here = [row for row in rows if made(row)["place"] == place_of(by)]
    if again := [row for row in here if made(row)["made_in"] == str(by.tool_call_id)]:
        return TakenBack(told(again, now), alone=True)  # of a call that is made once more
    newest = max((row for row in here if made(row)["undone"] is redo), key=made_at, default=None)
    if newest is None:
        return None
    turn = made(newest)["turn"]
    together = last is not None and turn == str(last.message_id or last.tool_call_id)
    if last and not together and last.created_at > made_at(newest):
        return None
    taken = [swapped(row, by, now) for row in here if made(row)["turn"] == turn]
    calls = {UUID(made(row)["call"]) for row in taken}
    tool_calls_settled.send(User, undone=set() if redo else calls, in_effect=calls if redo else set())
    return TakenBack(told(taken, now), alone=not together)


def made(row: Briefing) -> dict[str, Any]:
    return row.change or {}


def made_at(row: Briefing) -> datetime.datetime:
    return datetime.datetime.fromisoformat(made(row)["at"])


def swapped(row: Briefing, by: Origin, now: datetime.datetime) -> Briefing:
    """The briefing as it was before; what it is now is kept for going back."""
    change = change_of(by, now, Wish.of(row), made(row)["call"], undone=not made(row)["undone"])
    return wish(row.owner, Briefing.Kind(row.kind), Wish.parse(made(row)["before"]), now, change)


def told(rows: list[Briefing], now: datetime.datetime) -> str:
    return " ".join([_("Taken back:"), *(note_of(row, now) for row in rows)])
