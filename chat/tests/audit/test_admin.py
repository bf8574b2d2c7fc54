"""The audit pages: everything can be read and found, nothing can be changed."""

import datetime
import html
import re

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import Reading, User
from accounts.testing import UserFactory, alice, bob
from chat.models import Conversation, Message, ToolCall
from chat.testing import ConversationFactory, MessageFactory


class Audit(TestCase):
    def setUp(self):
        self.root = UserFactory(is_staff=True, is_superuser=True)
        self.client.force_login(self.root)
        self.conversation = ConversationFactory(owner=alice(), title="Groceries")
        MessageFactory(conversation=self.conversation, content="add <b>milk</b>")
        self.answer = MessageFactory(
            conversation=self.conversation,
            role="assistant",
            content="Sorry.",
            status="failed",
            error_code="model_error",
        )
        self.call = ToolCall.objects.create(
            conversation=self.conversation,
            message=self.answer,
            step=1,
            position=1,
            tool_name="add_task",
            call_id="call_1",
            input={"tasks": [{"title": "<b>milk</b>"}]},
            output={"error": {"code": "validation_error", "message": "no"}},
            status="error",
        )
        ConversationFactory(owner=bob(), title="Taxes")

    def listed(self, model, **query):
        page = self.client.get(reverse(f"admin:chat_{model}_changelist"), query)
        self.assertEqual(page.status_code, 200)
        return list(page.context["cl"].result_list)

    def test_the_messages_of_a_day_come_in_the_order_of_their_moments(self):
        """Along the index of days: in the order of ids, a day of long ago is behind a million newer ones."""
        newer = MessageFactory(conversation=self.conversation)
        for message, minute in ((self.answer, 40), (newer, 30)):
            Message.objects.filter(pk=message.pk).update(created_at=f"2020-05-05T12:{minute}:00Z")
        day = {"created_at__gte": "2020-05-05 00:00:00+00:00", "created_at__lt": "2020-05-06 00:00:00+00:00"}
        self.assertEqual(self.listed("message", **day), [self.answer, newer])

    def test_conversations_are_found_by_title_text_and_user(self):
        for words in ("Groceries", "milk", "alice"):
            with self.subTest(words):
                self.assertEqual(self.listed("conversation", q=words), [self.conversation])

    def test_the_reference_that_people_see_finds_the_answer_its_conversation_and_its_turn(self):
        for _ in range(3):
            MessageFactory(conversation=self.conversation, role="assistant", status="failed", error_code="model_error")
        reference = str(self.answer.pk)[-8:]  # of an answer that has no request of its own
        self.assertEqual(self.listed("message", q=reference), [self.answer])
        self.answer.metadata["request_id"] = "0192f3a4b5c67d8e9fa0b1c2d3e4f506"
        self.answer.save()
        for typed in ("d3e4f506", " d3e4f506 ", "0192f3a4b5c67d8e9fa0b1c2d3e4f506"):
            with self.subTest(typed):
                self.assertEqual(self.listed("message", q=typed), [self.answer])
                self.assertEqual(self.listed("conversation", q=typed), [self.conversation])
        self.assertEqual(self.listed("message", q="1192f3a4b5c67d8e9fa0b1c2d3e4f506"), [])
        page = self.client.get(reverse("admin:chat_message_changelist"), {"q": "d3e4f506"}).content.decode()
        [turn] = re.findall(r'href="([^"]+)">its turn<', page)
        self.assertContains(self.client.get(turn), "0192f3a4b5c67d8e9fa0b1c2d3e4f506")

    def test_errors_of_the_cockpit_lead_to_their_turns(self):
        MessageFactory(conversation=self.conversation, role="assistant", status="failed", error_code="model_timeout")
        page = self.client.get(reverse("admin:chat_cockpit")).content.decode()
        [address] = re.findall(r'href="([^"]+error=model_error[^"]+)"', page)
        listed = self.client.get(html.unescape(address))
        self.assertEqual(list(listed.context["cl"].result_list), [self.answer])
        self.assertContains(listed, reverse("admin:chat_turn", args=[self.answer.pk]))

    def test_a_day_can_be_yesterday(self):
        now = timezone.now()
        for days in (1, 2):
            MessageFactory(conversation=self.conversation, content=f"{days} ago", role="user")
            Message.objects.filter(content=f"{days} ago").update(created_at=now - datetime.timedelta(days=days))
        page = self.client.get(reverse("admin:chat_message_changelist"))
        [address] = re.findall(r'href="([^"]+)">Yesterday<', page.content.decode())
        listed = self.client.get(reverse("admin:chat_message_changelist") + html.unescape(address))
        self.assertEqual([message.content for message in listed.context["cl"].result_list], ["1 ago"])

    def test_conversations_are_filtered_by_user_status_tool_and_date(self):
        for query in (
            {"owner__id__exact": str(self.conversation.owner_id)},
            {"messages__status__exact": "failed"},
            {"tool": "add_task"},
        ):
            with self.subTest(query):
                self.assertEqual(self.listed("conversation", **query), [self.conversation])
        self.assertEqual(self.listed("conversation", updated_at__year="1999"), [])

    def test_a_conversation_shows_its_messages_and_a_message_its_tool_calls_as_text(self):
        page = self.client.get(reverse("admin:chat_conversation_change", args=[self.conversation.pk]))
        self.assertContains(page, "add &lt;b&gt;milk&lt;/b&gt;")
        self.assertContains(page, "add_task (error)")
        page = self.client.get(reverse("admin:chat_message_change", args=[self.answer.pk]))
        self.assertContains(page, "&quot;title&quot;: &quot;&lt;b&gt;milk&lt;/b&gt;&quot;")
        self.assertNotContains(page, "<b>milk</b>")

    def test_messages_and_tool_calls_have_lists_of_their_own(self):
        self.assertEqual(self.listed("message", status__exact="failed"), [self.answer])
        self.assertEqual(self.listed("toolcall", tool="add_task"), [self.call])

    def test_nothing_can_be_added_changed_or_deleted(self):
        for model, row in ((Conversation, self.conversation), (Message, self.answer), (ToolCall, self.call)):
            name = model._meta.model_name
            with self.subTest(name):
                change = reverse(f"admin:chat_{name}_change", args=[row.pk])
                self.assertEqual(self.client.get(reverse(f"admin:chat_{name}_add")).status_code, 403)
                self.assertEqual(self.client.post(change, {"title": "x", "content": "x"}).status_code, 403)
                self.assertEqual(self.client.post(change.replace("change", "delete"), {"post": "yes"}).status_code, 403)
        self.assertEqual(Conversation.objects.count(), 2)

    def test_a_long_conversation_costs_no_more_queries_than_a_short_one(self):
        address = reverse("admin:chat_conversation_change", args=[self.conversation.pk])
        self.client.get(address)
        with self.assertNumQueries(7):
            self.client.get(address)
        for _ in range(20):
            MessageFactory(conversation=self.conversation)
        with self.assertNumQueries(7):
            self.client.get(address)

    def test_lists_show_nothing_that_people_wrote(self):
        for model in ("conversation", "message", "toolcall", "approval"):
            with self.subTest(model):
                page = self.client.get(reverse(f"admin:chat_{model}_changelist"))
                self.assertNotContains(page, "Groceries")
                self.assertNotContains(page, "milk")

    def test_each_look_is_recorded_with_who_when_and_which(self):
        for model, row in (
            ("conversation", self.conversation),
            ("message", self.answer),
            ("toolcall", self.call),
        ):
            for page in ("change", "history"):
                with self.subTest(model, page=page):
                    before = timezone.now()
                    address = reverse(f"admin:chat_{model}_{page}", args=[row.pk])
                    self.assertEqual(self.client.get(address).status_code, 200)
                    reading = Reading.objects.first()
                    self.assertEqual(
                        (reading.reader_id, reading.owner_id, reading.what, reading.object_id, reading.address),
                        (self.root.pk, self.conversation.owner_id, f"chat.{model}", row.pk, address),
                    )
                    self.assertIn(self.conversation.pk, (reading.conversation_id, reading.object_id))
                    self.assertLessEqual(before, reading.read_at)

    def test_a_search_is_recorded_with_its_words(self):
        self.listed("message", q="milk")
        self.assertEqual(Reading.objects.get().address, "/admin/chat/message/?q=milk")

    def test_who_may_not_read_sees_nothing_and_leaves_no_record(self):
        self.client.force_login(UserFactory(is_staff=True))
        for page in ("change", "history"):
            address = reverse(f"admin:chat_conversation_{page}", args=[self.conversation.pk])
            self.assertEqual(self.client.get(address).status_code, 403)
        self.assertFalse(Reading.objects.exists())

    def test_the_record_outlives_what_was_read(self):
        self.client.get(reverse("admin:chat_conversation_change", args=[self.conversation.pk]))
        self.conversation.delete()
        User.objects.all().delete()
        self.assertEqual(Reading.objects.get().object_id, self.call.conversation_id)
