"""POST /api/{user_id}/chat: what it refuses, how it streams, and what concurrent requests meet."""

import asyncio
import datetime
import json
import uuid

from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from accounts.testing import bearer, bob, forge_token
from chat.conversations import conversation_page, message_page
from chat.errors import ModelUnavailable
from chat.models import Conversation, Message, ToolCall
from chat.running import finish_running_turns, running_turns
from chat.testing import ConversationFactory, MessageFactory, calls, says, scripted_model
from chat.tests.chat_case import ADD_MILK, ChatCase, rows
from chat.turn import open_turn
from chat.turns.limits import NewMessage
from chat.turns.state.turn import Turn


class Refusals(ChatCase):
    async def assert_refused(self, response, status, code):
        self.assertEqual((response.status_code, response.json()["error"]), (status, code), response.content)
        self.assertEqual(await Message.objects.acount(), 0)

    async def post(self, body, content_type="application/json", **headers):
        return await self.async_client.post(
            f"/api/{self.alice.subject}/chat",
            body,
            content_type=content_type,
            headers={"Authorization": bearer(self.alice), **headers},
        )

    async def test_bodies_that_are_no_chat_request(self):
        bodies = {
            "empty": {"message": ""},
            "blank": {"message": " \n\t "},
            "too long": {"message": "x" * 8_001},
            "NUL": {"message": "a\0b"},
            "number": {"message": 7},
            "list": {"message": ["hi"]},
            "null": {"message": None},
            "missing": {},
            "extra field": {"message": "hi", "user_id": "bob"},
            "malformed conversation": {"message": "hi", "conversation_id": "42"},
            "wrong type of stream": {"message": "hi", "stream": "maybe"},
            "a string": "hi",
            "a list": [],
            "a number": 1,
        }
        for name, body in bodies.items():
            with self.subTest(name):
                await self.assert_refused(await self.post(json.dumps(body)), 422, "validation_error")

    async def test_lone_surrogates_and_text_that_is_not_json(self):
        for body in (r'{"message": "\ud800"}', '{"message": ', "hello", "[" * 50_000, b"\xff\xfe{"):
            with self.subTest(body[:20]):
                await self.assert_refused(await self.post(body), 422, "validation_error")

    async def test_the_field_and_the_reason_are_named_and_the_value_is_not_repeated(self):
        response = await self.post(json.dumps({"message": "hi", "colour": "very secret"}))
        self.assertIn("colour", response.json()["details"])
        self.assertNotIn("very secret", response.content.decode())

    async def test_another_content_type(self):
        response = await self.post("message=hi", content_type="application/x-www-form-urlencoded")
        await self.assert_refused(response, 415, "unsupported_media_type")
        response = await self.post('{"message": "hi"}', content_type="text/plain")
        await self.assert_refused(response, 415, "unsupported_media_type")

    async def test_a_body_above_the_limit(self):
        """The limit of every address; `config/tests/test_asgi.py` has the lower one of this."""
        body = json.dumps({"message": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
        await self.assert_refused(await self.post(body), 413, "payload_too_large")

    async def test_an_unknown_conversation(self):
        response = await self.send("hi", conversation_id=str(uuid.uuid4()))
        await self.assert_refused(response, 404, "conversation_not_found")

    async def test_the_conversation_of_another_user(self):
        theirs = await sync_to_async(lambda: ConversationFactory(owner=bob()))()
        response = await self.send("hi", conversation_id=str(theirs.pk))
        await self.assert_refused(response, 403, "not_your_conversation")

    async def test_an_expired_token(self):
        token = forge_token({"sub": self.alice.subject, "iat": 1, "exp": 2})
        response = await self.post('{"message": "hi"}', Authorization=f"Bearer {token}")
        await self.assert_refused(response, 401, "token_expired")
        self.assertEqual(response["WWW-Authenticate"], 'Bearer error="invalid_token"')

    async def test_an_unusable_idempotency_key(self):
        for key in ("", " ", "a b", "é", "x" * 201):
            with self.subTest(key):
                response = await self.send("hi", headers={"Idempotency-Key": key})
                await self.assert_refused(response, 422, "validation_error")

    async def test_another_method_and_an_unknown_address(self):
        response = await self.async_client.get(f"/api/{self.alice.subject}/chat")
        await self.assert_refused(response, 405, "method_not_allowed")
        self.assertEqual(response["Allow"], "POST")
        for path in ("/api/", "/api/nothing/here", f"/api/{self.alice.subject}/chat/", "/api/auth"):
            with self.subTest(path):
                await self.assert_refused(await self.async_client.get(path), 404, "not_found")

    async def test_nothing_of_this_is_logged_as_an_error(self):
        with self.assertNoLogs(level="ERROR"):
            await self.post('{"message": ')
            await self.send("hi", to="nobody")
            await self.send("x" * 9_000)


class Limits(ChatCase):
    @override_settings(CONVERSATION_MAX_MESSAGES=4)
    async def test_a_full_conversation_takes_no_more(self):
        with scripted_model(says("1"), says("2")):
            conversation = (await self.answer("one"))["conversation_id"]
            await self.answer("two", conversation_id=conversation)
            response = await self.send("three", conversation_id=conversation)
        self.assertEqual((response.status_code, response.json()["error"]), (409, "conversation_full"))
        self.assertEqual(await Message.objects.acount(), 4)

    @override_settings(TURNS_PER_MINUTE=1)
    async def test_too_many_turns_in_a_minute(self):
        with scripted_model(says("1")):
            await self.answer("one")
            response = await self.send("two")
        self.assertEqual((response.status_code, response.json()["error"]), (429, "rate_limited"))
        self.assertGreaterEqual(int(response["Retry-After"]), 1)

    @override_settings(TOKENS_PER_DAY=100)
    async def test_the_allowance_of_the_day(self):
        with scripted_model(says("1", 60, 40)):
            await self.answer("one")
            response = await self.send("two")
        self.assertEqual((response.status_code, response.json()["error"]), (429, "quota_exhausted"))
        self.assertLessEqual(int(response["Retry-After"]), 24 * 3600)

    @override_settings(TURNS_AT_ONCE=1)
    async def test_too_many_turns_at_once(self):
        refused = []

        async def ask_again(request):
            refused.append(await self.send("and this?"))
            return says("1")

        with scripted_model(ask_again):
            await self.answer("one")
        self.assertEqual((refused[0].status_code, refused[0].json()["error"]), (429, "rate_limited"))


class OneTurnAtATime(ChatCase):
    async def test_a_second_request_meets_a_busy_conversation(self):
        refused = []

        async def ask_again(request):
            conversation = await Conversation.objects.aget()
            refused.append(await self.send("and this?", conversation_id=str(conversation.pk)))
            return says("1")

        with scripted_model(ask_again):
            await self.answer("one")
        self.assertEqual((refused[0].status_code, refused[0].json()["error"]), (409, "conversation_busy"))
        self.assertIn("Retry-After", refused[0])
        self.assertEqual([row["sequence"] for row in await rows(Message)], [1, 2])

    async def test_a_turn_that_lost_its_conversation_writes_nothing_more(self):
        async def take_over(request):
            await Conversation.objects.aupdate(lease_token=uuid.uuid4())
            return calls("add_task", ADD_MILK)

        with scripted_model(take_over):
            response = await self.send("add milk")
        self.assertEqual((response.status_code, response.json()["error"]), (409, "interrupted"))
        self.assertEqual(await rows(ToolCall), [])
        self.assertEqual((await Message.objects.aget(role="assistant")).status, "pending")

    async def test_a_conversation_that_is_deleted_during_its_turn(self):
        async def delete(request):
            await Conversation.objects.all().adelete()
            return calls("add_task", ADD_MILK)

        with scripted_model(delete):
            response = await self.send("add milk")
        self.assertEqual(response.json()["error"], "interrupted")
        self.assertEqual(await rows(Message), [])

    async def test_the_turn_of_a_dead_process_is_closed_by_the_next_request_and_its_calls_are_told(self):
        conversation = await sync_to_async(self.conversation_of_a_dead_process)()
        with scripted_model(says("Let me look.")) as model:
            await self.answer("did you?", conversation_id=str(conversation.pk))
        self.assertEqual(
            [(row["role"], row["status"]) for row in await rows(Message)],
            [("user", "completed"), ("assistant", "interrupted"), ("user", "completed"), ("assistant", "completed")],
        )
        self.assertIn("interrupted", model.requests[0].history[2].output)

    async def test_reading_also_closes_it(self):
        conversation = await sync_to_async(self.conversation_of_a_dead_process)()
        response = await self.async_client.get(
            f"/api/{self.alice.subject}/conversations/{conversation.pk}/messages",
            headers={"Authorization": bearer(self.alice)},
        )
        message = response.json()["items"][1]
        self.assertEqual((message["status"], message["error"]), ("interrupted", "interrupted"))
        self.assertEqual(message["tool_calls"][0]["status"], "error")

    def conversation_of_a_dead_process(self):
        conversation = ConversationFactory(
            owner=self.alice,
            lease_token=uuid.uuid4(),
            lease_until=timezone.now() - datetime.timedelta(seconds=1),
        )
        MessageFactory(conversation=conversation, content="add milk")
        answer = MessageFactory(conversation=conversation, role="assistant", content="", status="pending")
        ToolCall.objects.create(
            conversation=conversation, message=answer, step=1, position=1, tool_name="add_task", call_id="a", input={}
        )
        return conversation


class IdempotencyKeys(ChatCase):
    key = {"Idempotency-Key": "one-and-only"}

    async def test_the_same_request_gets_the_stored_answer(self):
        with scripted_model(calls("add_task", ADD_MILK), says("Added.")):
            first = await self.answer("add milk", headers=self.key)
            second = await self.answer("add milk", headers=self.key)
        self.assertEqual(first, second)
        self.assertEqual(await Message.objects.acount(), 2)

    async def test_another_request_with_the_key_is_refused(self):
        with scripted_model(says("Hello."), says("Hello.")):
            await self.answer("hi", headers=self.key)
            elsewhere = await self.answer("hello")
            for text, conversation_id in (("ho", None), ("hi", elsewhere["conversation_id"])):
                response = await self.send(text, conversation_id=conversation_id, headers=self.key)
                self.assertEqual((response.status_code, response.json()["error"]), (422, "idempotency_mismatch"))

    async def test_while_the_first_still_runs(self):
        refused = []

        async def send_again(request):
            refused.append(await self.send("hi", headers=self.key))
            return says("Hello.")

        with scripted_model(send_again):
            await self.answer("hi", headers=self.key)
        self.assertEqual((refused[0].status_code, refused[0].json()["error"]), (409, "idempotency_in_progress"))

    async def test_keys_of_two_users_do_not_meet(self):
        other = await sync_to_async(bob)()
        with scripted_model(says("Hello Alice."), says("Hello Bob.")):
            await self.answer("hi", headers=self.key)
            answer = await self.answer("hi", headers=self.key, user=other)
        self.assertEqual(answer["response"], "Hello Bob.")


class Streams(ChatCase):
    async def frames(self, message, **body):
        response = await self.send(message, **body)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response["Content-Type"], "text/event-stream")
        return [frame async for frame in response.streaming_content]

    def parsed(self, frames):
        events = []
        for frame in b"".join(frames).decode().split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in frame.split("\n"))
            events.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
        return events

    async def test_the_events_of_a_turn_end_with_the_json_answer(self):
        with scripted_model(calls("add_task", ADD_MILK), says("Added “Buy\n\nmilk”.")):
            events = self.parsed(await self.frames("add milk", stream=True))
        numbers = [number for number, _, _ in events]
        self.assertEqual((numbers[0], numbers), (1, sorted(set(numbers))))
        self.assertEqual(
            [name for _, name, _ in events],
            ["turn.started", "tool_call.started", "tool_call.finished", "message.delta", "turn.completed"],
        )
        self.assertEqual(events[1][2]["tool_call"]["status"], "pending")
        self.assertEqual(events[2][2]["tool_call"]["status"], "success")
        self.assertEqual(events[4][2]["response"], "Added “Buy\n\nmilk”.")
        self.assertEqual(events[3][2]["text"], events[4][2]["response"])

    async def test_the_accept_header_asks_for_it_too(self):
        with scripted_model(says("Hello.")):
            events = self.parsed(await self.frames("hi", headers={"Accept": "text/event-stream"}))
        self.assertEqual(events[-1][1], "turn.completed")

    async def test_a_failure_after_the_first_byte_is_the_last_event(self):
        with scripted_model([ModelUnavailable(retry_after_seconds=3)]):
            events = self.parsed(await self.frames("hi", stream=True))
        self.assertEqual(events[-1][1], "turn.failed")
        self.assertEqual(events[-1][2]["error"], "model_unavailable")
        self.assertEqual(events[-1][2]["details"]["retry_after_seconds"], 3)

    async def test_a_refusal_has_a_real_status(self):
        response = await self.send("", stream=True)
        self.assertEqual((response.status_code, response["Content-Type"]), (422, "application/json"))

    async def test_a_client_that_goes_away_does_not_end_the_turn(self):
        go_on = asyncio.Event()

        async def wait(request):
            await go_on.wait()
            return calls("add_task", ADD_MILK)

        with scripted_model(wait, says("Added.")):
            response = await self.send("add milk", stream=True)
            stream = aiter(response.streaming_content)
            await anext(stream)
            await stream.aclose()
            go_on.set()
            await finish_running_turns(grace_seconds=10)
        message = await Message.objects.aget(role="assistant")
        self.assertEqual((message.status, message.content), ("completed", "Added."))

    async def test_a_client_that_goes_away_before_the_turn_has_begun_does_not_end_it_either(self):
        with scripted_model(calls("add_task", ADD_MILK), says("Added.")), self.assertNoLogs(level="ERROR"):
            sending = asyncio.create_task(self.send("add milk"))
            while not running_turns:  # noqa: ASYNC110 it is begun by the request, which tells nobody
                await asyncio.sleep(0)
            sending.cancel()
            await asyncio.wait([sending])
            await finish_running_turns(grace_seconds=10)
        message = await Message.objects.aget(role="assistant")
        self.assertEqual((message.status, message.content), ("completed", "Added."))

    async def test_a_turn_that_begins_while_the_process_ends_is_waited_for_as_well(self):
        first, second = asyncio.Event(), asyncio.Event()

        async def wait(go_on):
            await go_on.wait()
            return says("Here.")

        with scripted_model(lambda _: wait(first), lambda _: wait(second)) as model:
            turns = [asyncio.create_task(self.send("one"))]
            await self.asked(model, 1)
            ending = asyncio.create_task(finish_running_turns(grace_seconds=10))
            turns.append(asyncio.create_task(self.send("two")))
            await self.asked(model, 2)
            first.set()
            await turns[0]
            await asyncio.wait([ending], timeout=0.2)
            self.assertFalse(ending.done())
            second.set()
            self.assertEqual([(await turn).json()["response"] for turn in turns], ["Here.", "Here."])
            await ending
        self.assertEqual(running_turns, set())

    async def asked(self, model, count):
        while len(model.requests) < count:  # noqa: ASYNC110 a scripted model tells nobody
            await asyncio.sleep(0)


