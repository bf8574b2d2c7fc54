import asyncio

from asgiref.sync import sync_to_async
from django.db.models.signals import post_save
from django.test import TestCase, override_settings

from accounts.testing import alice, bearer, bob
from chat.assistants.interface import StepEnd, TextDelta, ToolOutput, ToolRequest, UserText
from chat.errors import ModelUnavailable
from chat.models import Conversation, Message
from chat.running import running_turns
from chat.testing import calls, says, scripted_model
from todos.models import Todo

ADD_MILK = {"tasks": [{"title": "Buy milk"}]}
ADD_BREAD = {"tasks": [{"title": "Buy bread"}]}
UNKNOWN = "0198c2f0-a1b2-7c3d-8e4f-000000000000"

count_todos = sync_to_async(Todo.objects.count)


class StopAndRetryCase(TestCase):
    def setUp(self):
        self.alice = alice()

    async def post(self, path, body=None, user=None, **headers):
        headers = {"Authorization": bearer(user or self.alice), **headers}
        address = f"/api/{(user or self.alice).subject}{path}"
        return await self.async_client.post(address, body or {}, content_type="application/json", headers=headers)

    async def send(self, message, **body):
        return await self.post("/chat", {"message": message, **body})

    async def retry(self, answer, **options):
        return await self.post(f"/conversations/{answer.conversation_id}/messages/{answer.pk}/retry", **options)

    async def stop(self):
        conversation = await Conversation.objects.aget()
        return await self.post(f"/conversations/{conversation.pk}/stop")


