"""What a database holds, past the program."""

import contextlib
import sqlite3
from typing import Any
from urllib.parse import urlsplit

import psycopg


def stored(database_url: str, sql: str) -> list[tuple[Any, ...]]:
    """The rows of one statement, from a SQLite file or a PostgreSQL."""
    if database_url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(urlsplit(database_url).path, isolation_level=None)) as file:
            return file.execute(sql).fetchall()
    with psycopg.connect(database_url, autocommit=True) as connection:
        return connection.execute(sql).fetchall()
