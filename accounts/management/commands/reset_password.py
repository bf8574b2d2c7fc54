"""Makes a link for somebody who forgot the password, where no mail can be sent."""

from django.core.management.base import BaseCommand, CommandError

from accounts.entry.password_links import RESET
from accounts.mails.links import link_to
from accounts.models import User


class Command(BaseCommand):
    help = "Print a link with which a user chooses a new password: once, for half an hour. Hand it to nobody else."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--address", help="of the program, as people use it, where SITE_URL does not say it")

    def handle(self, *, username, address, **options):
        user = User.objects.filter(username=User.normalize_username(username)).first()
        if user is None:
            raise CommandError("There is no user of this name.")
        if not user.is_active:
            raise CommandError("This account is disabled: enable it in the admin first.")
        self.stdout.write(f"Open this within {RESET.seconds // 60} minutes and choose the password. It works once:")
        self.stdout.write(link_to("reset_password", site=address, key=RESET.key_of(user)))
