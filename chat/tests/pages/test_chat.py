import datetime
import gzip
import re
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.testing import alice, bob
from chat.errors import ModelUnavailable
from chat.models import Conversation, Message, ToolCall
from chat.pages.welcome import GENERIC
from chat.testing import ConversationFactory, MessageFactory, calls, full_page, says, scripted_model
from notices.models import PushSubscription
from todos.models import Todo
from todos.testing import TodoFactory
from web.pages.stylesheets import joined_styles

SCRIPTS_AND_STYLES_MAX_BYTES = 100_000
UNKNOWN = "0198c2f0-a1b2-7c3d-8e4f-000000000000"


class ChatPageTestCase(TestCase):
    def setUp(self):
        self.alice, self.bob = alice(), bob()
        self.client.force_login(self.alice)

    def send(self, message, **fields):
        return self.client.post("/c/send", {"message": message, **fields}, follow=True)

    def conversation(self, *texts, owner=None, **answer):
        conversation = ConversationFactory(owner=owner or self.alice, title="Plans")
        for text in texts:
            MessageFactory(conversation=conversation, content=text)
            MessageFactory(conversation=conversation, role="assistant", **({"content": f"You said {text}."} | answer))
        return conversation


class SendTests(ChatPageTestCase):
    def test_a_message_opens_a_conversation_and_shows_the_answer(self):
        with scripted_model(says("Hello alice.")):
            response = self.send("hi")
        conversation = Conversation.objects.get()
        self.assertRedirects(response, f"/c/{conversation.pk}")
        self.assertContains(response, "Hello alice.")
        self.assertContains(response, f'id="message-{Message.objects.latest("sequence").pk}"')
        self.assertNotContains(response, "http-equiv")

    def test_the_conversation_goes_on(self):
        conversation = self.conversation("hi")
        with scripted_model(says("Still here.")) as model:
            response = self.send("are you there?", conversation_id=conversation.pk)
        self.assertRedirects(response, f"/c/{conversation.pk}")
        self.assertEqual(len(model.requests[0].history), 3)

    def test_a_todo_added_in_the_chat_is_a_card_and_in_the_list(self):
        with scripted_model(calls("add_task", {"tasks": [{"title": "Buy <milk>"}]}), says("Added it.")):
            response = self.send("add buy milk")
        todo, call = Todo.objects.for_user(self.alice).get(), ToolCall.objects.get()
        self.assertContains(response, "Added 1 todo")
        self.assertContains(response, f'id="tool-call-{call.pk}"', count=1)
        self.assertContains(response, f'id="todo-{todo.pk}"', count=1)
        self.assertContains(response, f'formaction="/todos/{todo.pk}/complete"', count=2)
        self.assertContains(response, "Buy &lt;milk&gt;")
        self.assertNotContains(response, "add_task")

    def test_a_failed_turn_keeps_the_message_and_says_what_to_do(self):
        with scripted_model([ModelUnavailable()]):
            response = self.send("hi there")
        answer = Message.objects.get(role="assistant")
        self.assertContains(response, "The assistant is out of reach right now.")
        self.assertRegex(response.content.decode(), r"Reference\s+<code>")
        self.assertContains(self.client.get(f"/c/{answer.conversation_id}?again=1"), ">\nhi there</textarea>")

    def test_a_form_that_is_sent_twice_is_one_message(self):
        form = {"form_key": str(uuid7())}
        with scripted_model(says("Hello."), says("Another.")):
            first, second = self.send("hi", **form), self.send("hi", **form)
            self.assertEqual(first.redirect_chain, second.redirect_chain)
            self.send("something else", **form)
        self.assertEqual(Message.objects.filter(role="user").count(), 2)

    def test_markup_in_messages_stays_text(self):
        with scripted_model(says("Look: <script>alert(2)</script>\n\nsecond <b>line</b>")):
            response = self.send("<script>alert(1)</script>")
        self.assertContains(response, "&lt;script&gt;alert(1)&lt;/script&gt;")
        self.assertContains(response, "<p>second &lt;b&gt;line&lt;/b&gt;</p>")
        self.assertNotContains(response, "<script>")

    def test_pages_need_no_inline_script_or_style(self):
        with scripted_model(says("Hello.")):
            for response in (self.send("hi"), self.client.get("/todos"), self.client.get("/accounts/settings")):
                for part in (" style=", "<style", " onclick=", " onchange=", " onsubmit=", "javascript:"):
                    self.assertNotContains(response, part)


