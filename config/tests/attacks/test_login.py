"""Signing in with a password, at its three doors: guessing is slowed down, and nobody is locked out for good."""

from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client, SimpleTestCase, TestCase, override_settings

from accounts.models import User
from accounts.testing import PASSWORD, alice
from config import settings as configured

ATTACKER, HOME = "203.0.113.66", "198.51.100.7"


class PasswordHashTests(SimpleTestCase):
    @override_settings(PASSWORD_HASHERS=configured.PASSWORD_HASHERS)
    def test_passwords_are_kept_as_argon2_hashes(self):
        self.assertTrue(make_password(PASSWORD).startswith("argon2$argon2id$"))


@override_settings(RATE_LIMITS=True)
class GuessingTests(TestCase):
    """A hundred wrong passwords from one address."""

    def setUp(self):
        cache.clear()
        alice(password=PASSWORD)

    def by_api(self, username: str, password: str, address: str):
        body = {"username": username, "password": password}
        return Client(REMOTE_ADDR=address).post("/api/auth/token", body, content_type="application/json")

    def by_page(self, username: str, password: str, address: str):
        return Client(REMOTE_ADDR=address).post("/accounts/login", {"username": username, "password": password})

    def assert_slowed_down(self, answers) -> None:
        statuses = [answer.status_code for answer in answers]
        self.assertEqual(set(statuses), {401, 429})
        self.assertLessEqual(statuses.count(401), 50)
        self.assertEqual(statuses[-1], 429)
        self.assertIn(int(answers[-1]["Retry-After"]), range(1, 61))

    def test_at_the_api_they_end_in_429_and_the_person_signs_in_from_elsewhere(self):
        answers = [self.by_api("alice", f"guess {number}", ATTACKER) for number in range(100)]
        self.assert_slowed_down(answers)
        self.assertEqual([answer.status_code for answer in answers].count(401), 5)
        self.assertEqual(self.by_api("alice", PASSWORD, ATTACKER).status_code, 429)
        self.assertEqual(self.by_api("alice", PASSWORD, HOME).status_code, 200)
        self.assertEqual(self.by_page("alice", PASSWORD, HOME).status_code, 302)

    def test_on_the_page_they_end_in_429_and_the_person_signs_in_from_elsewhere(self):
        self.assert_slowed_down([self.by_page("alice", f"guess {number}", ATTACKER) for number in range(100)])
        self.assertEqual(self.by_page("alice", PASSWORD, ATTACKER).status_code, 429)
        self.assertEqual(self.by_page("alice", PASSWORD, HOME).status_code, 302)

    def test_both_doors_count_together(self):
        for number in range(5):
            self.by_page("alice", f"guess {number}", ATTACKER)
        self.assertEqual(self.by_api("alice", PASSWORD, ATTACKER).status_code, 429)

    def test_one_password_tried_on_a_hundred_names_ends_in_429(self):
        self.assert_slowed_down([self.by_api(f"user{number}", PASSWORD, ATTACKER) for number in range(100)])
        self.assertEqual(self.by_api("alice", PASSWORD, HOME).status_code, 200)

    def test_names_in_another_case_or_width_do_not_count_anew(self):
        guesses = [self.by_api(name, "guess", ATTACKER) for name in ["alice", "ａｌｉｃｅ"] * 3]
        self.assertEqual(guesses[-1].status_code, 429)

    def test_registering_a_hundred_times_ends_in_429_at_both_doors(self):
        answers = []
        for number in range(50):
            form = {"username": f"user{number}", "password1": "123", "password2": "123"}
            answers.append(Client(REMOTE_ADDR=ATTACKER).post("/accounts/register", form))
        self.assertEqual(answers[-1].status_code, 429)
        self.assertIn(int(answers[-1]["Retry-After"]), range(1, 61))
        body = {"username": "somebody", "password": PASSWORD}
        answer = Client(REMOTE_ADDR=ATTACKER).post("/api/auth/register", body, content_type="application/json")
        self.assertEqual(answer.status_code, 429)

    def test_guessing_the_old_password_on_an_open_page_ends_in_429_too(self):
        self.client.force_login(User.objects.get())
        passwords = {"old_password": "guess", "new_password1": "nine red kettles", "new_password2": "nine red kettles"}
        statuses = [self.client.post("/accounts/settings/password", passwords).status_code for _ in range(6)]
        self.assertEqual(statuses, [422] * 5 + [429])
        right = self.client.post("/accounts/settings/password", passwords | {"old_password": PASSWORD})
        self.assertContains(right, "It works again in", status_code=429)

    def test_the_admin_has_no_form_of_its_own_where_guesses_would_not_count(self):
        right = {"username": "alice", "password": PASSWORD, "next": "/admin/"}
        self.assertEqual(self.client.post("/accounts/login", right, follow=True).status_code, 403)
        self.client.logout()
        User.objects.update(is_staff=True, is_superuser=True)
        for next_address in ("/admin/", "//evil.example", ""):
            sent_on = self.client.post("/admin/login/", right | {"next": next_address})
            self.assertRedirects(sent_on, "/accounts/login?next=/admin/", fetch_redirect_response=False)
        self.assertContains(self.client.post("/accounts/login", right, follow=True), "Site administration")
        self.assertRedirects(self.client.post("/admin/password_change/", {}), "/accounts/settings")
