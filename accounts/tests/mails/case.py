"""People who have confirmed an address, and the mail server that they read from."""

from django.test import TestCase
from django.utils import timezone

from accounts.mails.sending import send_waiting
from accounts.models import User
from accounts.names.addresses import address_key
from accounts.testing import PASSWORD, alice
from web.mail.testing import mail_server

NEW_PASSWORD = "nine white swans"
SITE = "https://todo.example"


def confirmed(user: User, address: str) -> User:
    user.email, user.email_key, user.email_verified_at = address, address_key(address), timezone.now()
    user.save()
    return user


class MailCase(TestCase):
    """Alice can be reached at ada@example.com."""

    def setUp(self):
        self.alice = confirmed(alice(password=PASSWORD), "ada@example.com")
        self.server = self.enterContext(mail_server(SITE_URL=SITE))

    async def mails(self, address="ada@example.com"):
        await send_waiting()
        return self.server.to(address)

    async def link(self, address="ada@example.com"):
        """The path of the link in the newest mail."""
        link = (await self.mails(address))[-1].links[0]
        self.assertTrue(link.startswith(SITE))
        return link.removeprefix(SITE)

    async def forget(self, email="ada@example.com", **headers):
        return await self.async_client.post("/accounts/password/forgot", {"email": email}, headers=headers)

    async def choose(self, link, password=NEW_PASSWORD, client=None, **more):
        return await (client or self.async_client).post(
            link, {"new_password1": password, "new_password2": password, **more}
        )

    async def sign_in(self, password=PASSWORD, client=None):
        return await (client or self.async_client).post("/accounts/login", {"username": "alice", "password": password})

    async def now(self):
        return await User.objects.aget(pk=self.alice.pk)
