"""What hosts get beside the tools: search and fetch, resources, prompts, and a card to show."""

import json

from config.tests.programs.mcp.test_endpoint import NEW, OLD, McpCase, envelope
from todos.tools import tool_definitions

CARD = "ui://todo-chat/todos.html"
DOMAINS = ("connectDomains", "resourceDomains", "frameDomains", "baseUriDomains")


class HostCase(McpCase):
    async def setup_todos(self):
        tasks = [
            {"title": "Buy milk", "due": "today", "notes": "the blue one"},
            {"title": "Call Ann", "tags": ["home"]},
        ]
        await self.call("add_task", {"tasks": tasks})

    async def fails(self, method, params, version=OLD) -> int:
        params = params | (envelope(version) if version == NEW else {})
        named = {"Mcp-Method": method, "Mcp-Name": next(iter(params.values()))} if version == NEW else {}
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return (await self.post(message, version=version, **named)).json()["error"]["code"]

    async def read(self, uri, **options):
        [content] = (await self.ask("resources/read", {"uri": uri}, **options))["contents"]
        return content


class SearchAndFetch(HostCase):
    async def test_what_is_found_can_be_fetched_and_has_an_address(self):
        await self.setup_todos()
        found = (await self.call("search", {"query": "milk"}))["structuredContent"]["results"]
        self.assertEqual([item["title"] for item in found], ["Buy milk"])
        self.assertEqual(found[0]["url"], f"http://testserver/todos/{found[0]['id']}/edit")
        document = (await self.call("fetch", {"id": found[0]["id"]}))["structuredContent"]
        self.assertEqual((document["title"], document["url"]), ("Buy milk", found[0]["url"]))
        self.assertIn("the blue one", document["text"])

    async def test_nobody_finds_or_fetches_what_is_anothers(self):
        await self.setup_todos()
        [found] = (await self.call("search", {"query": "milk"}))["structuredContent"]["results"]
        theirs = await self.personal(user=self.bob)
        self.assertEqual((await self.call("search", {"query": "milk"}, theirs))["structuredContent"]["results"], [])
        for id in (found["id"], "no id", ""):
            refused = await self.call("fetch", {"id": id}, theirs)
            self.assertTrue(refused["isError"], refused)
        self.assertEqual(json.loads((await self.read("todo://today", authorization=theirs))["text"]), [])

    async def test_a_turn_of_our_own_does_not_see_them(self):
        names = {tool.name for tool in await tool_definitions()}
        self.assertEqual(len(names), 7)
        self.assertFalse(names & {"search", "fetch"})


class ResourcesAndPrompts(HostCase):
    async def test_today_and_each_todo_can_be_read(self):
        await self.setup_todos()
        listed = (await self.ask("resources/list"))["resources"]
        self.assertEqual({resource["uri"] for resource in listed}, {"todo://today", CARD})
        [template] = (await self.ask("resources/templates/list"))["resourceTemplates"]
        [milk] = json.loads((await self.read("todo://today"))["text"])
        self.assertEqual(milk["title"], "Buy milk")
        address = template["uriTemplate"].replace("{todo_id}", milk["id"])
        self.assertEqual(json.loads((await self.read(address))["text"])["notes"], "the blue one")
        for version in (OLD, NEW):
            self.assertIn(await self.fails("resources/read", {"uri": "todo://todos/no"}, version), {-32602, -32002})

    async def test_prompts_say_what_to_do_and_to_ask_first(self):
        for version in (OLD, NEW):
            listed = (await self.ask("prompts/list", version=version))["prompts"]
            self.assertEqual({prompt["name"] for prompt in listed}, {"plan_my_day", "weekly_review"})
        params = {"name": "plan_my_day", "arguments": {"focus": "tired"}}
        [message] = (await self.ask("prompts/get", params))["messages"]
        self.assertIn("Keep in mind: tired", message["content"]["text"])
        self.assertEqual(await self.fails("prompts/get", {"name": "no"}), -32602)


class Card(HostCase):
    async def test_the_list_names_its_card_which_asks_no_other_address(self):
        tools = {tool["name"]: tool for tool in (await self.ask("tools/list"))["tools"]}
        for name in ("list_tasks", "complete_task", "delete_task"):
            self.assertEqual(tools[name]["_meta"]["ui"]["resourceUri"], CARD)
        card = await self.read(CARD)
        self.assertEqual(card["mimeType"], "text/html;profile=mcp-app")
        self.assertEqual(card["_meta"]["ui"]["csp"], {name: [] for name in DOMAINS})
        self.assertRegex(card["text"], r"default-src 'none'; .*style-src 'sha256-\S+'; script-src 'sha256-\S+'\"")
        for foreign in ("src=", "href=", "@import", "fetch(", "http://", "innerHTML", "eval("):
            self.assertNotIn(foreign, card["text"])
