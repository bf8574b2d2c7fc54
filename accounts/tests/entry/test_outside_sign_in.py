"""Sign-in with an outside OpenID provider, which stands on this machine and is asked over the wire."""

import time
import urllib.error
import urllib.request

from django.core.cache import cache
from django.test import Client, TestCase, override_settings

from accounts.models import OutsideIdentity, Passkey, SecondFactor, SecurityEvent, SignIn, User
from accounts.outside.testing import OpenIdProvider, open_id_provider
from accounts.second_factor.stored import turn_on_passkeys
from accounts.testing import NEW_KEY, PASSWORD, alice, bob

WORK, SETTINGS = "/accounts/outside/work", "/accounts/settings/outside"
REFUSED = "That sign-in did not go through."


class KeepsRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def location_of(address: str) -> str:
    """Where a person's browser is sent by the provider."""
    try:
        urllib.request.build_opener(KeepsRedirects).open(address)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.headers["Location"]
    raise AssertionError("it did not redirect")


class OutsideCase(TestCase):
    def setUp(self):
        cache.clear()
        self.provider = self.enterContext(open_id_provider())
        self.trust(self.provider)

    def trust(self, *providers: OpenIdProvider):
        trusted = {provider.address: provider.trusted for provider in providers}
        self.enterContext(override_settings(JWT_TRUSTED_ISSUERS=trusted))

    def leave(self, client: Client | None = None, address: str = WORK, **query) -> str:
        """The address at the provider."""
        answer = (client or self.client).get(address, query)
        self.assertEqual(answer.status_code, 302, answer.content[-1500:])
        return answer.url

    def come_back(self, client: Client | None = None, **query):
        client = client or self.client
        return client.get(location_of(self.leave(client, **query)))

    def link(self, client: Client | None = None):
        client = client or self.client
        page = client.post(f"{SETTINGS}/work")
        self.assertEqual(page.status_code, 200, page.content[-1500:])
        return client.get(location_of(page.context["address"]), follow=True)

    def assert_refused(self, answer, words=REFUSED, status=401, client: Client | None = None):
        self.assertContains(answer, words, status_code=status)
        self.assertEqual((client or self.client).get("/accounts/settings").status_code, 302)


