"""Remove what was deleted on the pages and not brought back."""

import datetime

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from chat.models import Conversation


class Command(BaseCommand):
    help = "Remove conversations that were deleted TRASH_DAYS days ago or earlier. Run it once a day."

    def handle(self, **options):
        moment = timezone.now() - datetime.timedelta(days=settings.TRASH_DAYS)
        _, removed = Conversation.objects.deleted_before(moment).delete()
        self.stdout.write(f"Conversations removed: {removed.get('chat.Conversation', 0)}")