class BasicAssistantTests(ChatPageTestCase):
    def test_a_day_without_a_script_or_a_model(self):
        page = self.send("add buy milk tomorrow")
        self.assertContains(page, "Added 1 todo")
        self.assertContains(page, "Basic assistant")
        conversation = Conversation.objects.get()
        page = self.send("what is on my list?", conversation_id=conversation.pk)
        # The list is the todos themselves, and is said once.
        self.assertContains(page, "You have 1 open todo:")
        self.assertContains(page, 'class="card card-numbered"')
        self.assertNotContains(page, "1. buy milk")
        self.assertNotContains(page, "Looked at")
        page = self.send("mark buy milk as done", conversation_id=conversation.pk)
        self.assertContains(page, "Completed 1 todo")
        self.assertEqual(Todo.objects.for_user(self.alice).done().get().title.lower(), "buy milk")
        self.assertContains(self.client.get("/todos?filter=done"), "todo-done")

    def test_every_starter_is_understood(self):
        TodoFactory(owner=self.alice, title="Pay rent", due_date=datetime.date(2020, 1, 1))
        TodoFactory(owner=self.alice, title="Call Ann", due_date=timezone.now().date())
        for starter in {*self.client.get("/").context["starters"], *map(str, GENERIC)}:
            with self.subTest(starter):
                self.send(starter)
                self.assertEqual(set(ToolCall.objects.values_list("status", flat=True)), {"success"})
                ToolCall.objects.all().delete()


class RefusalTests(ChatPageTestCase):
    def assert_kept(self, response, text, status):
        self.assertContains(response, f">\n{text}</textarea>", status_code=status)
        self.assertContains(response, 'role="alert"', status_code=status)

    def test_an_empty_message_is_refused_in_words(self):
        self.assertContains(self.send("   "), "Write a message first.", status_code=422)
        self.assertFalse(Conversation.objects.exists())

    @override_settings(MESSAGE_MAX_CHARACTERS=10)
    def test_a_message_that_is_too_long_stays_in_the_box(self):
        self.assert_kept(self.send("eleven chars"), "eleven chars", 422)

    def test_a_message_to_a_conversation_that_is_answering_stays_in_the_box(self):
        conversation = self.conversation("hi")
        in_a_minute = timezone.now() + datetime.timedelta(minutes=1)
        Conversation.objects.update(lease_token=uuid7(), lease_until=in_a_minute)
        self.assert_kept(self.send("and now?", conversation_id=conversation.pk), "and now?", 409)

    @override_settings(CONVERSATION_MAX_MESSAGES=2)
    def test_a_message_to_a_full_conversation_stays_in_the_box_with_the_way_out(self):
        response = self.send("more", conversation_id=self.conversation("hi").pk)
        self.assert_kept(response, "more", 409)
        self.assertContains(response, "Continue in a new chat with a summary", status_code=409)
        self.assertContains(response, 'name="draft" value="more"', status_code=409)

    @override_settings(RATE_LIMITS=True, TURNS_PER_MINUTE=1)
    def test_a_message_too_many_stays_in_the_box_and_says_when(self):
        with scripted_model(says("Hello.")):
            self.send("hi")
        response = self.send("again")
        self.assert_kept(response, "again", 429)
        self.assertContains(response, "Try again in", status_code=429)

    @override_settings(TOKENS_PER_DAY=100)
    def test_who_has_used_up_the_day_is_told_what_and_until_when(self):
        self.conversation("hi", input_tokens=60, output_tokens=41)
        with scripted_model(says("Hello.")), override_settings(FALLBACK=False):
            response = self.send("again")
        self.assert_kept(response, "again", 429)
        self.assertContains(response, "101 of 100 tokens are gone; it starts afresh at midnight UTC.", status_code=429)
        self.assertContains(response, f"Reference <code>{response['X-Request-ID'][-8:]}</code>", status_code=429)

    def test_foreign_missing_and_nonsense_conversations_look_the_same(self):
        foreign = self.conversation("secret", owner=self.bob)
        for conversation_id in (foreign.pk, UNKNOWN, "nonsense"):
            with self.subTest(conversation_id):
                self.assertEqual(self.send("hi", conversation_id=conversation_id).status_code, 404)
                self.assertEqual(self.client.get(f"/c/{conversation_id}").status_code, 404)
        self.assertEqual(Message.objects.filter(conversation=foreign).count(), 2)

    def test_a_message_sent_after_the_login_ended_is_back_in_the_box_after_signing_in(self):
        self.client.logout()
        response = self.client.post("/c/send", {"message": "add milk & eggs", "next": "/"})
        self.assertRedirects(response, "/accounts/login?next=/%3Fdraft%3Dadd%2520milk%2520%2526%2520eggs")
        self.client.force_login(self.alice)
        page = self.client.get("/?draft=add%20milk%20%26%20eggs")
        self.assertContains(page, ">\nadd milk &amp; eggs</textarea>")


