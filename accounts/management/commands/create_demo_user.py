"""Creates a user to try the product with, and says how to begin."""

import textwrap

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.models import User

USERNAME = "demo"
PASSWORD = "demo-todo-chat"  # noqa: S105  meant to be known, and so not created outside development


class Command(BaseCommand):
    help = "Create the user “demo” where there is none yet, and print how to begin. With DEBUG off there is none."

    def add_arguments(self, parser):
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="of the server (default: %(default)s)")

    def handle(self, *, address, **options):
        if not settings.DEBUG:
            self.stdout.write(f"Todo Chat at {address} (no demo user, because DEBUG is off)")
            return
        user = User.objects.filter(username=USERNAME).first()
        user = user or User.objects.create_user(USERNAME, password=PASSWORD)
        self.stdout.write(welcome(address, user))


def welcome(address: str, user: User) -> str:
    """The address, the login, and commands that can be pasted into a shell as they are."""
    return textwrap.dedent(
        f"""\

        Todo Chat    {address}
        sign in as   {USERNAME}
        password     {PASSWORD}
        API          {address}/api/docs

        A turn by curl:

        TOKEN=$(curl -s {address}/api/auth/token -H 'Content-Type: application/json' \\
          -d '{{"username": "{USERNAME}", "password": "{PASSWORD}"}}' | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')
        curl -s {address}/api/{user.subject}/chat -H "Authorization: Bearer $TOKEN" \\
          -H 'Content-Type: application/json' -d '{{"message": "Create a todo: Buy groceries"}}'
        """
    )