class StopTests(StopAndRetryCase):
    async def test_a_turn_that_waits_for_the_model_ends_with_the_text_so_far(self):
        asked = asyncio.Event()

        async def speak_and_hang():
            yield TextDelta("Let me see")
            asked.set()
            await asyncio.Event().wait()

        with scripted_model() as model:
            model.stream = lambda request: speak_and_hang()
            turn = asyncio.create_task(self.send("hello"))
            await asked.wait()
            self.assertEqual((await self.stop()).status_code, 202)
            body = (await turn).json()
            del model.stream
        self.assertEqual((body["status"], body["response"]), ("stopped", "Let me see"))
        answer = await Message.objects.aget(role="assistant")
        self.assertEqual((answer.status, answer.error_code), ("stopped", ""))
        # The model had no chance to count: what was sent and what came is taken off the day's tokens by estimate.
        self.assertGreater(answer.input_tokens, 1_000)
        self.assertEqual(answer.output_tokens, len("Let me see") // 3.5)

    async def test_calls_that_have_not_begun_are_not_made(self):
        async def ask_and_hang():
            request, _ = calls("add_task", ADD_MILK)
            yield request
            await self.stop()
            await asyncio.Event().wait()

        with scripted_model() as model:
            model.stream = lambda request: ask_and_hang()
            body = (await self.send("add milk")).json()
            del model.stream
        self.assertEqual(body["status"], "stopped")
        self.assertEqual(await count_todos(), 0)

    async def test_of_two_calls_of_one_step_the_second_is_not_made_after_a_stop_during_the_first(self):
        def stop(sender, **kwargs):
            [running] = running_turns
            running.turn.stop_for_user()  # as the keeper of the turns does when it hears of it

        requests = [*calls("add_task", ADD_MILK), *calls("add_task", ADD_BREAD, "call_2")]
        step = [output for output in requests if isinstance(output, ToolRequest)]
        post_save.connect(stop, Todo)
        self.addCleanup(post_save.disconnect, stop, Todo)
        with scripted_model(step) as model:
            body = (await self.send("add milk and bread")).json()
        self.assertEqual((body["status"], len(model.requests)), ("stopped", 1))
        self.assertEqual([call["status"] for call in body["tool_calls"]], ["success", "error"])
        self.assertEqual(body["tool_calls"][1]["output"]["error"]["code"], "stopped")
        self.assertEqual([todo.title async for todo in Todo.objects.all()], ["Buy milk"])

    async def test_where_nothing_runs_nothing_happens(self):
        with scripted_model(says("Hello."), says("Again.")):
            await self.send("hello")
            self.assertEqual((await self.stop()).status_code, 202)
            conversation = await Conversation.objects.aget()
            body = (await self.send("again", conversation_id=str(conversation.pk))).json()
        self.assertEqual(body["status"], "completed")

    async def test_only_the_owner_stops_a_turn(self):
        with scripted_model(says("Hello.")):
            await self.send("hello")
        conversation = await Conversation.objects.aget()
        other = await sync_to_async(bob)()
        response = await self.post(f"/conversations/{conversation.pk}/stop", user=other)
        self.assertEqual((response.status_code, response.json()["error"]), (403, "not_your_conversation"))


class RetryTests(StopAndRetryCase):
    async def failed_answer(self, *steps):
        with scripted_model(*steps, [ModelUnavailable()]):
            await self.send("hello")
        return await Message.objects.aget(role="assistant")

    async def test_the_same_question_is_asked_again_in_the_same_place(self):
        answer = await self.failed_answer()
        with scripted_model(says("Here.")) as model:
            response = await self.retry(answer)
        self.assertEqual(response.json()["message_id"], str(answer.pk))
        self.assertEqual(model.requests[0].history, (UserText("hello"),))
        await answer.arefresh_from_db()
        self.assertEqual((answer.status, answer.content, answer.error_code), ("completed", "Here.", ""))
        self.assertEqual(await Message.objects.acount(), 2)

    async def test_what_was_written_is_not_written_again(self):
        answer = await self.failed_answer(calls("add_task", ADD_MILK))
        with scripted_model(says("Added.")) as model:
            body = (await self.retry(answer)).json()
        _, request, output = model.requests[0].history
        self.assertIsInstance(request, ToolRequest)
        self.assertIsInstance(output, ToolOutput)
        self.assertEqual([call["status"] for call in body["tool_calls"]], ["success"])
        self.assertEqual(await count_todos(), 1)

    async def test_only_the_last_answer_and_only_one_that_failed(self):
        answer = await self.failed_answer()
        with scripted_model(says("Here."), says("More.")):
            await self.retry(answer)
            response = await self.retry(answer)
            self.assertEqual((response.status_code, response.json()["error"]), (409, "not_retryable"))
        question = await Message.objects.aget(role="user")
        for message_id, expected in ((question.pk, (409, "not_retryable")), (UNKNOWN, (404, "message_not_found"))):
            response = await self.post(f"/conversations/{answer.conversation_id}/messages/{message_id}/retry")
            self.assertEqual((response.status_code, response.json()["error"]), expected)

    @override_settings(TURN_MAX_STEPS=3)
    async def test_a_retry_may_take_as_many_steps_as_a_first_attempt(self):
        answer = await self.failed_answer(*[calls("list_tasks", {}, f"call_{number}") for number in range(2)])
        steps = [calls("list_tasks", {}, f"call_{number}") for number in range(2, 5)]
        with scripted_model(*steps[:2], says("Here.")):
            body = (await self.retry(answer)).json()
        self.assertEqual((body["status"], body["response"], len(body["tool_calls"])), ("completed", "Here.", 4))
        await Message.objects.filter(pk=answer.pk).aupdate(status="failed", error_code="model_unavailable")
        with scripted_model(*steps) as model:
            body = (await self.retry(answer)).json()
        self.assertEqual((body["status"], len(model.requests), len(body["tool_calls"])), ("stopped", 3, 7))

    async def test_the_first_step_of_a_retry_corrects_the_estimate_of_tokens(self):
        answer = await self.failed_answer(calls("list_tasks", {}))
        with scripted_model(calls("list_tasks", {}, "call_2"), says("Here.", input_tokens=1)) as model:
            model.steps[0][-1] = StepEnd(input_tokens=100_000)
            await self.retry(answer)
        self.assertGreater((await Conversation.objects.aget()).token_ratio, 1)

    async def test_the_retry_can_be_streamed(self):
        answer = await self.failed_answer()
        with scripted_model(says("Here.")):
            response = await self.retry(answer, Accept="text/event-stream")
            frames = [frame.decode() async for frame in response]
        self.assertEqual(response["Content-Type"], "text/event-stream")
        self.assertIn("event: turn.completed", frames[-1])