class ConversationPageTests(ChatPageTestCase):
    def test_a_running_turn_is_said_and_looked_at_again(self):
        conversation = self.conversation("hi", content="", status="pending")
        in_a_minute = timezone.now() + datetime.timedelta(minutes=1)
        Conversation.objects.update(lease_token=uuid7(), lease_until=in_a_minute)
        response = self.client.get(f"/c/{conversation.pk}")
        self.assertContains(response, "Working…")
        self.assertContains(response, '<meta http-equiv="refresh" content="2">')

    def test_a_turn_whose_process_died_is_not_waited_for(self):
        conversation = self.conversation("hi", content="half an ans", status="pending")
        Conversation.objects.update(lease_token=uuid7(), lease_until=timezone.now() - datetime.timedelta(minutes=1))
        response = self.client.get(f"/c/{conversation.pk}")
        self.assertContains(response, "The answer was interrupted.")
        self.assertContains(response, "half an ans")
        self.assertNotContains(response, "http-equiv")

    def test_the_newest_messages_are_shown_and_earlier_ones_on_demand(self):
        conversation = self.conversation(*(f"text {number}" for number in range(20)))
        newest = self.client.get(f"/c/{conversation.pk}")
        self.assertContains(newest, "You said text 19.")
        self.assertNotContains(newest, "You said text 4.")
        self.assertContains(newest, f'href="/c/{conversation.pk}?before=11"')
        earlier = self.client.get(f"/c/{conversation.pk}?before=11")
        self.assertContains(earlier, "You said text 4.")
        self.assertContains(earlier, "Back to the newest messages")
        self.assertNotContains(earlier, "Earlier messages")
        both = self.client.get(f"/c/{conversation.pk}?since=1")
        self.assertContains(newest, f'hx-get="/c/{conversation.pk}?since=1"')
        for words in ("You said text 0.", "You said text 19."):
            self.assertContains(both, words)
        self.assertNotContains(both, "Back to the newest messages")
        for odd in ("0", "999999999", "-1", "x"):
            self.assertEqual(self.client.get(f"/c/{conversation.pk}?since={odd}").status_code, 200)

    def test_alice_sees_none_of_bobs_conversations(self):
        self.conversation("secret", owner=self.bob)
        self.assertNotContains(self.client.get("/"), "Plans")

    def test_a_card_never_shows_a_todo_of_somebody_else(self):
        foreign = TodoFactory(owner=self.bob, title="Bobs plan")
        conversation = self.conversation("hi")
        ToolCall.objects.create(
            conversation=conversation,
            message=conversation.messages.get(role="assistant"),
            step=1,
            position=1,
            tool_name="add_task",
            call_id="call_1",
            output={"results": [{"outcome": "added", "task": {"id": str(foreign.pk), "title": "as stored"}}]},
            status="success",
        )
        response = self.client.get(f"/c/{conversation.pk}")
        self.assertContains(response, "as stored")
        self.assertNotContains(response, "Bobs plan")

    def test_the_number_of_queries_does_not_grow_with_the_conversation(self):
        def count_queries(conversation):
            with CaptureQueriesContext(connection) as queries:
                self.client.get(f"/c/{conversation.pk}")
            return len(queries)

        def add_calls(conversation):
            for number, message in enumerate(conversation.messages.all()):
                todo = TodoFactory(owner=self.alice, tags=["home"])
                ToolCall.objects.create(
                    conversation=conversation,
                    message=message,
                    step=1,
                    position=1,
                    tool_name="add_task",
                    call_id=f"call_{number}",
                    output={"results": [{"outcome": "added", "task": {"id": str(todo.pk)}}]},
                    status="success",
                )

        short, long = self.conversation("hi"), self.conversation(*"abcdefgh")
        add_calls(short)
        few = count_queries(short)
        add_calls(long)
        self.assertEqual(count_queries(long), few)


