"""A server is killed at each step of a turn: what it had acknowledged is there, and nothing is done twice.

Each case has a server of its own on one database; another server on it stays alive, sweeps, and goes on with the turns.
"""

import contextlib
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.surroundings.answers import Answer, calls, hangs
from bench.surroundings.assistant import asked_text, built_in_answer
from bench.surroundings.stored import stored
from bench.surroundings.upstream import ScriptedUpstream
from chat.assistants.interface import ToolOutput
from config.testing import RunningServer, empty_database, running_server
from config.tests.servers import ServerCase, wait_for

LEASE_SECONDS = "2"


@dataclass(frozen=True)
class Moment:
    """When a server is killed: held by its database at a statement, by its upstream, or after its last event.

    `status` is that of the answer afterwards; None where nothing was stored yet.
    """

    name: str
    hold_at: str = ""
    upstream: str = ""
    status: str | None = "interrupted"


MOMENTS = (
    Moment("1 before it is known who asks", 'before FROM "accounts_user"', status=None),
    Moment("2 when it is known", 'after FROM "accounts_user"', status=None),
    Moment("3 before the history is read", 'before AS "content".* FROM "chat_message"', status=None),
    Moment("4 when the history is read", 'after FROM "chat_toolcall"', status=None),
    Moment("5 in the transaction of the message", 'after INSERT INTO "chat_message"', status=None),
    Moment("5 after the transaction of the message", 'committed INSERT INTO "chat_message"'),
    Moment("6 while the model is silent", upstream="silent"),
    Moment("7 in the middle of the model's tool call", upstream="calling"),
    Moment("8 in the transaction of the call", 'after INSERT INTO "chat_toolcall"'),
    Moment("8 after the transaction of the call", 'committed INSERT INTO "chat_toolcall"'),
    Moment("8 in the transaction of the todo", 'after INSERT INTO "todos_todo"'),
    Moment("8 after the transaction of the todo", 'committed INSERT INTO "todos_todo"'),
    Moment("8 in the transaction of the outcome", 'after UPDATE "chat_toolcall"'),
    Moment("8 after the transaction of the outcome", 'committed UPDATE "chat_toolcall"'),
    Moment("9 in the middle of the final message", upstream="speaking"),
    Moment("10 in the transaction of the answer", 'after UPDATE "chat_message" SET .*"error_code"'),
    Moment("11 before the answer is sent", 'committed UPDATE "chat_message" SET .*"error_code"', status="completed"),
    Moment("12 after the answer was sent", status="completed"),
)


