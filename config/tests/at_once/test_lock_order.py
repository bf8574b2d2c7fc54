"""What each unit of database work locks comes in the order of accounts/locks.py, whatever a person does."""

import re
from unittest import skipUnless

from django.db import connection
from django.test import override_settings

from accounts.testing import bearer
from accounts.tokens.personal import issue_personal_token
from chat.testing import calls, says, scripted_model
from chat.tests.chat_case import ADD_MILK
from chat.tests.turns.test_approvals import TITLES, ApprovalCase
from database.units import database_unit
from notices.webhooks.health import note_failure, note_success
from todos.models import TodoChange

LOCKING = re.compile(r'^(?:SELECT .*? FROM "(\w+)".* FOR (?:NO KEY )?UPDATE|UPDATE "(\w+)")', re.DOTALL)
ORDER = (
    {"accounts_user"},
    {"accounts_refreshtoken"},
    {"accounts_signin"},
    {"chat_conversation"},
    {"todos_todo"},
    {"todos_todochange"},
    {"todos_reminder"},
    {"chat_approval"},
    {"chat_message", "chat_toolcall"},
    {"notices_webhook"},
    {"notices_delivery"},
    {"chat_briefing"},
)
RANKS = {table: rank for rank, tables in enumerate(ORDER) for table in tables}


class Locks:
    """The tables that each unit locked, in order; inside a test a unit is an outermost savepoint.

    Behind the full lock on a user, whose account is erased, nobody else is left to wait for.
    """

    def __init__(self):
        self.depth, self.units, self.is_alone = 0, [[]], False

    def watch(self, execute, sql, params, many, context):
        if sql.startswith("SAVEPOINT"):
            self.depth += 1
        elif sql.startswith(("RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")):
            self.depth -= sql.startswith("RELEASE")
        elif (found := LOCKING.match(sql)) and (found[1] or found[2]) in RANKS and not self.is_alone:
            self.units[-1].append(found[1] or found[2])
            self.is_alone = found[1] == "accounts_user" and "NO KEY" not in sql
        if self.depth == 0 and self.units[-1]:
            self.units.append([])
            self.is_alone = False
        return execute(sql, params, many, context)


@skipUnless(connection.vendor == "postgresql", "only PostgreSQL locks rows")
@override_settings(TURNS_PER_MINUTE=100, FALLBACK=False)
class LockOrder(ApprovalCase):
    def setUp(self):
        super().setUp()
        self.locks = Locks()
        self.enterContext(connection.execute_wrapper(self.locks.watch))

    def tearDown(self):
        self.assertEqual(self.locks.depth, 0)
        for tables in self.locks.units:
            first = list(dict.fromkeys(tables))
            self.assertEqual(first, sorted(first, key=RANKS.get), tables)
        super().tearDown()

    async def post(self, path, body=None):
        headers = {"Authorization": bearer(self.alice)}
        response = await self.async_client.post(
            f"/api/{self.alice.subject}{path}", body or {}, content_type="application/json", headers=headers
        )
        self.assertLess(response.status_code, 300, response.content)
        return response.json() if response.content else None

    async def test_of_turns_their_failures_retries_and_undos(self):
        with scripted_model(calls("add_task", ADD_MILK), [RuntimeError("secret")]), self.assertLogs():
            failed = (await self.send("add milk")).json()["details"]
        conversation, message = failed["conversation_id"], failed["message_id"]
        with scripted_model(says("Added.")):
            await self.post(f"/conversations/{conversation}/messages/{message}/retry")
        await self.post("/undo", {"message_id": message})
        with scripted_model(calls("undo", {"redo": True}), says("It is back.")):
            await self.answer("redo", conversation_id=conversation)
        await self.post("/conversations", {"continue_from": conversation})
        await self.post(f"/conversations/{conversation}/stop")
        self.assertIn(["accounts_user", "chat_conversation"], [unit[:2] for unit in self.locks.units])

    async def test_of_approvals_by_word_and_by_button(self):
        first = await self.ask()
        await self.decide(first["approval"]["id"], "all")
        await self.post("/undo", {"message_id": first["message_id"]})
        second = await self.ask("complete_task", TITLES[:4])
        with scripted_model():
            await self.answer("yes", conversation_id=second["conversation_id"])
        self.assertEqual(await TodoChange.objects.filter(undoes=None).acount(), 9)
        tables = {table for unit in self.locks.units for table in unit}
        self.assertLessEqual({"accounts_user", "chat_conversation", "todos_todo", "chat_approval"}, tables)

    async def test_of_webhooks(self):
        path = "/webhooks"
        made = await self.post(path, {"url": "https://hooks.example.com/"})
        await self.post(f"{path}/{made['id']}/rotate")
        await self.post(f"{path}/{made['id']}/test")
        with scripted_model(calls("add_task", ADD_MILK), says("Added.")):
            await self.send("add milk")
        for _ in range(2):
            await database_unit(note_failure)(self.alice, made["id"], is_gone=False, asked_seconds=0)
        await database_unit(note_success)(made["id"])
        await database_unit(note_failure)(self.alice, made["id"], is_gone=True, asked_seconds=0)
        tables = {table for unit in self.locks.units for table in unit}
        self.assertLessEqual({"accounts_user", "notices_webhook", "notices_delivery"}, tables)

    async def test_of_a_repeat_a_new_token_and_the_end_of_the_account(self):
        await self.post("/todos", {"title": "Every day", "due": "every day"})
        todo = await self.alice.todos.aget(title="Every day")
        await self.post(f"/todos/{todo.pk}/complete")
        await self.post(f"/todos/{todo.pk}/reopen")
        await database_unit(issue_personal_token)(self.alice, "Laptop", "write", 30)
        headers = {"Authorization": bearer(self.alice)}
        path = f"/api/{self.alice.subject}"
        erased = await self.async_client.delete(path, {"username": "alice"}, "application/json", headers=headers)
        self.assertEqual(erased.status_code, 200, erased.content)
