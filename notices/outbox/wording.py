"""What a row of the outbox says."""

import datetime

from django.utils.translation import gettext as _

from accounts.habits.drawing import written_for
from accounts.models import User
from language.dates import date_text
from notices.buttons.acts import buttons_of
from notices.channel import Item
from notices.models import Delivery
from todos.models import Todo


def item_of(row: Delivery, todo: Todo | None, owner: User, now: datetime.datetime) -> Item:
    """Of a reminder: its todo as it is now, and when that is due; in the language of its owner."""
    with written_for(owner):
        return written(row, todo, owner, now)


def written(row: Delivery, todo: Todo | None, owner: User, now: datetime.datetime) -> Item:
    if todo is None:
        said = {"title": "", "text": "", "address": "/"} | row.content
        return Item(row.pk, said["title"], said["text"], said["address"], row.occurrence, acts=buttons_of(row))
    due = date_text(todo.wall_due, owner.zone, now, owner.habits)
    text, address = _("Due %(date)s") % {"date": due} if due else "", f"{todo.address}/edit"
    return Item(row.pk, todo.title, text, address, row.occurrence, todo.pk, buttons_of(row))
