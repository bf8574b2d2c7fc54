"""How PostgreSQL runs the thirty most frequent statements with a million messages: `python -m bench.plans`.

Ten of its people have a day: they sign up, chat, look, search, and work on their todos, by pages, API and MCP, in one
process with DEBUG off; then the processes' own purge. It fails where a plan, of these thirty or of any other statement
of that day, reads a large table from its beginning to its end, or PostgreSQL has counted that one was.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

from asgiref.sync import async_to_sync
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import AsyncClient, Client

from bench.surroundings.million import arguments, filled_database, large_tables, parts_of, plan_of, read_whole

PEOPLE, SHOWN = 10, 30
EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
# Each way in which a statement was asked may have a plan of its own.
SAMPLES = 3
JSON = "application/json"


class Watch:
    """Every statement of every connection, how often it was run, and with what."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()
        self.samples: dict[str, list[Any]] = {}

    def begin(self, connection: Any, **kwargs: Any) -> None:
        """A receiver of `connection_created`."""
        if self.note not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.note)

    def note(self, execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.lstrip("( ").startswith(EXPLAINED) and not many:
            # Lists of values have as many places as values.
            shape = re.sub(r"%s(, ?%s)+", "%s, …", sql)
            shape = re.sub(r"\(%s, …\)(, ?\(%s, …\))+", "(%s, …), …", shape)
            self.times[shape] += 1
            samples = self.samples.setdefault(shape, [])
            samples[SAMPLES - 1 :] = [(sql, parameters)]
        return execute(sql, parameters, many, context)


class Person:
    """One of the database's people, at all doors."""

    def __init__(self, user: Any) -> None:
        self.user, self.client = user, Client()
        self.client.force_login(user)
        token = import_module("accounts.tokens.access").issue_access_token(user)
        self.headers = {"Authorization": f"Bearer {token}"}

    def asks(self, method: str, path: str, body: Any = None) -> Any:
        """The API."""
        answer = self.client.generic(method, path, json.dumps(body), content_type=JSON, headers=self.headers)
        assert answer.status_code < 300, (path, answer.status_code, answer.content[:300])
        return answer.json() if answer.content else {}

    def opens(self, path: str) -> None:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)

    def posts(self, path: str, **fields: Any) -> None:
        answer = self.client.post(path, fields)
        assert answer.status_code in (200, 302), (path, answer.status_code, answer.content[:300])

    def lives_a_day(self) -> None:
        self.chats()
        self.looks()
        self.works_on_todos()
        self.uses_mcp()

    def chats(self) -> None:
        mine, conversation = f"/api/{self.user.subject}", None
        for said in ("Add buy milk tomorrow", "What is due this week?", "Complete buy milk", "Undo that"):
            said_in = self.asks("POST", f"{mine}/chat", {"message": said, "conversation_id": conversation})
            conversation = said_in["conversation_id"]
        self.asks("POST", f"{mine}/chat", {"message": "What is overdue?", "conversation_id": self.old()})
        self.posts("/c/send", message="Add call Ann on friday", conversation_id=conversation)
        self.posts("/c/send", message="Which todos do I have?")
        self.asks("PATCH", f"{mine}/conversations/{conversation}", {"title": "Milk"})
        self.asks("DELETE", f"{mine}/conversations/{conversation}")
        self.asks("POST", f"{mine}/conversations/{conversation}/restore")

    def looks(self) -> None:
        mine, old = f"/api/{self.user.subject}", self.old()
        for path in (
            "/",
            "/",
            f"/c/{old}",
            f"/c/{old}?before=9",
            "/?find=friday",
            "/?find=牛奶",
            "/accounts/settings",
            "/todos",
            "/todos?filter=week",
        ):
            self.opens(path)
        for path in (
            "conversations",
            "conversations?q=friday",
            f"conversations/{old}",
            f"conversations/{old}/messages",
        ):
            self.asks("GET", f"{mine}/{path}")

    def works_on_todos(self) -> None:
        mine = f"/api/{self.user.subject}/todos"
        for path in ("?filter=today", "?filter=week", "?filter=done", "?q=milk", "?tag=home", "?sort=priority"):
            self.opens(f"/todos{path}")
        for query in ("", "?filter=open", "?q=milk", "?limit=5"):
            self.asks("GET", mine + query)
        self.posts("/todos/add", text="water the plants tomorrow 9am #home")
        todo = self.asks("POST", mine, {"title": "Pay the rent", "due": "friday", "tags": ["home"]})["id"]
        self.asks("PATCH", f"{mine}/{todo}", {"title": "Pay all rents"})
        for act in ("complete", "reopen"):
            self.asks("POST", f"{mine}/{todo}/{act}")
        for act in ("complete", "reopen", "delete", "restore"):
            self.posts(f"/todos/{todo}/{act}")
        self.asks("GET", f"{mine}/{todo}/changes")
        self.asks("DELETE", f"{mine}/{todo}")

    def uses_mcp(self) -> None:
        """With a token of its own, as programs have."""
        token = import_module("accounts.tokens.personal").issue_personal_token(self.user, "Laptop", "write", days=30)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
        post = async_to_sync(AsyncClient().post)
        for name, given in (("list_tasks", {"filter": "open"}), ("add_task", {"tasks": [{"title": "Buy bread"}]})):
            call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": given}}
            answer = post("/mcp", json.dumps(call), content_type=JSON, headers=headers)
            assert b'"isError":false' in answer.content.replace(b" ", b""), answer.content

    def old(self) -> str:
        """A conversation of twenty messages."""
        return str(self.user.conversations.filter(last_sequence=20).order_by("id").first().pk)


