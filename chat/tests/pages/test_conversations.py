import datetime
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.testing import alice, bob
from chat.models import Conversation
from chat.testing import ConversationFactory, MessageFactory, says, scripted_model


class ConversationColumnTestCase(TestCase):
    def setUp(self):
        self.alice, self.bob = alice(), bob()
        self.client.force_login(self.alice)
        self.plans = ConversationFactory(owner=self.alice, title="Plans")

    def change(self, conversation=None, action="change", **fields):
        conversation = conversation or self.plans
        form = {"title": conversation.title, "next": "/todos", **fields}
        return self.client.post(f"/c/{conversation.pk}/{action}", form, follow=True)


class ChangeTests(ConversationColumnTestCase):
    def test_a_conversation_is_renamed_and_the_person_stays_where_they_were(self):
        response = self.change(title="  Summer   holidays ")
        self.assertRedirects(response, "/todos")
        self.plans.refresh_from_db()
        self.assertEqual((self.plans.title, self.plans.title_set_by_user), ("Summer holidays", True))
        self.assertContains(self.client.get(f"/c/{self.plans.pk}"), "Summer holidays</h1>")

    def test_a_blank_title_is_refused_in_words(self):
        self.assertContains(self.change(title="  "), "Write a title.")
        self.assertEqual(Conversation.objects.get().title, "Plans")

    def test_pinned_conversations_come_first(self):
        ConversationFactory(owner=self.alice, title="Newer")
        page = self.change(switch="pin").content.decode()
        self.assertIn("Pinned", page)
        self.assertLess(page.index("Plans</span>"), page.index("Newer</span>"))
        self.assertNotContains(self.change(switch="unpin"), "Pinned")
        self.assertFalse(Conversation.objects.filter(title_set_by_user=True).exists())

    def test_archived_conversations_have_a_view_of_their_own(self):
        self.assertNotContains(self.change(switch="archive"), f'id="conversation-{self.plans.pk}"')
        self.assertContains(self.client.get("/?archived=1"), f'id="conversation-{self.plans.pk}"')
        self.assertContains(self.change(switch="unarchive"), f'id="conversation-{self.plans.pk}"')

    def test_the_notice_of_an_archived_conversation_takes_it_back(self):
        undo = f"/c/{self.plans.pk}/change?switch=unarchive"
        self.assertContains(self.change(switch="archive"), f'formaction="{undo}"')
        self.assertContains(
            self.client.post(undo, {"next": "/todos"}, follow=True), f'id="conversation-{self.plans.pk}"'
        )
        self.plans.refresh_from_db()
        self.assertEqual((self.plans.title, self.plans.archived_at), ("Plans", None))

    def test_nobody_changes_the_conversation_of_somebody_else(self):
        foreign = ConversationFactory(owner=self.bob, title="Secret", deleted_at=None)
        for action in ("change", "delete", "restore"):
            with self.subTest(action):
                self.assertEqual(self.change(foreign, action).status_code, 404)
        foreign.refresh_from_db()
        self.assertEqual((foreign.title, foreign.deleted_at), ("Secret", None))


class DeleteTests(ConversationColumnTestCase):
    def test_a_deleted_conversation_is_gone_and_can_be_brought_back(self):
        page = self.change(action="delete")
        self.assertContains(page, "Deleted “Plans”.")
        self.assertContains(page, f'formaction="/c/{self.plans.pk}/restore"')
        self.assertNotContains(page, f'id="conversation-{self.plans.pk}"')
        self.assertEqual(self.client.get(f"/c/{self.plans.pk}").status_code, 404)
        self.assertContains(self.change(action="restore"), f'id="conversation-{self.plans.pk}"')
        self.assertEqual(self.client.get(f"/c/{self.plans.pk}").status_code, 200)

    def test_deleting_the_open_conversation_leads_to_a_new_chat(self):
        here = f"/c/{self.plans.pk}"
        self.assertRedirects(self.change(action="delete", next=here), "/")
        self.change(action="restore")
        response = self.client.post(f"{here}/delete", {"next": here}, headers={"HX-Request": "true"})
        self.assertEqual(response.headers["HX-Redirect"], "/")

    def test_a_turn_that_runs_in_it_is_asked_to_stop(self):
        in_a_minute = timezone.now() + datetime.timedelta(minutes=1)
        Conversation.objects.update(lease_token=self.plans.pk, lease_until=in_a_minute)
        self.change(action="delete")
        self.assertIsNotNone(Conversation.objects.get().stop_requested_at)

    def test_it_is_removed_for_good_after_a_month(self):
        for days in (1, 31):
            ConversationFactory(owner=self.alice, deleted_at=timezone.now() - datetime.timedelta(days=days))
        printed = StringIO()
        call_command("purge", stdout=printed)
        self.assertIn("1 conversations", printed.getvalue())
        self.assertEqual(Conversation.objects.count(), 2)


