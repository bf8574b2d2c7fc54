"""What makes search fast: a functional index in PostgreSQL, an FTS5 table with triggers in SQLite.

Made after each migrate and not in a migration: to change a table, Django rebuilds it in SQLite, and its triggers go.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from database.search import make_character_index, make_word_index

TABLE_SQLITE = "CREATE VIRTUAL TABLE chat_search USING fts5(row_id, text, tokenize='unicode61 remove_diacritics 2')"
# Rows are found again by their id as a word of the index: rowids of the tables do not outlive a VACUUM.
FORGET = (
    "DELETE FROM chat_search WHERE rowid IN "
    "(SELECT rowid FROM chat_search WHERE chat_search MATCH 'row_id : \"' || old.id || '\"');"
)
LEARN = "INSERT INTO chat_search (row_id, text) VALUES (new.id, new.{column});"
# An answer is indexed once it is whole, not with every piece that is stored of it.
TRIGGERS_SQLITE = {
    "chat_search_message_added": "AFTER INSERT ON chat_message WHEN new.status <> 'pending' "
    f"BEGIN {LEARN.format(column='content')} END",
    "chat_search_message_changed": "AFTER UPDATE OF content, status ON chat_message "
    "WHEN new.status <> 'pending' AND (old.status = 'pending' OR old.content <> new.content) "
    f"BEGIN {FORGET} {LEARN.format(column='content')} END",
    "chat_search_message_removed": f"AFTER DELETE ON chat_message BEGIN {FORGET} END",
    "chat_search_title_added": f"AFTER INSERT ON chat_conversation BEGIN {LEARN.format(column='title')} END",
    "chat_search_title_changed": "AFTER UPDATE OF title ON chat_conversation WHEN old.title <> new.title "
    f"BEGIN {FORGET} {LEARN.format(column='title')} END",
    "chat_search_title_removed": f"AFTER DELETE ON chat_conversation BEGIN {FORGET} END",
}
FILL_SQLITE = (
    "INSERT INTO chat_search (row_id, text) SELECT id, content FROM chat_message WHERE status <> 'pending' "
    "UNION ALL SELECT id, title FROM chat_conversation"
)
INDEXES_POSTGRESQL = {
    "chat_message_search": ("chat_message", "content"),
    "chat_conversation_search": ("chat_conversation", "title"),
}


def make_search_index(using: str, **kwargs: Any) -> None:
    """A receiver of `post_migrate`; does nothing where all is there."""
    connection = connections[using]
    if not {"chat_message", "chat_conversation"} <= set(connection.introspection.table_names()):
        return
    if connection.vendor == "postgresql":
        make_in_postgresql(connection)
        return
    with transaction.atomic(using=using):
        make_in_sqlite(connection)


def make_in_sqlite(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'chat_search%%'")
        names = {name for (name,) in cursor.fetchall()}
        if TRIGGERS_SQLITE.keys() <= names:
            return
        for name in TRIGGERS_SQLITE.keys() & names:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("DROP TABLE IF EXISTS chat_search")
        cursor.execute(TABLE_SQLITE)
        cursor.execute(FILL_SQLITE)
        for name, body in TRIGGERS_SQLITE.items():
            cursor.execute(f"CREATE TRIGGER {name} {body}")


def make_in_postgresql(connection: BaseDatabaseWrapper) -> None:
    for name, (table, column) in INDEXES_POSTGRESQL.items():
        make_word_index(connection, name, table, column)
        make_character_index(connection, f"{name}_characters", table, column)
