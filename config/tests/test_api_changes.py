"""A client that worked with the last release works with this one, and what is new is told."""

import copy
import json
import re
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

from config.api import api

from .api_contract import RELEASED, breaks, contract_of

CHANGELOG = Path(settings.BASE_DIR, "CHANGELOG.md").read_text()
VERSIONS = re.findall(r"^## (\S+)$", CHANGELOG, re.MULTILINE)
# Breaks of this version, each as it is named below; a release empties it. Each is told in the changelog (“- API: …”).
KNOWN_BREAKS: set[str] = set()


class SinceTheLastRelease(SimpleTestCase):
    def document(self):
        return self.client.get("/api/openapi.json").json()

    def test_nothing_breaks_that_is_not_named(self):
        released = json.loads((RELEASED / f"{VERSIONS[1]}.json").read_text())
        self.assertGreater(len(released), 25)
        self.assertEqual(set(breaks(released, contract_of(self.document()))), KNOWN_BREAKS)

    def test_each_kind_of_break_is_found_and_named(self):
        now = self.document()
        before = contract_of(now)
        todos, todo = "/api/{user_id}/todos", "/api/{user_id}/todos/{todo_id}"

        def without_operation(document):
            del document["paths"][todo]["delete"]

        def without_parameter(document):
            operation = document["paths"][todos]["get"]
            operation["parameters"] = [each for each in operation["parameters"] if each["name"] != "tag"]

        def with_required_parameter(document):
            parameters = document["paths"][todos]["get"]["parameters"]
            next(each for each in parameters if each["name"] == "tag")["required"] = True

        def without_field_of_body(document):
            del document["components"]["schemas"]["NewTodo"]["properties"]["notes"]

        def with_required_field(document):
            document["components"]["schemas"]["NewTodo"]["required"] = ["title", "due"]

        def without_field_of_answer(document):
            del document["components"]["schemas"]["Todo"]["properties"]["repeats"]

        def with_another_type(document):
            document["components"]["schemas"]["Todo"]["properties"]["version"] = {"type": "string"}

        found = {
            without_operation: f"DELETE {todo} is gone",
            without_parameter: f"GET {todos}: query tag is not known any more",
            with_required_parameter: f"GET {todos}: query tag is required now",
            without_field_of_body: f"POST {todos}: notes is refused now",
            with_required_field: f"POST {todos}: due is required now",
            without_field_of_answer: f"GET {todos} 200: items[].repeats is gone",
            with_another_type: f"GET {todo} 200: version may be string now",
        }
        for change, sentence in found.items():
            with self.subTest(sentence):
                document = copy.deepcopy(now)
                change(document)
                self.assertIn(sentence, list(breaks(before, contract_of(document))))

    def test_what_is_added_breaks_nothing(self):
        now = self.document()
        before = contract_of(now)
        now["components"]["schemas"]["Todo"]["properties"]["colour"] = {"type": "string"}
        now["components"]["schemas"]["NewTodo"]["properties"]["colour"] = {"type": "string"}
        now["paths"]["/api/{user_id}/colours"] = now["paths"]["/api/{user_id}/todos"]
        self.assertEqual(list(breaks(before, contract_of(now))), [])

    def test_the_version_is_the_newest_of_the_changelog_in_document_and_answers(self):
        answer = self.client.get("/api/openapi.json")
        versions = {api.version, answer.json()["info"]["version"], answer["X-API-Version"]}
        self.assertEqual(versions, {VERSIONS[0]})


class ChangesPage(SimpleTestCase):
    def test_it_shows_what_each_version_brought(self):
        page = self.client.get("/api/changes")
        self.assertEqual((page.status_code, page["Content-Type"]), (200, "text/html; charset=utf-8"))
        text = page.content.decode()
        self.assertEqual(re.findall(r"<h2>(\S+)</h2>", text), VERSIONS)
        self.assertIn("<code>If-None-Match</code>", text)
        self.assertEqual(text.count("<li>"), CHANGELOG.count("\n- API: ") + 1)
        self.assertNotIn("`", text)
