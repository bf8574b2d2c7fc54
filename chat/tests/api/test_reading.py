"""Conversations and messages as they are listed, found, renamed and deleted, at a constant cost."""

import datetime

from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.testing import bearer, bob
from chat.conversations import conversation_page, message_page
from chat.models import Conversation, ToolCall
from chat.testing import ConversationFactory, MessageFactory, says, scripted_model
from chat.tests.chat_case import ChatCase
from chat.turn import open_turn
from chat.turns.limits import NewMessage
from chat.turns.state.turn import Turn


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

    async def test_a_conversation_is_renamed_archived_and_deleted(self):
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

    def test_opening_a_turn_costs_the_same_in_a_long_conversation(self):
        for messages in (2, 40):
            conversation = self.grow(messages)
            with self.subTest(messages), self.assertNumQueries(9):
                turn = open_turn.__wrapped__(self.alice, NewMessage("hi", conversation.pk), "request")
            self.assertIsInstance(turn, Turn)
            self.assertEqual(len(turn.sending.history), messages // 2 * 4 + 1)

    def test_reading_a_history_costs_the_same_in_a_long_conversation(self):
        for messages in (2, 40):
            conversation = self.grow(messages)
            with self.subTest(messages), self.assertNumQueries(5):
                page, _ = message_page.__wrapped__(self.alice, conversation.pk, before=None, limit=100)
                self.assertEqual(sum(len(message.calls) for message in page), messages // 2)

    def test_listing_conversations_costs_the_same_however_many_there_are(self):
        for conversations in (1, 30):
            for _ in range(conversations):
                ConversationFactory(owner=self.alice)
            with self.subTest(conversations), self.assertNumQueries(3):
                conversation_page.__wrapped__(self.alice, words="", archived=False, limit=20, cursor=None)
