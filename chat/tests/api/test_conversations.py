"""Conversations by the API: the limit of their length and how they go on, deleting and restoring, export."""

import json
import re
import uuid
from urllib.parse import urlsplit

from asgiref.sync import async_to_sync
from django.test import TestCase, override_settings
from markdown_it import MarkdownIt

from accounts.testing import alice, bearer, bob
from chat.models import Conversation, Message, ToolCall
from chat.testing import ConversationFactory, MessageFactory, says, scripted_model


class ConversationsCase(TestCase):
    def setUp(self):
        self.alice, self.bob = alice(), bob()
        self.plans = ConversationFactory(owner=self.alice, title="Plans")

    def call(self, method, path, body=None, user=None, **options):
        user = user or self.alice
        return getattr(self.client, method)(
            f"/api/{user.subject}/{path}",
            json.dumps(body) if body is not None else None,
            content_type="application/json",
            headers={"Authorization": bearer(user)},
            **options,
        )

    def assert_error(self, response, status, code):
        self.assertEqual((response.status_code, response.json()["error"]), (status, code))
        return response.json()

    def talk(self, count, conversation=None):
        for number in range(count):
            role = "assistant" if number % 2 else "user"
            MessageFactory(conversation=conversation or self.plans, role=role, content=f"text {number}")


@override_settings(CONVERSATION_MAX_MESSAGES=10)
class FullTests(ConversationsCase):
    def read(self):
        return self.call("get", f"conversations/{self.plans.pk}").json()

    def test_it_is_said_from_80_percent_on(self):
        self.talk(6)
        self.assertEqual((self.read()["message_limit"], self.read()["nearly_full"]), (10, False))
        self.client.force_login(self.alice)
        self.assertNotContains(self.client.get(f"/c/{self.plans.pk}"), "with a summary")
        self.talk(2)
        self.assertTrue(self.read()["nearly_full"])
        page = self.client.get(f"/c/{self.plans.pk}")
        self.assertContains(page, "8 of 10 messages")
        self.assertContains(page, f'formaction="/c/{self.plans.pk}/continue"')

    def test_a_full_one_refuses_and_says_how_to_go_on(self):
        self.talk(10)
        body = {"message": "more", "conversation_id": str(self.plans.pk)}
        refusal = self.assert_error(self.call("post", "chat", body), 409, "conversation_full")
        self.assertEqual(refusal["details"], {"limit": 10, "continue_from": str(self.plans.pk)})

    def test_the_new_one_begins_with_the_summary_and_the_model_is_sent_it(self):
        Conversation.objects.update(summary="They like tea.", summary_sequence=2, last_sequence=2)
        self.plans.refresh_from_db()
        self.talk(2)
        answer = self.call("post", "conversations", {"continue_from": str(self.plans.pk)})
        self.assertEqual(answer.status_code, 201)
        new = answer.json()
        self.assertEqual(
            (new["title"], new["message_count"], new["continued_from"]), ("Plans (continued)", 0, str(self.plans.pk))
        )
        with scripted_model(says("Hello again.")) as model:
            self.call("post", "chat", {"message": "go on", "conversation_id": new["id"]})
        self.assertEqual(model.requests[0].history[0].text, "They like tea.\n- “text 0”: answered “text 1”")
        self.assertEqual(self.call("get", f"conversations/{new['id']}").json()["title"], "Plans (continued)")

    def test_asked_twice_it_is_one_until_something_is_said_in_it(self):
        self.talk(2)
        ids = [self.call("post", "conversations", {"continue_from": str(self.plans.pk)}).json()["id"] for _ in "12"]
        self.assertEqual(ids[0], ids[1])
        self.talk(1, Conversation.objects.get(pk=ids[0]))
        third = self.call("post", "conversations", {"continue_from": str(self.plans.pk)}).json()["id"]
        self.assertNotIn(third, ids)

    def test_the_title_does_not_grow_with_each_continuation(self):
        Conversation.objects.update(title="x" * 188 + " (continued)")
        new = self.call("post", "conversations", {"continue_from": str(self.plans.pk)}).json()
        self.assertEqual(new["title"], "x" * 188 + " (continued)")

    def test_only_own_conversations_are_continued(self):
        body = {"continue_from": str(self.plans.pk)}
        self.assert_error(self.call("post", "conversations", body, user=self.bob), 403, "not_your_conversation")
        missing = {"continue_from": str(uuid.uuid4())}
        self.assert_error(self.call("post", "conversations", missing), 404, "conversation_not_found")
        self.assert_error(self.call("post", "conversations", {}), 422, "validation_error")
        self.assertEqual(Conversation.objects.count(), 1)

    def test_the_button_of_the_page_leads_to_the_new_one_with_and_without_a_script(self):
        self.talk(10)
        self.client.force_login(self.alice)
        response = self.client.post(f"/c/{self.plans.pk}/continue")
        new = Conversation.objects.get(continued_from=self.plans)
        self.assertRedirects(response, f"/c/{new.pk}")
        self.assertContains(self.client.get(f"/c/{new.pk}"), "Summary of the conversation before")
        refused = {"draft": "one more & 1"}
        live = self.client.post(f"/c/{self.plans.pk}/continue", refused, headers={"HX-Request": "true"})
        self.assertEqual(live.headers["HX-Redirect"], f"/c/{new.pk}?draft=one+more+%26+1")
        self.assertContains(self.client.get(live.headers["HX-Redirect"]), "one more &amp; 1</textarea>")
        self.client.force_login(self.bob)
        self.assertEqual(self.client.post(f"/c/{self.plans.pk}/continue").status_code, 404)


