"""What fails around a turn: the model in every way its scripted upstream knows, the disk, and people meanwhile."""

import asyncio
from unittest import skipUnless

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import OperationalError, connection
from django.test import TransactionTestCase, override_settings

from accounts.testing import alice, bearer
from bench.surroundings.answers import call, calls, refuses, says
from bench.surroundings.upstream import FAULTS, ScriptedUpstream
from chat import testing
from chat.models import Conversation, Message, ToolCall
from chat.running import running_turns
from chat.testing import scripted_model
from chat.tests.chat_case import ADD_MILK, ChatCase, rows
from chat.turn import model_named
from chat.turns.settling import settle_dead_turns
from todos.models import Todo

ADD = call("add_task", ADD_MILK)
# What a client is told of each fault: the status with its code, or what the turn came to.
TOLD = {
    "refuse-401": (502, "model_key_refused"),
    "refuse-429": (503, "model_overloaded"),
    "refuse-500": (503, "model_unavailable"),
    "hang": (200, "stopped"),
    "hang-in-stream": (200, "stopped"),
    "cut": (503, "model_unavailable"),
    "unfinished": (503, "model_unavailable"),
    "malformed": (502, "model_error"),
    "empty": (502, "model_error"),
    "bad-arguments": (200, "stopped"),
    "unknown-tool": (200, "stopped"),
    "endless-calls": (200, "stopped"),
    "parallel-calls": (200, "stopped"),
}


@override_settings(CHAT_MODEL="chat.assistants.openai.client.OpenAIModel", FALLBACK=False)
class UpstreamFaults(ChatCase):
    def setUp(self):
        super().setUp()
        self.upstream = self.enterContext(ScriptedUpstream())
        self.enterContext(override_settings(OPENAI_BASE_URL=self.upstream.url))
        model_named.cache_clear()
        self.addCleanup(model_named.cache_clear)

    async def said(self, message, **options):
        """(status, code or what the turn came to) of one turn."""
        response = await self.send(message, **options)
        body = response.json()
        return response.status_code, body["status"] if response.status_code == 200 else body["error"]

    async def close(self):
        await model_named(settings.CHAT_MODEL).close()

    def test_every_fault_that_is_scripted_is_expected(self):
        self.assertEqual(set(TOLD), set(FAULTS))

    @override_settings(TURNS_PER_MINUTE=100)
    async def test_each_fault_is_told_as_defined_keeps_the_message_and_spares_the_next_turn(self):
        for name, told in TOLD.items():
            with self.subTest(name):
                self.upstream.script([FAULTS[name]] * 10)
                with override_settings(TURN_DEADLINE_SECONDS=1 if "hang" in name else 60):
                    self.assertEqual(await self.said(f"please {name}"), told)
                question = await Message.objects.aget(role="user", content=f"please {name}")
                self.upstream.script([says("Here I am.")])
                conversation = str(question.conversation_id)
                self.assertEqual(await self.said("and now?", conversation_id=conversation), (200, "completed"))
        self.assertEqual(await Message.objects.filter(status="pending").acount(), 0)
        self.assertEqual(await Conversation.objects.exclude(lease_token=None).acount(), 0)
        self.assertEqual(running_turns, set())
        await self.close()

    async def test_a_hiccup_before_the_first_token_is_tried_once_more(self):
        self.upstream.script([refuses(500), says("Here.")])
        self.assertEqual(await self.said("hello"), (200, "completed"))
        self.upstream.script([refuses(500), refuses(500), says("Here.")])
        self.assertEqual(await self.said("hello"), (503, "model_unavailable"))
        self.assertEqual(len(self.upstream.requests), 2)
        await self.close()

    async def test_nothing_is_tried_again_after_the_first_token(self):
        self.upstream.script([says("Let me", ending="cut"), says("Here.")])
        self.assertEqual(await self.said("hello"), (503, "model_unavailable"))
        self.assertEqual(len(self.upstream.requests), 1)
        await self.close()

    async def test_nothing_is_tried_again_after_a_write(self):
        self.upstream.script([calls(ADD), refuses(500), says("Added.")])
        self.assertEqual(await self.said("add milk"), (503, "model_unavailable"))
        self.assertEqual(len(self.upstream.requests), 2)
        self.assertEqual(await Todo.objects.acount(), 1)
        await self.close()


class LostCommit(ChatCase):
    """The rows of a call are the one thing whose COMMIT waits for no disk: a database that falls may forget them."""

    def test_a_call_that_the_database_forgot_is_stored_again_with_its_outcome(self):
        def forgets(execute, sql, params, many, context):
            if sql.startswith('INSERT INTO "todos_todo"'):
                ToolCall.objects.all().delete()
            return execute(sql, params, many, context)

        steps = testing.calls("add_task", ADD_MILK), testing.says("Added.")
        with scripted_model(*steps), connection.execute_wrapper(forgets):
            [told] = async_to_sync(self.answer)("add milk")["tool_calls"]
        stored = ToolCall.objects.get()
        self.assertEqual((str(stored.pk), stored.tool_name, stored.input), (told["id"], "add_task", ADD_MILK))
        self.assertEqual((stored.status, stored.output, Todo.objects.count()), ("success", told["output"], 1))

    def test_a_call_that_it_forgot_before_the_write_is_stored_again_in_the_same_transaction(self):
        forgotten, calls_at_write = [], []

        def forgets(execute, sql, params, many, context):
            if sql.startswith('INSERT INTO "todos_todochange"'):
                calls_at_write.append(ToolCall.objects.count())
            result = execute(sql, params, many, context)
            if sql.startswith('INSERT INTO "chat_toolcall"') and not forgotten:
                forgotten.append(ToolCall.objects.all().delete())
            return result

        steps = testing.calls("add_task", ADD_MILK), testing.says("Added.")
        with scripted_model(*steps), connection.execute_wrapper(forgets):
            async_to_sync(self.answer)("add milk")
        self.assertEqual((len(forgotten), calls_at_write, ToolCall.objects.count()), (1, [1], 1))


