"""Finding conversations by their titles and texts, on the page and by the API, in both databases."""

import json
from unittest import skipUnless
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection
from django.test import SimpleTestCase, TestCase

from accounts.testing import alice, bearer, bob
from chat.models import Conversation, Message
from chat.search.index import make_search_index
from chat.search.snippets import marked_parts, parts_html, snippet_parts
from chat.testing import ConversationFactory, MessageFactory
from database.search import terms_of

# fmt: off
ODD = [
    '"', "'", "a AND OR NOT", 'text:"x"', "*", "a*b", "(((", "NEAR(a b)", "!&|:*", "{}", "^a", "-a", "--",
    "' OR 1=1 --", "\0", "a\0b", "🎉", "%", "_", "\\", "हिन्दी", "ﬁ", "İ", "\u200b", "x" * 300, "a" * 199 + "é",
]
# fmt: on


class Searching(TestCase):
    def setUp(self):
        self.alice, self.bob = alice(), bob()
        self.client.force_login(self.alice)
        self.trip = ConversationFactory(owner=self.alice, title="Our trip to Köln")
        self.message = MessageFactory(
            conversation=self.trip, content="Buy train tickets, e.g. at bahn.de/tickets; don’t fly"
        )

    def found(self, typed, user=None, **params):
        user = user or self.alice
        response = self.client.get(
            f"/api/{user.subject}/conversations",
            {"q": typed, **params},
            headers={"Authorization": bearer(user)},
        )
        self.assertEqual(response.status_code, 200, response.content[:300])
        return response.json()["items"]

    def assert_found(self, typed):
        self.assertEqual([item["id"] for item in self.found(typed)], [str(self.trip.pk)], typed)

    def assert_not_found(self, typed):
        self.assertEqual(self.found(typed), [], typed)

    def test_all_words_in_any_order_and_the_beginning_of_the_last(self):
        in_text = ("tickets", "TRAIN buy", "tickets tra", "bahn", "de/tick", "don't fly", "e.g.")
        for typed in (*in_text, "trip", "our TRI", "köl", "Köln trip"):
            self.assert_found(typed)
        for typed in ("ickets", "train boat", "tra tickets", "trip tickets"):
            self.assert_not_found(typed)

    def test_scripts_without_spaces_and_signs_are_found_anywhere(self):
        MessageFactory(conversation=self.trip, content="我要买牛奶🎉吧")
        MessageFactory(conversation=self.trip, content="Tokyo 東京, 100% sure!!")
        for typed in ("牛奶", "🎉", "买牛 🎉", "tokyo 東", "0% 京", "!!"):
            self.assert_found(typed)
        for typed in ("牛肉", "奶牛", "%京", "??"):
            self.assert_not_found(typed)

    def test_the_newest_message_with_the_words_is_the_hit(self):
        for number in range(20):
            MessageFactory(
                conversation=self.trip, content=f"<i>ticket</i> {number}" if number < 3 else f"other {number}"
            )
        [item] = self.found("tick")
        newest = Message.objects.get(content="<i>ticket</i> 2")
        self.assertEqual(
            item["hit"],
            {"message_id": str(newest.pk), "sequence": 4, "snippet_html": "&lt;i&gt;<mark>tick</mark>et&lt;/i&gt; 2"},
        )
        self.assertIsNone(self.found("köln")[0]["hit"])

    def test_a_hit_opens_its_message_with_those_around_it(self):
        for number in range(100):
            MessageFactory(conversation=self.trip, content=f"other {number}")
        page = self.client.get("/", {"find": "train"}).content.decode()
        address = f"/c/{self.trip.pk}?{urlencode({'find': 'train', 'at': 1})}"
        self.assertIn(f'href="{address.replace("&", "&amp;")}#message-{self.message.pk}"', page)
        opened = self.client.get(address)
        self.assertContains(opened, f'id="message-{self.message.pk}"')
        self.assertContains(opened, "Back to the newest messages")
        self.assertContains(opened, "<mark>train</mark>")
        middle = self.client.get(f"/c/{self.trip.pk}?at=50").content.decode()
        shown = [f"other {number}<" in middle for number in (30, 34, 48, 62, 66)]
        self.assertEqual(shown, [False, True, True, True, False])

    def test_nothing_that_can_be_typed_is_an_error(self):
        for typed in ODD:
            with self.subTest(typed):
                self.found(typed)
                self.assertEqual(self.client.get("/", {"find": typed}).status_code, 200)
                self.assertEqual(self.client.get(f"/c/{self.trip.pk}", {"find": typed}).status_code, 200)

    def test_hits_are_marked_in_the_text_of_an_answer_and_never_in_its_tags(self):
        said = "See [the train](https://example.com/train?a=1&b=2) & *a train* `<b>`"
        MessageFactory(conversation=self.trip, role="assistant", content=said)
        page = self.client.get(f"/c/{self.trip.pk}", {"find": "train b"}).content.decode()
        self.assertIn(
            '<a href="https://example.com/train?a=1&amp;b=2" rel="noopener nofollow">the <mark>train</mark>', page
        )
        self.assertIn("&amp; <em>a <mark>train</mark></em> <code>&lt;<mark>b</mark>&gt;</code>", page)

    def test_nothing_of_somebody_else_and_nothing_deleted_is_found(self):
        foreign = ConversationFactory(owner=self.bob, title="Bob’s trip")
        MessageFactory(conversation=foreign, content="tickets")
        self.assertEqual(len(self.found("tickets")), 1)
        self.assertEqual([item["id"] for item in self.found("tickets", user=self.bob)], [str(foreign.pk)])
        self.client.delete(
            f"/api/{self.alice.subject}/conversations/{self.trip.pk}", headers={"Authorization": bearer(self.alice)}
        )
        self.assert_not_found("tickets")

    def test_what_is_changed_or_removed_is_found_as_it_is_now(self):
        Message.objects.update(content="Take the ferry")
        Conversation.objects.filter(pk=self.trip.pk).update(title="Crossing")
        self.assert_found("ferry")
        self.assert_found("crossing")
        self.assert_not_found("tickets")
        self.assert_not_found("trip")
        Message.objects.all().delete()
        self.assert_not_found("ferry")

    def test_an_answer_is_found_once_it_is_whole(self):
        answer = MessageFactory(conversation=self.trip, role="assistant", status="pending", content="")
        for stored in ({"content": "The harbour"}, {"content": "The harbour opens"}, {"status": "completed"}):
            Message.objects.filter(pk=answer.pk).update(**stored)
        self.assert_found("harbour opens")

    def test_archived_ones_are_found_where_they_are_asked_for(self):
        Conversation.objects.filter(pk=self.trip.pk).update(archived_at=self.trip.created_at)
        self.assert_not_found("tickets")
        self.assertEqual(len(self.found("tickets", archived=True)), 1)

    def test_the_index_is_used_where_there_is_one(self):
        terms = Message.objects.filter(content__matches=("tickets",))
        if connection.vendor == "sqlite":
            self.assertIn("VIRTUAL TABLE INDEX", terms.explain())
        else:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
            self.assertIn("chat_message_search", terms.explain())
            stretches = Message.objects.filter(content__has_stretch="牛奶")
            self.assertIn("chat_message_search_characters", stretches.explain())

    def test_the_index_comes_back_when_a_migration_has_lost_it(self):
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("DROP TRIGGER chat_search_message_added")
            else:
                cursor.execute("DROP INDEX chat_message_search, chat_message_search_characters")
        MessageFactory(conversation=self.trip, content="unheard of")
        connection.check_constraints()  # PostgreSQL makes no index before that
        make_search_index(using="default")
        self.assert_found("unheard")
        self.test_the_index_is_used_where_there_is_one()

    @skipUnless(connection.vendor == "postgresql", "SQLite makes it in a transaction")
    def test_an_index_whose_making_was_broken_off_is_made_anew(self):
        of_it = "WHERE indexrelid = 'chat_message_search_characters'::regclass"
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE pg_index SET indisvalid = false {of_it}")
            connection.check_constraints()
            make_search_index(using="default")
            cursor.execute(f"SELECT indisvalid FROM pg_index {of_it}")
            self.assertEqual(cursor.fetchone(), (True,))

    def test_no_migration_leaves_the_index_behind(self):
        call_command("migrate", verbosity=0)
        self.assert_found("tickets")