class SummaryOnThePage(ConversationsCase):
    def test_the_page_says_where_the_summary_ends_and_shows_all_messages(self):
        self.talk(80)
        Conversation.objects.update(summary="<b>They</b> like\ntea.", summary_sequence=70)
        self.client.force_login(self.alice)
        page = self.client.get(f"/c/{self.plans.pk}").content.decode()
        self.assertEqual(page.count("Earlier messages summarised"), 1)
        self.assertIn("&lt;b&gt;They&lt;/b&gt; like<br>tea.", page)
        places = [page.index(words) for words in ("text 69<", "Earlier messages summarised", "text 70<")]
        self.assertEqual(places, sorted(places))
        shown, address = set(), f"/c/{self.plans.pk}"
        while address:
            page = self.client.get(address).content.decode()
            shown |= set(re.findall(r"text \d+(?=<)", page))
            earlier = re.search(r'href="([^"]+\?before=\d+)"', page)
            address = earlier and earlier[1]
        self.assertEqual(len(shown), 80)


class DeleteTests(ConversationsCase):
    def test_what_is_deleted_is_gone_and_can_be_restored_as_it_was(self):
        self.talk(2)
        path = f"conversations/{self.plans.pk}"
        self.assertEqual(self.call("delete", path).status_code, 204)
        for gone in (path, f"{path}/messages", f"{path}/export"):
            self.assert_error(self.call("get", gone), 404, "conversation_not_found")
        self.assertEqual(self.call("get", "conversations").json()["items"], [])
        restored = self.call("post", f"{path}/restore")
        self.assertEqual((restored.status_code, restored.json()["message_count"]), (200, 2))
        self.assertEqual(len(self.call("get", f"{path}/messages").json()["items"]), 2)
        self.assertEqual(self.call("post", f"{path}/restore").status_code, 200)

    def test_only_own_conversations_are_restored(self):
        path = f"conversations/{self.plans.pk}"
        self.call("delete", path)
        self.assert_error(self.call("post", f"{path}/restore", user=self.bob), 403, "not_your_conversation")
        missing = f"conversations/{uuid.uuid4()}/restore"
        self.assert_error(self.call("post", missing), 404, "conversation_not_found")
        self.assertIsNotNone(Conversation.objects.get().deleted_at)


HOSTILE = """\
## Assistant, 2026-01-01
<script>alert(1)</script>
![x](http://evil.example/a.png) [y](javascript:z)
    code
- a
1. b
> c
```
| d |
&amp;

***"""


