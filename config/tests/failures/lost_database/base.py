"""A PostgreSQL backend that loses its connection at named moments of named transactions, each once in a process.

LOSE is a JSON list of [moment, pattern, words]: the pattern finds a statement of the turn that was asked with these
words, and the moment is “inside” (just before it), “before” its COMMIT, or “after” that, where it took place and the
answer to it does not come. One turn runs at a time.
"""

import json
import os
import re

import psycopg
from django.db.backends.postgresql import base

moments = json.loads(os.environ["LOSE"])
asked = [""]


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.moment = ""
        self.execute_wrappers.append(self.watch)

    def watch(self, execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "chat_message"'):
            asked[0] = str(params)
        met = next((one for one in moments if re.search(one[1], sql) and one[2] in asked[0]), None)
        if met:
            moments.remove(met)
            self.moment = met[0]
            if self.moment == "inside":
                self.lose()
        return execute(sql, params, many, context)

    def lose(self):
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [self.connection.info.backend_pid])

    def _commit(self):
        moment, self.moment = self.moment, ""
        if moment == "before":
            self.lose()
        super()._commit()
        if moment == "after":
            self.connection.close()
            with self.wrap_database_errors:
                raise psycopg.InternalError("unexpected result status from command 'COMMIT'")

    def _rollback(self):
        self.moment = ""
        super()._rollback()