class HomeTests(ChatPageTestCase):
    def test_a_starter_fills_the_box_and_sends_nothing(self):
        TodoFactory(owner=self.alice, title="Pay rent & gas")
        page = self.client.get("/")
        self.assertContains(page, "/?draft=Mark%20%E2%80%9CPay%20rent%20%26%20gas%E2%80%9D%20as%20done")
        page = self.client.get("/?draft=Mark%20%E2%80%9CPay%20rent%20%26%20gas%E2%80%9D%20as%20done")
        self.assertContains(page, ">\nMark “Pay rent &amp; gas” as done</textarea>")
        self.assertFalse(Message.objects.exists())

    def test_the_first_steps_are_shown_until_a_todo_is_ticked_off(self):
        def steps():
            return [(step.title, step.done) for step in self.client.get("/").context["first_steps"]]

        titles = ["Say what there is to do", "Tick it off", "Be told in time"]
        self.assertEqual(steps(), [(title, False) for title in titles])
        for step in self.client.get("/").context["first_steps"]:
            self.assertEqual(self.client.get(step.address).status_code, 200, step.address)
        todo = TodoFactory(owner=self.alice, title="Buy milk")
        self.assertEqual(steps(), [(titles[0], True), (titles[1], False), (titles[2], False)])
        PushSubscription.objects.create(owner=self.alice, endpoint="https://push.example/1", device="Firefox")
        self.assertEqual([done for _, done in steps()], [True, False, True])
        self.client.post(f"/todos/{todo.pk}/complete")
        self.assertEqual(steps(), [])

    def test_the_column_lists_a_page_of_conversations_and_more_on_demand(self):
        for number in range(25):
            ConversationFactory(owner=self.alice, title=f"Chat {number:02}")
        ConversationFactory(owner=self.alice, title="Put away", archived_at=timezone.now())
        page = self.client.get("/")
        self.assertContains(page, 'id="conversation-', count=20)
        self.assertNotContains(page, "Put away")
        self.assertContains(self.client.get("/?conversations=40"), 'id="conversation-', count=25)
        self.assertEqual(self.client.get("/?conversations=x").status_code, 200)

    def test_the_address_of_sending_leads_home_when_it_is_only_visited(self):
        self.assertRedirects(self.client.get("/c/send"), "/")


