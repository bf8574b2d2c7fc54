"""The habits of somebody who never chose any: what their browser and their clock say, when they come in by a page."""

from django.http import HttpRequest

from accounts.models import User
from database.units import database_unit
from habits.regions import usual_habits
from habits.values import Habits


async def keep_first_habits(request: HttpRequest, user: User) -> None:
    """Once for a person: what was chosen, here or before, stays."""
    if user.has_habits:
        return
    habits = usual_habits(request.headers.get("Accept-Language", ""), user.time_zone)
    if habits is not None:
        await store_first_habits(user, habits)


@database_unit
def store_first_habits(user: User, habits: Habits) -> None:
    user.clock_hours, user.first_weekday, user.day_first = habits.clock_hours, habits.first_weekday, habits.day_first
    unsaid = User.objects.filter(pk=user.pk, clock_hours=None, first_weekday=None, day_first=None)
    unsaid.update(clock_hours=user.clock_hours, first_weekday=user.first_weekday, day_first=user.day_first)
