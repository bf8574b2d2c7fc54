"""Which sign-ins are on a new device: the ones that people want a mail about, and no others."""

import datetime

from django.test import Client, TestCase, override_settings
from django.utils import timezone

from accounts.entry.devices import DEVICE_COOKIE, DEVICE_SECONDS, PEOPLE_MAX
from accounts.entry.sign_ins import forgotten_at
from accounts.purge import purge_sign_ins
from accounts.testing import PASSWORD, UserFactory, alice, bob

CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
HOME, CAFE = "203.0.113.7", "198.51.100.9"
OLD, NEW = "signed_in", "signed_in_on_new_device"


class Devices(TestCase):
    def setUp(self):
        self.alice, self.browser = alice(password=PASSWORD), Client()
        self.sign_in()

    def sign_in(self, browser=None, agent=CHROME, place=HOME, username="alice"):
        """What the security log says of it."""
        (browser or self.browser).post(
            "/accounts/login",
            {"username": username, "password": PASSWORD},
            headers={"User-Agent": agent},
            REMOTE_ADDR=place,
        )
        return self.alice.security_events.order_by("-id")[0].kind

    def sign_in_by_program(self, agent, place):
        body = {"username": "alice", "password": PASSWORD}
        named = {"content_type": "application/json", "headers": {"User-Agent": agent}, "REMOTE_ADDR": place}
        self.assertEqual(Client().post("/api/auth/token", body, **named).status_code, 200)
        return self.alice.security_events.order_by("-id")[0].kind

    def test_the_first_of_an_account_is_none_and_each_other_browser_is(self):
        self.assertEqual(self.alice.security_events.get().kind, OLD)
        self.assertEqual(self.sign_in(Client(), FIREFOX), NEW)

    def test_a_browser_that_was_here_is_known_wherever_it_goes_and_whatever_it_calls_itself_by_now(self):
        self.browser.post("/accounts/logout")
        self.assertEqual(self.sign_in(place=CAFE), OLD)
        self.assertEqual(self.sign_in(agent=FIREFOX, place="192.0.2.1"), OLD)

    def test_another_of_the_same_name_is_new_where_nobody_was_before(self):
        """Most people have the browser that most people have: a thief too."""
        self.assertEqual(self.sign_in(Client(), CHROME, CAFE), NEW)

    def test_one_that_lost_its_cookie_is_known_at_home_and_another_browser_there_is_not(self):
        self.assertEqual(self.sign_in(Client()), OLD)
        self.assertEqual(self.sign_in(Client(), FIREFOX), NEW)

    def test_a_program_is_known_by_name_and_place_together(self):
        told = [self.sign_in_by_program(*who) for who in (("curl/8", HOME), ("curl/8", HOME), ("curl/8", CAFE))]
        self.assertEqual(told, [NEW, OLD, NEW])

    def test_each_person_of_a_shared_browser_is_known_by_themselves(self):
        bob(password=PASSWORD)
        Client().post("/accounts/login", {"username": "bob", "password": PASSWORD}, REMOTE_ADDR=CAFE)
        self.sign_in(username="bob", place="192.0.2.1")
        kinds = list(self.alice.security_events.model.objects.filter(user__username="bob").values_list("kind"))
        self.assertIn((NEW,), kinds)
        self.assertEqual(self.sign_in(place=CAFE), OLD)

    def test_a_cookie_that_somebody_made_up_is_none(self):
        for made_up in ("x", self.browser.cookies[DEVICE_COOKIE].value + "a", "\x00", "a:b:c"):
            stranger = Client()
            stranger.cookies[DEVICE_COOKIE] = made_up
            self.assertEqual(self.sign_in(stranger, FIREFOX, CAFE), NEW, made_up)
            self.alice.sign_ins.filter(address=CAFE).delete()

    def test_the_cookie_is_kept_for_a_year_read_by_no_script_and_names_nobody(self):
        cookie = self.browser.cookies[DEVICE_COOKIE]
        self.assertEqual((cookie["max-age"], cookie["httponly"], cookie["samesite"]), (DEVICE_SECONDS, True, "Lax"))
        self.assertNotIn(self.alice.pk.hex, cookie.value.replace("-", ""))

    def test_it_outlasts_a_sign_out_and_stays_small_on_a_browser_of_many(self):
        for person in UserFactory.create_batch(PEOPLE_MAX + 3, password=PASSWORD):
            self.browser.post("/accounts/logout")
            self.sign_in(username=person.username)
        self.assertLess(len(self.browser.cookies[DEVICE_COOKIE].value), 400)
        self.assertEqual(self.sign_in(agent=FIREFOX, place=CAFE), NEW)

    def test_who_comes_back_after_a_year_is_told_though_the_sign_ins_are_forgotten(self):
        now = timezone.now()
        self.alice.sign_ins.update(last_used_at=forgotten_at(now) - datetime.timedelta(days=1))
        purge_sign_ins(now)
        self.assertFalse(self.alice.sign_ins.exists())
        self.assertEqual(self.sign_in(Client(), FIREFOX, CAFE), NEW)

    @override_settings(SECRET_KEY="another key of at least thirty-two characters")
    def test_a_new_key_without_the_old_one_forgets_devices_and_breaks_nothing(self):
        self.assertEqual(self.sign_in(agent=FIREFOX, place=CAFE), NEW)

    def test_every_way_in_remembers_the_browser(self):
        stranger = Client()
        form = {"username": "carol", "password1": PASSWORD, "password2": PASSWORD}
        stranger.post("/accounts/register", form)
        self.assertIn(DEVICE_COOKIE, stranger.cookies)
