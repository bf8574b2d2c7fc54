"""The language and habits of somebody who never chose: what browser and clock say, when they come in by a page."""

from django.http import HttpRequest

from accounts.models import User
from database.units import database_unit
from habits.regions import usual_habits
from habits.values import Habits
from web.languages.chosen import language_asked


async def keep_first_habits(request: HttpRequest, user: User) -> None:
    """Store what the browser suggests, once for a person; what they chose stays."""
    asked = request.headers.get("Accept-Language", "")
    habits = None if user.has_habits else usual_habits(asked, user.time_zone)
    language = "" if user.language else language_asked(asked) or ""
    if habits or language:
        await store_first_habits(user, habits, language)


@database_unit
def store_first_habits(user: User, habits: Habits | None, language: str) -> None:
    this = User.objects.filter(pk=user.pk)
    if language:
        user.language = language
        this.filter(language="").update(language=language)
    if habits:
        said = {"clock_hours": habits.clock_hours, "first_weekday": habits.first_weekday, "day_first": habits.day_first}
        vars(user).update(said)
        this.filter(clock_hours=None, first_weekday=None, day_first=None).update(**said)
