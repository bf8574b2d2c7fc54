"""/mcp as a program of somebody else finds it: who gets in, what it answers, and what a read-only token may do."""

import asyncio
import datetime
import html
import json
import re
import shlex

from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.entry.sign_ins import sign_out_everywhere
from accounts.models import PersonalToken
from accounts.testing import alice, bearer, bob, forge_token
from accounts.tokens.personal import TOKENS_MAX, TooManyTokens, issue_personal_token
from config.reporting.logs import FieldsFormatter
from todos.models import Door, Todo, TodoChange

OLD, NEW = "2025-11-25", "2026-07-28"
ACCEPT = "application/json, text/event-stream"


def envelope(version: str) -> dict:
    """What each request of the newer protocol says of itself; the older one has said it before."""
    names = {"protocolVersion": version, "clientInfo": {"name": "test", "version": "1"}, "clientCapabilities": {}}
    return {"_meta": {f"io.modelcontextprotocol/{name}": value for name, value in names.items()}}


class McpCase(TestCase):
    def setUp(self):
        cache.clear()
        self.alice, self.bob = alice(), bob()

    async def personal(self, scope="write", user=None, days=30) -> str:
        issue = sync_to_async(issue_personal_token)
        return f"Bearer {await issue(user or self.alice, 'Laptop', scope, days)}"

    async def post(self, content, authorization=None, version=OLD, path="/mcp", **headers):
        authorization = bearer(self.alice) if authorization is None else authorization
        body = content if isinstance(content, str | bytes) else json.dumps(content)
        sent = {"Accept": ACCEPT, "MCP-Protocol-Version": version, "Authorization": authorization, **headers}
        sent = {name: value for name, value in sent.items() if value}
        return await self.async_client.post(path, body, content_type="application/json", headers=sent)

    async def ask(self, method, params=None, authorization=None, version=OLD):
        params = dict(params or {}) | (envelope(version) if version == NEW else {})
        named = {"Mcp-Method": method, "Mcp-Name": params.get("name", "")} if version == NEW else {}
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        response = await self.post(message, authorization, version, **named)
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()["result"]

    async def call(self, name, arguments, authorization=None, version=OLD):
        return await self.ask("tools/call", {"name": name, "arguments": arguments}, authorization, version)

    async def titles(self, user):
        return [todo.title async for todo in Todo.objects.for_user(user).open()]


