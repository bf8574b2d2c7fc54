"""The OpenAPI document tells the truth, and its page needs no other host."""

import re
from typing import get_args

import jsonschema
from django.test import SimpleTestCase

from accounts.api.schema import ErrorBody
from accounts.scopes import SCOPES
from chat.events import Event
from config.api import api
from config.openapi.document import names_of_bodies
from config.openapi.shapes import WEBHOOK_MESSAGES, parts, references
from web.errors import status_by_code

OPEN_PATHS = {
    *(f"/api/auth/{path}" for path in ("register", "token", "refresh", "revoke", "password/forgot", "password/reset"))
}


class OpenApi(SimpleTestCase):
    def operations(self):
        document = self.client.get("/api/openapi.json").json()
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                yield f"{method.upper()} {path}", path, operation

    def test_every_operation_asks_for_a_token_except_those_that_give_one(self):
        for name, path, operation in self.operations():
            with self.subTest(name):
                expected = [] if path in OPEN_PATHS else [{"BearerAuth": []}]
                self.assertEqual(operation.get("security", [])[:1], expected)

    def test_programs_are_let_in_with_the_scope_that_is_named_and_never_where_the_account_itself_is_at_stake(self):
        closed = set()
        for name, _, operation in self.operations():
            scopes = [scope for way in operation["security"] for scope in way.get("ProgramAuth", [])]
            self.assertLessEqual(set(scopes), set(SCOPES), name)
            if operation["security"] and not scopes:
                closed.add(operation["operationId"])
        self.assertLessEqual({"eraseAccount", "exportAccount", "decideApproval"}, closed)

    def test_every_operation_names_what_can_become_of_it(self):
        for name, path, operation in self.operations():
            with self.subTest(name):
                statuses = set(operation["responses"])
                self.assertLessEqual({"500", "503"}, statuses)
                self.assertEqual("{user_id}" in path, "403" in statuses)
                self.assertEqual("requestBody" in operation, {"413", "415", "422"} <= statuses)
                self.assertTrue(path in OPEN_PATHS or "401" in statuses)
                self.assertTrue(operation.get("description"), "it has no description")
                self.assertTrue(all(answer.get("description") for answer in operation["responses"].values()))

    def test_every_error_is_documented_in_the_one_shape(self):
        for name, _, operation in self.operations():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    with self.subTest(name, status=status):
                        schema = response["content"]["application/json"]["schema"]
                        self.assertEqual(schema, {"$ref": "#/components/schemas/ErrorBody"})

    def test_every_operation_has_examples_and_they_are_what_it_takes_and_answers(self):
        document = self.client.get("/api/openapi.json").json()
        for name, _, operation in self.operations():
            answered = [response for status, response in operation["responses"].items() if int(status) < 400]
            for part in (operation.get("requestBody", {}), *answered):
                for media_type, content in part.get("content", {}).items():
                    with self.subTest(name, media_type=media_type):
                        schema = content["schema"] | {"components": document["components"]}
                        jsonschema.validate(content["example"], schema, format_checker=jsonschema.FormatChecker())

    def test_every_refusal_has_an_example_for_each_of_its_codes(self):
        seen = set()
        for name, _, operation in self.operations():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    with self.subTest(name, status=status):
                        examples = response["content"]["application/json"]["examples"]
                        self.assertTrue(examples, "no example of this refusal")
                        for code, example in examples.items():
                            body = ErrorBody.model_validate(example["value"])
                            self.assertEqual((body.error, status_by_code()[code]), (code, int(status)))
                        seen |= set(examples)
        anywhere = {"bad_request", "foreign_origin", "headers_too_large", "method_not_allowed", "not_found"}
        self.assertEqual(seen, set(status_by_code()) - anywhere)

    def test_no_body_names_a_default_that_a_generated_client_would_send(self):
        document = self.client.get("/api/openapi.json").json()
        for name in names_of_bodies(document):
            for field, shape in document["components"]["schemas"][name].get("properties", {}).items():
                with self.subTest(name, field=field):
                    self.assertNotIn("default", shape)

    def test_every_field_of_an_answer_is_there(self):
        schemas = self.client.get("/api/openapi.json").json()["components"]["schemas"]
        for name in ("Turn", "Usage", "Conversation", "Todo", "Message"):
            with self.subTest(name):
                self.assertEqual(set(schemas[name]["required"]), set(schemas[name]["properties"]))
        self.assertEqual(schemas["Turn"]["properties"]["usage"], {"$ref": "#/components/schemas/Usage"})

    def test_every_choice_has_a_name(self):
        """A generator names those that have none after the place where it met them."""
        document = self.client.get("/api/openapi.json").json()
        schemas = document["components"].pop("schemas")
        named = [shape for shape in schemas.values() if len(shape.get("enum", [])) > 1]
        self.assertGreater(len(named), 12)
        inline = [part for part in parts([document, schemas]) if len(part.get("enum", [])) > 1 and part not in named]
        self.assertEqual(inline, [])

    def test_the_codes_of_errors_are_listed_where_an_error_is_described(self):
        schemas = self.client.get("/api/openapi.json").json()["components"]["schemas"]
        self.assertEqual(schemas["ErrorBody"]["properties"]["error"], {"$ref": "#/components/schemas/ErrorCode"})
        self.assertEqual(set(schemas["ErrorCode"]["enum"]), set(status_by_code()))

    def test_each_event_of_a_stream_has_a_schema_of_its_data(self):
        schemas = self.client.get("/api/openapi.json").json()["components"]["schemas"]
        events = [schemas[name]["properties"] for name in references(schemas["StreamEvent"])]
        told = {event["event"]["const"]: next(references(event["data"])) for event in events}
        names = {event.name: event.__name__ for event in get_args(Event)}
        self.assertEqual(told, names | {"turn.completed": "Turn", "turn.failed": "ErrorBody"})

    def test_what_webhooks_are_sent_is_described_with_the_todo_of_the_api(self):
        document = self.client.get("/api/openapi.json").json()
        schemas = document["components"]["schemas"]
        sent = {name: next(references(each["post"]["requestBody"])) for name, each in document["webhooks"].items()}
        self.assertEqual(sent, {name: event.__name__ for name, event in WEBHOOK_MESSAGES.items()})
        self.assertEqual(schemas["WebhookTodoData"]["properties"]["todo"], {"$ref": "#/components/schemas/Todo"})
        told = {name for each in ("Todo", "Turn") for name in schemas[f"Webhook{each}EventName"]["enum"]}
        self.assertEqual({"*", *told}, set(schemas["WebhookEventName"]["enum"]))

    def test_answers_say_which_headers_they_have(self):
        paths = self.client.get("/api/openapi.json").json()["paths"]
        todo = paths["/api/{user_id}/todos/{todo_id}"]
        self.assertEqual(set(todo["patch"]["responses"]["200"]["headers"]) >= {"ETag", "X-Request-ID"}, True)
        self.assertIn("Retry-After", todo["patch"]["responses"]["429"]["headers"])
        self.assertIn("Location", paths["/api/{user_id}/todos"]["post"]["responses"]["201"]["headers"])

    def test_the_document_is_made_once(self):
        self.assertIs(api.get_openapi_schema(path_params={}), api.get_openapi_schema(path_params={}))

    def test_the_page_loads_nothing_from_another_host(self):
        page = self.client.get("/api/docs").content.decode()
        sources = re.findall(r'(?:src|href)="([^"]+)"', page)
        self.assertTrue(sources)
        self.assertEqual([source for source in sources if not source.startswith("/")], [])

    def test_every_refusal_has_a_status_of_its_own(self):
        self.assertEqual({code for code, status in status_by_code().items() if not 400 <= status < 600}, set())
        self.assertEqual(api.title, "Todo Chat")