class Marking(SimpleTestCase):
    def html(self, text, typed):
        return parts_html(marked_parts(text, terms_of(typed)))

    def test_hits_are_marked_and_everything_is_escaped(self):
        self.assertEqual(
            self.html("<b>milk</b> & Milkshake, buttermilk", "milk"),
            "&lt;b&gt;<mark>milk</mark>&lt;/b&gt; &amp; <mark>Milk</mark>shake, buttermilk",
        )
        self.assertEqual(self.html("a <mark> b", "mark"), "a &lt;<mark>mark</mark>&gt; b")
        self.assertEqual(self.html("Cafés", "cafe"), "<mark>Café</mark>s")
        self.assertEqual(self.html("我要买牛奶", "牛奶"), "我要买<mark>牛奶</mark>")
        self.assertEqual(self.html("a.c abc", "a.c"), "<mark>a</mark>.<mark>c</mark> <mark>a</mark>bc")

    def test_a_snippet_is_one_line_around_the_first_hit(self):
        text = "lorem\nipsum " * 20 + "the harbour\nopens " + "dolor " * 40
        snippet = "".join(part.text for part in snippet_parts(text, terms_of("harbour")))
        self.assertTrue(snippet.startswith("…") and snippet.endswith("…"))
        self.assertIn("the harbour opens", snippet)
        self.assertLess(len(snippet), 140)
        self.assertEqual("".join(part.text for part in snippet_parts("short", terms_of("nowhere"))), "short")

    def test_terms_are_the_words_that_were_typed(self):
        self.assertEqual(terms_of('  "Buy*  MILK" ').words, ("Buy", "MILK"))
        self.assertFalse(terms_of(" \0 "))
        self.assertEqual(json.dumps(terms_of("-!-").words), '["-!-"]')
