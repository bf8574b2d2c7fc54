"""The API of the morning briefing and the plan of the week."""

import datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from accounts.bearer import caller
from accounts.models import User
from chat.models.briefings import Briefing
from database.units import database_unit
from web.repeats import Answer, answer_once
from web.requests.fields import Body

from .hours import USUAL, Wish, briefings_of, wish

DAY, WEEK = Briefing.Kind.DAY, Briefing.Kind.WEEK
DAILY_AT, DAILY = USUAL[DAY]
WEEKLY_AT, WEEKLY = USUAL[WEEK]

router = Router()

Channel = Literal["push", "mail"]
WallTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["07:30"])]
Rule = Annotated[
    str, Field(max_length=60, pattern=r"^FREQ=", description="An RRULE that names days.", examples=["FREQ=DAILY"])
]


class WeekIn(Body):
    """The plan of the week: the same, by days, for the seven to come."""

    on: StrictBool = False
    time: WallTime = f"{WEEKLY_AT:%H:%M}"
    recurrence: Rule = WEEKLY


class BriefingIn(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"on": True, "time": "07:30", "recurrence": "FREQ=DAILY", "channels": ["push"]}]
        }
    )

    on: StrictBool
    time: WallTime = f"{DAILY_AT:%H:%M}"
    recurrence: Rule = DAILY
    channels: list[Channel] = Field(["push"], max_length=2, description="Besides the message in its conversation.")
    week: WeekIn = Field(default_factory=WeekIn)


class PlanOut(BaseModel):
    on: bool
    time: str = Field(description="In your wall time.", examples=["18:00"])
    recurrence: str = Field(examples=["FREQ=WEEKLY;BYDAY=SU"])
    next_at: datetime.datetime | None
    conversation_id: UUID | None = Field(description="Where the last one stands.")


class BriefingOut(PlanOut):
    channels: list[Channel]
    week: PlanOut


@router.get("/{user_id}/briefing", response=BriefingOut)
async def get_briefing(request: HttpRequest, user_id: str) -> BriefingOut:
    """When you are briefed: off until you ask for it."""
    user = await caller(request, user_id)
    return await database_unit(briefing_out)(user)


@router.put("/{user_id}/briefing", response=BriefingOut)
async def set_briefing(request: HttpRequest, user_id: str, body: BriefingIn) -> HttpResponse:
    """Be briefed at your hour: what is overdue, what is for today, and one thing to start with."""
    user = await caller(request, user_id)

    def write() -> Answer:
        now = timezone.now()
        for kind, wished in ((DAY, body), (WEEK, body.week)):
            time = datetime.time.fromisoformat(wished.time)
            wish(user, kind, Wish(wished.on, time, wished.recurrence, frozenset(body.channels)), now)
        return Answer(briefing_out(user))

    return await answer_once(request, user, write)


def briefing_out(user: User) -> BriefingOut:
    briefings = briefings_of(user)
    day, week = briefings[DAY], briefings[WEEK]
    channels: list[Channel] = [name for name in get_args(Channel) if getattr(day, name)]
    return BriefingOut(**plan_of(day), channels=channels, week=PlanOut(**plan_of(week)))


def plan_of(briefing: Briefing) -> dict[str, Any]:
    return {
        "on": briefing.next_at is not None,
        "time": f"{briefing.time:%H:%M}",
        "recurrence": briefing.rule,
        "next_at": briefing.next_at,
        "conversation_id": briefing.conversation_id,
    }
