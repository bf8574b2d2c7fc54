"""The trash, emptied of what has been in it for long, and the changes that nobody will undo any more."""

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.purge import purge_batch

from .models import Todo, TodoChange

BATCH = 500


@transaction.atomic
def purge_trash(now: datetime.datetime) -> int:
    """Remove a batch of todos that were moved to the trash TRASH_DAYS days ago or earlier, and count them.

    Locked first, so that none is removed while it is restored. Their changes go too: what was purged cannot be undone,
    and its texts are not kept.
    """
    moment = now - datetime.timedelta(days=settings.TRASH_DAYS)
    trashed = Todo.objects.trashed_before(moment).order_by("pk")
    old = list(trashed.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    TodoChange.objects.filter(todo_id__in=old).delete()
    Todo.objects.filter(pk__in=old).delete()
    return len(old)


def purge_changes(now: datetime.datetime) -> int:
    """Remove a batch of the changes of todos that have not changed for HISTORY_DAYS, and count them.

    Of a todo all go or none: what is left can be undone step by step, and always adds up to the todo.
    """
    moment = now - datetime.timedelta(days=settings.HISTORY_DAYS)
    since = TodoChange.objects.filter(todo_id=OuterRef("todo_id"), created_at__gte=moment)
    return purge_batch(TodoChange.objects.filter(~Exists(since), created_at__lt=moment))