class Calls(McpCase):
    async def test_both_revisions_add_list_and_complete_and_the_door_is_recorded(self):
        for version in (OLD, NEW):
            with self.subTest(version):
                added = await self.call("add_task", {"tasks": [{"title": f"Milk {version}"}]}, version=version)
                self.assertFalse(added.get("isError"), added)
                listed = await self.call("list_tasks", {}, version=version)
                self.assertEqual(listed["structuredContent"]["tasks"][0]["title"], f"Milk {version}")
                await self.call("complete_task", {"tasks": [f"Milk {version}"]}, version=version)
        doors = {change.door async for change in TodoChange.objects.for_user(self.alice)}
        self.assertEqual((doors, await self.titles(self.alice)), ({Door.MCP}, []))

    async def test_each_call_is_in_the_log_with_its_token_and_without_what_it_says(self):
        reading = await self.personal("read")
        with self.assertLogs("todos.mcp.server", "INFO") as log:
            await self.call("add_task", {"tasks": [{"title": "Secret plan"}]})
            await self.call("complete_task", {"tasks": ["nothing like it"]})
            await self.call("add_task", {"tasks": [{"title": "Secret plan"}]}, reading)
            await self.call("Secret tool", {})
        token = await PersonalToken.objects.aget()
        self.assertEqual(
            [(record.tool, record.token_id, record.outcome) for record in log.records],
            [
                ("add_task", "an access token", "success"),
                ("complete_task", "an access token", "todo_not_found"),
                ("add_task", str(token.pk), "read_only"),
                ("an unknown tool", "an access token", "unknown_tool"),
            ],
        )
        written = [FieldsFormatter().format(record) for record in log.records]
        self.assertEqual([json.loads(line)["tool"] for line in written], [record.tool for record in log.records])
        self.assertNotIn("Secret", str(written))

    async def test_the_log_names_the_call_that_a_change_was_made_in(self):
        with self.assertLogs("todos.mcp.server", "INFO") as log:
            await self.call("add_task", {"tasks": [{"title": "Milk"}]})
        change = await TodoChange.objects.for_user(self.alice).aget()
        self.assertEqual(change.door, Door.MCP)
        self.assertEqual([record.tool_call_id for record in log.records], [str(change.tool_call_id)])

    async def test_all_definitions_cost_a_model_at_most_3000_tokens(self):
        for version in (OLD, NEW):
            tools = (await self.ask("tools/list", version=version))["tools"]
            sent = json.dumps(tools, ensure_ascii=False, separators=(",", ":")).encode()
            self.assertLessEqual(len(sent) / 3.5, 3_000)

    async def test_the_text_of_an_answer_is_its_structure_and_no_longer(self):
        await self.call("add_task", {"tasks": [{"title": "Käse"}]})
        answer = await self.call("list_tasks", {})
        text = answer["content"][0]["text"]
        self.assertEqual(json.loads(text), answer["structuredContent"])
        self.assertIn('"title":"Käse"', text)

    async def test_a_call_that_comes_twice_does_nothing_more(self):
        await self.call("add_task", {"tasks": [{"title": "banana"}, {"title": "banana bread", "due": "2036-03-06"}]})
        twice = (
            ("update_task", {"updates": [{"task": "banana bread", "due": "2 days later"}]}),
            ("complete_task", {"tasks": ["banana"]}),
        )
        for name, arguments in twice:
            await self.call(name, arguments)
            answer = await self.call(name, arguments)
            self.assertEqual(answer["structuredContent"]["results"][0]["outcome"], "unchanged")
        todo = await Todo.objects.for_user(self.alice).open().aget()
        self.assertEqual((todo.title, str(todo.due_date)), ("banana bread", "2036-03-08"))

    async def test_undo_takes_back_the_whole_last_call(self):
        await self.call("add_task", {"tasks": [{"title": "One"}, {"title": "Two"}]})
        await self.call("undo", {})
        self.assertEqual(await self.titles(self.alice), [])

    async def test_a_call_deletes_three_at_most_by_itself(self):
        titles = ["Apples", "Bread", "Cheese", "Dates"]
        await self.call("add_task", {"tasks": [{"title": title} for title in titles]})
        refused = await self.call("delete_task", {"tasks": titles})
        self.assertTrue(refused["isError"])
        self.assertIn("the person has to decide at http://testserver/approvals/", refused["content"][0]["text"])
        self.assertEqual(len(await self.titles(self.alice)), 4)
        await self.call("delete_task", {"tasks": titles[:3]})
        self.assertEqual(await self.titles(self.alice), ["Dates"])

    async def test_nobody_reaches_the_todos_of_another(self):
        await self.call("add_task", {"tasks": [{"title": "Of alice"}]})
        todo = await Todo.objects.for_user(self.alice).aget()
        for arguments in ({"tasks": [str(todo.pk)]}, {"tasks": ["Of alice"], "user": str(self.alice.pk)}):
            refused = await self.call("delete_task", arguments, bearer(self.bob))
            self.assertTrue(refused["isError"], refused)
        self.assertEqual(await self.titles(self.alice), ["Of alice"])


class WhoGetsIn(McpCase):
    async def test_no_token_and_bad_tokens_are_told_where_to_read_more(self):
        resource = "http://testserver/.well-known/oauth-protected-resource/mcp"
        elsewhere = f"Bearer {forge_token({'sub': self.alice.subject, 'aud': 'http://elsewhere/mcp'})}"
        for authorization, code in (
            ("", "token_missing"),
            ("Bearer no", "token_invalid"),
            ("Bearer todo_pat_no", "token_invalid"),
            (elsewhere, "token_invalid"),
        ):
            with self.subTest(code):
                response = await self.post({}, authorization)
                self.assertEqual((response.status_code, response.json()["error"]), (401, code))
                self.assertIn(f'resource_metadata="{resource}"', response["WWW-Authenticate"])
        metadata = (await self.async_client.get(resource.removeprefix("http://testserver"))).json()
        self.assertEqual(metadata["resource"], "http://testserver/mcp")

    async def test_a_login_cookie_does_not_count(self):
        await self.async_client.aforce_login(self.alice)
        self.assertEqual((await self.post({}, "")).status_code, 401)

    async def test_foreign_pages_and_foreign_hosts_are_refused(self):
        self.assertEqual((await self.post({}, Origin="http://elsewhere")).status_code, 403)
        self.assertEqual((await self.post({}, Host="elsewhere")).status_code, 400)
        self.assertNotEqual((await self.post({}, Origin="http://testserver")).status_code, 403)

    async def test_only_post_is_taken(self):
        for method in ("get", "delete", "put", "options"):
            response = await getattr(self.async_client, method)("/mcp", headers={"Authorization": bearer(self.alice)})
            self.assertEqual((response.status_code, response["Allow"]), (405, "POST"))

    @override_settings(MCP_REQUESTS_PER_MINUTE=2)
    async def test_too_many_requests_of_a_user_wait(self):
        for _ in range(2):
            await self.ask("tools/list")
        response = await self.post({})
        self.assertEqual(response.status_code, 429)
        self.assertGreater(int(response["Retry-After"]), 0)
        await self.ask("tools/list", authorization=bearer(self.bob))


