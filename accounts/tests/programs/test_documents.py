"""The document at a program's own address: fetched from the public internet alone, small and soon."""

import ipaddress
from unittest import mock

from django.core.cache import cache
from django.test import SimpleTestCase, override_settings
from django.utils import timezone
from oauth2_provider.models import Application

from accounts.programs.clients.documents import DocumentUnreadable, fetch_document, is_document_address, may_be_asked
from accounts.programs.clients.known import KEPT
from accounts.tests.programs.case import CALLBACK, ProgramCase
from accounts.tests.programs.site import program_site

ADDRESS = "https://program.example/client.json"


class Addresses(SimpleTestCase):
    def test_only_public_addresses_are_asked(self):
        for address in (
            *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
            *("224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
            *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1"),
            *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::", "2001:0:a00:1::"),
        ):
            with self.subTest(address), override_settings(CALLS_TO_LOOPBACK=False):
                self.assertFalse(may_be_asked(ipaddress.ip_address(address)))
        for address in ("1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"):
            with self.subTest(address):
                self.assertTrue(may_be_asked(ipaddress.ip_address(address)))

    async def test_a_host_with_a_private_address_is_not_asked(self):
        for host in (
            "localhost",
            "127.0.0.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "169.254.169.254",
            "2130706433",
            "0x7f.1",
        ):
            with self.subTest(host), self.assertRaises(DocumentUnreadable), override_settings(CALLS_TO_LOOPBACK=False):
                await fetch_document(f"https://{host}:1/client.json")

    def test_an_id_that_is_no_address_of_a_document_is_not_fetched(self):
        self.assertTrue(is_document_address(ADDRESS))
        for client_id in (
            *("http://program.example/x", "https://program.example", "https://program.example/", "program.example/x"),
            *("https://a@program.example/x", "https://program.example/x#y", "https://program.example/../x"),
            *("https://program.example/%2e%2e/x", "https:///x", "https://program.example:0x/x", "https://[x/y"),
            *(
                "https://program.example\\@evil.example/x",
                "https://program.example/" + "x" * 255,
                "https://é.example/x",
            ),
        ):
            with self.subTest(client_id):
                self.assertFalse(is_document_address(client_id))


@override_settings(CALLS_TO_LOOPBACK=True)  # programs are tried out on this machine
class Documents(ProgramCase):
    def setUp(self):
        super().setUp()
        self.site = self.enterContext(program_site(CALLBACK))

    async def test_a_program_needs_no_registration_but_its_document(self):
        tokens = await self.connected(self.site.address)
        self.assertEqual((await self.at_mcp(tokens["access_token"])).status_code, 200)
        page = (await self.page(self.question(self.site.address))).content.decode()
        self.assertIn("Documented", page)
        self.assertIn(self.site.address.split("/")[2], page)
        self.assertIn("Your answer goes to program.example", page)

    async def test_a_document_is_kept_for_an_hour_and_outlasts_an_outage(self):
        address = self.question(self.site.address)
        for _ in range(3):
            await self.page(address)
        self.assertEqual(self.site.asked, 1)
        self.site.said["client_name"] = "Renamed"
        await Application.objects.aupdate(cimd_expires_at=timezone.now())
        self.assertIn("Renamed", (await self.page(address)).content.decode())
        self.site.status = 500
        await Application.objects.aupdate(cimd_expires_at=timezone.now())
        self.assertIn("Renamed", (await self.page(address)).content.decode())
        await Application.objects.aupdate(cimd_expires_at=timezone.now() - KEPT)
        self.assertEqual((await self.async_client.get(address)).status_code, 400)

    async def test_what_cannot_be_believed_is_not_taken_and_asked_for_once_a_minute(self):
        for spoilt in (
            {"said": self.site.said | {"client_id": "https://program.example/other"}},
            {"said": self.site.said | {"client_secret": "x"}},
            {"said": self.site.said | {"token_endpoint_auth_method": "private_key_jwt"}},
            {"said": self.site.said | {"redirect_uris": ["http://program.example/"]}},
            {"body": b"[]"},
            {"body": b"{"},
            {"body": b" " * 100_000},
            {"status": 404},
            {"status": 302, "headers": {"Location": self.site.address}},
            {"headers": {"Content-Type": "text/html"}},
        ):
            with self.subTest(next(iter(spoilt.items()))), self.assertLogs("accounts.programs.clients.known", "INFO"):
                kept = {name: getattr(self.site, name) for name in spoilt}
                vars(self.site).update(spoilt)
                asked = self.site.asked
                for _ in range(2):
                    response = await self.async_client.get(self.question(self.site.address))
                    self.assertEqual(response.status_code, 400)
                self.assertEqual(self.site.asked, asked + 1)
                vars(self.site).update(kept)
                cache.clear()
        self.assertFalse(await Application.objects.aexists())

    async def test_a_document_that_never_ends_is_given_up(self):
        self.site.drips = True
        with (
            mock.patch("accounts.programs.clients.documents.FETCH_SECONDS", 0.2),
            self.assertLogs("accounts.programs.clients.known"),
        ):
            response = await self.async_client.get(self.question(self.site.address))
        self.assertEqual(response.status_code, 400)

    async def test_nothing_is_asked_for_strangers_nor_by_the_token_endpoint(self):
        await self.trade(self.site.address, "no code")
        await self.async_client.alogout()
        response = await self.async_client.get(self.question(self.site.address))
        self.assertTrue(response["Location"].startswith("/accounts/login"))
        self.assertEqual(self.site.asked, 0)

    @override_settings(CALLS_TO_LOOPBACK=False)
    async def test_on_a_real_server_this_machine_is_not_asked(self):
        with self.assertLogs("accounts.programs.clients.known"):
            response = await self.async_client.get(self.question(self.site.address))
        self.assertEqual((response.status_code, self.site.asked), (400, 0))

    async def test_a_person_has_so_many_looked_up_and_no_more(self):
        statuses = []
        for number in range(12):
            statuses.append((await self.async_client.get(self.question(f"{self.site.address}?{number}"))).status_code)
        self.assertEqual((statuses.count(400), statuses[-1]), (10, 429))
