"""Turns off the second factor of somebody who lost phone and recovery codes: the password alone lets them in again."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from accounts.second_factor.stored import has_second_factor, turn_off
from accounts.security_log import Kind, record


class Command(BaseCommand):
    help = "Turn a user's second factor off. Be sure who asks for it: whoever has the password is in then."

    def add_arguments(self, parser):
        parser.add_argument("username")

    @transaction.atomic
    def handle(self, *, username, **options):
        user = User.objects.filter(username=User.normalize_username(username)).first()
        if user is None:
            raise CommandError(f"There is no user called {username}.")
        if not has_second_factor(user):
            raise CommandError(f"{username} has no second factor.")
        turn_off(user)
        record(user, Kind.SECOND_FACTOR_OFF)
        self.stdout.write(f"The password of {username} alone lets in again.")
