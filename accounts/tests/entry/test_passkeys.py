"""Passkeys at their doors: added and used by a device that does as the standard says, and by those that do not."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.db import connection
from django.test import Client, TestCase, TransactionTestCase, override_settings

from accounts.entry.tickets import TICKET_SECONDS
from accounts.mails.sending import send_waiting
from accounts.models import Passkey, SecurityEvent, SignIn, SpentTicket, User
from accounts.passkeys.stored import PASSKEYS_MAX
from accounts.passkeys.testing import PRESENT, Device
from accounts.testing import PASSWORD, alice, bob
from accounts.tests.mails.case import confirmed
from web.mail.testing import mail_server

SETTINGS, ENTRANCE = "/accounts/settings/passkeys", "/accounts/login/passkey"
SITE = "https://testserver"
REFUSED = "This passkey did not let you in."


class Browser(Client):
    """Always over https, as passkeys want it."""

    def request(self, **request):
        return super().request(**{**request, "wsgi.url_scheme": "https"})

    def options(self, address: str) -> dict:
        answer = self.post(f"{address}/options")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def add(self, device: Device, **names):
        return self.post(SETTINGS, {"credential": device.create(self.options(SETTINGS) | names)}, follow=True)

    def enter(self, device: Device, **form):
        return self.post(ENTRANCE, {"credential": device.get(self.options(ENTRANCE)), **form})

    @property
    def is_signed_in(self) -> bool:
        return self.get("/accounts/settings").status_code == 200


@override_settings(SITE_URL=SITE)
class PasskeyCase(TestCase):
    def setUp(self):
        cache.clear()
        self.alice = alice(password=PASSWORD)
        self.home, self.device = Browser(), Device()
        self.home.force_login(self.alice)

    def with_passkey(self) -> Device:
        self.assertContains(self.home.add(self.device), "Your passkey is added")
        return self.device

    def assert_refused(self, browser, answer, status=401, words=REFUSED):
        self.assertContains(answer, words, status_code=status)
        self.assertFalse(browser.is_signed_in)


class AddingTests(PasskeyCase):
    def test_a_passkey_lets_its_owner_in_on_another_browser_with_one_press(self):
        device, phone = self.with_passkey(), Browser()
        self.assertRedirects(phone.enter(device, next="/todos"), "/todos", fetch_redirect_response=False)
        self.assertTrue(phone.is_signed_in)
        page = phone.get("/accounts/settings")
        self.assertContains(page, "by passkey")
        self.assertContains(page, "Last used")
        self.assertEqual(SignIn.objects.latest("created_at").amr, "pop")

    def test_it_asks_for_a_key_that_is_found_without_a_name_and_for_a_finger_or_a_pin(self):
        options = self.home.options(SETTINGS)
        selection = options["authenticatorSelection"]
        self.assertEqual((selection["residentKey"], selection["userVerification"]), ("required", "required"))
        self.assertEqual((options["rp"]["id"], options["attestation"]), ("testserver", "none"))
        self.assertEqual(options["user"]["name"], "alice")

    def test_what_is_there_is_named_so_that_no_device_makes_it_twice(self):
        device = self.with_passkey()
        [excluded] = self.home.options(SETTINGS)["excludeCredentials"]
        stored = Passkey.objects.get()
        self.assertEqual((excluded["id"], excluded["transports"]), (stored.credential_id, ["internal"]))
        self.assertEqual(json.loads(device.get(self.home.options(ENTRANCE)))["id"], stored.credential_id)

    def test_two_tabs_that_add_the_same_passkey_leave_one(self):
        first, second = self.home.options(SETTINGS), self.home.options(SETTINGS)
        answers = [self.home.post(SETTINGS, {"credential": self.device.create(tab)}) for tab in (first, second)]
        self.assertEqual([answer.status_code for answer in answers], [302, 422])
        self.assertContains(answers[1], "This passkey is here already.", status_code=422)
        self.assertEqual(Passkey.objects.count(), 1)

    def test_nobody_adds_a_passkey_that_is_anothers(self):
        device, bobs = self.with_passkey(), Browser()
        bobs.force_login(bob())
        self.assertContains(bobs.add(device), "This passkey is here already.", status_code=422)
        self.assertEqual(Passkey.objects.get().user, self.alice)

    def test_the_answer_to_one_persons_options_adds_nothing_for_another(self):
        options = self.home.options(SETTINGS)
        self.home.force_login(bob())
        answer = self.home.post(SETTINGS, {"credential": self.device.create(options)})
        self.assertContains(answer, "That took too long", status_code=422)
        self.assertFalse(Passkey.objects.exists())

    def test_an_answer_adds_one_passkey_and_no_second(self):
        credential = self.device.create(self.home.options(SETTINGS))
        self.home.post(SETTINGS, {"credential": credential})
        Passkey.objects.all().delete()
        again = self.home.post(SETTINGS, {"credential": credential})
        self.assertContains(again, "was done already", status_code=422)
        self.assertFalse(Passkey.objects.exists())

    def test_there_is_an_end_to_their_number(self):
        for number in range(PASSKEYS_MAX):
            Passkey.objects.create(user=self.alice, name="x", credential_id=f"{number:04}", public_key="")
        self.assertContains(self.home.add(self.device), "Remove one that is not in use", status_code=422)

    def test_a_page_of_another_origin_site_or_without_a_finger_adds_nothing(self):
        lies = {
            "origin": "https://evil.example",
            "domain": "evil.example",
            "flags": PRESENT,
            "credential_id": b"x" * 1024,
        }
        for name, value in lies.items():
            with self.subTest(name):
                device = Device()
                setattr(device, name, value)
                self.assertEqual(self.home.add(device).status_code, 422)
                self.assertFalse(Passkey.objects.exists())

    def test_what_is_no_answer_adds_nothing(self):
        for text in ("", "x", "[]", "{}", '{"response": 5}', "[" * 9000, "x" * 20_000, '"\\ud800"', "\x00"):
            with self.subTest(text[:20]):
                self.assertEqual(self.home.post(SETTINGS, {"credential": text}).status_code, 422)

    def test_it_is_named_after_the_device_and_can_be_renamed(self):
        self.home.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone) Version/26.0 Safari/604.1"
        self.assertContains(self.home.add(self.device), "called “Safari on iPhone”")
        [passkey] = Passkey.objects.all()
        self.assertEqual(SecurityEvent.objects.get(kind="passkey_added").detail, "Safari on iPhone")
        renamed = self.home.post(f"{SETTINGS}/{passkey.pk}/rename", {"name": "My <phone>"}, follow=True)
        self.assertContains(renamed, "My &lt;phone&gt;")
        for name in ("", " ", "x" * 61, "\u3164"):
            self.assertEqual(self.home.post(f"{SETTINGS}/{passkey.pk}/rename", {"name": name}).status_code, 422)
        passkey.refresh_from_db()
        self.assertEqual(passkey.name, "My <phone>")

    def test_a_removed_one_lets_nobody_in(self):
        device = self.with_passkey()
        removed = self.home.post(f"{SETTINGS}/{Passkey.objects.get().pk}/remove", follow=True)
        self.assertContains(removed, "lets nobody in any more")
        self.assertTrue(SecurityEvent.objects.filter(kind="passkey_removed", user=self.alice).exists())
        phone = Browser()
        self.assert_refused(phone, phone.enter(device))

    def test_the_last_way_in_is_not_taken_away_without_a_word(self):
        self.with_passkey()
        User.objects.update(password="!")
        self.home.force_login(User.objects.get())
        passkey = Passkey.objects.get()
        refused = self.home.post(f"{SETTINGS}/{passkey.pk}/remove")
        self.assertContains(refused, "This is your only way in", status_code=422)
        self.assertTrue(Passkey.objects.filter(pk=passkey.pk).exists())
        Passkey.objects.create(user=self.alice, name="another", credential_id="another", public_key="")
        self.home.post(f"{SETTINGS}/{passkey.pk}/remove")
        self.assertEqual(Passkey.objects.get().name, "another")


class EnteringTests(PasskeyCase):
    def setUp(self):
        super().setUp()
        self.with_passkey()
        self.phone = Browser()

    def test_what_is_asked_does_not_depend_on_who_has_an_account(self):
        """Nobody is named: there is one answer, and the table of people is not read for it."""
        with self.assertNumQueries(0):
            first = self.phone.options(ENTRANCE)
        Passkey.objects.all().delete()
        User.objects.all().delete()
        second = self.phone.options(ENTRANCE)
        self.assertEqual({**first, "challenge": ""}, {**second, "challenge": ""})
        self.assertEqual(len(first["challenge"]), len(second["challenge"]))
        self.assertEqual(first["allowCredentials"], [])

    def test_an_answer_lets_in_once(self):
        credential = {"credential": self.device.get(self.phone.options(ENTRANCE))}
        self.assertEqual(self.phone.post(ENTRANCE, credential).status_code, 302)
        self.phone.logout()
        self.assert_refused(self.phone, self.phone.post(ENTRANCE, credential), 422, "was done already")

    def test_an_answer_of_a_key_that_does_not_count_lets_in_once_too(self):
        self.device.counts = False
        self.test_an_answer_lets_in_once()
        self.assertEqual(self.phone.enter(self.device).status_code, 302)

    def test_an_answer_that_was_overheard_is_of_no_use_in_another_browser(self):
        credential = {"credential": self.device.get(self.phone.options(ENTRANCE))}
        thief = Browser()
        self.assert_refused(thief, thief.post(ENTRANCE, credential), 422, "That took too long")
        thief.options(ENTRANCE)
        self.assert_refused(thief, thief.post(ENTRANCE, credential), 422, "That took too long")

    def test_a_challenge_ends_after_some_minutes(self):
        credential = {"credential": self.device.get(self.phone.options(ENTRANCE))}
        with mock.patch("time.time", return_value=time.time() + TICKET_SECONDS + 1):
            answer = self.phone.post(ENTRANCE, credential)
        self.assert_refused(self.phone, answer, 422, "That took too long")

    def test_a_challenge_of_another_kind_or_of_nobody_is_none(self):
        for_adding = self.home.options(SETTINGS)["challenge"]
        self.phone.cookies["browser"] = self.home.cookies["browser"].value
        for challenge in (for_adding, "AAAA", ""):
            with self.subTest(challenge[:8]):
                credential = {"credential": self.device.get({"challenge": challenge})}
                self.assert_refused(self.phone, self.phone.post(ENTRANCE, credential), 422, "That took too long")

    def test_another_origin_another_site_and_nobody_there_are_refused(self):
        lies = {
            "origin": "https://evil.example",
            "domain": "evil.example",
            "flags": PRESENT,
            "key": Device().key,
            "credential_id": b"unknown",
            "user_handle": b"somebody else",
        }
        for name, value in lies.items():
            with self.subTest(name):
                truth = getattr(self.device, name)
                setattr(self.device, name, value)
                self.assert_refused(self.phone, self.phone.enter(self.device))
                setattr(self.device, name, truth)
        self.assertEqual(self.phone.enter(self.device).status_code, 302)

    def test_the_origin_is_that_of_the_settings_whatever_the_host_header_says(self):
        self.device.origin, self.device.domain = "https://other.example", "other.example"
        with self.settings(ALLOWED_HOSTS=["*"]):
            options = self.phone.post(f"{ENTRANCE}/options", headers={"Host": "other.example"}).json()
            self.assertEqual(options["rpId"], "testserver")
            credential = {"credential": self.device.get(options)}
            answer = self.phone.post(ENTRANCE, credential, headers={"Host": "other.example"})
        self.assert_refused(self.phone, answer)

    def test_a_count_that_went_back_is_a_copy_and_refused(self):
        self.device.count = 10
        self.assertEqual(self.phone.enter(self.device).status_code, 302)
        self.phone.logout()
        for said in (11, 10, 1, 0):
            with self.subTest(said):
                self.device.count = said - 1
                self.assert_refused(self.phone, self.phone.enter(self.device))
        self.device.count = 11
        self.assertEqual(self.phone.enter(self.device).status_code, 302)

    def test_a_copy_is_in_the_security_log_of_its_owner_and_told_by_mail(self):
        server = self.enterContext(mail_server())
        confirmed(self.alice, "ada@example.com")
        self.device.count = 10
        self.phone.enter(self.device)
        self.phone.logout()
        self.device.count = 3
        self.assert_refused(self.phone, self.phone.enter(self.device))
        copied = SecurityEvent.objects.get(kind="passkey_copied")
        self.assertEqual((copied.user, copied.detail), (self.alice, Passkey.objects.get().name))
        async_to_sync(send_waiting)()
        self.assertIn("Copy of a passkey refused", [mail.subject for mail in server.to("ada@example.com")])

    def test_who_was_disabled_stays_outside(self):
        User.objects.update(is_active=False)
        self.assert_refused(self.phone, self.phone.enter(self.device))

    def test_the_session_gets_a_new_id(self):
        planted = self.phone.session
        planted["planted"] = True
        planted.save()
        before = planted.session_key
        self.assertEqual(self.phone.enter(self.device).status_code, 302)
        self.assertNotEqual(self.phone.session.session_key, before)
        self.assertFalse(Client(cookies={"sessionid": before}).session.get("_auth_user_id"))

    def test_it_leads_to_no_other_site(self):
        self.assertEqual(self.phone.enter(self.device, next="https://evil.example/").url, "/")

    def test_a_dialog_stays_where_it_is(self):
        credential = {"credential": self.device.get(self.phone.options(ENTRANCE))}
        self.assertEqual(self.phone.post(ENTRANCE, credential, headers={"HX-Request": "true"}).status_code, 204)

    def test_a_foreign_page_cannot_sign_anybody_in(self):
        strict = Browser(enforce_csrf_checks=True)
        self.assertEqual(strict.post(f"{ENTRANCE}/options").status_code, 403)
        self.assertEqual(strict.post(ENTRANCE, {"credential": "{}"}).status_code, 403)

    @override_settings(RATE_LIMITS=True, PEOPLE_PER_ADDRESS=1)
    def test_trying_without_end_is_slowed_down(self):
        statuses = {self.phone.post(ENTRANCE, {"credential": "{}"}).status_code for _ in range(13)}
        self.assertEqual(statuses, {422, 429})
        statuses = [self.phone.post(f"{ENTRANCE}/options").status_code for _ in range(31)]
        self.assertEqual((statuses[0], statuses[-1]), (200, 429))


class SiteTests(PasskeyCase):
    def test_without_a_setting_it_is_the_host_that_is_allowed_by_its_name(self):
        cases = {
            ("todo.example", "todo.example"): True,
            ("*", "todo.example"): False,
            (".example", "todo.example"): False,
            ("192.0.2.1", "192.0.2.1"): False,
            ("[2001:db8::1]", "[2001:db8::1]"): False,
        }
        for (allowed, host), possible in cases.items():
            with self.subTest(allowed), self.settings(SITE_URL="", ALLOWED_HOSTS=[allowed]):
                answer = self.home.post(f"{ENTRANCE}/options", headers={"Host": host})
                self.assertEqual(answer.status_code, 200 if possible else 422)

    def test_only_this_machine_does_without_https(self):
        for host, status in {"localhost": 200, "todo.example": 422}.items():
            with self.subTest(host), self.settings(SITE_URL="", ALLOWED_HOSTS=[host]):
                self.assertEqual(Client().post(f"{ENTRANCE}/options", headers={"Host": host}).status_code, status)


@override_settings(SITE_URL=SITE)
class AtOnceTests(TransactionTestCase):
    """Two requests side by side use one challenge, or add one passkey."""

    def test_one_of_them_counts(self):
        alice(password=PASSWORD)
        home, device = Browser(), Device()
        device.counts = False
        home.force_login(User.objects.get())
        created = device.create(home.options(SETTINGS))
        self.assertEqual(sorted(at_once(home, SETTINGS, created)), [302, 422])
        self.assertEqual(Passkey.objects.count(), 1)
        used = device.get(home.options(ENTRANCE))
        self.assertEqual(sorted(at_once(home, ENTRANCE, used)), [302, 422])
        self.assertEqual(SpentTicket.objects.count(), 2)


def at_once(browser: Browser, address: str, credential: str) -> list[int]:
    def post(_):
        other = Browser()
        other.cookies = browser.cookies.copy()
        try:
            return other.post(address, {"credential": credential}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(post, range(2)))
