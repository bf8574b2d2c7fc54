"""Who finds a page open is asked who they are before anything changes how its owner gets in."""

import re
import uuid
from collections.abc import Iterator

from django.core.cache import cache
from django.test import Client, TestCase, override_settings
from django.urls import URLResolver, get_resolver

from accounts.models import Passkey, User
from accounts.passkeys.testing import Device
from accounts.testing import PASSWORD, alice, bearer, bob
from accounts.tests.entry.test_passkeys import ENTRANCE, SITE, Browser

SETTINGS, ASKED = "/accounts/settings", "Is it you?"
# What nobody gets in by or reads by, or what takes a way in away from whoever has it.
UNASKED = {
    *("briefing", "export", "notices", "notices/devices/<uuid:subscription_id>/end", "notices/test/<str:channel>"),
    *(f"webhooks/<uuid:webhook_id>/{act}" for act in ("test", "switch", "remove")),
    *("theme", "time-zone", "habits", "mails"),
    *("sign-ins/end", "sign-ins/<uuid:sign_in_id>/end", "tokens/<uuid:token_id>/revoke"),
    *("passkeys/options", "passkeys/<uuid:passkey_id>/rename", "programs/<int:program_id>/disconnect"),
    *("password", "erase"),  # ask for the one from before by themselves, where there is one
}
NEW_PASSWORD = "nine white swans"


def stale(client: Client) -> Client:
    """Signed in long ago."""
    session = client.session
    session["signed_in_at"] = 0
    session.save()
    return client


def all_routes() -> Iterator[str]:
    """Of the pages of all rooms."""
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from (f"{pattern.pattern}{inner.pattern}" for inner in pattern.url_patterns)
        else:
            yield str(pattern.pattern)


def made_up(route: str) -> str:
    things = {"uuid": str(uuid.uuid4()), "int": "7", "slug": "work", "str": "push"}
    return re.sub(r"<(\w+):\w+>", lambda found: things[found[1]], route)


def waiting(answer) -> str:
    return re.search(r'name="waiting" value="([^"]*)"', answer.content.decode())[1].replace("&amp;", "&")


