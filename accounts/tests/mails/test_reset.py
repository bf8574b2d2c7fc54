import datetime
import io
from unittest import mock

from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import AsyncClient, override_settings
from django.utils import timezone

from accounts.entry.password_links import RESET
from accounts.mails.orders import WAITING_MAX
from accounts.mails.sending import RESET_PAUSE, send_waiting
from accounts.models import AccountMail, User
from accounts.testing import PASSWORD, bearer, bob, refresh_token_of
from accounts.tests.mails.case import NEW_PASSWORD, SITE, MailCase
from accounts.tokens.personal import find_personal_token, issue_personal_token


def later(**elapsed):
    moment = timezone.now() + datetime.timedelta(**elapsed)
    return mock.patch.object(RESET, "_now", return_value=moment.replace(tzinfo=None))


class Reset(MailCase):
    async def test_the_link_of_the_mail_sets_a_password_signs_in_and_ends_what_was_there(self):
        there = AsyncClient()
        await self.sign_in(client=there)
        refresh = await sync_to_async(refresh_token_of)(self.alice)
        personal = await sync_to_async(issue_personal_token)(self.alice, "notebook", "read", days=30)
        self.assertContains(await self.forget(), "If an account has confirmed this address")
        link = await self.link()
        self.assertContains(await self.async_client.get(link), "A new password for alice")
        self.assertRedirects(await self.choose(link, end_tokens="on"), "/", fetch_redirect_response=False)
        self.assertEqual((await self.async_client.get("/accounts/settings")).status_code, 200)
        self.assertEqual((await there.get("/accounts/settings")).status_code, 302)
        self.assertEqual((await self.refreshed(refresh)).status_code, 401)
        self.assertIsNone(await find_personal_token(personal))
        self.assertEqual((await self.sign_in(PASSWORD, AsyncClient())).status_code, 401)
        self.assertEqual((await self.sign_in(NEW_PASSWORD, AsyncClient())).status_code, 302)
        self.assertIn("Password set by a link", [mail.subject for mail in await self.mails()])

    async def refreshed(self, token):
        return await self.async_client.post(
            "/api/auth/refresh", {"refresh_token": token}, content_type="application/json"
        )

    async def test_programs_and_tokens_stay_where_the_person_wants_that_and_browsers_go(self):
        there = AsyncClient()
        await self.sign_in(client=there)
        refresh = await sync_to_async(refresh_token_of)(self.alice)
        personal = await sync_to_async(issue_personal_token)(self.alice, "notebook", "read", days=30)
        await self.forget()
        await self.choose(await self.link())
        self.assertEqual((await there.get("/accounts/settings")).status_code, 302)
        self.assertEqual((await self.refreshed(refresh)).status_code, 200)
        self.assertIsNotNone(await find_personal_token(personal))

    async def test_a_link_works_once(self):
        await self.forget()
        link = await self.link()
        await self.choose(link)
        for answer in (await AsyncClient().get(link), await self.choose(link, "ten black crows")):
            self.assertContains(answer, "This link is over", status_code=410)
        self.assertTrue((await self.now()).check_password(NEW_PASSWORD))

    async def test_a_link_works_for_half_an_hour(self):
        await self.forget()
        link = await self.link()
        with later(minutes=29):
            self.assertEqual((await self.async_client.get(link)).status_code, 200)
        with later(minutes=31):
            self.assertEqual((await self.choose(link)).status_code, 410)
        self.assertTrue((await self.now()).check_password(PASSWORD))

    async def test_a_sign_in_or_another_address_ends_the_link(self):
        await self.forget()
        link = await self.link()
        await self.sign_in()
        self.assertEqual((await AsyncClient().get(link)).status_code, 410)

    async def test_who_looks_at_the_link_changes_nothing(self):
        await self.forget()
        link = await self.link()
        for method in ("get", "head", "get"):
            self.assertEqual((await getattr(AsyncClient(), method)(link)).status_code, 200)
        self.assertTrue((await self.now()).check_password(PASSWORD))
        self.assertEqual((await self.choose(link)).status_code, 302)

    async def test_the_host_of_the_link_is_the_site_whatever_a_request_claims(self):
        for headers in ({"Host": "testserver", "X-Forwarded-Host": "evil.example"}, {"X-Host": "evil.example"}):
            await self.forget(**headers)
        with override_settings(ALLOWED_HOSTS=["*"]):
            post, evil = sync_to_async(self.client.post), {"Host": "evil.example"}
            asked = await post("/accounts/password/forgot", {"email": "ada@example.com"}, headers=evil)
            self.assertEqual(asked.status_code, 200)
        [received] = await self.mails()
        self.assertTrue(all(link.startswith(f"{SITE}/") for link in received.links))
        self.assertNotIn("evil", received.message.as_string())

    async def test_links_that_somebody_made_up_lead_nowhere(self):
        await self.forget()
        key = (await self.link()).partition("key=")[2]
        of_bob = (await sync_to_async(bob)()).pk.hex
        for made_up in (
            "",
            "x",
            f"{self.alice.pk.hex}.x-y",
            f"{of_bob}.{key.partition('.')[2]}",
            key[:-1],
            key + "a",
            "\x00",
        ):
            answer = await self.async_client.get("/accounts/password/reset", {"key": made_up})
            self.assertEqual(answer.status_code, 410, made_up)

    async def test_a_weak_password_is_told_beside_its_field_and_the_link_stays_good(self):
        await self.forget()
        link = await self.link()
        self.assertContains(await self.choose(link, "12345678"), "entirely numeric", status_code=422)
        self.assertEqual((await self.choose(link)).status_code, 302)

    async def test_the_page_names_the_ways_in_that_a_new_password_does_not_end(self):
        """A thief may have added one."""
        await self.forget()
        link = await self.link()
        self.assertNotContains(await AsyncClient().get(link), "Passkeys and linked accounts still let in")
        await self.alice.passkeys.acreate(name="of a thief", credential_id="x", public_key="")
        self.assertContains(await AsyncClient().get(link), "Passkeys and linked accounts still let in")

    async def test_only_a_confirmed_address_gets_a_mail_in_whatever_case_it_is_written(self):
        await User.objects.acreate(username="carol", email="carol@example.com")
        for address in ("carol@example.com", "nobody@example.com", "ADA@Example.COM"):
            await self.forget(address)
        self.assertEqual([mail.to for mail in await self.mails()], [["ada@example.com"]])
        self.assertEqual(len(self.server.received), 1)
        self.assertEqual(await AccountMail.objects.filter(user=None).acount(), 0)

    async def test_whoever_asks_again_and_again_fills_no_box_and_locks_nobody_out(self):
        for _ in range(5):
            await self.forget()
            await send_waiting()
        self.assertEqual(len(self.server.received), 1)
        await AccountMail.objects.aupdate(created_at=timezone.now() - RESET_PAUSE)
        await self.forget()
        self.assertEqual(len(await self.mails()), 2)
        with later(minutes=9):
            self.assertEqual((await self.async_client.get(await self.link())).status_code, 200)

    async def test_a_thousand_requests_end_at_a_limit_by_address_and_the_table_at_its_own(self):
        cache.clear()
        answers = [(await self.forget(f"{number}@example.com")).status_code for number in range(40)]
        self.assertEqual(answers.count(200), 30)
        self.assertEqual(set(answers), {200, 429})
        cache.clear()
        waiting = [AccountMail(kind="reset", address=f"{number}@example.com") for number in range(WAITING_MAX)]
        await AccountMail.objects.abulk_create(waiting)
        full = await AccountMail.objects.acount()
        self.assertEqual((await self.forget()).status_code, 200)
        self.assertEqual(await AccountMail.objects.acount(), full)

    @override_settings(EMAIL_URL="")
    async def test_without_mail_the_page_says_who_can_help(self):
        self.assertContains(await self.async_client.get("/accounts/password/forgot"), "Ask whoever runs this")
        await self.forget()
        self.assertEqual(await AccountMail.objects.acount(), 0)

    async def test_bad_addresses_are_told_and_store_nothing(self):
        for address in (
            "ada",
            "a" * 310 + "@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            "ä@example.com",
            "",
        ):
            self.assertEqual((await self.forget(address)).status_code, 422, address)
        self.assertEqual(await AccountMail.objects.acount(), 0)


