"""What a hostile model cannot reach: things of others, more than was asked for, what waits for the person."""

import json

from asgiref.sync import sync_to_async
from django.conf import settings
from uuid_utils.compat import uuid7

from accounts.testing import bearer
from chat.assistants.interface import ToolRequest
from chat.models import Approval, Message, ToolCall
from chat.testing import ConversationFactory, MessageFactory, calls, says, scripted_model
from chat.tests.assistants.hostile.case import HostileCase
from todos.models import Todo

TOOLS = ("add_task", "list_tasks", "complete_task", "update_task", "delete_task", "undo")
JUNK = (None, True, 0, -1, 1.5, "", "x", [], [[]], {}, {"a": {"b": []}}, [None], "\x00", "x" * 10_000)
ARGUMENTS = ("tasks", "updates", "task", "filter", "text", "tag", "priority", "start", "end", "sort", "limit", "redo")


class Reach(HostileCase):
    async def test_an_id_of_somebody_else_is_answered_like_one_that_never_was(self):
        for reference, nothing in (
            (str(self.theirs.pk), str(uuid7())),
            (self.theirs.pk.hex, uuid7().hex),
            ("Bobs secret plan", "Another hidden list"),
            (f"id:{self.theirs.pk}", f"id:{uuid7()}"),
        ):
            for tool, arguments in (
                ("complete_task", {"tasks": [reference]}),
                ("complete_task", {"tasks": [reference], "reopen": True}),
                ("delete_task", {"tasks": [reference]}),
                ("update_task", {"updates": [{"task": reference, "title": "taken"}]}),
                ("undo", {"task": reference}),
            ):
                with self.subTest(tool, reference=reference):
                    theirs = await self.outcome(tool, arguments)
                    self.assertEqual(theirs["status"], "error")
                    text = json.dumps(theirs["output"])
                    self.assertNotIn("mirror", text)
                    self.assertNotIn("not_your_todo", text)
                    unknown = json.loads(json.dumps(arguments).replace(reference, nothing))
                    never = await self.outcome(tool, unknown)
                    self.assertEqual(theirs["output"]["error"]["code"], never["output"]["error"]["code"])
        await self.assert_bob_untouched()

    async def test_nobody_can_be_named_in_an_argument(self):
        names = ("user", "user_id", "owner", "owner_id", "caller", "acting_user", "subject", "username", "on_behalf_of")
        for value in (self.bob.subject, {"user": self.bob.subject, "id": str(self.bob.pk)}):
            requests = [
                request
                for name in names
                for request in (
                    ("add_task", {"tasks": [{"title": "x"}], name: value}),
                    ("add_task", {"tasks": [{"title": "x", name: value}]}),
                    ("list_tasks", {"text": "secret", "filter": "all", name: value}),
                    ("delete_task", {"tasks": ["Bobs secret plan"], name: value}),
                )
            ]
            with self.subTest(value):
                made = await self.outcomes(requests)
                self.assertNotIn("mirror", json.dumps([call["output"] for call in made]))
        await self.assert_bob_untouched()

    async def test_a_search_finds_only_what_is_the_persons(self):
        for text in ("", "%", "_", "' OR 1=1 --", "Bobs", "mirror"):
            for view in ("open", "all", "trash"):
                listed = await self.outcome("list_tasks", {"text": text, "filter": view, "limit": 100})
                self.assertNotIn("Bobs", json.dumps(listed["output"]))

    async def test_what_is_no_tool_is_none(self):
        for name in ("drop_table", "__init__", "call_tool", "approve", "add_task\n", "../add_task", "", "x" * 10_000):
            with self.subTest(name[:20]):
                call = await self.outcome(name, {"tasks": [{"title": "x"}]})
                self.assertEqual((call["status"], call["output"]["error"]["code"]), ("error", "unknown_tool"))
        self.assertEqual(await self.open_count(), 8)

    async def test_wrong_types_are_refused_and_change_nothing(self):
        requests = [(tool, {name: junk}) for tool in TOOLS for name in ARGUMENTS for junk in JUNK]
        size = settings.TURN_MAX_TOOL_CALLS
        for start in range(0, len(requests), size):
            await self.outcomes(requests[start : start + size])
        await self.assert_bob_untouched()
        mine = Todo.objects.for_user(self.alice).filter(title__startswith="Mine").open()
        self.assertEqual((await mine.acount(), [todo.version async for todo in mine]), (8, [1] * 8))

    async def test_arguments_that_are_no_object_are_refused(self):
        deep = "[" * 100_000
        for text in (
            "",
            "x",
            "[]",
            "null",
            "3",
            '{"a":',
            deep,
            f'{{"a": {"[" * 900}{"]" * 900}}}',
            '{"limit": NaN}',
            '{"limit": 1e999}',
            f'{{"limit": {"9" * 5_000}}}',
            f'{{"limit": {"9" * 400}}}',
            '{"a": "\\ud800"}',
            '{"\\u0000": "\\u0000"}',
        ):
            with self.subTest(text[:30]):
                call = await self.outcome("list_tasks", text)
                self.assertIn(call["status"], {"error", "success"})
        self.assertEqual(await self.open_count(), 8)

    async def test_ten_thousand_items_are_refused_as_a_whole(self):
        call = await self.outcome("add_task", {"tasks": [{"title": "x"}] * 10_000})
        self.assertEqual(call["status"], "error")
        call = await self.outcome("delete_task", {"tasks": ["Mine"] * 10_000})
        self.assertEqual(call["status"], "error")
        self.assertEqual(await self.open_count(), 8)

    async def test_one_turn_makes_a_bounded_number_of_todos(self):
        many = [calls("add_task", {"tasks": [{"title": f"{step} {n}"} for n in range(25)]}) for step in range(50)]
        answer = await self.let(*many)
        self.assertEqual((answer["status"], len(self.model.requests)), ("stopped", settings.TURN_MAX_STEPS))
        wide = [[ToolRequest(f"c{n}", "add_task", '{"tasks": [{"title": "x"}]}') for n in range(500)], says("Done.")]
        answer = await self.let(*wide)
        self.assertEqual((answer["status"], len(answer["tool_calls"])), ("stopped", settings.TURN_MAX_TOOL_CALLS))

    async def test_call_ids_of_others_and_odd_ones_mean_nothing(self):
        theirs = await sync_to_async(call_of_somebody)(self.bob)
        for call_id in (str(theirs.pk), theirs.call_id, "", "x" * 1_000, "\x00", "\ud800", str(self.theirs.pk)):
            with self.subTest(ascii(call_id[:10])):
                before = await self.open_count()
                call = await self.outcome("add_task", {"tasks": [{"title": "x"}]}, call_id)
                self.assertEqual((call["status"], await self.open_count()), ("success", before + 1))
        self.assertEqual(await ToolCall.objects.filter(conversation__owner=self.bob).acount(), 1)
        await theirs.arefresh_from_db()
        self.assertEqual(theirs.status, "pending")


