import itertools
import os
import re
import sys
import threading
import time
from importlib import import_module

vendor = "sqlite3" if os.environ["DATABASE_URL"].startswith("sqlite") else "postgresql"
backend = import_module(f"django.db.backends.{vendor}.base")
moment, _, pattern = os.environ["HOLD_AT"].partition(" ")
times = itertools.count(1)


class DatabaseWrapper(backend.DatabaseWrapper):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_met = False
        self.execute_wrappers.append(self.watch)

    def watch(self, execute, sql, params, many, context):
        is_met = bool(re.search(pattern, sql))
        if is_met and moment == "before":
            hold()
        result = execute(sql, params, many, context)
        if is_met and moment == "after":
            hold()
        self.is_met = self.is_met or is_met
        return result

    def _commit(self):
        super()._commit()
        is_met, self.is_met = self.is_met, False
        if is_met and moment == "committed":
            hold()


def hold():
    sys.stderr.write("held\n")
    if "HOLD_UNTIL" not in os.environ:
        threading.Event().wait()
    file = f"{os.environ['HOLD_UNTIL']}{next(times)}"
    while not os.path.exists(file):
        time.sleep(0.02)