class ExportTests(ConversationsCase):
    def export(self, **params):
        return async_to_sync(self.export_async)(**params)

    async def export_async(self, **params):
        path = f"/api/{self.alice.subject}/conversations/{self.plans.pk}/export"
        response = await self.async_client.get(path, params, headers={"Authorization": bearer(self.alice)})
        return response, b"".join([part async for part in response]).decode()

    def add_call(self, text):
        answer = Message.objects.filter(role="assistant").latest("sequence")
        ToolCall.objects.create(
            conversation=self.plans, message=answer, step=1, position=1, tool_name="add_task", call_id="a",
            input={"tasks": [{"title": text}]}, output={"results": []}, status="success",
        )  # fmt: skip

    def test_json_has_every_message_with_its_tool_calls(self):
        self.talk(120)
        self.add_call("Milk")
        response, text = self.export()
        exported = json.loads(text)
        self.assertEqual(response["Content-Type"], "application/json")
        self.assertEqual(response["Content-Disposition"], 'attachment; filename="plans.json"')
        self.assertEqual(exported["conversation"]["title"], "Plans")
        self.assertEqual([message["sequence"] for message in exported["messages"]], list(range(1, 121)))
        stored = self.call("get", f"conversations/{self.plans.pk}/messages").json()["items"][-1]
        self.assertEqual(exported["messages"][-1], stored)
        self.assertEqual(stored["tool_calls"][0]["input"], {"tasks": [{"title": "Milk"}]})

    def test_an_empty_conversation_is_exported_too(self):
        self.assertEqual(json.loads(self.export()[1])["messages"], [])
        self.assertTrue(self.export(format="markdown")[1].startswith("# Plans\n"))

    def test_markdown_has_a_heading_for_each_message_and_code_for_each_tool_call(self):
        self.talk(4)
        self.add_call("a ``` b")
        response, text = self.export(format="markdown")
        self.assertEqual(response["Content-Type"], "text/markdown; charset=utf-8")
        self.assertEqual(len(re.findall(r"^## (?:You|Assistant), ", text, re.MULTILINE)), 4)
        self.assertIn('````json\n{\n  "tasks": [\n    {\n      "title": "a ``` b"', text)

    def test_no_text_becomes_anything_but_text_in_the_markdown(self):
        Conversation.objects.update(title="# x <img src=y> [z](w)")
        MessageFactory(conversation=self.plans, content=HOSTILE)
        MessageFactory(conversation=self.plans, role="assistant", content=HOSTILE)
        self.add_call("</code><script>")
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(self.export(format="markdown")[1])
        kinds = [token.type for token in tokens] + [child.type for token in tokens for child in token.children or ()]
        self.assertEqual(kinds.count("heading_open"), 4)
        self.assertEqual(kinds.count("fence"), 2)
        for kind in (
            "html_block",
            "html_inline",
            "image",
            "link_open",
            "code_block",
            "list_item_open",
            "table_open",
            "hr",
        ):
            self.assertNotIn(kind, kinds)
        said = "".join(token.content for token in tokens if token.type == "inline")
        self.assertEqual(said.count("<script>alert(1)</script>".replace("<", "\\<").replace(">", "\\>")), 2)

    def test_odd_titles_make_safe_file_names(self):
        for title, name in (
            ("../../etc/passwd", "etcpasswd.md"),
            ('a"\r\nX: y', "a-x-y.md"),
            ("牛奶", "conversation.md"),
        ):
            Conversation.objects.update(title=title)
            self.assertIn(f'filename="{name}"', self.export(format="markdown")[0]["Content-Disposition"])

    def test_it_refuses_before_the_first_byte(self):
        path = f"conversations/{self.plans.pk}/export"
        self.assert_error(self.call("get", path, user=self.bob), 403, "not_your_conversation")
        missing = f"conversations/{uuid.uuid4()}/export"
        self.assert_error(self.call("get", missing), 404, "conversation_not_found")
        self.assert_error(self.call("get", f"{path}?format=pdf"), 422, "validation_error")

    def test_the_page_links_to_both_and_foreign_is_missing(self):
        self.talk(2)
        self.client.force_login(self.alice)
        page = self.client.get(f"/c/{self.plans.pk}").content.decode()
        for address in re.findall(r'href="([^"]+/export[^"]*)"', page):
            self.assertEqual(self.client.get(urlsplit(address)._replace().geturl()).status_code, 200)
        self.assertEqual(page.count("/export"), 2)
        self.client.force_login(self.bob)
        self.assertEqual(self.client.get(f"/c/{self.plans.pk}/export").status_code, 404)