def call_of_somebody(user) -> ToolCall:
    conversation = ConversationFactory(owner=user)
    answer = MessageFactory(conversation=conversation, role=Message.Role.ASSISTANT)
    return ToolCall.objects.create(
        conversation=conversation, message=answer, step=1, position=1, tool_name="add_task", call_id="call_theirs"
    )


class Approvals(HostileCase):
    """More than three deleted or completed in a turn wait for the person; a turn is one message of theirs."""

    async def test_small_slices_in_one_turn_count_together(self):
        for name, slices in {
            "in steps": [calls("delete_task", {"tasks": [f"Mine {n}" for n in part]}) for part in ((0, 1, 2), (3, 4))],
            "one by one": [calls("delete_task", {"tasks": [f"Mine {n}"]}) for n in range(6)],
            "side by side": [
                [ToolRequest(f"c{n}", "delete_task", json.dumps({"tasks": [f"Mine {n}"]})) for n in range(6)]
            ],
            "in two ways": [
                calls("complete_task", {"tasks": ["Mine 0", "Mine 1"]}),
                calls("delete_task", {"tasks": ["Mine 2", "Mine 3"]}),
            ],
        }.items():
            with self.subTest(name):
                answer = await self.let(*slices, says("All gone."))
                self.assertEqual(answer["status"], "needs_approval")
                self.assertGreaterEqual(await self.open_count(), 5)
                await Todo.objects.filter(owner=self.alice).aupdate(deleted_at=None, completed_at=None)

    async def test_over_several_turns_each_message_of_the_person_allows_three(self):
        first = await self.let(calls("delete_task", {"tasks": ["Mine 0", "Mine 1", "Mine 2"]}), says("Done."))
        self.assertEqual((first["status"], await self.open_count()), ("completed", 5))
        second = await self.let(
            calls("delete_task", {"tasks": ["Mine 3", "Mine 4", "Mine 5", "Mine 6"]}),
            says("Done."),
            conversation_id=first["conversation_id"],
        )
        self.assertEqual((second["status"], await self.open_count()), ("needs_approval", 5))

    async def test_what_a_model_or_a_todo_says_approves_nothing(self):
        await Todo.objects.filter(pk=self.mine[7].pk).aupdate(title="yes")
        asked = await self.let(calls("delete_task", {"tasks": [f"Mine {n}" for n in range(5)]}))
        approval = await Approval.objects.aget()
        for step in (
            says("yes"),
            [*says("yes, approved")[:1], *calls("list_tasks", {"text": "yes"})],
            calls("approve", {"approval_id": str(approval.pk), "approve": "all"}),
            calls("delete_task", {"tasks": [f"Mine {n}" for n in range(5)], "approved": True}),
            calls("delete_task", {"tasks": [f"Mine {n}" for n in range(5)], "approval_id": str(approval.pk)}),
            calls("undo", {"task": str(approval.pk)}),
        ):
            await self.let(step, says("It is approved."), conversation_id=asked["conversation_id"])
            self.assertEqual(await self.open_count(), 8)
        await approval.arefresh_from_db()
        self.assertIsNone(approval.decided_at)

    async def test_nobody_decides_for_somebody_else(self):
        await self.let(calls("delete_task", {"tasks": [f"Mine {n}" for n in range(5)]}))
        approval = await Approval.objects.aget()
        response = await self.async_client.post(
            f"/api/{self.bob.subject}/approvals/{approval.pk}",
            {"approve": "all"},
            content_type="application/json",
            headers={"Authorization": bearer(self.bob)},
        )
        self.assertEqual((response.status_code, await self.open_count()), (404, 8))

    async def test_more_rows_cannot_be_slipped_into_what_was_shown(self):
        asked = await self.let(calls("delete_task", {"tasks": [f"Mine {n}" for n in range(5)]}))
        rows = {row["title"] for row in asked["approval"]["rows"]}
        with scripted_model():
            await self.answer("yes", conversation_id=asked["conversation_id"])
        left = {todo.title async for todo in Todo.objects.for_user(self.alice).open()}
        self.assertEqual((rows, left), ({f"Mine {n}" for n in range(5)}, {"Mine 5", "Mine 6", "Mine 7"}))
