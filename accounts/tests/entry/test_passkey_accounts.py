"""A new account by a passkey alone: made whole or not at all, and by its browser alone."""

import json

from django.test import override_settings

from accounts.models import Passkey, SecurityEvent, SignIn, SpentTicket, User
from accounts.passkeys.testing import PRESENT, Device
from accounts.testing import PASSWORD, bob
from accounts.tests.entry.test_passkeys import ENTRANCE, SETTINGS, SITE, Browser, PasskeyCase

SIGN_UP = "/accounts/register/passkey"


@override_settings(SITE_URL=SITE)
class PasskeyAccounts(PasskeyCase):
    def setUp(self):
        super().setUp()
        self.browser = Browser()

    def options_for(self, username="carol", email="", browser=None):
        answer = (browser or self.browser).post(f"{SIGN_UP}/options", {"username": username, "email": email})
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer.json()

    def sign_up(self, credential, browser=None, **form):
        form = {"username": "carol", "email": "", "credential": credential, **form}
        return (browser or self.browser).post(SIGN_UP, form)

    def assert_nothing_made(self, answer, status=422):
        self.assertEqual(answer.status_code, status)
        self.assertFalse(User.objects.filter(username="carol").exists() or Passkey.objects.exists())
        self.assertFalse(self.browser.is_signed_in)

    def test_it_is_signed_in_at_once_and_by_the_passkey_on_another_device(self):
        answer = self.sign_up(self.device.create(self.options_for()), time_zone="Europe/Berlin")
        self.assertEqual((answer.status_code, answer.url), (302, "/"))
        carol = User.objects.get(username="carol")
        self.assertFalse(carol.has_usable_password())
        self.assertEqual((carol.subject, carol.time_zone), (str(carol.pk), "Europe/Berlin"))
        self.assertEqual(self.device.user_handle, carol.pk.bytes)
        self.assertEqual(SignIn.objects.get(user=carol).amr, "pop")
        kinds = SecurityEvent.objects.filter(user=carol).order_by("id").values_list("kind", flat=True)
        self.assertEqual(list(kinds), ["passkey_added", "signed_in"])
        phone = Browser()
        self.assertEqual(phone.enter(self.device).status_code, 302)
        self.assertTrue(phone.is_signed_in)

    def test_options_store_nothing_and_are_refused_for_a_name_that_is_taken(self):
        self.options_for()
        self.assertFalse(User.objects.filter(username="carol").exists() or SpentTicket.objects.exists())
        for name in ("ALICE", "", "two words", "x" * 200):
            answer = self.browser.post(f"{SIGN_UP}/options", {"username": name})
            self.assertEqual((answer.status_code, answer.json()["error"]), (422, "validation_error"), name)

    def test_one_answer_makes_one_account(self):
        credential = self.device.create(self.options_for())
        self.sign_up(credential)
        second = Browser()
        second.cookies["browser"] = self.browser.cookies["browser"].value
        for name in ("carol", "dora"):
            self.assertEqual(self.sign_up(credential, second, username=name).status_code, 422)
        self.assertEqual((User.objects.count(), Passkey.objects.count()), (2, 1))

    def test_an_answer_of_another_browser_name_ceremony_or_site_makes_none(self):
        self.assert_nothing_made(self.sign_up(self.device.create(self.options_for()), Browser()))
        self.assert_nothing_made(self.sign_up(self.device.create(self.options_for("dora"))))
        self.assert_nothing_made(self.sign_up(self.device.get(self.browser.options(ENTRANCE))))
        self.assert_nothing_made(self.sign_up(self.device.create(self.home.options(SETTINGS))))
        for lie in ({"origin": "https://evil.example"}, {"domain": "evil.example"}, {"flags": PRESENT}):
            device = Device()
            vars(device).update(lie)
            self.assert_nothing_made(self.sign_up(device.create(self.options_for())))
        for nonsense in ("", "{}", "x" * 20_000, json.dumps({"id": "a"})):
            self.assert_nothing_made(self.sign_up(nonsense))

    def test_a_passkey_that_is_anothers_makes_no_account(self):
        self.with_passkey()
        answer = self.sign_up(self.device.create(self.options_for()))
        self.assertContains(answer, "This passkey is here already", status_code=422)
        self.assertFalse(User.objects.filter(username="carol").exists())

    def test_a_name_that_somebody_took_meanwhile_is_told_beside_it(self):
        credential = self.device.create(self.options_for())
        User.objects.create_user("Carol", password=PASSWORD)
        self.assertContains(self.sign_up(credential), "already exists", status_code=422)
        self.assertFalse(Passkey.objects.exists())

    def test_the_only_passkey_stays_until_there_is_another_way_in(self):
        self.sign_up(self.device.create(self.options_for()))
        removed = self.browser.post(f"{SETTINGS}/{Passkey.objects.get().pk}/remove")
        self.assertContains(removed, "This is your only way in", status_code=422)

    def test_an_address_is_not_told_to_be_anothers(self):
        other = bob(email="bob@example.com")
        other.email_key = "bob@example.com"
        other.save()
        answers = [
            self.browser.post(f"{SIGN_UP}/options", {"username": "carol", "email": address}).status_code
            for address in ("bob@example.com", "free@example.com")
        ]
        self.assertEqual(answers, [200, 200])

    @override_settings(SITE_URL="", ALLOWED_HOSTS=["*"])
    def test_where_no_passkeys_work_none_is_offered(self):
        self.assertNotContains(self.browser.get("/accounts/register"), "With a passkey")
        self.assertContains(self.browser.get(SIGN_UP), "at the name of this site")
        self.assertEqual(self.browser.post(f"{SIGN_UP}/options", {"username": "carol"}).status_code, 422)

    @override_settings(RATE_LIMITS=True, PEOPLE_PER_ADDRESS=1)
    def test_making_accounts_without_end_is_slowed_down(self):
        answers = [self.sign_up("{}").status_code for _ in range(5)]
        self.assertEqual((answers[0], answers[-1]), (422, 429))
