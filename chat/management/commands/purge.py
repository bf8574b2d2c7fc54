"""Removes what nobody needs any more."""

from django.core.management.base import BaseCommand

from chat.privacy.purge import PURGES, purge_all


class Command(BaseCommand):
    help = (
        "Remove what was in the trash for TRASH_DAYS, tool calls and changes of HISTORY_DAYS ago, and sign-ins, tokens "
        "and sessions that ended. Servers do it too."
    )

    def handle(self, **options):
        removed = purge_all()
        self.stdout.write("Removed: " + ", ".join(f"{removed[what]} {what.replace('_', ' ')}" for what in PURGES))
