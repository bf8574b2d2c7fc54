"""A database that goes away in the middle of a request is the same thing at every door, and no error of ours."""

import contextlib
import json

import psycopg
from asgiref.sync import async_to_sync
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection
from django.test import override_settings

from accounts.testing import bearer
from config.tests.programs.mcp.test_endpoint import McpCase
from database.units import CommitUnknown

# What the driver raises, and the code for it.
OUTAGES = (
    (OperationalError("the connection was terminated"), "service_unavailable"),
    (InterfaceError("the connection is closed"), "service_unavailable"),
    (InternalError("unexpected result status from command 'COMMIT'"), "service_unavailable"),
    (DatabaseError("lost synchronization with server"), "service_unavailable"),
    (CommitUnknown(None), "outcome_unknown"),
)
OUTAGES[3][0].__cause__ = psycopg.DatabaseError("lost synchronization with server")


class OutOfReach(McpCase):
    @contextlib.contextmanager
    def failing(self, outage):
        """Whatever asks for todos, or writes one, meets it."""

        def fail(execute, sql, params, many, context):
            if '"todos_todo"' in sql:
                raise outage
            return execute(sql, params, many, context)

        with connection.execute_wrapper(fail):
            yield

    def cases(self):
        for outage, code in OUTAGES:
            with self.subTest(repr(outage)), self.failing(outage):
                yield code

    def test_a_fault_that_the_server_found_in_what_it_was_asked_is_an_error_of_ours(self):
        aborted = InternalError("current transaction is aborted")
        aborted.__cause__ = psycopg.errors.InFailedSqlTransaction()
        for fault in (aborted, DatabaseError("Forced update did not affect any rows.")):
            with self.subTest(repr(fault)), self.failing(fault), self.assertLogs("chat.turn", "ERROR"):
                headers = {"Authorization": bearer(self.alice)}
                answer = self.client.get(f"/api/{self.alice.subject}/todos", headers=headers)
                self.assertEqual((answer.status_code, answer.json()["error"]), (500, "internal_error"))

    def test_in_the_api_it_is_a_503(self):
        headers = {"Authorization": bearer(self.alice)}
        path = f"/api/{self.alice.subject}/todos"
        for code in self.cases():
            answers = [
                self.client.get(path, headers=headers),
                self.client.post(path, {"title": "Buy milk"}, content_type="application/json", headers=headers),
            ]
            for answer in answers:
                self.assertEqual((answer.status_code, answer.json()["error"]), (503, code))
                self.assertIn("Retry-After", answer)

    def test_on_a_page_it_is_a_503_that_counts_down_also_with_debug_on(self):
        self.client.force_login(self.alice)
        for debug in (False, True):
            with override_settings(DEBUG=debug):
                for _ in self.cases():
                    for answer in (self.client.get("/todos"), self.client.post("/todos/add", {"text": "milk"})):
                        self.assertContains(answer, "Try again in 2 seconds.", status_code=503)
                        self.assertEqual(answer["Retry-After"], "2")

    def test_for_the_script_of_a_page_it_is_a_503_that_leaves_the_page_as_it_is(self):
        self.client.force_login(self.alice)
        for code in self.cases():
            answer = self.client.get("/todos", headers={"HX-Request": "true"})
            self.assertEqual((answer.status_code, answer.json()["error"]), (503, code))
            self.assertEqual((answer["Retry-After"], answer["HX-Reswap"]), ("2", "none"))

    def test_a_program_at_mcp_hears_it_in_the_answer_of_its_call(self):
        for _ in self.cases():
            answer = async_to_sync(self.call)("add_task", {"tasks": [{"title": "Buy milk"}]})
            self.assertTrue(answer["isError"])
            self.assertRegex(json.dumps(answer), "out of reach for a moment|nobody knows whether")
