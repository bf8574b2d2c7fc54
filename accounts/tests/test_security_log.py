import datetime
import uuid

from django.test import RequestFactory, TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import SecurityEvent
from accounts.programs.testing import connected_program
from accounts.purge import purge_security_log
from accounts.second_factor.stored import turn_on_passkeys, use_code
from accounts.security_log import KEPT_DAYS, KEPT_EVENTS, place_of, record
from accounts.testing import PASSWORD, alice, bob

Kind = SecurityEvent.Kind
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


class Log(TestCase):
    def setUp(self):
        self.alice = alice(password=PASSWORD)

    def kinds(self):
        return list(self.alice.security_events.order_by("id").values_list("kind", flat=True))

    def sign_in(self, agent):
        self.client.post("/accounts/login", {"username": "alice", "password": PASSWORD}, headers={"User-Agent": agent})

    def test_a_sign_in_is_written_down_with_its_device_and_where_it_came_from(self):
        self.sign_in(CHROME)
        self.sign_in(FIREFOX)
        newest = self.alice.security_events.order_by("-id")[0]
        self.assertEqual((newest.device, newest.address), ("Firefox on Linux", "127.0.0.1"))

    def test_a_program_signs_in_by_the_same_log(self):
        for path, body in {
            "register": {"username": "carol", "password": PASSWORD},
            "token": {"username": "carol", "password": PASSWORD},
        }.items():
            self.client.post(f"/api/auth/{path}", body, content_type="application/json")
        events = SecurityEvent.objects.filter(user__username="carol")
        self.assertEqual([event.kind for event in events], ["signed_in", "signed_in"])

    def test_what_changes_the_ways_in_is_written_down_without_a_secret(self):
        self.sign_in(CHROME)
        self.client.post("/accounts/settings/tokens", {"name": "notebook", "scope": "read", "days": "30"})
        token = self.alice.personal_tokens.get()
        self.client.post(f"/accounts/settings/tokens/{token.pk}/revoke")
        new = "nine white swans"
        self.client.post(
            "/accounts/settings/password", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        )
        self.client.post("/accounts/settings/sign-ins/end")
        self.assertEqual(
            self.kinds(), ["signed_in", "token_made", "token_revoked", "password_changed", "signed_out_everywhere"]
        )
        self.assertEqual(self.alice.security_events.get(kind=Kind.TOKEN_MADE).detail, "notebook")
        written = str(list(self.alice.security_events.values()))
        self.assertNotIn(new, written)
        self.assertNotIn(token.digest, written)

    def test_what_was_refused_is_not_written_down(self):
        self.sign_in(CHROME)
        self.client.post("/accounts/settings/password", {"old_password": "x", "new_password1": "y"})
        self.client.post("/accounts/settings/tokens", {"name": "", "scope": "read", "days": "30"})
        self.assertEqual(self.kinds(), ["signed_in"])

    def test_the_page_shows_mine_with_device_and_place_in_words(self):
        record(bob(), Kind.TOKEN_MADE, detail="secret of bob")
        self.sign_in(CHROME)
        page = self.client.get("/accounts/settings").content.decode()
        self.assertIn("Security log", page)
        self.assertIn("Chrome on Windows · from the network you are in now", page)
        self.assertNotIn("secret of bob", page)

    def test_it_is_bounded_by_count_and_by_age(self):
        SecurityEvent.objects.bulk_create(
            SecurityEvent(user=self.alice, kind=Kind.SIGNED_IN) for _ in range(KEPT_EVENTS + 10)
        )
        newest = record(self.alice, Kind.TOKEN_MADE, detail="x" * 500)
        self.assertEqual(self.alice.security_events.count(), KEPT_EVENTS)
        self.assertEqual(self.alice.security_events.order_by("-id").first(), newest)
        later = timezone.now() + datetime.timedelta(days=KEPT_DAYS, hours=1)
        self.assertEqual(purge_security_log(timezone.now()), 0)
        self.assertEqual(purge_security_log(later), KEPT_EVENTS)

    def test_places_are_said_in_words(self):
        self.assertEqual(place_of("", "1.2.3.4"), "")
        self.assertEqual(place_of("203.0.113.7", "203.0.113.7"), "from the network you are in now")
        self.assertEqual(place_of("127.0.0.1"), "from the machine that this runs on")
        self.assertEqual(place_of("10.1.2.3"), "from the local network, 10.1.2.3")
        self.assertEqual(place_of("8.8.8.8"), "from the internet, 8.8.8.8")
        self.assertEqual(place_of("unknown"), "from an unknown address")


class Ways(TestCase):
    """Passkeys, the second factor and connected apps."""

    def setUp(self):
        self.alice = alice(password=PASSWORD)
        self.client.post("/accounts/login", {"username": "alice", "password": PASSWORD})

    def kinds(self):
        return list(self.alice.security_events.order_by("id").values_list("kind", "detail"))[1:]

    def test_a_passkey_that_goes_is_named_and_what_changes_nothing_is_not_written_down(self):
        keys = [
            self.alice.passkeys.create(name=name, credential_id=name, public_key="key") for name in ("phone", "laptop")
        ]
        self.client.post(f"/accounts/settings/passkeys/{keys[0].pk}/remove")
        self.client.post(f"/accounts/settings/passkeys/{keys[0].pk}/remove")
        self.client.post(f"/accounts/settings/passkeys/{uuid.uuid4()}/remove")
        self.assertEqual(self.kinds(), [("passkey_removed", "phone")])

    def test_the_second_factor_is_written_down_and_never_a_code(self):
        self.alice.passkeys.create(name="phone", credential_id="phone", public_key="key")
        for path in ("passkey", "codes", "end"):
            self.client.post(f"/accounts/settings/second-factor/{path}")
        kinds = ["second_factor_on", "recovery_codes_made", "second_factor_off"]
        self.assertEqual(self.kinds(), [(kind, "") for kind in kinds])

    def test_a_recovery_code_is_written_down_once(self):
        codes = turn_on_passkeys(passkey_user := self.passkey_user())
        request = RequestFactory().post("/", headers={"User-Agent": FIREFOX})
        self.assertEqual([use_code(passkey_user, codes[0], request) for _ in range(2)], ["rec", None])
        events = passkey_user.security_events.values_list("kind", "detail", "device", "address")
        self.assertEqual(list(events), [("recovery_code_used", "", "Firefox on Linux", "127.0.0.1")])

    def passkey_user(self):
        user = bob()
        user.passkeys.create(name="phone", credential_id="bobs", public_key="key")
        return user

    def test_an_app_that_is_disconnected_is_named_and_a_foreign_one_is_not_written_down(self):
        theirs = connected_program(bob()).application
        mine = connected_program(self.alice).application
        for program in (theirs, mine, mine):
            self.client.post(reverse("disconnect_program", args=[program.pk]))
        self.assertEqual([kind for kind, _ in self.kinds()], ["app_disconnected"])