@override_settings(SITE_URL=SITE)
class Confirming(TestCase):
    def setUp(self):
        cache.clear()
        self.alice, self.browser, self.device = alice(password=PASSWORD), Browser(), Device()
        self.browser.force_login(self.alice)
        self.browser.add(self.device)
        self.passkey = Passkey.objects.get()
        stale(self.browser)

    def remove(self, **form):
        return self.browser.post(f"{SETTINGS}/passkeys/{self.passkey.pk}/remove", form)

    def assert_kept(self):
        self.assertTrue(Passkey.objects.filter(pk=self.passkey.pk).exists())

    def test_whatever_changes_how_somebody_gets_in_asks_and_nothing_else_does(self):
        known = (route.partition("accounts/settings/") for route in all_routes())
        routes = {route for _, found, route in known if found}
        self.assertLess(UNASKED, routes)
        for route in routes:
            self.browser.force_login(User.objects.get())
            answer = stale(self.browser).post(f"{SETTINGS}/{made_up(route)}")
            with self.subTest(route):
                self.assertEqual(ASKED in answer.content.decode(), route not in UNASKED)

    def test_what_was_posted_is_done_with_the_answer_and_nothing_is_asked_for_a_while(self):
        answer = self.browser.post(f"{SETTINGS}/tokens", {"name": "a & b = “c”", "scope": "read", "days": "30"})
        self.assertContains(answer, ASKED)
        self.assertFalse(self.alice.personal_tokens.exists())
        form = {"waiting": waiting(answer), "password": PASSWORD}
        self.assertContains(self.browser.post(f"{SETTINGS}/tokens", form), "Your new token.")
        self.assertEqual(self.alice.personal_tokens.get().name, "a & b = “c”")
        self.assertRedirects(self.remove(), SETTINGS, fetch_redirect_response=False)

    def test_a_wrong_password_changes_nothing_and_what_was_posted_still_waits(self):
        asked = self.remove(more="of it")
        refused = self.remove(waiting=waiting(asked), password="guess")
        self.assertContains(refused, "This is not your password.", status_code=422)
        self.assertEqual(waiting(refused), "more=of+it")
        self.assertContains(self.remove(waiting=waiting(refused)), ASKED, status_code=422)
        self.assert_kept()
        self.remove(waiting="", password=PASSWORD)
        self.assertFalse(Passkey.objects.exists())

    def test_a_passkey_answers_as_well_but_only_ones_own_and_once(self):
        options = self.browser.options(ENTRANCE)
        credential = self.device.get(options)
        other = Browser()
        other.force_login(bob())
        foreign = Device()
        other.add(foreign)
        refused = self.remove(waiting="", credential=foreign.get(self.browser.options(ENTRANCE)))
        self.assertContains(refused, "This passkey did not let you in", status_code=422)
        for nonsense in ("", "{}", "x" * 20_000):
            self.assertEqual(self.remove(waiting="", credential=nonsense).status_code, 422)
        self.assert_kept()
        self.assertEqual(self.remove(waiting="", credential=credential).status_code, 302)
        stale(self.browser)
        self.assertEqual(self.remove(waiting="", credential=credential).status_code, 422)

    def test_who_has_neither_signs_in_again(self):
        Passkey.objects.all().delete()
        User.objects.update(password="!")
        self.browser.force_login(User.objects.get())
        asked = stale(self.browser).post(f"{SETTINGS}/email", {"email": "a@example.com"})
        self.assertContains(asked, "Sign in again")
        self.assertNotContains(asked, "Your password")
        for form in ({"password": ""}, {"password": "!"}, {}):
            self.assertEqual(self.browser.post(f"{SETTINGS}/email", {"waiting": "", **form}).status_code, 422)
        back = re.findall(r'name="next" value="(/accounts/login[^"]+)"', asked.content.decode())[0]
        out = self.browser.post("/accounts/logout", {"next": back})
        self.assertRedirects(out, "/accounts/login?next=/accounts/settings", fetch_redirect_response=False)

    def test_what_leads_out_of_the_account_asks_too(self):
        answer = self.browser.post(f"{SETTINGS}/webhooks", {"url": "https://hooks.example.com/a"})
        self.assertContains(answer, ASKED)

    def test_who_has_no_password_chooses_one_after_the_same_question(self):
        User.objects.update(password="!")
        self.browser.force_login(User.objects.get())
        self.assertContains(self.browser.get(SETTINGS), "Choose a password")
        form = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
        self.assertContains(stale(self.browser).post(f"{SETTINGS}/password", form), ASKED)
        self.browser.force_login(User.objects.get())
        self.assertEqual(self.browser.post(f"{SETTINGS}/password", form).status_code, 302)
        self.assertTrue(User.objects.get().check_password(NEW_PASSWORD))

    def test_an_account_without_a_password_is_not_erased_by_whoever_finds_a_page_open(self):
        User.objects.update(password="!")
        self.browser.force_login(User.objects.get())
        self.assertContains(stale(self.browser).post(f"{SETTINGS}/erase", {"username": "alice"}), ASKED)
        self.assertTrue(User.objects.exists())

    def test_the_page_of_one_person_does_not_answer_for_the_token_of_another(self):
        self.browser.force_login(self.alice)
        headers = {"Authorization": bearer(other := bob(password="eight green bottles"))}
        answer = self.browser.post(f"{SETTINGS}/email/remove", headers=headers)
        self.assertContains(answer, ASKED)
        form = {"waiting": "", "password": PASSWORD}
        self.assertEqual(self.browser.post(f"{SETTINGS}/email/remove", form, headers=headers).status_code, 422)
        self.assertFalse(other.security_events.exists())

    def test_a_foreign_page_cannot_answer(self):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.alice)
        answer = stale(strict).post(f"{SETTINGS}/email/remove", {"waiting": "", "password": PASSWORD})
        self.assertEqual(answer.status_code, 403)

    @override_settings(RATE_LIMITS=True)
    def test_guessing_ends_as_at_the_sign_in(self):
        for _ in range(12):
            answer = self.remove(waiting="", password="guess")
        self.assertContains(answer, "It works again in", status_code=422)
        self.assertContains(self.remove(waiting="", password=PASSWORD), "It works again in", status_code=422)
        self.assert_kept()
