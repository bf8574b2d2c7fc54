"""The calendar address of a person: a secret that shows their open todos to whoever has it, until it is taken back."""

import datetime
import secrets

from accounts.models import User
from accounts.tokens.digest import digest_of
from database.units import database_read, database_unit
from todos.models import CalendarFeed, Todo

SECRET_BYTES = 32
# What fits on a calendar, the soonest first.
FEED_MAX = 1_000


@database_unit
def make_feed(user: User, now: datetime.datetime) -> str:
    """The secret of a new address. It is shown now or never; the address before, if any, ends."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    values = {"digest": digest_of(secret), "created_at": now}
    CalendarFeed.objects.update_or_create(user=user, defaults=values)
    return secret


@database_unit
def end_feed(user: User) -> None:
    CalendarFeed.objects.filter(user=user).delete()


@database_read
def feed_of(secret: str) -> tuple[User, list[Todo]] | None:
    """Whose address it is and what it shows; None for an address that is nobody's."""
    feed = CalendarFeed.objects.select_related("user").filter(digest=digest_of(secret), user__is_active=True).first()
    if feed is None:
        return None
    todos = Todo.objects.for_user(feed.user).open().filter(due_date__isnull=False).with_tags()
    return feed.user, list(todos.by_urgency()[:FEED_MAX])
