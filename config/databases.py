"""How the program holds its database: one writer at a time on SQLite, a pool of connections to PostgreSQL."""

from typing import Any

# One writer at a time: take the write lock at BEGIN and queue fairly in one thread.
ONE_WRITER: dict[str, Any] = {
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    },
}


def pooled(threads: int, options: dict[str, Any]) -> dict[str, Any]:
    """A pooled connection is given back after each unit of work; nothing is held while the model works.

    Also right behind a transaction-mode pooler: no server-side cursors, no prepared statements. `options` are those
    of the address.
    """
    return {
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            **options,
            # Its pauses between attempts to connect double until it gives up, and begin anew with the next request:
            # after an outage of any length it is back within seconds.
            "pool": {"min_size": 1, "max_size": threads + 2, "timeout": 5, "reconnect_timeout": 5},
            "prepare_threshold": None,
            "connect_timeout": 5,
        },
    }