class ByTheApi(MailCase):
    async def post(self, path, **body):
        return await self.async_client.post(f"/api/auth/password/{path}", body, content_type="application/json")

    async def test_it_takes_the_key_of_the_link_once(self):
        answer = await self.post("forgot", email="ada@example.com")
        self.assertEqual(answer.status_code, 202)
        key = (await self.link()).partition("key=")[2]
        weak = await self.post("reset", token=key, password="12345678")
        self.assertIn("numeric", weak.json()["details"]["password"])
        self.assertEqual((await self.post("reset", token=key, password=NEW_PASSWORD)).status_code, 204)
        again = await self.post("reset", token=key, password="ten black crows")
        self.assertEqual((again.status_code, list(again.json()["details"])), (422, ["token"]))
        self.assertTrue((await self.now()).check_password(NEW_PASSWORD))

    async def test_the_answer_is_one_whoever_is_asked_for(self):
        answers = [await self.post("forgot", email=email) for email in ("ada@example.com", "x@example.com", "?", "ä@b")]
        self.assertEqual({(answer.status_code, answer.content) for answer in answers}, {(202, answers[0].content)})

    async def test_tokens_of_before_end_unless_they_are_to_stay(self):
        token = bearer(self.alice)
        for end_tokens, status in ((False, 200), (True, 401)):
            await AccountMail.objects.all().adelete()
            await self.post("forgot", email="ada@example.com")
            key = (await self.link()).partition("key=")[2]
            await self.post("reset", token=key, password=f"{NEW_PASSWORD} {status}", end_tokens=end_tokens)
            answer = await self.async_client.get(f"/api/{self.alice.subject}/todos", headers={"Authorization": token})
            self.assertEqual(answer.status_code, status)


class ByTheOperator(MailCase):
    def printed(self, *arguments):
        call_command("reset_password", *arguments, stdout=(out := io.StringIO()))
        return out.getvalue()

    def test_a_link_is_printed_that_works_once(self):
        link = self.printed("alice").split()[-1]
        self.assertTrue(link.startswith(f"{SITE}/accounts/password/reset?key="))
        path = link.removeprefix(SITE)
        chosen = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
        self.assertEqual([self.client.post(path, chosen).status_code for _ in range(2)], [302, 410])

    @override_settings(SITE_URL="")
    def test_the_operator_may_say_where_the_program_is(self):
        links = {self.printed("alice", *more).split()[-1].partition("?")[0] for more in ([], ["--address", f"{SITE}/"])}
        self.assertEqual(links, {f"{site}/accounts/password/reset" for site in (SITE, "http://localhost:8000")})

    def test_nobody_and_a_disabled_account_are_told(self):
        User.objects.create(username="gone", is_active=False)
        for name, words in {"nobody": "no user", "gone": "disabled"}.items():
            with self.assertRaisesMessage(CommandError, words):
                self.printed(name)