class Conversations(ChatCase):
    async def get(self, path, user=None, **query):
        user = user or self.alice
        return await self.async_client.get(
            f"/api/{user.subject}/{path}", query, headers={"Authorization": bearer(user)}
        )

    async def test_ten_exchanges_stay_in_order(self):
        with scripted_model(*[says(f"Answer {n}") for n in range(10)]) as model:
            conversation = None
            for n in range(10):
                conversation = (await self.answer(f"Question {n}", conversation_id=conversation))["conversation_id"]
        self.assertEqual(len(model.requests[9].history), 19)
        page = (await self.get(f"conversations/{conversation}/messages", limit=100)).json()
        self.assertEqual([message["sequence"] for message in page["items"]], list(range(1, 21)))
        self.assertEqual(page["items"][18]["content"], "Question 9")
        self.assertIsNone(page["next"])

    async def test_messages_are_read_backwards_page_by_page(self):
        conversation = await sync_to_async(ConversationFactory)(owner=self.alice)
        for _ in range(5):
            await sync_to_async(MessageFactory)(conversation=conversation)
        newest = (await self.get(f"conversations/{conversation.pk}/messages", limit=2)).json()
        self.assertEqual([message["sequence"] for message in newest["items"]], [4, 5])
        before = (await self.get(f"conversations/{conversation.pk}/messages", limit=3, before=newest["next"])).json()
        self.assertEqual([message["sequence"] for message in before["items"]], [1, 2, 3])
        self.assertIsNone(before["next"])

    async def test_the_list_is_newest_first_and_pages_by_cursor(self):
        for number in range(5):
            await sync_to_async(ConversationFactory)(
                owner=self.alice, title=str(number), updated_at=timezone.now() + datetime.timedelta(minutes=number)
            )
        await sync_to_async(lambda: ConversationFactory(owner=bob()))()
        titles, cursor = [], ""
        while cursor is not None:
            page = (await self.get("conversations", limit=2, **({"cursor": cursor} if cursor else {}))).json()
            titles += [item["title"] for item in page["items"]]
            cursor = page["next"]
        self.assertEqual(titles, ["4", "3", "2", "1", "0"])

    async def test_a_made_up_cursor_or_limit_is_refused(self):
        for query in ({"cursor": "nonsense"}, {"cursor": "WyJhIiwiYiJd"}, {"limit": 0}, {"limit": 101}, {"limit": "x"}):
            with self.subTest(query):
                response = await self.get("conversations", **query)
                self.assertEqual((response.status_code, response.json()["error"]), (422, "validation_error"))

    async def test_search_looks_at_titles(self):
        await sync_to_async(ConversationFactory)(owner=self.alice, title="Groceries")
        await sync_to_async(ConversationFactory)(owner=self.alice, title="Taxes")
        taxes = await Conversation.objects.aget(title="Taxes")
        await sync_to_async(MessageFactory)(conversation=taxes, content="Where is the receipt?")
        found = (await self.get("conversations", q="RECEIPT")).json()
        self.assertEqual([item["title"] for item in found["items"]], ["Taxes"])
        page = (await self.get("conversations", q="grocer")).json()
        self.assertEqual([item["title"] for item in page["items"]], ["Groceries"])

    async def test_another_user_can_neither_read_nor_change_nor_delete(self):
        conversation = await sync_to_async(ConversationFactory)(owner=self.alice)
        other = await sync_to_async(bob)()
        path, headers = f"/api/{other.subject}/conversations/{conversation.pk}", {"Authorization": bearer(other)}
        answers = [
            await self.async_client.get(path, headers=headers),
            await self.async_client.get(f"{path}/messages", headers=headers),
            await self.async_client.patch(path, {"title": "x"}, content_type="application/json", headers=headers),
            await self.async_client.delete(path, headers=headers),
        ]
        self.assertEqual({answer.status_code for answer in answers}, {403})
        self.assertEqual({answer.json()["error"] for answer in answers}, {"not_your_conversation"})

    async def test_rename_archive_and_delete(self):
        conversation = await sync_to_async(ConversationFactory)(owner=self.alice)
        path = f"/api/{self.alice.subject}/conversations/{conversation.pk}"
        headers = {"Authorization": bearer(self.alice)}
        change = {"title": "  My   list ", "archived": True, "pinned": True}
        changed = await self.async_client.patch(path, change, content_type="application/json", headers=headers)
        names = ("title", "archived", "pinned")
        self.assertEqual([changed.json()[name] for name in names], ["My list", True, True])
        unpinned = await self.async_client.patch(
            path, {"pinned": False}, content_type="application/json", headers=headers
        )
        self.assertEqual([unpinned.json()[name] for name in names], ["My list", True, False])
        self.assertEqual((await self.get("conversations")).json()["items"], [])
        self.assertEqual(len((await self.get("conversations", archived=True)).json()["items"]), 1)
        self.assertEqual((await self.async_client.delete(path, headers=headers)).status_code, 204)
        self.assertEqual((await self.async_client.get(path, headers=headers)).status_code, 404)


