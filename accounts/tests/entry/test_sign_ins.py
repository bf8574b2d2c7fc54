import datetime
import threading

from django.conf import settings
from django.db import connection, transaction
from django.test import Client, SimpleTestCase, TestCase, TransactionTestCase, skipUnlessDBFeature
from django.utils import timezone

from accounts.entry.sign_ins import (
    GRACE_SECONDS,
    begin_sign_in,
    issue_refresh_token,
    revoke_refresh_token,
    rotate_refresh_token,
    sign_ins_in_use,
    sign_out_everywhere,
)
from accounts.models import RefreshToken, SignIn, User
from accounts.names.devices import device_name
from accounts.pages.sections import SIGN_INS_SHOWN
from accounts.testing import PASSWORD, alice, bob, refresh_token_of
from accounts.tokens.digest import digest_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW_PASSWORD = {"old_password": PASSWORD, "new_password1": "nine red kettles", "new_password2": "nine red kettles"}


def end_grace() -> None:
    RefreshToken.objects.update(rotated_at=timezone.now() - datetime.timedelta(seconds=GRACE_SECONDS + 1))


class RefreshTokenTests(TestCase):
    def setUp(self):
        self.user = alice()
        self.token = refresh_token_of(self.user)

    def test_only_a_hash_is_stored(self):
        stored = RefreshToken.objects.get()
        self.assertEqual(stored.digest, digest_of(self.token))
        self.assertNotIn(self.token, [str(value) for value in vars(stored).values()])

    def test_rotation_gives_a_successor_of_the_same_sign_in(self):
        sign_in, successor = rotate_refresh_token(self.token)
        self.assertEqual(sign_in.user, self.user)
        self.assertNotEqual(successor, self.token)
        self.assertEqual(SignIn.objects.count(), 1)
        self.assertIsNotNone(rotate_refresh_token(successor))

    def test_a_rotation_is_noted_as_use(self):
        SignIn.objects.update(last_used_at=timezone.now() - datetime.timedelta(days=1))
        rotate_refresh_token(self.token)
        self.assertLess(timezone.now() - SignIn.objects.get().last_used_at, datetime.timedelta(minutes=1))

    def test_within_the_grace_a_second_use_goes_on_too(self):
        _, first = rotate_refresh_token(self.token)
        _, second = rotate_refresh_token(self.token)
        self.assertIsNotNone(rotate_refresh_token(first))
        self.assertIsNotNone(rotate_refresh_token(second))

    def test_the_grace_ends_when_a_successor_is_used(self):
        for uses in (1, 2):
            with self.subTest(successors=uses):
                token = refresh_token_of(self.user)
                successors = [rotate_refresh_token(token)[1] for _ in range(uses)]
                _, newest = rotate_refresh_token(successors[0])
                self.assertIsNone(rotate_refresh_token(token))
                for one in (*successors, newest):
                    self.assertIsNone(rotate_refresh_token(one), "who holds a copy, and who was copied from")

    def test_the_use_of_another_sign_in_ends_no_grace(self):
        rotate_refresh_token(self.token)
        _, elsewhere = rotate_refresh_token(refresh_token_of(self.user))
        rotate_refresh_token(elsewhere)
        self.assertIsNotNone(rotate_refresh_token(self.token))

    def test_the_grace_does_not_grow_by_being_used(self):
        rotate_refresh_token(self.token)
        rotated_at = RefreshToken.objects.get(digest=digest_of(self.token)).rotated_at
        rotate_refresh_token(self.token)
        self.assertEqual(RefreshToken.objects.get(digest=digest_of(self.token)).rotated_at, rotated_at)

    def test_a_token_used_again_later_ends_its_sign_in(self):
        _, second = rotate_refresh_token(self.token)
        end_grace()
        self.assertIsNone(rotate_refresh_token(self.token))
        self.assertIsNone(rotate_refresh_token(second))

    def test_the_end_of_one_sign_in_leaves_others_alone(self):
        elsewhere = refresh_token_of(self.user)
        rotate_refresh_token(self.token)
        end_grace()
        rotate_refresh_token(self.token)
        RefreshToken.objects.filter(digest=digest_of(elsewhere)).update(rotated_at=None)
        self.assertIsNotNone(rotate_refresh_token(elsewhere))

    def test_a_successor_stored_while_its_sign_in_ended_is_dead_too(self):
        sign_in = SignIn.objects.get()
        revoke_refresh_token(self.token)
        self.assertIsNone(rotate_refresh_token(issue_refresh_token(sign_in)))

    def test_an_unknown_and_an_expired_token_are_refused(self):
        self.assertIsNone(rotate_refresh_token("unknown"))
        RefreshToken.objects.update(expires_at=timezone.now())
        self.assertIsNone(rotate_refresh_token(self.token))

    def test_a_disabled_user_cannot_refresh(self):
        User.objects.update(is_active=False)
        self.assertIsNone(rotate_refresh_token(self.token))

    def test_revoking_is_idempotent_and_silent_and_ends_successors(self):
        _, successor = rotate_refresh_token(self.token)
        revoke_refresh_token(self.token)
        revoke_refresh_token(self.token)
        revoke_refresh_token("unknown")
        self.assertIsNone(rotate_refresh_token(successor))

    def test_signing_out_everywhere_ends_what_was_issued_and_nothing_later(self):
        others = refresh_token_of(bob())
        sign_out_everywhere(self.user)
        later = refresh_token_of(self.user)
        self.assertIsNone(rotate_refresh_token(self.token))
        self.assertIsNotNone(rotate_refresh_token(later))
        self.assertIsNotNone(rotate_refresh_token(others))

    def test_sign_ins_are_forgotten_when_they_can_matter_to_nobody(self):
        lifetime = datetime.timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
        SignIn.objects.update(last_used_at=timezone.now() - 2 * lifetime - datetime.timedelta(seconds=1))
        begin_sign_in(self.user)
        self.assertEqual((SignIn.objects.count(), RefreshToken.objects.count()), (1, 0))