class HoldingUpstream(ScriptedUpstream):
    """Falls silent in one turn of each text, at the place named for it; says what fits in any other."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, str] = {}
        self.silent: set[str] = set()

    def answer_to(self, history: list[Any], input_tokens: int) -> Answer:
        text, answer = asked_text(history), built_in_answer(history)
        place = self.places.get(text)
        wanted = "speaking" if isinstance(history[-1], ToolOutput) else place
        if place is None or place != wanted or text in self.silent:
            return answer
        self.silent.add(text)
        held = {"silent": hangs(), "calling": calls(*answer.calls, ending="hang"), "speaking": hangs("I added")}
        return held[place]


@dataclass
class Case:
    moment: Moment
    title: str
    user: tuple[str, str]
    conversation: str
    events: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def body(self) -> dict[str, str]:
        return {"message": f"Create a todo: {self.title}", "conversation_id": self.conversation}

    @property
    def key(self) -> str:
        return self.title.replace(" ", "-")

    @property
    def path(self) -> str:
        return f"/api/{self.user[0]}/chat"

    def acknowledged(self, name: str) -> list[Any]:
        return [data for event, data in self.events if event == name]


class Kills(ServerCase):
    def test_at_each_of_the_twelve_steps(self):
        with contextlib.ExitStack() as stack:
            self.database = stack.enter_context(empty_database())
            self.upstream = stack.enter_context(HoldingUpstream())
            settings = {"OPENAI_BASE_URL": self.upstream.url, "TURN_LEASE_SECONDS": LEASE_SECONDS}
            self.server = stack.enter_context(running_server(self.database, **settings))
            cases = [self.case(number, moment) for number, moment in enumerate(MOMENTS)]
            with ThreadPoolExecutor(2) as killers:
                list(killers.map(lambda case: self.kill(case, settings), cases))
            wait_for(lambda: not stored(self.database, "SELECT 1 FROM chat_conversation WHERE lease_until IS NOT NULL"))
            self.check_whole()
            for case in cases:
                with self.subTest(case.moment.name):
                    self.check_kept(case)
                    self.check_goes_on(case)
            self.check_whole()

    def case(self, number: int, moment: Moment) -> Case:
        user = self.sign_up(self.server, f"user{number}")
        answer = self.say(self.server, user, "hello")
        case = Case(moment, f"Todo {number}", user, answer.body["conversation_id"])
        if moment.upstream:
            self.upstream.places[case.body["message"]] = moment.upstream
        return case

    def kill(self, case: Case, settings: dict[str, str]) -> None:
        held = {"DJANGO_SETTINGS_MODULE": "config.tests.failures.held_settings", "HOLD_AT": case.moment.hold_at}
        with running_server(self.database, **settings, **(held if case.moment.hold_at else {})) as server:
            client = threading.Thread(target=self.listen, args=(server, case))
            client.start()
            try:
                wait_for(self.reached(server, case), case.moment.name)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{case.events}\n{server.log.read_text()}") from None
            server.stop(signal.SIGKILL)
            client.join()

    def listen(self, server: RunningServer, case: Case) -> None:
        for event in server.stream(case.path, case.body, case.user[1], Idempotency_Key=case.key):
            case.events.append(event)

    def reached(self, server: RunningServer, case: Case) -> Callable[[], Any]:
        if case.moment.hold_at:
            return lambda: "held\n" in server.log.read_text()
        if case.moment.upstream:
            return lambda: case.body["message"] in self.upstream.silent
        return lambda: case.acknowledged("turn.completed")

    def check_whole(self) -> None:
        """What holds in the database after any kill."""
        broken = {
            "pending messages": "SELECT id FROM chat_message WHERE status = 'pending'",
            "open calls": "SELECT id FROM chat_toolcall WHERE status = 'pending'",
            "gaps": "SELECT c.id FROM chat_conversation c JOIN chat_message m ON m.conversation_id = c.id "
            "GROUP BY c.id, c.last_sequence HAVING COUNT(*) <> c.last_sequence OR MAX(m.sequence) <> c.last_sequence",
            "doubles": "SELECT title FROM todos_todo GROUP BY title HAVING COUNT(*) > 1",
        }
        for name, sql in broken.items():
            self.assertEqual(stored(self.database, sql), [], name)

    def check_kept(self, case: Case) -> None:
        """Whatever the client had seen is stored, and the answer says what became of it."""
        answers = stored(
            self.database,
            "SELECT a.id, a.status, a.content FROM chat_message q JOIN chat_message a ON a.conversation_id = "
            "q.conversation_id AND a.sequence = q.sequence + 1 "
            f"WHERE q.role = 'user' AND q.content = '{case.body['message']}'",
        )
        self.assertEqual([status for _, status, _ in answers], [case.moment.status] if case.moment.status else [])
        for started in case.acknowledged("turn.started"):
            self.assertEqual(len(answers), 1, started)
        calls_stored = stored(self.database, self.calls_of(case))
        for finished in case.acknowledged("tool_call.finished"):
            self.assertIn((finished["tool_call"]["id"].replace("-", ""), "success"), calls_stored)
        todos = stored(self.database, f"SELECT id FROM todos_todo WHERE title = '{case.title}'")
        self.assertEqual(len(todos), [status for _, status in calls_stored].count("success"))
        for completed in case.acknowledged("turn.completed"):
            self.assertEqual([content for _, _, content in answers], [completed["response"]])

    def calls_of(self, case: Case) -> str:
        return (
            "SELECT REPLACE(CAST(t.id AS text), '-', ''), t.status FROM chat_toolcall t JOIN chat_message m ON "
            f"m.id = t.message_id WHERE m.conversation_id = '{self.key(case.conversation)}'"
        )

    def key(self, uuid: str) -> str:
        return uuid.replace("-", "") if self.database.startswith("sqlite") else uuid

    def check_goes_on(self, case: Case) -> None:
        """The same request again brings the answer, by Retry or by its key; each time the todo is there once."""
        if case.moment.status == "interrupted" and case.moment.name.startswith("8"):
            path = f"/api/{case.user[0]}/conversations/{case.conversation}/messages"
            answer = self.server.request("GET", path, token=case.user[1]).body["items"][-1]
            again = self.server.request("POST", f"{path}/{answer['id']}/retry", {}, token=case.user[1])
            self.assertEqual(again.status, 200, again.body)
        send = lambda body: self.server.request(  # noqa: E731
            "POST", case.path, body, token=case.user[1], Idempotency_Key=case.key
        )
        first, second = send(case.body), send(case.body)
        self.assertEqual(first.status, 200, first.body)
        self.assertEqual(first.body["response"], f"I added “{case.title}”.")
        self.assertEqual([call["status"] for call in first.body["tool_calls"]], ["success"])
        self.assertEqual(second.body, first.body)
        self.assertEqual(send({**case.body, "message": "hello"}).body["error"], "idempotency_mismatch")
        titles = stored(self.database, f"SELECT title FROM todos_todo WHERE title = '{case.title}'")
        self.assertEqual(titles, [(case.title,)])
