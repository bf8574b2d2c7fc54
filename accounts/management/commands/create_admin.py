"""Creates the first administrator, who chooses the password by a link that is good once."""

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts.entry.password_links import FIRST_SIGN_IN
from accounts.models import User


class Command(BaseCommand):
    help = "Create an administrator, or make one of a user, and print the link to choose a password: once, for a day."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument(
            "--address", required=True, help="of the program, as people use it: https://todo.example.com"
        )

    def handle(self, *, username, address, **options):
        username = User.normalize_username(username)
        try:
            UnicodeUsernameValidator()(username)
        except ValidationError as error:
            raise CommandError(error.message) from None
        user, created = User.objects.get_or_create(username=username)
        if created:
            user.set_unusable_password()
        user.is_staff = user.is_superuser = user.is_active = True
        user.save()
        hours = FIRST_SIGN_IN.seconds // 3600
        self.stdout.write(f"Open this within {hours} hours and choose the password of {username}. It works once:")
        self.stdout.write(f"{address.rstrip('/')}{reverse('first_sign_in')}?key={FIRST_SIGN_IN.key_of(user)}")
