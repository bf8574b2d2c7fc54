import asyncio

from django.test import SimpleTestCase, override_settings

from web.mail.sending import Mail, MailFailed, send_mail
from web.mail.testing import mail_server

MAIL = Mail("ada@example.com", "Hello", "Good morning, Ada.\nhttps://todo.example/r/x")


class Sending(SimpleTestCase):
    async def failure(self, mail: Mail = MAIL) -> tuple[str, bool]:
        with self.assertRaises(MailFailed) as failed:
            await send_mail(mail)
        return failed.exception.code, failed.exception.again

    async def test_a_mail_arrives_as_it_was_written(self):
        mail = Mail("ada@example.com", "Grüße", "Guten Morgen ☀", "<p>Guten Morgen</p>", "m1", {"List-Id": "x"})
        with mail_server() as server:
            await send_mail(mail)
        [received] = server.received
        self.assertEqual((received.to, received.sender), (["ada@example.com"], "todo-chat@todo.example"))
        self.assertEqual((received.subject, received.text.strip()), ("Grüße", "Guten Morgen ☀"))
        self.assertEqual(received.message["Message-ID"], "<m1@todo.example>")
        self.assertEqual((received.message["List-Id"], received.message["Auto-Submitted"]), ("x", "auto-generated"))

    async def test_addresses_of_all_shapes_arrive(self):
        for address in (
            "ada+todo@example.com",
            "o'neil@example.com",
            "ada@[127.0.0.1]",
        ):
            with self.subTest(address), mail_server() as server:
                await send_mail(Mail(address, "Hello", "text"))
                self.assertEqual([mail.message["To"] for mail in server.received], [address])

    async def test_a_name_of_a_host_in_unicode_is_sent_as_it_is_resolved(self):
        with mail_server() as server:
            await send_mail(Mail("ada@bücher.example", "Hello", "text"))
        self.assertEqual(server.received[0].to, ["ada@xn--bcher-kva.example"])

    async def test_nothing_can_be_injected(self):
        with mail_server() as server:
            await send_mail(Mail("ada@example.com", "Hello\r\nBcc: eve@example.com\n\nBuy!", "text"))
            for address in (
                "ada@example.com\r\nBcc: eve@example.com",
                "ada@example.com\nRCPT TO:<eve@example.com>",
                "ada@example.com, eve@example.com",
                "ada@example.com> SIZE=1",
                "Ada <ada@example.com>",
                "a" * 310 + "@example.com",
                "ada",
                "",
            ):
                with self.subTest(address):
                    self.assertEqual(await self.failure(Mail(address, "Hello", "text")), ("not_an_address", False))
            header = Mail("ada@example.com", "Hello", "text", headers={"List-Id": "x\nBcc: eve@example.com"})
            self.assertEqual(await self.failure(header), ("not_a_mail", False))
        [received] = server.received
        self.assertEqual(received.to, ["ada@example.com"])
        self.assertIsNone(received.message["Bcc"])
        self.assertEqual(received.subject, "Hello Bcc: eve@example.com Buy!")

    async def test_a_refusal_says_whether_to_try_again(self):
        with mail_server() as server:
            for said, expected in {
                "450 later": ("recipient_450", True),
                "550 nobody here": ("recipient_550", False),
            }.items():
                server.answer_to_recipient = said
                self.assertEqual(await self.failure(), expected)
            server.answer_to_recipient = "250 OK"
            for said, expected in {"451 later": ("smtp_451", True), "554 spam": ("smtp_554", False)}.items():
                server.answer_to_content = said
                self.assertEqual(await self.failure(), expected)
        self.assertEqual(server.received, [])

    async def test_a_server_that_hangs_ends_by_itself_and_holds_nobody_up(self):
        with mail_server(EMAIL_TIMEOUT=0.2) as server:
            server.hangs = True
            waiting, turns = asyncio.create_task(self.failure()), 0
            while not waiting.done():
                await asyncio.sleep(0.01)
                turns += 1
            server.hangs = False
            self.assertEqual(await waiting, ("connection", True))
        self.assertGreater(turns, 3)

    async def test_no_server_is_a_failure_that_passes(self):
        with mail_server() as server:
            port = server.port
        with override_settings(
            EMAIL_URL="smtp://127.0.0.1",
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=port,
        ):
            self.assertEqual(await self.failure(), ("connection", True))

    @override_settings(EMAIL_URL="")
    async def test_without_a_server_nothing_is_sent(self):
        self.assertEqual(await self.failure(), ("not_set_up", False))

    async def test_logs_hold_nothing_of_people(self):
        with mail_server() as server, self.assertLogs("web.mail", "WARNING") as logs:
            server.answer_to_content = "554 ada@example.com is a spammer"
            await self.failure()
        self.assertNotIn("ada", " ".join(logs.output))
