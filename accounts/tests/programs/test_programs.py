"""Programs of others: how they are let in, what they may do then, and how that ends."""

import datetime

from asgiref.sync import sync_to_async
from django.test import override_settings
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from accounts.entry.sign_ins import sign_out_everywhere
from accounts.programs.testing import connected_program
from accounts.purge import purge_codes, purge_program_access, purge_program_tokens, purge_programs
from accounts.tests.programs.case import ORIGIN, ProgramCase

ADDING = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "add_task", "arguments": {"tasks": [{"title": "Milk"}]}},
}


class LetIn(ProgramCase):
    async def test_the_page_says_who_asks_for_what_as_whom_and_until_when(self):
        page = (await self.page(self.question(await self.registered()))).content.decode()
        for words in ("Program", "program.example", "alice", "See your todos", "Add, change", "14 days"):
            self.assertIn(words, page)
        self.assertNotIn("Chat with the assistant", page)

    async def test_a_name_cannot_turn_the_page_around(self):
        client_id = await self.registered(client_name="<b>Bank</b>\u202eevil\n\n" + "x" * 500)
        page = (await self.page(self.question(client_id))).content.decode()
        self.assertIn("&lt;b&gt;Bank&lt;/b&gt; evil xxx", page)
        self.assertNotIn("\u202e", page)
        self.assertNotIn("x" * 100, page)

    async def test_who_is_not_signed_in_signs_in_first_and_comes_back(self):
        await self.async_client.alogout()
        address = self.question(await self.registered())
        response = await self.async_client.get(address)
        self.assertEqual(response.status_code, 302)
        self.assertTrue(response["Location"].startswith("/accounts/login?next=/o/authorize"))

    async def test_tokens_live_a_quarter_of_an_hour_and_are_kept_as_checksums(self):
        tokens = await self.connected()
        self.assertEqual((tokens["expires_in"], tokens["token_type"]), (900, "Bearer"))
        self.assertEqual((await self.at_mcp(tokens["access_token"])).status_code, 200)
        stored = [await model.objects.aget() for model in (AccessToken, RefreshToken)]
        self.assertEqual([row.token for row in stored], ["", ""])
        await AccessToken.objects.aupdate(expires=timezone.now())
        self.assertEqual((await self.at_mcp(tokens["access_token"])).status_code, 401)

    async def test_declining_is_told_and_leaves_nothing(self):
        heard = self.heard(await self.decide(self.question(await self.registered()), "decline"))
        self.assertEqual((heard["error"], heard["iss"], heard["state"]), ("access_denied", f"{ORIGIN}/o", "kept"))
        self.assertFalse(await Grant.objects.aexists())

    async def test_what_a_program_is_not_told_it_may_do_by_default_is_reading_and_writing(self):
        tokens = await self.connected(resource=f"{ORIGIN}/mcp/")
        self.assertEqual(tokens["scope"], "todos:read todos:write")

    async def test_an_app_of_the_device_gets_its_answer_at_its_own_scheme(self):
        app = "cursor://anysphere.cursor-mcp/oauth/callback"
        client_id = await self.registered(redirect_uris=[app])
        page = await self.page(self.question(client_id, redirect_uri=app))
        self.assertIn("form-action 'self' cursor:;", page["Content-Security-Policy"])
        self.assertIn("an app on this device (cursor:)", page.content.decode())
        response = await self.decide(self.question(client_id, redirect_uri=app))
        self.assertTrue(response["Location"].startswith(f"{app}?code="), response["Location"])

    async def test_a_program_of_this_machine_may_listen_at_any_port(self):
        client_id = await self.registered(redirect_uris=["http://127.0.0.1/callback", "http://localhost:1/callback"])
        for host in ("127.0.0.1", "localhost"):
            response = await self.decide(self.question(client_id, redirect_uri=f"http://{host}:50123/callback"))
            self.assertTrue(response["Location"].startswith(f"http://{host}:50123/callback?code="))

    async def test_the_documents_lead_there(self):
        server = (await self.async_client.get("/.well-known/oauth-authorization-server/o")).json()
        self.assertEqual(server["issuer"], f"{ORIGIN}/o")
        self.assertEqual(server["token_endpoint_auth_methods_supported"], ["none"])
        self.assertEqual(server["code_challenge_methods_supported"], ["S256"])
        self.assertTrue(server["authorization_response_iss_parameter_supported"])
        self.assertTrue(server["client_id_metadata_document_supported"])
        for door, scopes in (("mcp", ["todos:read", "todos:write"]), ("api", ["todos:read", "todos:write", "chat"])):
            resource = (await self.async_client.get(f"/.well-known/oauth-protected-resource/{door}")).json()
            self.assertEqual(resource["resource"], f"{ORIGIN}/{door}")
            self.assertEqual(resource["authorization_servers"][0], server["issuer"])
            self.assertEqual(resource["scopes_supported"], scopes)