@skipUnless(connection.vendor == "sqlite", "of this database the program has the file")
class FullDisk(TransactionTestCase):
    def setUp(self):
        self.alice = alice()
        self.addCleanup(self.free_disk)

    send, answer = ChatCase.send, ChatCase.answer

    def fill_disk(self):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE filling (text)")
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 8}")
            for size in (20_000, 2_000, 100):
                with self.assertRaises(OperationalError):
                    for _ in range(500):
                        cursor.execute("INSERT INTO filling VALUES (zeroblob(%s))", [size])

    def free_disk(self):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
            cursor.execute("DROP TABLE IF EXISTS filling")

    async def test_a_message_that_cannot_be_stored_is_refused_and_the_next_one_is_taken(self):
        with scripted_model(testing.says("Here.")):
            await sync_to_async(self.fill_disk)()
            response = await self.send("a long story: " + "word " * 1_500)
            self.assertEqual((response.status_code, response.json()["error"]), (503, "service_unavailable"))
            self.assertIn("Retry-After", response)
            await sync_to_async(self.free_disk)()
            self.assertEqual(await rows(Message), [])
            self.assertEqual((await self.answer("hello"))["response"], "Here.")

    async def test_a_disk_that_is_full_in_the_middle_of_a_turn_costs_that_turn_and_not_the_message(self):
        notes = {"tasks": [{"title": f"Todo {number}", "notes": "word " * 300} for number in range(20)]}

        async def fill(request):
            await sync_to_async(self.fill_disk)()
            return testing.calls("add_task", notes)

        with scripted_model(fill, testing.says("Here.")):
            response = await self.send("add twenty")
            self.assertEqual((response.status_code, response.json()["error"]), (503, "service_unavailable"))
            await sync_to_async(self.free_disk)()
            question = await Message.objects.aget(role="user")
            self.assertEqual((question.content, await Todo.objects.acount()), ("add twenty", 0))
            await self.let_lease_run_out()
            answer = await self.answer("hello?", conversation_id=str(question.conversation_id))
        self.assertEqual(answer["response"], "Here.")
        self.assertEqual([row["sequence"] for row in await rows(Message)], [1, 2, 3, 4])

    async def let_lease_run_out(self):
        """Where not even the failure could be stored."""
        await Conversation.objects.exclude(lease_until=None).aupdate(lease_until="2026-01-01T00:00:00Z")
        await settle_dead_turns()
        self.assertIn((await Message.objects.aget(sequence=2)).status, {"failed", "interrupted"})


class PeopleMeanwhile(ChatCase):
    async def ask(self, method, path):
        act = getattr(self.async_client, method)
        return await act(f"/api/{self.alice.subject}{path}", headers={"Authorization": bearer(self.alice)})

    async def test_a_conversation_that_is_deleted_during_its_turn_stops_it_and_can_be_brought_back(self):
        async def delete_and_wait(request):
            conversation = await Conversation.objects.aget()
            self.assertEqual((await self.ask("delete", f"/conversations/{conversation.pk}")).status_code, 204)
            await asyncio.Event().wait()

        with scripted_model(delete_and_wait, testing.says("Back.")):
            body = await self.answer("think")
            self.assertEqual(body["status"], "stopped")
            conversation = await Conversation.objects.aget()
            self.assertIsNotNone(conversation.deleted_at)
            self.assertEqual((conversation.lease_token, conversation.stop_requested_at), (None, None))
            await self.ask("post", f"/conversations/{conversation.pk}/restore")
            await self.answer("again", conversation_id=str(conversation.pk))
        self.assertEqual([row["status"] for row in await rows(Message)][1::2], ["stopped", "completed"])

    @override_settings(REQUESTS_PER_MINUTE=2_000)
    async def test_a_thousand_requests_to_stop_stop_one_turn_and_not_the_next(self):
        asked = asyncio.Event()

        async def wait(request):
            asked.set()
            await asyncio.Event().wait()

        with scripted_model(wait, testing.says("Here.")):
            turn = asyncio.create_task(self.answer("think"))
            await asked.wait()
            path = f"/conversations/{(await Conversation.objects.aget()).pk}/stop"
            answers = [await self.ask("post", path) for _ in range(1_000)]
            self.assertEqual({answer.status_code for answer in answers}, {202})
            stopped = await turn
            body = await self.answer("hello?", conversation_id=stopped["conversation_id"])
        self.assertEqual((stopped["status"], body["status"]), ("stopped", "completed"))
        self.assertEqual(running_turns, set())
        conversation = await Conversation.objects.aget()
        self.assertEqual((conversation.lease_token, conversation.stop_requested_at), (None, None))
