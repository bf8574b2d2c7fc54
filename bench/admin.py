"""How long pages of the admin take with a million messages: `python -m bench.admin`.

It fails where one takes over a second, or reads a large table from its beginning to its end.

A real PostgreSQL from its wheel, filled by its own generator (a few minutes), and one process with DEBUG off. Requests
go through all of Django and not over a network. Printed are the wall clock at the median of five, the number of
queries, and the slowest of these.
"""

import argparse
import datetime
import statistics
import sys
import time
from importlib import import_module
from typing import Any

from django.db import connection
from django.test import Client

from bench.surroundings.million import arguments, filled_database, plan_of, read_whole

ROUNDS = 5
LIMIT_MS = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.admin", description="Time the pages of the admin.")
    parser.add_argument("--explain", action="store_true", help="print the plan of the slowest query of each slow page")
    options = arguments(parser)
    with filled_database(options):
        sys.exit(measure(options))


def measure(options: argparse.Namespace) -> int:
    late = 0
    client = signed_in()
    print("page                                        ms p50  queries  slowest query, ms")
    for name, address in addresses().items():
        late += print_page(client, name, address, options)
    return 1 if late else 0


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
        "conversations of today": "/admin/chat/conversation/?" + day("updated_at"),
        "conversations of a day, long ago": "/admin/chat/conversation/?" + day("updated_at", 50),
        "conversations of a user": f"/admin/chat/conversation/?owner__id__exact={turn.owner_id}",
        "conversations by a word": f"/admin/chat/conversation/?q={words}",
        "conversations by a word of a script without spaces": "/admin/chat/conversation/?q=牛奶",
        "conversations by a name": "/admin/chat/conversation/?q=user-77",
        "conversations by nothing": "/admin/chat/conversation/?q=xyzzy-none",
        "a conversation": f"/admin/chat/conversation/{turn.conversation_id}/change/",
        "messages": "/admin/chat/message/",
        "messages that failed": "/admin/chat/message/?status__exact=failed",
        "messages that are pending": "/admin/chat/message/?status__exact=pending",
        "messages of assistants": "/admin/chat/message/?role__exact=assistant",
        "messages of today": "/admin/chat/message/?" + day("created_at"),
        "messages of yesterday": "/admin/chat/message/?" + day("created_at", 1),
        "messages of a day, long ago": "/admin/chat/message/?" + day("created_at", 50),
        "messages of a day before all": "/admin/chat/message/?" + day("created_at", 500),
        "messages that failed then": "/admin/chat/message/?status__exact=failed&" + day("created_at", 50),
        "messages by a word": f"/admin/chat/message/?q={words}",
        "messages by a name": "/admin/chat/message/?q=user-77",
        "messages by nothing": "/admin/chat/message/?q=xyzzy-none",
        "messages by a word of a script without spaces": "/admin/chat/message/?q=牛奶",
        "messages by a reference": f"/admin/chat/message/?q={str(turn.pk)[-8:]}",
        "messages by an error": "/admin/chat/message/?error=model_timeout",
        "messages by time": "/admin/chat/message/?o=1",
        "a message": f"/admin/chat/message/{turn.pk}/change/",
        "tool calls": "/admin/chat/toolcall/",
        "tool calls of a day, long ago": "/admin/chat/toolcall/?" + day("created_at", 50),
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
        "todos of a day before all": "/admin/todos/todo/?" + day("created_at", 500),
        "todos by a word of a script without spaces": "/admin/todos/todo/?q=牛奶",
        "todos by nothing": "/admin/todos/todo/?q=xyzzy-none",
        "a todo": f"/admin/todos/todo/{todo.pk}/change/",
        "changes": "/admin/todos/todochange/",
        "changes by a page": "/admin/todos/todochange/?door__exact=page",
        "changes of a day before all": "/admin/todos/todochange/?" + day("created_at", 500),
        "changes by nothing": "/admin/todos/todochange/?q=xyzzy-none",
        "a change": f"/admin/todos/todochange/{change.pk}/change/",
        "readings": "/admin/accounts/reading/",
        "readings of a day before all": "/admin/accounts/reading/?" + day("read_at", 500),
        "readings of one thing": f"/admin/accounts/reading/?q={turn.conversation_id}",
        "sign-ins": "/admin/accounts/signin/",
        "sign-ins of a day before all": "/admin/accounts/signin/?" + day("created_at", 500),
        "sign-ins of a name": "/admin/accounts/signin/?q=user-77",
        "users": "/admin/accounts/user/",
        "users by a name": "/admin/accounts/user/?q=user-77",
        "a user": f"/admin/accounts/user/{turn.owner_id}/change/",
        "a user, to delete": f"/admin/accounts/user/{turn.owner_id}/delete/",
    }


def day(column: str, ago: int = 0) -> str:
    """The filter of one day, as the links beside a list have it."""
    start = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=ago)
    end = start + datetime.timedelta(days=1)
    return f"{column}__gte={start}%2000:00:00%2B00:00&{column}__lt={end}%2000:00:00%2B00:00"


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
    scans = {sql: tables for query in asked if (tables := scanned(sql := query["sql"]))}
    slowest = max(asked, key=lambda query: float(query["time"]))
    ms = statistics.median(taken)
    mark = ("  SLOW" if ms > LIMIT_MS else "") + "".join(
        f"  READS ALL OF {table}" for table in sorted(set().union(*scans.values()))
    )
    print(f"{name:40}  {ms:8.0f}  {len(asked):7}  {float(slowest['time']) * 1000:17.0f}{mark}", flush=True)
    if mark and options.explain:
        for sql in scans or [slowest["sql"]]:
            print(explained(sql))
    return bool(mark)


def scanned(sql: str) -> set[str]:
    return read_whole(plan_of(sql.replace("%", "%%"), [])) if sql.startswith("SELECT") else set()


def explained(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, SUMMARY OFF) {sql}".replace("%", "%%"), [])
        return "\n".join([sql[:600], *(f"    {row[0]}" for row in cursor.fetchall())])


if __name__ == "__main__":
    main()