class ConstantQueries(ChatCase):
    """However long a history or a list is, it is read with the same number of queries."""

    def grow(self, messages):
        conversation = ConversationFactory(owner=self.alice)
        for number in range(messages):
            role = "assistant" if number % 2 else "user"
            message = MessageFactory(conversation=conversation, role=role)
            if number % 2:
                ToolCall.objects.create(
                    conversation=conversation, message=message, step=1, position=1, tool_name="list_tasks", call_id="a"
                )
        return conversation

    def test_opening_a_turn(self):
        for messages in (2, 40):
            conversation = self.grow(messages)
            with self.subTest(messages), self.assertNumQueries(9):
                turn = open_turn.__wrapped__(self.alice, NewMessage("hi", conversation.pk), "request")
            self.assertIsInstance(turn, Turn)
            self.assertEqual(len(turn.sending.history), messages // 2 * 4 + 1)

    def test_reading_a_history(self):
        for messages in (2, 40):
            conversation = self.grow(messages)
            with self.subTest(messages), self.assertNumQueries(5):
                page, _ = message_page.__wrapped__(self.alice, conversation.pk, before=None, limit=100)
                self.assertEqual(sum(len(message.calls) for message in page), messages // 2)

    def test_listing_conversations(self):
        for conversations in (1, 30):
            for _ in range(conversations):
                ConversationFactory(owner=self.alice)
            with self.subTest(conversations), self.assertNumQueries(3):
                conversation_page.__wrapped__(self.alice, words="", archived=False, limit=20, cursor=None)
