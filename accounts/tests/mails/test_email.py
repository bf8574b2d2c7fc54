import datetime
import re
from unittest import mock

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import IntegrityError
from django.test import AsyncClient, SimpleTestCase, override_settings
from django.utils import timezone

from accounts.mails.sending import ATTEMPTS, send_waiting
from accounts.models import AccountMail, User
from accounts.names.addresses import address_key
from accounts.security_log import MAILS, record
from accounts.testing import PASSWORD, bob
from accounts.tests.mails.case import NEW_PASSWORD, SITE, MailCase, confirmed


class Keys(SimpleTestCase):
    def test_addresses_are_one_as_mail_providers_compare_them(self):
        one = ["ada@bücher.example", "ADA@BÜCHER.example", "ada@xn--bcher-kva.example", " Ada@bu\u0308cher.example. "]
        self.assertEqual(len({address_key(address) for address in one}), 1)
        several = ["ada@example.com", "a.da@example.com", "ada+todo@example.com", "ada@example.org"]
        self.assertEqual(len({address_key(address) for address in several}), 4)


class Address(MailCase):
    async def want(self, address, client=None):
        client = client or self.async_client
        return await client.post("/accounts/settings/email", {"email": address})

    async def test_a_change_is_confirmed_by_the_new_address_and_told_to_both(self):
        await self.sign_in()
        self.assertEqual((await self.want("new+todo@example.com")).status_code, 302)
        link = await self.link("new+todo@example.com")
        self.assertEqual([mail.subject for mail in await self.mails()], ["Another address for your account"])
        self.assertEqual((await self.now()).email, "ada@example.com")
        self.assertContains(await AsyncClient().get(link), "Is new+todo@example.com your address, and alice")
        self.assertContains(await AsyncClient().post(link), "Confirmed")
        self.assertEqual((await self.now()).email, "new+todo@example.com")
        self.assertEqual((await self.mails())[-1].subject, "Your address was changed")
        self.assertEqual((await self.mails("new+todo@example.com"))[-1].subject, "Email confirmed")

    async def test_looking_at_the_link_confirms_nothing_and_it_works_once(self):
        await self.sign_in()
        await self.want("new@example.com")
        link = await self.link("new@example.com")
        for _ in range(2):
            await AsyncClient().get(link)
        self.assertEqual((await self.now()).email, "ada@example.com")
        statuses = [(await AsyncClient().post(link)).status_code for _ in range(2)]
        self.assertEqual(statuses, [200, 410])

    async def test_only_the_newest_wish_counts_and_for_a_day(self):
        await self.sign_in()
        await self.want("first@example.com")
        first = await self.link("first@example.com")
        await self.want("second@example.com")
        second = await self.link("second@example.com")
        self.assertEqual((await AsyncClient().post(first)).status_code, 410)
        two_days_on = (timezone.now() + datetime.timedelta(days=2)).timestamp()
        with mock.patch("django.core.signing.time.time", return_value=two_days_on):
            self.assertEqual((await AsyncClient().post(second)).status_code, 410)
        self.assertEqual((await AsyncClient().post(second)).status_code, 200)

    async def test_a_new_password_ends_the_wish_of_whoever_was_in_before(self):
        """Or a thief would confirm afterwards, and forget the new password."""
        await self.sign_in()
        for end in ("reset", "change", "everywhere"):
            await self.want(f"{end}@evil.example")
            link = await self.link(f"{end}@evil.example")
            self.assertEqual((await AsyncClient().get(link)).status_code, 200)
            await getattr(self, end)()
            self.assertEqual((await AsyncClient().post(link)).status_code, 410, end)
        self.assertEqual((await self.now()).email, "ada@example.com")

    async def reset(self):
        await self.forget()
        mails = [mail for mail in await self.mails() if mail.subject == "A new password"]
        await self.choose(mails[-1].links[0].removeprefix(SITE))

    async def change(self):
        new = "ten black crows"
        form = {"old_password": NEW_PASSWORD, "new_password1": new, "new_password2": new}
        await self.async_client.post("/accounts/settings/password", form)

    async def everywhere(self):
        await self.async_client.post("/accounts/settings/sign-ins/end")

    async def test_a_link_outlasts_a_new_key_while_the_old_one_is_named(self):
        await self.sign_in()
        await self.want("new@example.com")
        link, new = await self.link("new@example.com"), "another key of at least thirty-two characters"
        with override_settings(SECRET_KEY=new):
            self.assertEqual((await AsyncClient().get(link)).status_code, 410)
        with override_settings(SECRET_KEY=new, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
            self.assertEqual((await AsyncClient().get(link)).status_code, 200)

    async def test_an_address_that_another_account_confirmed_is_told_to_its_reader_alone(self):
        await sync_to_async(confirmed)(await sync_to_async(bob)(), "bob@example.com")
        await self.sign_in()
        answers = [await self.want(address) for address in ("BOB@example.com", "free@example.com")]
        self.assertEqual(
            {(answer.status_code, answer["Location"]) for answer in answers}, {(302, "/accounts/settings")}
        )
        await self.want("BOB@example.com")
        link = await self.link("BOB@example.com")
        self.assertContains(await AsyncClient().post(link), "Another account has confirmed", status_code=409)
        self.assertEqual((await self.now()).email, "ada@example.com")

    async def test_two_accounts_never_have_one_confirmed_address(self):
        other = await sync_to_async(bob)()
        with self.assertRaises(IntegrityError):
            await sync_to_async(confirmed)(other, "ADA@example.com")

    async def test_a_new_account_gets_the_link_and_has_no_confirmed_address_before(self):
        for path, form in (
            (
                "/accounts/register",
                {"username": "carol", "email": "c@example.com", **dict.fromkeys(("password1", "password2"), PASSWORD)},
            ),
            ("/api/auth/register", {"username": "dave", "email": "d@example.com", "password": PASSWORD}),
        ):
            kind = {"content_type": "application/json"} if "api" in path else {}
            await AsyncClient().post(path, form, **kind)
        for name, address in {"carol": "c@example.com", "dave": "d@example.com"}.items():
            self.assertIsNone((await User.objects.aget(username=name)).email_key)
            await AsyncClient().post(await self.link(address))
            self.assertEqual((await User.objects.aget(username=name)).email_key, address)

    async def test_it_can_be_removed_which_is_told_there(self):
        await self.sign_in()
        await self.async_client.post("/accounts/settings/email/remove", {})
        self.assertEqual(((await self.now()).email, (await self.now()).email_key), ("", None))
        self.assertEqual((await self.mails())[-1].subject, "Your address was changed")

    async def test_who_finds_a_page_open_is_asked_for_the_password(self):
        await self.sign_in()
        session = await self.async_client.asession()
        await session.aset("signed_in_at", 0)
        await session.asave()
        self.assertContains(await self.want("evil@example.com"), "Is it you?")
        self.assertEqual((await self.now()).email_wanted, "")

    async def test_bad_addresses_are_told_beside_the_field(self):
        await self.sign_in()
        for address in (
            "ada",
            "a" * 310 + "@example.com",
            "ä@example.com",
            "a@b\nBcc: c@d.example",
            "Ada <a@b.example>",
        ):
            self.assertEqual((await self.want(address)).status_code, 422, address)
        for address in ("o'neil+x@example.com", "ada@bücher.example"):
            self.assertEqual((await self.want(address)).status_code, 302, address)
        self.assertEqual((await self.now()).email_wanted, "ada@bücher.example")

    async def test_an_address_changed_by_an_administrator_is_not_confirmed(self):
        user = await self.now()
        user.email = "other@example.com"
        await user.asave()
        self.assertIsNone((await self.now()).email_verified_at)

    @override_settings(EMAIL_URL="")
    async def test_without_mail_the_page_says_so(self):
        await self.sign_in()
        self.assertContains(await self.async_client.get("/accounts/settings"), "No mail is sent from here")
        self.assertEqual((await self.want("new@example.com")).status_code, 422)


class Warnings(MailCase):
    async def test_what_matters_is_told_and_can_be_switched_off_by_kind(self):
        await self.sign_in()
        chosen = {"kinds": ["device", "passkey", "app", "email"]}
        await self.async_client.post("/accounts/settings/mails", chosen)
        new = "nine white swans"
        form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        await self.async_client.post("/accounts/settings/password", form)
        await self.async_client.post("/accounts/settings/tokens", {"name": "a\nBcc: x", "scope": "read", "days": "30"})
        self.assertEqual([mail.subject for mail in await self.mails()], ["Token made"])
        await self.async_client.post("/accounts/settings/mails", {"kinds": ["nonsense"]})
        self.assertEqual((await self.now()).mails_off, "password")

    async def test_every_kind_of_event_that_is_offered_is_mailed_and_ends_with_its_switch(self):
        kinds = {kind for _, events in MAILS.values() for kind in events}
        for kind in kinds:
            await sync_to_async(record)(self.alice, kind, detail="phone")
        self.assertEqual({mail.subject for mail in await self.mails()}, {str(kind.label) for kind in kinds})
        self.server.received.clear()
        self.alice.mails_off = " ".join(MAILS)
        for kind in kinds:
            await sync_to_async(record)(self.alice, kind)
        self.assertEqual(await self.mails(), [])

    async def test_a_server_that_falls_silent_holds_up_no_page_and_gets_the_mail_later(self):
        with override_settings(EMAIL_TIMEOUT=0.2):
            self.server.hangs = True
            self.assertEqual((await self.forget()).status_code, 200)
            await send_waiting()
            self.assertEqual((await self.sign_in()).status_code, 302)
        waiting = await AccountMail.objects.aget()
        self.assertEqual((waiting.sent_at, waiting.attempts), (None, 1))
        self.server.hangs = False
        await AccountMail.objects.aupdate(not_before=timezone.now())
        self.assertEqual(len(await self.mails()), 1)

    async def test_a_server_that_refuses_for_a_while_gets_it_later_and_for_good_never(self):
        for said, kept in (("451 later", 1), ("554 no", 0)):
            await AccountMail.objects.all().adelete()
            await self.async_client.post("/accounts/password/forgot", {"email": "ada@example.com"})
            self.server.answer_to_content = said
            await send_waiting()
            self.assertEqual(await AccountMail.objects.filter(sent_at=None).acount(), kept)
            self.assertEqual(await send_waiting(), 0)
            self.server.answer_to_content = "250 OK"
            await AccountMail.objects.aupdate(not_before=timezone.now())
            self.assertEqual(len(await self.mails()), 1)

    async def test_it_is_given_up_in_the_end(self):
        await self.async_client.post("/accounts/password/forgot", {"email": "ada@example.com"})
        self.server.answer_to_recipient = "450 later"
        for _ in range(ATTEMPTS):
            self.assertEqual(await AccountMail.objects.acount(), 1)
            await AccountMail.objects.aupdate(not_before=timezone.now())
            await send_waiting()
        self.assertEqual(await AccountMail.objects.acount(), 0)


class Letters(MailCase):
    def page(self, mail):
        return mail.message.get_body(("html",)).get_content()

    async def test_a_mail_is_a_text_and_a_page_that_say_the_same_and_lead_to_the_same_place(self):
        await self.async_client.post("/accounts/password/forgot", {"email": "ada@example.com"})
        [mail] = await self.mails()
        page = self.page(mail)
        self.assertEqual([mail.links[0].replace("&", "&amp;")], re.findall(r'href="([^"]+)"', page))
        for words in ("asked for a new password of “alice”", "If you did not ask, do nothing", "about your account"):
            self.assertIn(words, mail.text)
            self.assertIn(words, page)

    async def test_a_page_fetches_nothing_so_that_nobody_hears_that_it_was_read(self):
        await self.sign_in()
        await self.async_client.post("/accounts/settings/tokens", {"name": "notebook", "scope": "read", "days": "30"})
        await self.async_client.post("/accounts/settings/email", {"email": "new@example.com"})
        await self.async_client.post("/accounts/settings/email/remove")
        mails = await self.mails()
        self.assertEqual(len(mails), 3)
        for mail in mails:
            page = self.page(mail)
            self.assertNotRegex(page, r"(?i)<(img|script|link|iframe|form)|url\(|@import|src=")

    async def test_what_people_write_is_text_in_it(self):
        await self.sign_in()
        name = "<b>x</b> <img src=//evil.example/a>"
        await self.async_client.post("/accounts/settings/tokens", {"name": name, "scope": "read", "days": "30"})
        [mail] = await self.mails()
        page = self.page(mail)
        self.assertIn(f"Token made ({name})", mail.text)
        self.assertIn("&lt;b&gt;x&lt;/b&gt;", page)
        self.assertNotIn("<img", page)
