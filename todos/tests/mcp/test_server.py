"""The server of the tools: how they are described, on whose behalf they run, and what comes of failures."""

import json
import logging

from asgiref.sync import async_to_sync
from django.db import OperationalError, connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError

from accounts.testing import bob
from todos.mcp.batches import Caller
from todos.mcp.server import acting_as, make_server
from todos.models import Todo
from todos.testing import BY_CHAT, NOW, TodoFactory, make_many, no_fence, use_tool
from todos.tests.mcp.case import ToolTestCase
from todos.tools import call_tool, server, tool_definitions


def tokens(definitions) -> float:
    return len(json.dumps(definitions, ensure_ascii=False, separators=(",", ":")).encode()) / 3.5


def parameter_names(schema) -> set[str]:
    """Of the arguments and of the items in them."""
    parts = [schema, *schema.get("$defs", {}).values()]
    return {name for part in parts for name in part.get("properties", {})}


class DefinitionTests(TestCase):
    async def test_there_are_six_tools_for_todos_and_one_for_the_briefing(self):
        names = {tool.name for tool in await tool_definitions()}
        todos = {"add_task", "list_tasks", "complete_task", "update_task", "delete_task", "undo"}
        self.assertEqual(names, todos | {"set_briefing"})

    async def test_all_definitions_together_are_short(self):
        tools = await tool_definitions()
        self.assertLess(tokens([[tool.name, tool.description, tool.input_schema] for tool in tools]), 1_400)
        whole = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]
        self.assertLess(tokens(whole), 3_000)

    async def test_no_parameter_says_who_is_asking(self):
        names = {name for tool in await tool_definitions() for name in parameter_names(tool.input_schema)}
        about_items = {
            "task",
            "title",
            "notes",
            "priority",
            "due",
            "remind",
            "stop_repeating",
            "tags",
            "add_tags",
            "remove_tags",
        }
        about_calls = {"tasks", "updates", "filter", "text", "tag", "start", "end", "sort", "limit", "reopen", "redo"}
        about_briefings = {"plan", "when", "by", "on"}
        self.assertEqual(names, about_items | about_calls | about_briefings)

    async def test_annotations_tell_reading_from_destroying(self):
        hints = {
            tool.name: (
                tool.annotations.read_only_hint,
                tool.annotations.destructive_hint,
                tool.annotations.idempotent_hint,
                tool.annotations.open_world_hint,
            )
            for tool in await tool_definitions()
        }
        self.assertEqual(
            hints,
            {
                "add_task": (False, False, False, False),
                "list_tasks": (True, False, True, False),
                "complete_task": (False, False, False, False),
                "update_task": (False, True, False, False),
                "delete_task": (False, True, False, False),
                "undo": (False, True, False, False),
                "set_briefing": (False, False, True, False),
            },
        )

    async def test_every_tool_says_what_it_answers(self):
        for tool in await tool_definitions():
            with self.subTest(tool.name):
                # What a row is stands once, in the tool that looks at them: each copy costs a model 100 tokens.
                described = {"list_tasks": {"TodoRow"}, "set_briefing": set()}.get(tool.name, {"Changed", "Refused"})
                self.assertEqual(set(tool.output_schema.get("$defs", ())), described)
                self.assertTrue(tool.description)

    async def test_descriptions_come_without_the_indent_of_code(self):
        for tool in await tool_definitions():
            with self.subTest(tool.name):
                lines = tool.description.split("\n")
                self.assertEqual(lines, [line.strip() for line in lines])

    def test_making_the_server_leaves_logging_alone(self):
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        self.addCleanup(root.setLevel, level)
        self.addCleanup(root.handlers.extend, handlers)
        root.handlers.clear()
        make_server()
        self.assertEqual((root.handlers, root.level), ([], level))


class IdentityTests(ToolTestCase):
    def setUp(self):
        super().setUp()
        self.bob = bob()
        self.theirs = TodoFactory(owner=self.bob, title="Bob's secret")

    async def test_a_supplied_identity_is_not_obeyed(self):
        claims = {
            "user": str(self.bob.id),
            "user_id": str(self.bob.id),
            "owner": "bob",
            "caller": None,
            "door": "admin",
        }
        calls = {
            "add_task": {"tasks": [{"title": "Buy milk"}]},
            "list_tasks": {},
            "complete_task": {"tasks": ["secret"]},
            "delete_task": {"tasks": ["secret"]},
        }
        for name, arguments in calls.items():
            for claimed, value in claims.items():
                with self.subTest(name, claimed=claimed):
                    output = await self.refused_by(name, **arguments, **{claimed: value})
                    self.assertEqual(output["error"]["message"], f"There is no argument “{claimed}”.")
        self.assertEqual([todo.title async for todo in Todo.objects.all()], ["Bob's secret"])

    async def test_an_identity_inside_an_item_is_refused(self):
        output = await self.refused_by("add_task", tasks=[{"title": "Buy milk", "user_id": str(self.bob.id)}])
        self.assertEqual(output["error"]["message"], "tasks, item 1, user_id: Extra inputs are not permitted.")
        self.assertEqual(await Todo.objects.acount(), 1)

    async def test_another_users_id_is_answered_like_one_that_never_was(self):
        theirs = await self.refused_by("complete_task", tasks=[str(self.theirs.id)])
        nobodys = await self.refused_by("complete_task", tasks=["019c0000-0000-7000-8000-000000000000"])
        self.assertEqual(theirs["error"], nobodys["error"])
        await self.refused_by("delete_task", tasks=[str(self.theirs.id)])
        await self.refused_by("update_task", updates=[{"task": str(self.theirs.id), "title": "Mine"}])
        await self.theirs.arefresh_from_db()
        self.assertEqual(self.theirs.version, 1)

    async def test_no_tool_runs_without_a_caller(self):
        for name, arguments in {"list_tasks": {}, "add_task": {"tasks": [{"title": "Buy milk"}]}}.items():
            with self.subTest(name), self.assertRaises(ToolError) as refusal:
                await server.call_tool(name, arguments)
            self.assertEqual(str(refusal.exception), f"Error executing tool {name}")