class SearchTests(ConversationColumnTestCase):
    def test_titles_and_messages_are_searched_and_a_hit_opens_at_the_message(self):
        other = ConversationFactory(owner=self.alice, title="Other")
        message = MessageFactory(conversation=other, content="We should PLAN <b>the</b> garden")
        for number in range(40):
            MessageFactory(conversation=other, content=f"text {number}")
        page = self.client.get("/?find=plan")
        self.assertContains(page, f'id="conversation-{self.plans.pk}"')
        self.assertContains(page, "We should <mark>PLAN</mark> &lt;b&gt;the&lt;/b&gt; garden")
        address = f"/c/{other.pk}?find=plan&at=1"
        self.assertContains(page, f'href="{address.replace("&", "&amp;")}#message-{message.pk}"')
        self.assertContains(self.client.get(address), f'id="message-{message.pk}"')
        self.assertContains(self.client.get("/?find=nowhere"), "Nothing found.")
        self.assertEqual(self.client.get("/?find=%00").status_code, 200)

    def test_what_others_wrote_and_what_was_deleted_is_not_found(self):
        MessageFactory(conversation=ConversationFactory(owner=self.bob, title="Bobs"), content="garden")
        MessageFactory(conversation=self.plans, content="garden")
        self.change(action="delete")
        self.assertContains(self.client.get("/?find=garden"), "Nothing found.")


class FeedbackTests(ConversationColumnTestCase):
    def test_an_answer_is_rated_and_the_same_once_more_takes_it_back(self):
        answer = MessageFactory(conversation=self.plans, role="assistant", content="Ready.", metadata={"a": 1})
        address = f"/c/{self.plans.pk}"
        for feedback, pressed, stored in (("up", 1, {"a": 1, "feedback": "up"}), ("up", 0, {"a": 1})):
            form = {"feedback": feedback, "next": address}
            page = self.client.post(f"{address}/messages/{answer.pk}/rate", form, follow=True)
            self.assertContains(page, 'aria-pressed="true"', count=pressed)
            answer.refresh_from_db()
            self.assertEqual(answer.metadata, stored)

    def test_only_own_answers_can_be_rated(self):
        question = MessageFactory(conversation=self.plans)
        foreign = MessageFactory(conversation=ConversationFactory(owner=self.bob), role="assistant")
        for message in (question, foreign):
            address = f"/c/{message.conversation_id}/messages/{message.pk}/rate"
            self.assertEqual(self.client.post(address, {"feedback": "up"}).status_code, 404)


class UnreadTests(ConversationColumnTestCase):
    def test_an_answer_that_no_page_has_shown_is_marked_until_one_does(self):
        MessageFactory(conversation=self.plans, role="assistant", content="Ready.")
        self.assertContains(self.client.get("/todos"), "(new answer)", count=1)
        self.assertNotContains(self.client.get(f"/c/{self.plans.pk}"), "(new answer)")
        self.assertNotContains(self.client.get("/todos"), "(new answer)")

    def test_an_answer_that_the_page_waited_for_is_not_marked(self):
        with scripted_model(says("Hello.")):
            self.client.post("/c/send", {"message": "hi"}, follow=True)
        self.assertNotContains(self.client.get("/todos"), "(new answer)")

    def test_the_column_takes_one_query_however_long_it_is(self):
        def queries(address):
            with CaptureQueriesContext(connection) as captured:
                self.client.get(address)
            return len(captured)

        few = [queries("/"), queries("/?find=o")]
        for conversation in ConversationFactory.create_batch(8, owner=self.alice):
            MessageFactory(conversation=conversation, content="so")
        self.assertEqual([queries("/"), queries("/?find=o")], few)
