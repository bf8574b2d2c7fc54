"""Send what is due now, for a host where no server runs all the time."""

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand

from notices.outbox.sending import send_due


class Command(BaseCommand):
    help = "Send the reminders that are due and what waits to be tried again, once. Servers do it all the time."

    def handle(self, **options):
        outcomes = async_to_sync(send_due)()
        said = ", ".join(f"{count} by {what}" for what, count in sorted(outcomes.items()))
        self.stdout.write(f"Sent: {said}" if said else "Nothing is due.")