class PersonalTokens(McpCase):
    async def test_one_that_may_read_sees_and_calls_nothing_else(self):
        token = await self.personal("read")
        tools = (await self.ask("tools/list", authorization=token))["tools"]
        self.assertEqual([tool["name"] for tool in tools], ["list_tasks", "search", "fetch"])
        refused = await self.call("add_task", {"tasks": [{"title": "No"}]}, token)
        self.assertTrue(refused["isError"])
        self.assertIn("may only read", refused["content"][0]["text"])
        self.assertEqual(await self.titles(self.alice), [])

    async def test_one_that_may_write_has_all_tools(self):
        tools = (await self.ask("tools/list", authorization=await self.personal()))["tools"]
        self.assertEqual(len(tools), 9)

    async def test_only_its_hash_is_stored_and_its_use_noted(self):
        token = await self.personal()
        await self.ask("tools/list", authorization=token)
        stored = await PersonalToken.objects.aget()
        self.assertNotIn(token.removeprefix("Bearer "), str(vars(stored)))
        noted = stored.last_used_at
        await self.ask("tools/list", authorization=token)
        await stored.arefresh_from_db()
        self.assertEqual(stored.last_used_at, noted)

    async def test_it_opens_no_other_door(self):
        token = await self.personal()
        response = await self.async_client.get("/api/auth/me", headers={"Authorization": token})
        self.assertEqual(response.status_code, 401)

    async def test_it_ends_at_its_date_and_with_the_account_and_at_sign_out_everywhere(self):
        async def expire():
            await PersonalToken.objects.aupdate(expires_at=timezone.now() - datetime.timedelta(seconds=1))

        async def disable():
            await type(self.alice).objects.filter(pk=self.alice.pk).aupdate(is_active=False)

        for end in (expire, sync_to_async(lambda: sign_out_everywhere(self.alice)), disable):
            token = await self.personal()
            await self.ask("tools/list", authorization=token)
            await end()
            self.assertEqual((await self.post({}, token)).status_code, 401)

    async def test_a_person_has_so_many_and_no_more(self):
        for _ in range(TOKENS_MAX):
            await self.personal()
        with self.assertRaises(TooManyTokens):
            await self.personal()


class BadInput(McpCase):
    async def test_it_is_an_error_of_the_protocol_and_never_of_the_server(self):
        listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        bodies = ["{", "null", "[]", "7", b"\xff\xfe", json.dumps([listing]), "[" * 30_000, {"jsonrpc": "1.0"}]
        bodies += [{**listing, "method": "no/such"}, {**listing, "params": 5}]
        bodies += [{**listing, "method": "tools/call", "params": {"name": 5}}]
        bodies += [{**listing, "method": "tools/call", "params": {"name": "add_task", "arguments": "x"}}]
        bodies += [{**listing, "method": "subscriptions/listen", "params": {}}]
        for version in (OLD, NEW, "1999-01-01", "\x7f"):
            for body in bodies:
                with self.subTest(version=version, body=body if len(body) < 200 else len(body)):
                    response = await self.post(body, version=version)
                    self.assertLess(response.status_code, 500, response.content)
                    self.assertIn("error", response.json())

    async def test_what_is_not_there_is_a_mistake_of_who_asks_and_none_in_our_log(self):
        for version, codes in ((OLD, {-32602, -32002}), (NEW, {-32602})):
            for method, params in (("prompts/get", {"name": "x"}), ("resources/read", {"uri": "test://x"})):
                message = {"jsonrpc": "2.0", "id": 1, "method": method}
                message["params"] = params | (envelope(NEW) if version == NEW else {})
                named = {"Mcp-Method": method, "Mcp-Name": next(iter(params.values()))} if version == NEW else {}
                with self.subTest(method, version=version), self.assertNoLogs(level="ERROR"):
                    response = await self.post(message, version=version, **named)
                    self.assertIn(response.json()["error"]["code"], codes)

    async def test_a_stream_of_subscriptions_is_refused_and_does_not_hold_the_server(self):
        message = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen"}
        message["params"] = envelope(NEW) | {"notifications": {"toolsListChanged": True}}
        async with asyncio.timeout(10):
            response = await self.post(message, version=NEW, **{"Mcp-Method": message["method"]})
        self.assertEqual(response.status_code, 404, response.content)

    async def test_wrong_types_are_explained_without_their_values(self):
        for arguments in ({}, {"tasks": "private"}, {"tasks": [{"titel": "private"}]}):
            refused = await self.call("add_task", arguments)
            self.assertTrue(refused["isError"])
            self.assertNotIn("private", str(refused))

    async def test_a_client_that_takes_no_json_is_told_so(self):
        listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        self.assertEqual((await self.post(listing, Accept="text/html")).status_code, 406)

    async def test_the_address_may_end_with_a_slash(self):
        listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        self.assertEqual((await self.post(listing, path="/mcp/")).status_code, 200)