class DoorTests(ToolTestCase):
    async def test_wrong_arguments_are_told_by_item_and_field_without_their_values(self):
        for arguments, message in {
            "{}": "tasks: Field required.",
            '{"tasks": []}': "tasks: List should have at least 1 item after validation, not 0.",
            '{"tasks": "secret"}': "tasks: Input should be a valid list.",
            '{"tasks": [{"title": "a"}, {"titel": "secret"}]}': "tasks, item 2, title: Field required. "
            "tasks, item 2, titel: Extra inputs are not permitted.",
            '{"tasks": [{"title": {"secret": 1}}]}': "tasks, item 1, title: Input should be a valid string.",
        }.items():
            with self.subTest(arguments):
                output = await self.refused_by("add_task", **json.loads(arguments))
                self.assertEqual(output, {"error": {"code": "validation_error", "message": message}})

    async def test_a_batch_has_a_limit(self):
        output = await self.refused_by("add_task", tasks=[{"title": "x"}] * 201)
        self.assertEqual(output["error"]["code"], "validation_error")
        self.assertFalse(await Todo.objects.aexists())

    async def test_an_unknown_tool_is_an_outcome(self):
        output = await self.refused_by("drop_tables", tasks=[])
        self.assertEqual(output["error"]["code"], "unknown_tool")

    async def test_the_fence_stands_inside_the_transaction_of_every_write(self):
        class TakenOver(Exception):
            pass

        def taken_over():
            Todo.objects.all().update(notes="touched")
            raise TakenOver

        await Todo.objects.acreate(owner=self.alice, title="Buy milk")
        for name, arguments in {
            "add_task": {"tasks": [{"title": "Call mom"}]},
            "complete_task": {"tasks": ["milk"]},
            "update_task": {"updates": [{"task": "milk", "title": "Buy bread"}]},
            "delete_task": {"tasks": ["milk"]},
        }.items():
            with self.subTest(name), self.assertRaises(TakenOver):
                await call_tool(name, arguments, user=self.alice, by=BY_CHAT, fence=taken_over)
        todo = await Todo.objects.aget()
        self.assertEqual((todo.title, todo.version, todo.notes), ("Buy milk", 1, ""))

    async def test_reading_needs_no_fence(self):
        def closed():
            raise AssertionError("a read must not pass the fence")

        outcome = await call_tool("list_tasks", {}, user=self.alice, by=BY_CHAT, fence=closed)
        self.assertEqual(outcome.status, "success")

    async def test_an_outage_is_raised_as_what_it_is(self):
        def outage():
            raise OperationalError("connection lost")

        with self.assertRaisesMessage(OperationalError, "connection lost"):
            await call_tool("add_task", {"tasks": [{"title": "Buy milk"}]}, user=self.alice, by=BY_CHAT, fence=outage)

    async def test_an_outside_client_is_served_by_the_same_tools(self):
        with acting_as(Caller(self.alice, NOW, no_fence, BY_CHAT)):
            async with Client(server) as client:
                added = await client.call_tool("add_task", {"tasks": [{"title": "Buy milk"}]})
                refused = await client.call_tool("complete_task", {"tasks": [7]})
        self.assertEqual(added.structured_content["results"][0]["outcome"], "added")
        self.assertTrue(refused.is_error)
        self.assertEqual(refused.content[0].text, "tasks, item 1: Input should be a valid string.")

    def test_the_library_does_not_log_what_tools_say(self):
        self.assertFalse(logging.getLogger("mcp.server.mcpserver.server").isEnabledFor(logging.INFO))

    async def test_outside_clients_get_the_same_sentences_with_ids_of_candidates(self):
        todos = [await Todo.objects.acreate(owner=self.alice, title="Buy milk") for _ in range(2)]
        with (
            acting_as(Caller(self.alice, NOW, no_fence, BY_CHAT)),
            self.assertRaises(ToolError) as refusal,
        ):
            await server.call_tool("complete_task", {"tasks": ["milk"]})
        lines = str(refusal.exception).splitlines()
        self.assertTrue(lines[0].startswith("2 todos match “milk”"))
        self.assertCountEqual(lines[1:], [f"{todo.id}: Buy milk" for todo in todos])

    def test_a_batch_costs_the_same_beside_a_thousand_todos(self):
        counts = []
        for others in (1, 1_000):
            Todo.objects.all().delete()
            make_many(self.alice, others)
            self.titled("Buy milk", "See dentist")
            with CaptureQueriesContext(connection) as queries:
                async_to_sync(use_tool)(self.alice, "complete_task", tasks=["milk", "dentist"])
            counts.append(len(queries))
        self.assertFalse(Todo.objects.filter(title__in=["Buy milk", "See dentist"], completed_at=None).exists())
        self.assertEqual(counts[0], counts[1])
