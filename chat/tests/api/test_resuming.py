"""A stream that broke is taken up at any event: nothing is missing, and nothing comes twice."""

import json

from asgiref.sync import sync_to_async

from accounts.testing import bearer, bob
from chat.assistants.interface import StepEnd, TextDelta, ToolRequest
from chat.errors import ModelUnavailable
from chat.history.context import INTERRUPTED_OUTPUT
from chat.models import Message, ToolCall
from chat.testing import ConversationFactory, MessageFactory, calls, says, scripted_model
from chat.tests.chat_case import ChatCase

ADD, DONE = {"tasks": [{"title": "Buy milk"}]}, {"tasks": ["milk"]}


def events_of(text):
    """(id, name, data) of each frame."""
    frames = [dict(line.split(": ", 1) for line in frame.splitlines()) for frame in text.strip().split("\n\n") if frame]
    return [(frame["id"], frame["event"], json.loads(frame["data"])) for frame in frames]


def told(events):
    """What a reader has of a turn: its text, and everything else in order."""
    text = "".join(data["text"] for _, name, data in events if name == "message.delta")
    return text, [(name, data) for _, name, data in events if name != "message.delta"]


def says_in_pieces(*pieces):
    return [*map(TextDelta, pieces), StepEnd()]


async def body_of(response) -> bytes:
    return b"".join([frame async for frame in response.streaming_content])


