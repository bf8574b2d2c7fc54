"""Where a model server is, and how it is reached."""

import asyncio
import subprocess
import sys

from django.conf import settings
from django.test import SimpleTestCase, override_settings

from bench.surroundings.answers import says
from bench.surroundings.upstream import ScriptedUpstream
from chat.assistants.openai.address import server_address
from chat.assistants.openai.client import OpenAIModel
from chat.assistants.openai.waits import retry_after_seconds
from chat.tests.assistants.openai.wire_formats import NOW, request_with, step, text_of


class ConnectionTests(SimpleTestCase):
    def test_the_format_follows_the_address_unless_it_is_chosen(self):
        for api, base_url, expected in (
            ("auto", "", True),
            ("auto", "https://api.openai.com/v1", True),
            ("auto", "http://localhost:11434/v1", False),
            ("auto", "https://example.com/api.openai.com", False),
            ("responses", "http://localhost:11434/v1", True),
            ("chat_completions", "", False),
        ):
            with self.subTest(api=api, base_url=base_url):
                self.assertEqual(server_address(base_url, "m", api).api == "responses", expected)

    def test_a_model_without_a_key_can_be_reached_from_one_event_loop_after_another(self):
        with ScriptedUpstream() as upstream, self.settings(OPENAI_BASE_URL=upstream.url, OPENAI_API_KEY=""):
            model = OpenAIModel()
            upstream.script([says("One."), says("Two.")])

            async def one_loop() -> str:
                text = text_of(await step(model))
                await model.close()
                return text

            self.assertEqual([asyncio.run(one_loop()), asyncio.run(one_loop())], ["One.", "Two."])

    def test_the_whole_program_loads_without_openai(self):
        program = (
            "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings';"
            "os.environ['OPENAI_API_KEY'] = 'x'; import django; django.setup(); import config.urls;"
            "sys.exit('openai' in sys.modules)"
        )
        self.assertEqual(
            subprocess.run([sys.executable, "-c", program], check=False, cwd=settings.BASE_DIR).returncode, 0
        )

    def test_a_retry_after_is_whole_seconds_or_nothing(self):
        for header, expected in (
            ("7", 7),
            ("1.2", 2),
            ("0", 1),
            ("-5", 1),
            ("1e9", 24 * 3600),
            ("nan", None),
            ("inf", None),
            ("soon", None),
            ("Wed, 99 Foo 2026", None),
            ("", None),
            (None, None),
            ("Wed, 04 Mar 2026 12:01:30 GMT", 90),
            ("Wed, 04 Mar 2026 11:00:00 GMT", 1),
        ):
            with self.subTest(header):
                headers = {} if header is None else {"Retry-After": header}
                self.assertEqual(retry_after_seconds(headers, None, now=NOW.timestamp()), expected)


class AzureTests(SimpleTestCase):
    """Azure's way: the version in the address, the deployment in the path, the key in a header of its own."""

    async def asked(self, address, api):
        """(path, query, headers) of a request to the scripted upstream, which is reached at `address`."""
        with ScriptedUpstream() as upstream:
            upstream.script([says("Hello.")] * 2)
            origin = upstream.url.removesuffix("/v1")
            with override_settings(
                OPENAI_BASE_URL=f"{origin}{address}", OPENAI_API_KEY="azure-key", OPENAI_API=api, OPENAI_MODEL="my-gpt"
            ):
                model = OpenAIModel(read_timeout_seconds=5, retry_pause_seconds=0)
                outputs = [output async for output in model.stream(request_with())] + await step(model)
            self.assertEqual(text_of(outputs), "Hello." * 2)
            self.assertEqual(upstream.request_headers[0], upstream.request_headers[1])
            self.assertEqual((upstream.paths[0], upstream.queries[0]), (upstream.paths[1], upstream.queries[1]))
            return upstream.paths[-1], upstream.queries[-1], upstream.request_headers[-1]

    async def test_the_version_and_the_deployment_are_in_the_address_and_the_key_in_its_header(self):
        for address, api, path in (
            ("/openai?api-version=2024-10-21", "auto", "/openai/deployments/my-gpt/chat/completions"),
            ("/?api-version=2024-10-21", "chat_completions", "/openai/deployments/my-gpt/chat/completions"),
            ("/openai?api-version=2025-04-01-preview", "responses", "/openai/responses"),
            ("/openai/deployments/x?api-version=2024-10-21", "auto", "/openai/deployments/x/chat/completions"),
            ("/openai/deployments/x/chat/completions?api-version=1", "auto", "/openai/deployments/x/chat/completions"),
        ):
            with self.subTest(address, api=api):
                asked, query, headers = await self.asked(address, api)
                self.assertEqual(asked, path)
                self.assertEqual(query, address.partition("?")[2])
                self.assertEqual(headers["api-key"], "azure-key")
                self.assertNotIn("authorization", headers)

    async def test_a_path_of_another_server_stays_as_it_is_and_the_key_a_bearer_token(self):
        path, query, headers = await self.asked("/some/proxy/v1", "auto")
        self.assertEqual((path, query), ("/some/proxy/v1/chat/completions", ""))
        self.assertEqual(headers["authorization"], "Bearer azure-key")
