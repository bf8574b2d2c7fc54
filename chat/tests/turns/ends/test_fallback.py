"""The basic assistant in the place of a model that is out of reach."""

from asgiref.sync import sync_to_async
from django.test import override_settings
from django.urls import reverse

from chat.assistants.interface import TextDelta, ToolRequest
from chat.errors import ModelError, ModelTimeout, ModelUnavailable
from chat.models import Message
from chat.testing import MessageFactory, calls, says, scripted_model
from chat.tests.chat_case import ChatCase
from todos.models import Todo
from todos.testing import TodoFactory

TOKENS = 500


class FallbackCase(ChatCase):
    async def failed(self, message, status, *steps):
        with scripted_model(*steps):
            response = await self.send(message)
        self.assertEqual(response.status_code, status, response.content)
        return response.json()["error"]

    async def titles(self):
        return sorted([todo.title async for todo in Todo.objects.for_user(self.alice).open()])


class OutageTests(FallbackCase):
    async def test_what_is_surely_understood_is_done_and_marked(self):
        for failure, title in ((ModelUnavailable(), "milk"), (ModelTimeout(), "eggs")):
            with self.subTest(failure.code), scripted_model([failure]) as model:
                body = await self.answer(f"add {title} to my list")
                self.assertEqual((body["model"], body["status"]), ("basic", "completed"))
                self.assertEqual(body["response"], f"Added “{title}”.")
                self.assertEqual(len(model.requests), 1)
                message = await Message.objects.aget(pk=body["message_id"])
                self.assertEqual((message.model, message.metadata["fallback"]), ("basic", failure.code))
                self.assertEqual([step.get("error") for step in message.metadata["steps"]][:2], [failure.code, None])
        self.assertEqual(await self.titles(), ["eggs", "milk"])

    async def test_the_page_says_so(self):
        with scripted_model([ModelUnavailable()]):
            body = await self.answer("what's on my list?")
        await self.async_client.aforce_login(self.alice)
        page = await self.async_client.get(reverse("conversation", args=[body["conversation_id"]]))
        self.assertContains(page, "The model is out of reach; the basic assistant answered.")

    async def test_what_is_not_sure_fails_as_without_it(self):
        for message in ("milk", "hello", "buy milk", "delete it", "yes", "tell me a joke", "add milk. floop the gloop"):
            with self.subTest(message):
                self.assertEqual(await self.failed(message, 503, [ModelUnavailable()]), "model_unavailable")
        self.assertEqual(await self.titles(), [])

    async def test_what_another_model_said_before_is_no_base(self):
        with scripted_model(says("Shall I add something else?"), [ModelUnavailable()], [ModelUnavailable()]):
            body = await self.answer("add milk to my list")
            response = await self.send("yes", conversation_id=body["conversation_id"])
            self.assertEqual(response.status_code, 503)
            await self.answer("add eggs to my list", conversation_id=body["conversation_id"])
        self.assertEqual(await self.titles(), ["eggs"])

    async def test_once_the_model_has_said_or_done_something_it_keeps_the_turn(self):
        add = calls("add_task", {"tasks": [{"title": "Milk"}]})
        for steps in (
            ([TextDelta("Let me"), ModelUnavailable()],),
            ([ToolRequest("call_1", "add_task", "{}"), ModelUnavailable()],),
            (add, [ModelUnavailable()]),
        ):
            with self.subTest(steps):
                await self.failed("add milk to my list", 503, *steps)
        self.assertEqual(await self.titles(), ["Milk"])

    async def test_other_failures_are_told(self):
        self.assertEqual(await self.failed("add milk to my list", 502, [ModelError()]), "model_error")

    @override_settings(FALLBACK=False)
    async def test_it_can_be_switched_off(self):
        self.assertEqual(await self.failed("add milk to my list", 503, [ModelUnavailable()]), "model_unavailable")

    async def test_bulk_changes_wait_for_the_person_all_the_same(self):
        await sync_to_async(TodoFactory.create_batch)(5, owner=self.alice)
        with scripted_model([ModelUnavailable()]):
            body = await self.answer("delete everything")
        self.assertEqual((body["status"], body["model"]), ("needs_approval", "basic"))
        self.assertEqual(len(await self.titles()), 5)

    async def test_a_group_is_moved_in_one_turn_and_taken_back_by_one_undo(self):
        await sync_to_async(TodoFactory.create_batch)(4, owner=self.alice, tags=["work"])
        due = Todo.objects.for_user(self.alice).filter(due_date__isnull=False)
        with scripted_model([ModelUnavailable()], [ModelUnavailable()]):
            body = await self.answer("push all work todos to friday")
            self.assertEqual(await due.acount(), 4, body)
            await self.answer("undo", conversation_id=body["conversation_id"])
        self.assertEqual(await due.acount(), 0)

    async def test_undo_takes_back_what_the_model_did(self):
        with scripted_model(calls("add_task", {"tasks": [{"title": "Milk"}]}), says("Added."), [ModelUnavailable()]):
            body = await self.answer("add milk")
            body = await self.answer("undo", conversation_id=body["conversation_id"])
        self.assertEqual(body["response"], "Taken back: “Milk” is off the list again.")
        self.assertEqual(await self.titles(), [])


@override_settings(TOKENS_PER_DAY=TOKENS)
class QuotaTests(FallbackCase):
    def setUp(self):
        super().setUp()
        MessageFactory(conversation__owner=self.alice, role="assistant", input_tokens=TOKENS)

    async def test_what_is_surely_understood_is_done_without_asking_the_model(self):
        with scripted_model() as model:
            body = await self.answer("add milk to my list")
        self.assertEqual((body["model"], body["response"], model.requests), ("basic", "Added “milk”.", []))
        message = await Message.objects.aget(pk=body["message_id"])
        self.assertEqual(message.metadata["fallback"], "quota_exhausted")

    async def test_anything_else_is_refused_and_nothing_is_stored(self):
        self.assertEqual(await self.failed("what about milk?", 429), "quota_exhausted")
        self.assertEqual(await Message.objects.acount(), 1)

    @override_settings(FALLBACK=False)
    async def test_it_can_be_switched_off(self):
        self.assertEqual(await self.failed("add milk to my list", 429), "quota_exhausted")
