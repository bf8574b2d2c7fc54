"""A client that worked with the last release works with this one, and what is new is told."""

import copy
import datetime
import json
import re
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.test import SimpleTestCase, override_settings
from django.urls import path
from ninja import NinjaAPI, Router

from config.api import TodoChatAPI, answer_error, api
from config.openapi.changes import say_deprecation
from config.openapi.document import add_headers
from config.urls import urlpatterns
from web.errors import ValidationFailed
from web.requests.fields import refuse_unknown_parameters

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

        def without_word_of_webhook(document):
            del document["components"]["schemas"]["WebhookChange"]["properties"]["door"]

        found = {
            without_operation: f"DELETE {todo} is gone",
            without_parameter: f"GET {todos}: query tag is not known any more",
            with_required_parameter: f"GET {todos}: query tag is required now",
            without_field_of_body: f"POST {todos}: notes is refused now",
            with_required_field: f"POST {todos}: due is required now",
            without_field_of_answer: f"GET {todos} 200: items[].repeats is gone",
            without_word_of_webhook: "WEBHOOK todoChanged sent: data.change.door is gone",
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


class GivenUp(SimpleTestCase):
    """A route of the tests: as long as nothing is given up, none of the program is."""

    def setUp(self):
        old = Router(auth=None)

        @old.get("/old", deprecated=True, openapi_extra={"x-deprecated-on": "2026-06-01", "x-sunset": "2026-12-01"})
        async def read_old(request: HttpRequest, fails: bool = False) -> dict[str, str]:
            """Use another."""
            if fails:
                raise ValidationFailed
            return {}

        self.api = TodoChatAPI(title="Old", version=api.version, urls_namespace="old", docs_url=None)
        for decorator in (refuse_unknown_parameters, say_deprecation):
            self.api.add_decorator(decorator)
        self.api.add_exception_handler(ValidationFailed, answer_error)
        self.api.add_router("", old)
        urls = type("urls", (), {"urlpatterns": [path("api/given-up/", self.api.urls), *urlpatterns]})
        self.enterContext(override_settings(ROOT_URLCONF=urls))

    def test_its_answers_and_refusals_say_since_when_and_until_when(self):
        for sent in ("", "?fails=true"):
            answer = self.client.get(f"/api/given-up/old{sent}")
            self.assertEqual(answer["Deprecation"], "@1780272000")
            self.assertEqual(answer["Sunset"], "Tue, 01 Dec 2026 00:00:00 GMT")
            self.assertEqual(answer["Link"], '</api/changes>; rel="deprecation"; type="text/html"')
        self.assertNotIn("Deprecation", self.client.get("/api/openapi.json"))

    def test_the_document_says_it_and_it_may_be_gone_from_that_day_on(self):
        document = NinjaAPI.get_openapi_schema(self.api)
        add_headers(document)
        operation = document["paths"]["/api/given-up/old"]["get"]
        self.assertTrue(operation["deprecated"])
        self.assertLessEqual({"Deprecation", "Sunset"}, operation["responses"][200]["headers"].keys())
        before = contract_of(json.loads(json.dumps(document)))
        early, late = datetime.date(2026, 11, 30), datetime.date(2026, 12, 1)
        self.assertEqual(list(breaks(before, {}, early)), ["GET /api/given-up/old is gone"])
        self.assertEqual(list(breaks(before, {}, late)), [])

    def test_one_without_its_days_stops_the_start(self):
        api, old = TodoChatAPI(urls_namespace="older"), Router()
        api.add_decorator(say_deprecation)
        with self.assertRaises((KeyError, TypeError)):

            @old.get("/older", deprecated=True)
            async def read_older(request: HttpRequest) -> dict[str, str]:
                return {}

            api.add_router("", old)
            _ = api.urls


class ChangesPage(SimpleTestCase):
    def test_it_shows_what_each_version_brought(self):
        page = self.client.get("/api/changes")
        self.assertEqual((page.status_code, page["Content-Type"]), (200, "text/html; charset=utf-8"))
        text = page.content.decode()
        self.assertEqual(re.findall(r"<h2>(\S+)</h2>", text), VERSIONS)
        self.assertIn("<code>If-None-Match</code>", text)
        self.assertEqual(text.count("<li>"), CHANGELOG.count("\n- API: ") + 1)
        self.assertNotIn("`", text)
