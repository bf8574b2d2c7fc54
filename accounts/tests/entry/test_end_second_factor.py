from io import StringIO

from django.core.management import CommandError, call_command
from django.test import TestCase

from accounts.models import Passkey, RecoveryCode, SecondFactor
from accounts.second_factor.stored import turn_on_passkeys
from accounts.testing import PASSWORD, alice


def end_second_factor(username: str) -> str:
    printed = StringIO()
    call_command("end_second_factor", username, stdout=printed)
    return printed.getvalue()


class EndSecondFactorTests(TestCase):
    def test_who_lost_everything_comes_in_by_the_password_again(self):
        user = alice(password=PASSWORD)
        Passkey.objects.create(user=user, name="lost", credential_id="lost", public_key="")
        turn_on_passkeys(user)
        form = {"username": "alice", "password": PASSWORD, "next": "/todos"}
        self.assertIn("/second-factor", self.client.post("/accounts/login", form).url)
        self.assertIn("alone lets in again", end_second_factor("alice"))
        self.assertEqual(self.client.post("/accounts/login", form).url, "/todos")
        self.assertFalse(SecondFactor.objects.exists() or RecoveryCode.objects.exists())

    def test_it_says_whom_it_does_not_know_and_who_has_none(self):
        alice()
        for name, words in (("nobody", "no user called"), ("alice", "has no second factor")):
            with self.assertRaisesMessage(CommandError, words):
                end_second_factor(name)