class SignInTests(OutsideCase):
    def test_the_sign_in_page_offers_it_and_it_leads_in_and_on(self):
        self.assertContains(self.client.get("/accounts/login?next=/todos"), "Sign in with Work")
        self.assertRedirects(self.come_back(next="/todos"), "/todos", fetch_redirect_response=False)
        user = User.objects.get()
        self.assertEqual(
            (user.issuer, user.subject, user.has_usable_password()), (self.provider.address, "anne-at-work", False)
        )
        self.assertEqual(SignIn.objects.get().amr, "fed")
        self.client.logout()
        self.come_back()
        self.assertEqual(User.objects.count(), 1)

    def test_without_a_client_id_nobody_signs_in_there(self):
        with self.settings(JWT_TRUSTED_ISSUERS={self.provider.address: self.provider.signing.trusted}):
            self.assertNotContains(self.client.get("/accounts/login"), "Sign in with Work")
            self.assertEqual(self.client.get(WORK).status_code, 404)

    def test_the_person_of_a_token_and_of_the_page_are_the_same(self):
        token = self.provider.signing.token({"sub": "anne-at-work"})
        me = self.client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})
        self.come_back()
        self.assertEqual(User.objects.get().subject, me.json()["user_id"])

    def test_a_provider_that_knows_no_secret_and_sends_no_email_will_do(self):
        public = self.enterContext(open_id_provider("Public One", secret=None))
        public.person = {"sub": "x1"}
        self.trust(public)
        self.assertEqual(self.client.get(location_of(self.leave(address="/accounts/outside/public-one"))).url, "/")
        self.assertEqual(User.objects.get().email, "")

    def test_a_provider_that_takes_its_secret_in_the_body_gets_it_there(self):
        self.provider.document = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        self.assertEqual(self.come_back().url, "/")

    def test_an_address_of_the_mail_links_nothing(self):
        """Whoever can write alice's address at a provider is not alice."""
        alice(email="alice@example.com", password=PASSWORD)
        self.provider.person = {"sub": "mallory", "email": "alice@example.com", "email_verified": True}
        self.come_back()
        self.assertEqual(SignIn.objects.get().user.subject, "mallory")
        self.assertFalse(OutsideIdentity.objects.exists())

    def test_an_answer_counts_once_and_in_the_browser_that_left(self):
        back = location_of(self.leave())
        thief = Client()
        self.assert_refused(thief.get(back), "That took too long", 422, thief)
        self.assertEqual(self.client.get(back).status_code, 302)
        self.client.logout()
        self.assert_refused(self.client.get(back), "was done already", 422)

    def test_a_state_that_is_swapped_or_made_up_is_refused(self):
        """By an attacker who has a code of their own and wants the victim to be signed in as them."""
        attackers = Client()
        code = location_of(self.leave(attackers)).partition("code=")[2].partition("&")[0]
        state = self.leave().partition("state=")[2].partition("&")[0]
        self.assert_refused(self.client.get(f"{WORK}/callback?code={code}&state={state}"))
        for made_up in ("", "x", "a" * 5000):
            answer = self.client.get(f"{WORK}/callback", {"code": code, "state": made_up})
            self.assert_refused(answer, "That took too long", 422)

    def test_the_nonce_of_another_sign_in_is_refused(self):
        for nonce in ("another", "", 7, None):
            with self.subTest(nonce):
                self.provider.claims = {"nonce": nonce}
                self.assert_refused(self.come_back())

    def test_an_identity_token_that_is_not_for_us_or_not_theirs_is_refused(self):
        now = int(time.time())
        lies = {
            "another audience": {"aud": "somebody else"},
            "the audience of the API": {"aud": "todo-chat"},
            "given to another": {"aud": ["todo-chat-pages", "other"], "azp": "other"},
            "another issuer": {"iss": "https://evil.example"},
            "expired": {"exp": now - 40},
            "from the future": {"iat": now + 400},
            "no subject": {"sub": ""},
        }
        for name, claims in lies.items():
            with self.subTest(name):
                cache.clear()
                self.provider.claims = claims
                self.assert_refused(self.come_back())
        self.provider.claims, self.provider.without = {}, ("nonce",)
        self.assert_refused(self.come_back())
        self.assertFalse(User.objects.exists())

    def test_another_key_is_refused(self):
        self.come_back()
        self.client.logout()
        [key_id] = self.provider.signing.keys
        known = self.provider.signing.key_set
        self.provider.signing.keys = {key_id: NEW_KEY["ES256"]()}
        self.assertNotEqual(known, self.provider.signing.key_set)
        self.assert_refused(self.come_back())

    def test_an_answer_of_one_provider_is_not_taken_for_that_of_another(self):
        evil = self.enterContext(open_id_provider("Evil"))
        self.trust(self.provider, evil)
        back = location_of(self.leave())
        self.assert_refused(self.client.get(back.replace("/outside/work/", "/outside/evil/")))
        back = location_of(self.leave())
        self.assert_refused(self.client.get(back.partition("&iss=")[0] + "&iss=https%3A%2F%2Fevil.example"))

    def test_who_says_no_there_comes_back_to_the_sign_in_page(self):
        state = self.leave().partition("state=")[2].partition("&")[0]
        self.assert_refused(self.client.get(f"{WORK}/callback?error=access_denied&state={state}"))

    def test_a_provider_that_is_out_of_reach_or_says_nonsense_is_told_with_when_to_try_again(self):
        lies = ({"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"})
        for lie in (*lies, {"authorization_endpoint": None}):
            with self.subTest(lie):
                self.provider.document = lie
                answer = self.client.get(WORK)
                self.assertContains(answer, "out of reach", status_code=503)
                self.assertIn("Retry-After", answer)
        self.provider.document, self.provider.is_down = {}, True
        self.assertEqual(self.client.get(WORK).status_code, 503)
        self.provider.is_down = False
        self.assertEqual(self.come_back().status_code, 302)

    def test_who_was_disabled_stays_outside(self):
        self.come_back()
        User.objects.update(is_active=False)
        self.client.logout()
        self.assert_refused(self.come_back())

    def test_the_session_gets_a_new_id(self):
        planted = self.client.session
        planted["planted"] = True
        planted.save()
        self.come_back()
        self.assertNotEqual(self.client.session.session_key, planted.session_key)

    def test_it_leads_to_no_other_site(self):
        self.assertEqual(self.come_back(next="https://evil.example/").url, "/")

    def test_the_way_back_is_that_of_the_settings_whatever_the_host_header_says(self):
        with self.settings(SITE_URL="https://todo.example", ALLOWED_HOSTS=["*"]):
            answer = self.client.get(WORK, headers={"Host": "evil.example"})
        self.assertIn("redirect_uri=https%3A%2F%2Ftodo.example%2F", answer.url)

    @override_settings(RATE_LIMITS=True, PEOPLE_PER_ADDRESS=1)
    def test_trying_without_end_is_slowed_down(self):
        self.assertEqual([self.client.get(WORK).status_code for _ in range(13)][-1], 429)