class Resuming(ChatCase):
    async def resume(self, message_id, last=None, user=None):
        user = user or self.alice
        headers = {"Authorization": bearer(user)} | ({"Last-Event-ID": last} if last is not None else {})
        return await self.async_client.get(f"/api/{user.subject}/turns/{message_id}/events", headers=headers)

    async def streamed(self, *steps):
        with scripted_model(*steps):
            response = await self.send("do it", stream=True)
            return events_of((await body_of(response)).decode())

    async def test_cut_at_every_event_it_is_whole(self):
        whole = await self.streamed(
            calls("add_task", ADD),
            says("Added. "),
            calls("complete_task", DONE),
            says_in_pieces("Done, ", "and ", "well 🎉."),
        )
        message_id = whole[0][2]["message_id"]
        ids = [int(number) for number, *_ in whole]
        self.assertEqual(ids, sorted(set(ids)))
        for cut in range(len(whole) - 1):
            with self.subTest(cut, after=whole[cut][1]):
                rest = events_of((await body_of(await self.resume(message_id, whole[cut][0]))).decode())
                self.assertEqual(told(whole[: cut + 1] + rest), told(whole))
        self.assertEqual((await self.resume(message_id, whole[-1][0])).status_code, 204)
        again = events_of((await body_of(await self.resume(message_id))).decode())
        self.assertEqual(told(again), told(whole))
        self.assertEqual(again[-1][0], whole[-1][0])

    async def test_who_heard_of_a_call_that_the_database_forgot_hears_of_the_end(self):
        whole = await self.streamed(calls("add_task", ADD), [ModelUnavailable()])
        names = [name for _, name, _ in whole]
        self.assertEqual(names, ["turn.started", "tool_call.started", "tool_call.finished", "turn.failed"])
        await ToolCall.objects.all().adelete()
        message_id = whole[0][2]["message_id"]
        for last, *_ in whole[:-1]:
            rest = events_of((await body_of(await self.resume(message_id, last))).decode())
            self.assertEqual([name for _, name, _ in rest], ["turn.failed"])
        self.assertEqual((await self.resume(message_id, whole[-1][0])).status_code, 204)

    async def test_who_heard_of_an_end_after_which_it_went_on_hears_of_the_next(self):
        headers = {"Idempotency-Key": "one"}
        with scripted_model(calls("add_task", ADD), [ModelUnavailable()], calls("complete_task", DONE), says("Done.")):
            failed = events_of((await body_of(await self.send("do it", headers=headers, stream=True))).decode())
            await self.send("do it", headers=headers)
        rest = events_of((await body_of(await self.resume(failed[0][2]["message_id"], failed[-1][0]))).decode())
        expected = ["tool_call.started", "tool_call.finished", "message.delta", "turn.completed"]
        self.assertEqual([name for _, name, _ in rest], expected)

    async def test_a_turn_that_goes_on_after_a_call_is_cut_at_every_event_likewise(self):
        headers = {"Idempotency-Key": "one"}
        both = [ToolRequest(f"call_{n}", "add_task", json.dumps({"tasks": [{"title": f"Thing {n}"}]})) for n in "12"]
        with scripted_model([*both, StepEnd()], [ModelUnavailable()], says_in_pieces("Added ", "both.")):
            await self.send("do it", headers=headers)
            await ToolCall.objects.filter(position=2).aupdate(status="error", output=INTERRUPTED_OUTPUT)
            response = await self.send("do it", headers=headers, stream=True)
            whole = events_of((await body_of(response)).decode())
        self.assertEqual([name for _, name, _ in whole][1:3], ["tool_call.started", "tool_call.finished"])
        message_id = whole[0][2]["message_id"]
        for cut in range(1, len(whole) - 1):
            with self.subTest(cut, after=whole[cut][1]):
                rest = events_of((await body_of(await self.resume(message_id, whole[cut][0]))).decode())
                self.assertEqual(told(whole[: cut + 1] + rest), told(whole))

    async def test_a_running_turn_is_followed_to_its_end_from_what_another_process_stores(self):
        conversation = await self.stored(ConversationFactory, owner=self.alice)
        question = await self.stored(MessageFactory, conversation=conversation, content="hi")
        answer = await self.stored(
            MessageFactory, conversation=conversation, role="assistant", content="Hel", status=Message.Status.PENDING
        )
        frames = aiter((await self.resume(answer.pk)).streaming_content)
        first = events_of((await anext(frames)).decode() + (await anext(frames)).decode())
        self.assertEqual([name for _, name, _ in first], ["turn.started", "message.delta"])
        self.assertEqual(first[0][2]["user_message_id"], str(question.pk))
        await Message.objects.filter(pk=answer.pk).aupdate(content="Hello.", status=Message.Status.COMPLETED)
        rest = events_of("".join([frame.decode() async for frame in frames]))
        self.assertEqual([name for _, name, _ in rest], ["message.delta", "turn.completed"])
        self.assertEqual(told(first + rest)[0], "Hello.")
        self.assertEqual(rest[-1][2]["response"], "Hello.")

    async def test_behind_an_open_call_nothing_is_told_as_begun(self):
        conversation = await self.stored(ConversationFactory, owner=self.alice)
        await self.stored(MessageFactory, conversation=conversation)
        answer = await self.stored(
            MessageFactory, conversation=conversation, role="assistant", content="", status=Message.Status.PENDING
        )
        for position in (1, 2):
            await ToolCall.objects.acreate(
                conversation=conversation,
                message=answer,
                step=1,
                position=position,
                tool_name="x",
                call_id=f"{position}",
            )
        frames = aiter((await self.resume(answer.pk)).streaming_content)
        seen = events_of((await anext(frames)).decode() + (await anext(frames)).decode())
        self.assertEqual([name for _, name, _ in seen], ["turn.started", "tool_call.started"])
        await Message.objects.filter(pk=answer.pk).aupdate(status=Message.Status.FAILED, error_code="model_error")
        rest = events_of("".join([frame.decode() async for frame in frames]))
        self.assertEqual([(name, data["error"]) for _, name, data in rest], [("turn.failed", "model_error")])

    async def test_what_is_no_id_or_no_turn_of_mine_is_refused_before_the_stream(self):
        whole = await self.streamed(says("Hi."))
        message_id, question_id = whole[0][2]["message_id"], whole[0][2]["user_message_id"]
        for last in ("x", "-1", "1.5", "²", "9" * 13):
            with self.subTest(last):
                answer = await self.resume(message_id, last)
                self.assertEqual((answer.status_code, list(answer.json()["details"])), (422, ["Last-Event-ID"]))
        beyond = await self.resume(message_id, "999999999999")
        self.assertEqual((beyond.status_code, beyond.content), (204, b""))
        stranger = await self.stored(bob)
        for message, user in ((message_id, stranger), (question_id, self.alice), (self.alice.pk, self.alice)):
            answer = await self.resume(message, user=user)
            self.assertEqual((answer.status_code, answer.json()["error"]), (404, "message_not_found"))

    async def stored(self, make, **fields):
        return await sync_to_async(make)(**fields)