class Rights(ProgramCase):
    async def test_a_write_with_a_token_that_may_read_asks_for_more(self):
        tokens = await self.connected(scope="todos:read")
        listed = (await self.at_mcp(tokens["access_token"])).json()["result"]["tools"]
        self.assertIn("add_task", [tool["name"] for tool in listed])
        response = await self.at_mcp(tokens["access_token"], ADDING)
        self.assertEqual((response.status_code, response.json()["error"]), (403, "insufficient_scope"))
        self.assertIn('error="insufficient_scope", scope="todos:write"', response["WWW-Authenticate"])
        more = await self.connected(tokens["client_id"], scope="todos:write")
        added = (await self.at_mcp(more["access_token"], ADDING)).json()["result"]
        self.assertFalse(added["isError"], added)
        reading = {**ADDING, "params": {"name": "list_tasks", "arguments": {}}}
        for token in (tokens, more):
            self.assertFalse((await self.at_mcp(token["access_token"], reading)).json()["result"]["isError"])

    async def test_a_token_is_good_at_the_door_it_was_asked_for_and_at_no_other(self):
        of_mcp, of_api = await self.connected(), await self.connected(resource=f"{ORIGIN}/api")
        self.assertEqual((await self.at_api(of_api["access_token"])).status_code, 200)
        self.assertEqual((await self.at_api(of_mcp["access_token"])).status_code, 401)
        self.assertEqual((await self.at_mcp(of_api["access_token"])).status_code, 401)
        page = await self.async_client.get("/todos", headers={"Authorization": f"Bearer {of_api['access_token']}"})
        self.assertEqual(page.status_code, 401)
        elsewhere = await sync_to_async(connected_program)(self.alice, resource="https://elsewhere.example/mcp")
        self.assertEqual((await self.at_mcp(elsewhere.access_token)).status_code, 401)

    async def test_in_the_api_each_scope_opens_its_own_operations(self):
        doors = (("todos", "GET", None), ("todos", "POST", {"title": "Milk"}), ("conversations", "GET", None))
        for scope, expected in (
            ("todos:read", [200, 403, 403]),
            ("todos:write", [200, 201, 403]),
            ("chat", [200, 403, 200]),
        ):
            token = (await self.connected(resource=f"{ORIGIN}/api", scope=scope))["access_token"]
            answers = [await self.at_api(token, *door) for door in doors]
            self.assertEqual([answer.status_code for answer in answers], expected, scope)
        self.assertIn('scope="todos:write"', answers[1]["WWW-Authenticate"])

    async def test_no_scope_reaches_the_account_or_answers_for_the_person(self):
        token = (await self.connected(resource=f"{ORIGIN}/api", scope="todos:read todos:write chat"))["access_token"]
        for path, method in (("export", "GET"), ("", "DELETE"), (f"approvals/{self.alice.pk}", "POST")):
            answer = await self.at_api(token, path.rstrip("/"), method, {"approve": "all"} if "app" in path else None)
            if not path:
                headers = {"Authorization": f"Bearer {token}"}
                answer = await self.async_client.delete(f"/api/{self.alice.subject}", headers=headers)
            self.assertEqual((answer.status_code, answer.json()["error"]), (403, "insufficient_scope"), path)
            self.assertNotIn("scope=", answer["WWW-Authenticate"])

    async def test_nobody_acts_for_another(self):
        token = (await self.connected(resource=f"{ORIGIN}/api"))["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self.async_client.get(f"/api/{self.bob.subject}/todos", headers=headers)
        self.assertEqual(answer.json()["error"], "user_mismatch")


class Ending(ProgramCase):
    async def test_settings_list_what_is_connected_and_end_it(self):
        tokens = await self.connected()
        page = (await self.async_client.get("/accounts/settings")).content.decode()
        self.assertIn("Connected apps", page)
        self.assertIn("From program.example", page)
        program = await Application.objects.aget()
        await self.async_client.aforce_login(self.bob)
        await self.async_client.post(f"/accounts/settings/programs/{program.pk}/disconnect")
        self.assertNotIn("program.example", (await self.async_client.get("/accounts/settings")).content.decode())
        self.assertEqual((await self.at_mcp(tokens["access_token"])).status_code, 200)
        await self.async_client.aforce_login(self.alice)
        await self.async_client.post(f"/accounts/settings/programs/{program.pk}/disconnect")
        self.assertEqual((await self.at_mcp(tokens["access_token"])).status_code, 401)
        refused = await self.refresh(tokens["client_id"], tokens["refresh_token"])
        self.assertEqual((refused.status_code, refused.json()["error"]), (400, "invalid_grant"))
        self.assertNotIn("program.example", (await self.async_client.get("/accounts/settings")).content.decode())

    async def test_its_use_is_noted(self):
        tokens = await self.connected()
        long_ago = timezone.now() - datetime.timedelta(hours=1)
        await AccessToken.objects.aupdate(updated=long_ago)
        await self.at_mcp(tokens["access_token"])
        self.assertGreater((await AccessToken.objects.aget()).updated, long_ago)

    async def test_sign_out_everywhere_and_a_disabled_account_end_tokens_and_what_was_begun(self):
        async def disable():
            await type(self.alice).objects.filter(pk=self.alice.pk).aupdate(is_active=False)

        for end in (sync_to_async(lambda: sign_out_everywhere(self.alice)), disable):
            await self.async_client.aforce_login(self.alice)
            tokens = await self.connected()
            begun = await self.code(tokens["client_id"])
            await end()
            self.assertEqual((await self.at_mcp(tokens["access_token"])).status_code, 401)
            for answer in (
                await self.refresh(tokens["client_id"], tokens["refresh_token"]),
                await self.trade(tokens["client_id"], begun),
            ):
                self.assertEqual((answer.status_code, answer.json()["error"]), (400, "invalid_grant"))

    async def test_a_program_ends_its_own_tokens_and_nobody_elses(self):
        tokens, other = await self.connected(), await self.registered()
        form = {"token": tokens["refresh_token"], "client_id": other}
        self.assertEqual((await self.post("/o/revoke", form)).status_code, 200)
        self.assertEqual((await self.at_mcp(tokens["access_token"])).status_code, 200)
        form["client_id"] = tokens["client_id"]
        self.assertEqual((await self.post("/o/revoke", form)).status_code, 200)
        self.assertEqual((await self.at_mcp(tokens["access_token"])).status_code, 401)
        self.assertEqual((await self.post("/o/revoke", form | {"token": "never was"})).status_code, 200)

    async def test_a_refresh_gives_new_tokens_of_the_same_right_and_at_most_that(self):
        tokens = await self.connected(scope="todos:read")
        more = await self.refresh(tokens["client_id"], tokens["refresh_token"], scope="todos:read todos:write")
        self.assertEqual(more.json()["error"], "invalid_scope")
        new = (await self.refresh(tokens["client_id"], tokens["refresh_token"])).json()
        self.assertEqual(new["scope"], "todos:read")
        self.assertEqual((await self.at_mcp(new["access_token"])).status_code, 200)
        self.assertEqual((await self.at_mcp(tokens["access_token"])).status_code, 401)

    async def test_what_is_over_is_purged_and_programs_that_nobody_let_in(self):
        await self.connected()
        await self.registered()
        for purge in (purge_codes, purge_program_tokens, purge_program_access, purge_programs):
            self.assertEqual(await sync_to_async(purge)(timezone.now()), 0)
        tomorrow = timezone.now() + datetime.timedelta(days=1, minutes=1)
        self.assertEqual(await sync_to_async(purge_programs)(tomorrow), 1)
        season = timezone.now() + datetime.timedelta(days=91)
        for purge in (purge_program_tokens, purge_program_access, purge_programs):
            self.assertEqual(await sync_to_async(purge)(season), 1)

    @override_settings(RATE_LIMITS=True)
    async def test_registrations_come_so_often_and_no_more(self):
        answers = [(await self.register()).status_code for _ in range(32)]
        self.assertEqual((answers.count(201), answers[-1]), (30, 429))

    @override_settings(RATE_LIMITS=True)
    async def test_so_many_questions_are_shown_and_no_more(self):
        client_id = await self.registered()
        # In two minutes 60 are: more come within one, whenever it begins.
        answers = [(await self.async_client.get(self.question(client_id))).status_code for _ in range(61)]
        self.assertEqual(answers[:30], [200] * 30)
        self.assertIn(429, answers)