class LinkingTests(OutsideCase):
    def setUp(self):
        super().setUp()
        self.alice = alice(password=PASSWORD)
        self.client.force_login(self.alice)

    def test_a_signed_in_person_links_it_and_comes_in_by_it(self):
        self.assertContains(self.link(), "Work lets you in from now on.")
        self.assertContains(self.client.get("/accounts/settings"), "anne@work.example")
        self.assertEqual(SecurityEvent.objects.get(kind="provider_linked").detail, "anne@work.example")
        other = Client()
        self.come_back(other)
        self.assertEqual(SignIn.objects.latest("created_at").user, self.alice)
        self.assertEqual(User.objects.count(), 1)
        self.assertContains(other.get("/accounts/settings"), "by an outside account")

    def test_a_token_of_it_acts_for_the_same_person(self):
        self.link()
        token = self.provider.signing.token({"sub": "anne-at-work"})
        me = self.client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})
        self.assertEqual(me.json()["username"], "alice")

    def test_one_that_is_anothers_is_not_taken_over(self):
        self.link()
        second = Client()
        second.force_login(bob())
        self.assertContains(self.link(second), "lets in another person here")
        self.provider.person = {"sub": "own-account"}
        self.come_back(Client())
        self.assertContains(self.link(second), "lets in another person here")
        self.assertEqual(OutsideIdentity.objects.get().user, self.alice)

    def test_a_link_is_no_page_to_be_led_to(self):
        """Or a foreign page could link the account of its maker to whoever looks at it."""
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.alice)
        self.assertEqual(strict.post(f"{SETTINGS}/work").status_code, 403)
        self.assertRedirects(strict.get(f"{SETTINGS}/work"), "/accounts/settings")

    def test_a_wish_to_link_ends_with_the_sign_in(self):
        for act in (self.client.logout, lambda: self.client.force_login(bob())):
            self.client.force_login(self.alice)
            page = self.client.post(f"{SETTINGS}/work")
            browser = self.client.cookies["browser"].value
            act()
            self.client.cookies["browser"] = browser
            self.client.get(location_of(page.context["address"]))
            self.assertFalse(OutsideIdentity.objects.exists())

    def test_it_is_unlinked_when_another_way_in_is_left(self):
        self.link()
        linked = OutsideIdentity.objects.get()
        User.objects.update(password="!")
        self.client.force_login(User.objects.get())
        answer = self.client.post(f"{SETTINGS}/{linked.pk}/unlink")
        self.assertContains(answer, "This is your only way in", status_code=422)
        Passkey.objects.create(user=self.alice, name="phone", credential_id="phone", public_key="")
        self.assertRedirects(self.client.post(f"{SETTINGS}/{linked.pk}/unlink"), "/accounts/settings")
        self.assertFalse(OutsideIdentity.objects.exists())
        self.assertEqual(SecurityEvent.objects.filter(kind="provider_unlinked").count(), 1)
        self.come_back(Client())
        self.assertEqual(SignIn.objects.latest("created_at").user.subject, "anne-at-work")

    def test_a_provider_that_is_trusted_no_longer_is_no_way_in(self):
        self.link()
        Passkey.objects.create(user=self.alice, name="phone", credential_id="phone", public_key="")
        User.objects.update(password="!")
        self.client.force_login(User.objects.get(pk=self.alice.pk))
        only = Passkey.objects.get()
        with self.settings(JWT_TRUSTED_ISSUERS={}):
            answer = self.client.post(f"/accounts/settings/passkeys/{only.pk}/remove")
        self.assertContains(answer, "This is your only way in", status_code=422)

    def test_the_second_factor_is_asked_for_there_too(self):
        self.link()
        Passkey.objects.create(user=self.alice, name="phone", credential_id="phone", public_key="")
        turn_on_passkeys(self.alice)
        self.assertTrue(SecondFactor.objects.exists())
        other = Client()
        self.assertEqual(self.come_back(other, next="/todos").url, "/accounts/login/second-factor?next=%2Ftodos")
        self.assertEqual(other.get("/accounts/settings").status_code, 302)
