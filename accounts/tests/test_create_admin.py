"""The first administrator: one command, one link, one password."""

import datetime
from io import StringIO
from unittest import mock

from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings

from accounts.entry.password_links import FIRST_SIGN_IN
from accounts.models import User

PASSWORD = "seven green bottles"


def made_link(username="root") -> str:
    printed = StringIO()
    call_command("create_admin", username, address="https://todo.example/", stdout=printed)
    return printed.getvalue().splitlines()[-1]


@override_settings(RATE_LIMITS=False)
class CreateAdmin(TestCase):
    def path(self, **options) -> str:
        link = made_link(**options)
        self.assertTrue(link.startswith("https://todo.example/accounts/first-sign-in?key="), link)
        return link.removeprefix("https://todo.example")

    def choose(self, path, password=PASSWORD):
        return self.client.post(path, {"new_password1": password, "new_password2": password})

    def test_the_link_leads_to_the_admin_and_works_once(self):
        path = self.path()
        self.assertContains(self.client.get(path), "Choose a password for root")
        self.assertRedirects(self.choose(path), "/admin/")
        self.assertEqual(self.client.get("/admin/").status_code, 200)
        self.assertTrue(User.objects.get().check_password(PASSWORD))
        self.assertEqual(self.client.get(path).status_code, 404)
        self.assertEqual(self.choose(path, "eight green bottles").status_code, 404)

    def test_a_weak_password_is_refused_and_the_link_stays_good(self):
        path = self.path()
        self.assertEqual(self.choose(path, "1234").status_code, 422)
        self.assertRedirects(self.choose(path), "/admin/")

    def test_what_is_no_link_is_not_found(self):
        path = self.path()
        for wrong in ("/accounts/first-sign-in", path[:-1] + ("b" if path[-1] == "a" else "a"), path.split(".")[0]):
            with self.subTest(wrong):
                self.assertEqual(self.client.get(wrong).status_code, 404)
        User.objects.update(is_active=False)
        self.assertEqual(self.client.get(path).status_code, 404)

    def test_it_is_good_for_a_day(self):
        later = FIRST_SIGN_IN._now() + datetime.timedelta(hours=25)
        path = self.path()
        with mock.patch.object(FIRST_SIGN_IN, "_now", return_value=later):
            self.assertEqual(self.client.get(path).status_code, 404)
        self.assertEqual(self.client.get(path).status_code, 200)

    def test_a_link_outlasts_a_change_of_keys_as_long_as_the_old_one_is_named(self):
        path, new = self.path(), "another key of at least thirty-two characters"
        with self.settings(SECRET_KEY=new):
            self.assertEqual(self.client.get(path).status_code, 404)
        with self.settings(SECRET_KEY=new, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
            self.assertEqual(self.client.get(path).status_code, 200)

    def test_somebody_who_is_there_keeps_the_password_until_the_link_is_used(self):
        User.objects.create_user("alice", password=PASSWORD)
        path = self.path(username="alice")
        alice = User.objects.get()
        self.assertTrue(alice.is_superuser and alice.check_password(PASSWORD))
        self.assertRedirects(self.choose(path, "eight green bottles"), "/admin/")
        self.assertEqual(alice.security_events.order_by("id")[0].kind, "password_reset")

    def test_what_is_no_name_is_refused(self):
        with self.assertRaises(CommandError):
            made_link("two words")
