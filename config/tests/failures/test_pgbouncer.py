"""PgBouncer in transaction mode between the program and its database, as hosted databases put it: no session lasts.

Each transaction may get another connection, so that nothing may be left on one: no prepared statement, no server-side
cursor, no setting.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import skipUnless
from urllib.parse import parse_qs, urlsplit

import psycopg

from bench.surroundings.stored import stored
from bench.surroundings.upstream import ScriptedUpstream
from config.testing import empty_database, free_port, migrated, running_server
from config.tests.servers import FOUR_SENTENCES, ServerCase, wait_for

PGBOUNCER = os.environ.get("PGBOUNCER", "/usr/sbin/pgbouncer")
SETTINGS = """\
[databases]
* = host={sockets} port={port} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
server_reset_query =
logfile = {folder}/log
ignore_startup_parameters = extra_float_digits
"""


@contextlib.contextmanager
def pgbouncer(database_url: str) -> Iterator[str]:
    """The address of the same database by way of PgBouncer, with two connections for everybody."""
    database = urlsplit(database_url)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = Path(folder) / "pgbouncer.ini"
        sockets = parse_qs(database.query)["host"][0]
        settings.write_text(
            SETTINGS.format(sockets=sockets, port=database.port or 5432, listen_port=port, folder=folder)
        )
        # As who runs the database, because it refuses to be root.
        user = Path(sockets, f".s.PGSQL.{database.port or 5432}").owner()
        shutil.chown(folder, user)
        process = subprocess.Popen([PGBOUNCER, "-q", "-u", user, str(settings)], stderr=subprocess.DEVNULL)
        try:
            url = f"postgresql://postgres:@127.0.0.1:{port}{database.path}"
            wait_for(lambda: answers(url), "PgBouncer answers")
            yield url
        finally:
            process.terminate()
            process.wait()


def answers(url: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(url).close()
        return True
    return False


@skipUnless(os.environ.get("DATABASE_URL"), "PgBouncer stands before a PostgreSQL")
@skipUnless(os.access(PGBOUNCER, os.X_OK), "PgBouncer is not installed: apt-get install pgbouncer")
class BehindPgBouncer(ServerCase):
    def test_users_take_their_turns_side_by_side_on_two_connections(self):
        with contextlib.ExitStack() as stack:
            database = stack.enter_context(empty_database())
            pooled = stack.enter_context(pgbouncer(database))
            migrated(pooled)
            upstream = stack.enter_context(ScriptedUpstream())
            servers = [
                stack.enter_context(running_server(pooled, name, OPENAI_BASE_URL=upstream.url))
                for name in ("daphne", "uvicorn")
            ]
            with ThreadPoolExecutor() as clients:
                list(clients.map(lambda number: self.four_sentences(servers, number), range(6)))
            for server in servers:
                self.assertNotIn("Traceback", server.log.read_text())
            self.assert_no_session_is_left(database)

    def four_sentences(self, servers, number):
        user, conversation = self.sign_up(servers[number % 2], f"user{number}"), None
        for place, sentence in enumerate(FOUR_SENTENCES):
            answer = self.say(servers[(number + place) % 2], user, sentence, conversation)
            self.assertEqual(answer.status, 200, answer.body)
            conversation = answer.body["conversation_id"]
        self.assert_four_sentences_went_well(servers[0], user, conversation)
        path = f"/api/{user[0]}/conversations/{conversation}/export?format=json"
        self.assertEqual(servers[0].request("GET", path, token=user[1]).status, 200)
        self.assertEqual(servers[0].request("GET", f"/api/{user[0]}/export", token=user[1]).status, 200)
        found = servers[0].request("GET", f"/api/{user[0]}/conversations?q=groceries", token=user[1])
        self.assertEqual(len(found.body["items"]), 1)

    def assert_no_session_is_left(self, database):
        """Seen through the pooler's own connections: nothing was prepared or declared on any of them."""
        busy = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        queries = [query for (query,) in stored(database, busy)]
        self.assertEqual([query for query in queries if query.startswith(("PREPARE", "DECLARE", "SET"))], [])