def main() -> None:
    options = arguments(
        argparse.ArgumentParser(prog="python -m bench.plans", description="Explain what is asked most.")
    )
    with filled_database(options):
        sys.exit(measure())


def measure() -> int:
    before, watch = sequential_scans(), Watch()
    connection_created.connect(watch.begin)
    connection.execute_wrappers.append(watch.note)
    for number, user in enumerate(import_module("accounts.models").User.objects.filter(is_staff=False)[:PEOPLE]):
        signs_up(number)
        Person(user).lives_a_day()
    import_module("chat.privacy.purge").purge_all()
    connection.execute_wrappers.remove(watch.note)
    connection_created.disconnect(watch.begin)
    return told(watch, Counter(sequential_scans()) - Counter(before))


def signs_up(number: int) -> None:
    name, client = f"new-{number}-{import_module('uuid').uuid4().hex[:8]}", Client()
    body = {"username": name, "password": "correct horse battery staple"}
    answer = client.post("/api/auth/register", body, content_type=JSON)
    assert answer.status_code == 201, answer.content
    answer = client.post("/api/auth/token", body, content_type=JSON)
    assert answer.status_code == 200, answer.content
    refresh = {"refresh_token": answer.json()["refresh_token"]}
    assert client.post("/api/auth/refresh", refresh, content_type=JSON).status_code == 200


def told(watch: Watch, counted: Counter[str]) -> int:
    """The thirty, and of the others those that read a table whole."""
    print("times  statement and plan")
    whole = 0
    for number, (shape, times) in enumerate(watch.times.most_common()):
        plans = [plan_of(sql, parameters) for sql, parameters in watch.samples[shape]]
        tables = sorted(set().union(*map(read_whole, plans)))
        whole += bool(tables)
        if number < SHOWN or tables:
            mark = f"  READS ALL OF {', '.join(tables)}" if tables else ""
            print(f"{times:5}  {shortened(shape)}\n       {outline(plans)}{mark}", flush=True)
    print(f"{len(watch.times)} statements, run {watch.times.total()} times; {whole} of them read a large table whole")
    print("sequential scans of large tables that PostgreSQL counted:", dict(counted) or 0)
    return 1 if whole or counted else 0


def shortened(sql: str) -> str:
    """Without the list of columns, and no longer than a line."""
    sql = re.sub(r"^SELECT .*? FROM ", "SELECT … FROM ", sql.replace('"', ""))
    sql = re.sub(r"^(INSERT INTO \S+) \(.*?\) VALUES.*", r"\1 …", sql)
    return sql if len(sql) <= 160 else sql[:159] + "…"


def outline(plans: Sequence[dict[str, Any]]) -> str:
    """What is read, and along which index; each plan once."""
    texts = (", ".join(steps(plan)) or plan["Node Type"] for plan in plans)
    return " | ".join(dict.fromkeys(texts))


def steps(plan: dict[str, Any]) -> Iterator[str]:
    for part in parts_of(plan):
        if "Scan" in part["Node Type"] and (of := part.get("Index Name") or part.get("Relation Name")):
            yield f"{part['Node Type']} {of}"


def sequential_scans() -> dict[str, int]:
    """How often each large table was read whole so far, as PostgreSQL counts: a connection tells when it ends."""
    large = large_tables()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT relname, seq_scan FROM pg_stat_user_tables")
        return {name: scans for name, scans in cursor.fetchall() if name in large}


if __name__ == "__main__":
    main()
