"""Addresses that are not like ada@example.com: taken whole or refused whole, at each door that takes one."""

from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.test import AsyncClient

from accounts.models import AccountMail, User
from accounts.names.addresses import address_key
from accounts.testing import PASSWORD, UserFactory
from accounts.tests.mails.case import NEW_PASSWORD, SITE, MailCase, confirmed

GOOD = (
    "o'neil+todo/a=b@example.com",
    "ada@bücher.example",
    "a{b}c@example.com",
)
LONG = "a" * 64 + "@" + ".".join(["b" * 60] * 4) + ".example.com"  # 320 characters
BAD = (
    "ada",
    "ada@",
    "@example.com",
    LONG,
    "ä@example.com",
    "ada@example.com\r\nBcc: eve@example.com",
    "ada@example.com,eve@example.com",
    "Ada <ada@example.com>",
    "ada@exa\x00mple.com",
    '"ada"@example.com',
    '"a..b"@example.com',
    '"a@b"@example.com',
    "ada\u2028x@example.com",
    "\u202eada@example.com",
)


class OddAddresses(MailCase):
    def setUp(self):
        cache.clear()
        super().setUp()

    async def register(self, email, number):
        form = {"username": f"person{number}", "email": email, "password1": PASSWORD, "password2": PASSWORD}
        cache.clear()
        return (await AsyncClient().post("/accounts/register", form)).status_code

    async def register_by_api(self, email, number):
        body = {"username": f"program{number}", "email": email, "password": PASSWORD}
        cache.clear()
        return (await AsyncClient().post("/api/auth/register", body, content_type="application/json")).status_code

    async def want(self, email, number):
        if number == 0:
            await self.sign_in()
        return (await self.async_client.post("/accounts/settings/email", {"email": email})).status_code

    async def test_good_ones_get_the_link_and_are_confirmed_by_it_as_they_were_written(self):
        self.assertEqual(len(LONG), 320)
        for number, address in enumerate(GOOD):
            self.assertEqual(await self.register(address, number), 302, address)
            [mail] = (mail for mail in await self.all_mails() if f"“person{number}”" in mail.text)
            await AsyncClient().post(mail.links[0].removeprefix(SITE))
            user = await User.objects.aget(username=f"person{number}")
            self.assertEqual((user.email, user.email_key), (address, address_key(address)))

    async def all_mails(self):
        await self.mails()
        return self.server.received

    async def test_a_forgotten_password_reaches_each_of_them(self):
        for number, address in enumerate(GOOD):
            user = await sync_to_async(UserFactory)(username=f"person{number}")
            await sync_to_async(confirmed)(user, address)
            cache.clear()
            await self.forget(address)
            resets = [mail for mail in await self.all_mails() if mail.subject == "A new password"]
            link = resets[-1].links[0].removeprefix(SITE)
            self.assertEqual((await self.choose(link, client=AsyncClient())).status_code, 302, address)
            self.assertTrue((await User.objects.aget(pk=user.pk)).check_password(NEW_PASSWORD))

    async def test_bad_ones_are_refused_at_each_door_and_leave_nothing(self):
        before = await User.objects.acount()
        for number, address in enumerate(BAD):
            for door in (self.register, self.register_by_api, self.want):
                with self.subTest(address=address, door=door.__name__):
                    self.assertEqual(await door(address, number), 422)
            cache.clear()
            self.assertEqual((await self.forget(address)).status_code, 422, address)
        self.assertEqual((await self.now()).email_wanted, "")
        self.assertEqual((await User.objects.acount(), await AccountMail.objects.acount()), (before, 0))