class SettingsPage(McpCase):
    async def make(self, **fields):
        await self.async_client.aforce_login(self.alice)
        return await self.async_client.post(
            "/accounts/settings/tokens", {"name": "Laptop", "scope": "read", "days": "30", **fields}
        )

    async def test_a_token_is_shown_once_with_what_to_paste_and_works(self):
        page = (await self.make()).content.decode()
        token = re.search(r'id="new-token">(todo_pat_[\w-]{43})<', page)[1]
        for program in (
            "claude mcp add",
            "claude_desktop_config.json",
            ".cursor/mcp.json",
            "MCP: Open User Configuration",
        ):
            self.assertIn(program, page)
        self.assertIn("http://testserver/mcp", page)
        self.assertEqual(len((await self.ask("tools/list", authorization=f"Bearer {token}"))["tools"]), 3)
        again = (await self.async_client.get("/accounts/settings")).content.decode()
        self.assertNotIn(token, again)
        self.assertIn("Laptop", again)

    async def test_what_to_paste_is_whole_and_names_the_address_and_the_token(self):
        page = (await self.make()).content.decode()
        token = re.search(r'id="new-token">([^<]+)<', page)[1]
        snippets = {name: html.unescape(text) for name, text in re.findall(r'id="set-up-([\w-]+)">([^<]+)<', page)}
        command = shlex.split(snippets.pop("claude-code"))
        self.assertEqual(command[:3], ["claude", "mcp", "add"])
        self.assertEqual(command[-3:], ["http://testserver/mcp", "--header", f"Authorization: Bearer {token}"])
        read = {name: json.loads(text) for name, text in snippets.items()}
        headers = {"Authorization": f"Bearer {token}"}
        self.assertEqual(read["cursor"]["mcpServers"]["todo-chat"], {"url": command[-3], "headers": headers})
        server = {"type": "http", "url": command[-3], "headers": headers}
        self.assertEqual(read["vs-code"], {"servers": {"todo-chat": server}})
        self.assertEqual((read["openai"]["server_url"], read["openai"]["authorization"]), (command[-3], token))
        bridge = read["claude-desktop"]["mcpServers"]["todo-chat"]
        self.assertEqual(bridge["args"][:4], ["-y", "mcp-remote", command[-3], "--allow-http"])
        self.assertEqual(bridge["env"], {"TODO_CHAT": headers["Authorization"]})

    async def test_a_revoked_token_is_dead_at_once_and_nobody_revokes_that_of_another(self):
        theirs, mine = await self.personal(user=self.bob), await self.personal()
        await self.async_client.aforce_login(self.alice)
        async for token in PersonalToken.objects.all():
            await self.async_client.post(f"/accounts/settings/tokens/{token.pk}/revoke")
        self.assertEqual((await self.post({}, mine)).status_code, 401)
        self.assertEqual(len((await self.ask("tools/list", authorization=theirs))["tools"]), 9)

    async def test_who_reloads_the_page_by_hand_is_led_to_the_settings(self):
        await self.make()
        response = await self.async_client.get("/accounts/settings/tokens")
        self.assertRedirects(response, "/accounts/settings", fetch_redirect_response=False)
        self.assertEqual((await self.async_client.put("/accounts/settings/tokens")).status_code, 405)

    async def test_bad_fields_make_no_token(self):
        for fields in ({"name": ""}, {"name": "x" * 61}, {"scope": "all"}, {"days": "9999"}):
            self.assertEqual((await self.make(**fields)).status_code, 422)
        self.assertEqual(await PersonalToken.objects.acount(), 0)