class CostTests(ChatPageTestCase):
    def queries(self, address):
        self.client.get(address)  # marks the conversation as seen
        with CaptureQueriesContext(connection) as captured:
            self.assertEqual(self.client.get(address).status_code, 200)
        return len(captured)

    def test_a_page_takes_as_many_queries_for_30_messages_and_100_todos_as_for_a_few(self):
        few = full_page(self.alice, exchanges=2, todos=5, conversations=2)
        expected = [self.queries(address) for address in (f"/c/{few.pk}", "/", "/todos?filter=all")]
        many = full_page(self.alice, exchanges=15, todos=100, conversations=30)
        page = self.client.get(f"/c/{many.pk}")
        self.assertContains(page, "<article", count=30)
        self.assertContains(page, '<li id="todo-', count=100)
        self.assertEqual([self.queries(address) for address in (f"/c/{many.pk}", "/", "/todos?filter=all")], expected)
        self.assertLessEqual(max(expected), 16)

    def test_scripts_and_styles_of_a_page_stay_below_100_kb(self):
        """Counting every script, also what scripts import."""
        static = Path(settings.BASE_DIR, "static")
        html = self.client.get("/").content.decode()
        (library,) = re.findall(r'src="/static/(htmx[^"/]+\.js)"', html)
        texts = {path.name: path.read_bytes() for path in [static / library, *(static / "scripts").glob("*.js")]}
        texts["app.css"] = joined_styles(static / "styles")
        self.assertGreaterEqual(len(texts), 8)
        sizes = {name: len(gzip.compress(text)) for name, text in texts.items()}
        self.assertLess(sum(sizes.values()), SCRIPTS_AND_STYLES_MAX_BYTES, sizes)


class WhatChangedTests(ChatPageTestCase):
    def changes_page(self, answer, **headers):
        return self.client.get(f"/c/{answer.conversation_id}/messages/{answer.pk}/changes", headers=headers)

    def test_each_field_is_shown_as_it_was_and_as_it_became(self):
        TodoFactory(owner=self.alice, title="Buy milk", priority=1, tags=["home"])
        update = {"task": "milk", "title": "Buy <b>oat</b> milk", "priority": "high", "add_tags": ["shop"]}
        with scripted_model(calls("update_task", {"updates": [update]}), says("Changed it.")):
            self.send("oat milk, and it matters")
        answer = Message.objects.get(role="assistant")
        page = self.changes_page(answer)
        self.assertContains(
            page, '<dd dir="auto"><del>Buy milk</del> <ins>Buy &lt;b&gt;oat&lt;/b&gt; milk</ins></dd>', html=True
        )
        self.assertContains(page, '<dd dir="auto"><del>low</del> <ins>high</ins></dd>', html=True)
        self.assertContains(page, '<dd dir="auto"><del>#home</del> <ins>#home #shop</ins></dd>', html=True)
        part = self.changes_page(answer, hx_request="true")
        self.assertContains(part, "<ins>high</ins>")
        self.assertNotContains(part, "<html")

    def test_what_others_changed_is_not_there(self):
        conversation = self.conversation("secret", owner=self.bob)
        self.assertEqual(self.changes_page(conversation.messages.get(role="assistant")).status_code, 404)


class ErrorPageTests(ChatPageTestCase):
    def test_what_is_not_there_and_what_is_anothers_look_the_same_with_debug_too(self):
        foreign = self.conversation("secret", owner=self.bob)
        for debug in (False, True):
            with override_settings(DEBUG=debug):
                for address in ("/nowhere", f"/c/{foreign.pk}", f"/c/{UNKNOWN}", f"/todos/{UNKNOWN}/edit"):
                    with self.subTest(address, debug=debug):
                        page = self.client.get(address)
                        reference = page["X-Request-ID"][-8:]
                        self.assertContains(page, "There is nothing here", status_code=404)
                        self.assertContains(page, f"reference <code>{reference}</code>", status_code=404)

    def test_an_unexpected_error_has_a_reference_and_says_nothing_else(self):
        self.client.raise_request_exception = False
        for debug, seen in ((False, "Nothing of yours is lost."), (True, "TypeError")):
            with (
                override_settings(DEBUG=debug, MESSAGE_MAX_CHARACTERS=None),
                self.assertLogs("django.request", "ERROR"),
            ):
                page = self.client.post("/c/send", {"message": "hi"})
            self.assertContains(page, seen, status_code=500)
            styles = "'unsafe-inline'" in page["Content-Security-Policy"]
            self.assertEqual(styles, debug)
