"""Empty the trash of what has been in it for long."""

import datetime

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from todos.models import Todo, TodoChange

BATCH = 500


class Command(BaseCommand):
    help = "Remove todos that were moved to the trash TRASH_DAYS days ago or earlier. Run it once a day."

    def handle(self, **options):
        moment = timezone.now() - datetime.timedelta(days=settings.TRASH_DAYS)
        purged = 0
        while count := purge_batch(moment):
            purged += count
        self.stdout.write(f"Todos removed from the trash: {purged}")


@transaction.atomic
def purge_batch(moment: datetime.datetime) -> int:
    """How many were removed; none is left when it is 0.

    Locked first, so that none is removed while it is restored; one that somebody is changing is left for the next time.

    Their changes go too: what was purged cannot be undone, and its texts are not kept.
    """
    expired = Todo.objects.trashed_before(moment).order_by("pk").select_for_update(skip_locked=True)
    old = list(expired.values_list("pk", flat=True)[:BATCH])
    TodoChange.objects.filter(todo_id__in=old).delete()
    Todo.objects.filter(pk__in=old).delete()
    return len(old)