class ConcurrentRotationTests(TransactionTestCase):
    @skipUnlessDBFeature("has_select_for_update")
    def test_two_rotations_at_once_both_go_on(self):
        token = refresh_token_of(alice())
        together = threading.Barrier(2)
        rotations = []

        def rotate():
            together.wait()
            try:
                with transaction.atomic():
                    rotations.append(rotate_refresh_token(token))
            finally:
                connection.close()

        threads = [threading.Thread(target=rotate) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for _, successor in rotations:
            with transaction.atomic():
                self.assertIsNotNone(rotate_refresh_token(successor))


class SignInPageTests(TestCase):
    """Two browsers and a program of one person."""

    def setUp(self):
        self.alice = alice(password=PASSWORD)
        self.here, self.there = self.browser(), self.browser("Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1")
        self.program = self.client.post(
            "/api/auth/token",
            {"username": "alice", "password": PASSWORD},
            content_type="application/json",
            headers={"User-Agent": "curl/8.4.0"},
        ).json()

    def browser(self, user_agent: str = FIREFOX) -> Client:
        client = Client(headers={"User-Agent": user_agent})
        client.post("/accounts/login", {"username": "alice", "password": PASSWORD})
        return client

    def sign_in(self, device: str) -> SignIn:
        return next(sign_in for sign_in in SignIn.objects.all() if sign_in.device == device)

    def status_of(self, access_token: str) -> int:
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.client.get("/api/auth/me", headers=headers).status_code

    def is_signed_in(self, browser: Client) -> bool:
        return browser.get("/accounts/settings").status_code == 200

    def refreshes(self) -> bool:
        body = {"refresh_token": self.program["refresh_token"]}
        return self.client.post("/api/auth/refresh", body, content_type="application/json").status_code == 200

    def test_the_settings_list_all_of_them_and_mark_this_one(self):
        response = self.here.get("/accounts/settings")
        for words in ["Firefox on Linux", "Safari on iPhone", "curl", "In a browser", "By a program"]:
            self.assertContains(response, words)
        self.assertContains(response, "This one", count=1)
        self.assertEqual(response.context["this_sign_in"], self.sign_in("Firefox on Linux"))
        self.assertNotContains(response, self.sign_in("Firefox on Linux").session_key)

    def test_another_browser_can_be_signed_out(self):
        token = self.there.post("/accounts/token").json()["access_token"]
        response = self.here.post(f"/accounts/settings/sign-ins/{self.sign_in('Safari on iPhone').pk}/end", follow=True)
        self.assertNotContains(response, "Sign out Safari on iPhone")
        self.assertEqual(self.status_of(token), 401)
        self.assertFalse(self.is_signed_in(self.there))
        self.assertTrue(self.is_signed_in(self.here))

    def test_a_program_can_be_signed_out_with_its_access_tokens(self):
        self.assertEqual(self.status_of(self.program["access_token"]), 200)
        self.here.post(f"/accounts/settings/sign-ins/{self.sign_in('curl').pk}/end")
        self.assertEqual(self.status_of(self.program["access_token"]), 401)
        self.assertFalse(self.refreshes())

    def test_a_revoked_refresh_token_takes_its_access_tokens_along(self):
        body = {"refresh_token": self.program["refresh_token"]}
        self.client.post("/api/auth/revoke", body, content_type="application/json")
        self.assertEqual(self.status_of(self.program["access_token"]), 401)

    def test_signing_out_on_a_page_ends_its_access_tokens_and_no_others(self):
        token = self.here.post("/accounts/token").json()["access_token"]
        self.here.post("/accounts/logout")
        self.assertEqual(self.status_of(token), 401)
        self.assertTrue(self.is_signed_in(self.there))
        self.assertEqual(self.status_of(self.program["access_token"]), 200)

    def test_nobody_ends_the_sign_ins_of_others(self):
        self.client.force_login(bob())
        response = self.client.post(f"/accounts/settings/sign-ins/{self.sign_in('curl').pk}/end")
        self.assertRedirects(response, "/accounts/settings")
        self.assertTrue(self.refreshes())

    def test_signing_out_everywhere_ends_all_of_them_here_too(self):
        token = self.there.post("/accounts/token").json()["access_token"]
        self.assertRedirects(self.here.post("/accounts/settings/sign-ins/end"), "/accounts/login")
        self.assertFalse(self.is_signed_in(self.here) or self.is_signed_in(self.there) or self.refreshes())
        self.assertEqual((self.status_of(token), self.status_of(self.program["access_token"])), (401, 401))
        self.assertFalse(sign_ins_in_use(User.objects.get()).exists())

    def test_a_new_password_ends_all_of_them_but_this_one(self):
        token = self.there.post("/accounts/token").json()["access_token"]
        self.here.post("/accounts/settings/password", NEW_PASSWORD)
        self.assertTrue(self.is_signed_in(self.here))
        self.assertFalse(self.is_signed_in(self.there) or self.refreshes())
        self.assertEqual((self.status_of(token), self.status_of(self.program["access_token"])), (401, 401))
        self.assertEqual([sign_in.device for sign_in in sign_ins_in_use(User.objects.get())], ["Firefox on Linux"])
        self.assertEqual(self.status_of(self.here.post("/accounts/token").json()["access_token"]), 200)

    def test_of_very_many_the_last_used_are_shown_and_the_others_counted(self):
        for _ in range(SIGN_INS_SHOWN):
            refresh_token_of(self.alice)
        response = self.here.get("/accounts/settings")
        self.assertContains(response, "Unknown device</p>", count=SIGN_INS_SHOWN)
        self.assertContains(response, "And 2 more")

    def test_a_program_that_reads_the_settings_is_no_browser(self):
        headers = {"Authorization": f"Bearer {self.program['access_token']}"}
        response = self.client.get("/accounts/settings", headers=headers)
        self.assertNotContains(response, "This one")
        self.assertEqual(SignIn.objects.count(), 3)

    def test_the_admin_signs_a_person_out_of_pages_as_well(self):
        sign_out_everywhere(self.alice)
        self.assertFalse(self.is_signed_in(self.here))

    def test_a_sign_in_that_ran_out_is_not_listed(self):
        RefreshToken.objects.update(expires_at=timezone.now())
        self.there.session.delete()
        devices = [sign_in.device for sign_in in sign_ins_in_use(self.alice)]
        self.assertEqual(devices, ["Firefox on Linux"])

    def test_a_page_notes_that_its_sign_in_is_used_once_in_a_while(self):
        long_ago = timezone.now() - datetime.timedelta(hours=1)
        SignIn.objects.update(last_used_at=long_ago)
        self.here.post("/accounts/token")
        self.assertGreater(self.sign_in("Firefox on Linux").last_used_at, long_ago)
        self.assertEqual(self.sign_in("Safari on iPhone").last_used_at, long_ago)

    def test_a_device_that_names_itself_oddly_is_shown_as_text(self):
        self.browser("<script>\x00" + "x" * 500)
        response = self.here.get("/accounts/settings")
        self.assertNotContains(response, "<script>\x00")
        self.assertContains(response, "&lt;script&gt;")


class DeviceNameTests(SimpleTestCase):
    def test_browsers_and_programs_are_named_as_people_know_them(self):
        for user_agent, name in {
            FIREFOX: "Firefox on Linux",
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36": "Chrome on Windows",
            "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0": "Edge on Windows",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1": "Safari on Mac",
            "Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile Safari/537.36": "Chrome on Android",
            "curl/8.4.0": "curl",
            "": "Unknown device",
        }.items():
            with self.subTest(user_agent):
                self.assertEqual(device_name(user_agent), name)
