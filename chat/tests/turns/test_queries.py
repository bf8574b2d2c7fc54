"""The queries of a turn, one by one: what is added here is paid for by everybody at each message."""

import re

from asgiref.sync import async_to_sync
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import ToolCall
from chat.testing import calls, says, scripted_model
from chat.tests.chat_case import ChatCase
from chat.turns.storage import OUTCOME

AUTHENTICATE = ["SELECT accounts_user"]
BEGIN = [
    "SAVEPOINT",
    "SELECT accounts_user",  # locked: one transaction of a user at a time
    "SELECT chat_conversation",  # turns at once and tokens of the day
    "SELECT chat_conversation",  # locked, with its lease
    "SELECT chat_message",
    "SELECT chat_toolcall",
    "UPDATE chat_conversation",  # its lease and its counter
    "INSERT chat_message",  # the question and the pending answer
    "RELEASE",
]
# Nobody waits for the disk here, and on SQLite never.
LATER = ["SET"] if connection.vendor == "postgresql" else []
STORE_CALL = ["SAVEPOINT", *LATER, "UPDATE chat_conversation", "INSERT chat_toolcall", "RELEASE"]
LIST = ["SELECT todos_todo"]
STORE_OUTCOME = ["SAVEPOINT", "UPDATE chat_conversation", "UPDATE chat_toolcall", "RELEASE"]
STORE_ANSWER = ["SAVEPOINT", "UPDATE chat_conversation", "UPDATE chat_message", "RELEASE"]


def in_short(sql: str) -> str:
    """The verb and the first table."""
    verb = sql.split(maxsplit=1)[0]
    table = re.search(r'(?:FROM|INTO|UPDATE) "(\w+)"', sql)
    return f"{verb} {table[1]}" if table else verb


class QueriesOfATurn(ChatCase):
    def queries_of(self, *steps):
        """Of the second turn of a conversation, which asks for nothing that the first has found out."""
        answer = async_to_sync(self.answer)
        with scripted_model(says("Hello."), *steps):
            conversation_id = answer("hi")["conversation_id"]
            with CaptureQueriesContext(connection) as captured:
                answer("what is open?", conversation_id=conversation_id)
        return [in_short(query["sql"]) for query in captured]

    def test_a_turn_with_a_tool_call_asks_these_and_no_others(self):
        asked = self.queries_of(calls("list_tasks", {}), says("Nothing."))
        self.assertEqual(asked, AUTHENTICATE + BEGIN + STORE_CALL + LIST + STORE_OUTCOME + STORE_ANSWER)

    def test_a_turn_without_one_asks_for_its_beginning_and_its_end(self):
        self.assertEqual(self.queries_of(says("Nothing.")), AUTHENTICATE + BEGIN + STORE_ANSWER)

    def test_an_outcome_that_is_none_is_a_null_and_not_the_word_null(self):
        with scripted_model(calls("list_tasks", {}), says("Nothing.")):
            async_to_sync(self.answer)("what is open?")
        call = ToolCall.objects.get(status="success", output__isnull=False)
        self.assertEqual(OUTCOME.run(call=call.pk, status="pending", output=None, duration_ms=None), 1)
        self.assertTrue(ToolCall.objects.filter(pk=call.pk, status="pending", output__isnull=True).exists())
