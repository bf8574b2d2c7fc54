import errno
import sqlite3

import psycopg
import redis
from django.test import SimpleTestCase

from telemetry.causes import cause_of


class CauseOf(SimpleTestCase):
    def test_what_nobody_answers_for_was_refused(self):
        with self.assertRaises(psycopg.OperationalError) as database:
            psycopg.connect("postgresql://alice:hidden@127.0.0.1:1/todos", connect_timeout=2)
        with self.assertRaises(redis.RedisError) as cache:
            redis.Redis.from_url("redis://:hidden@127.0.0.1:1/0").ping()
        self.assertEqual([cause_of(database.exception), cause_of(cache.exception)], ["connection refused"] * 2)

    def test_what_the_system_says_by_number(self):
        for number, cause in (
            (errno.EMFILE, "too many open files"),
            (errno.ENOSPC, "disk full"),
            (errno.EROFS, "read-only disk"),
            (errno.EPERM, "operation not permitted"),
        ):
            with self.subTest(cause):
                error = RuntimeError("alice's words")
                error.__cause__ = OSError(number, "anything")
                self.assertEqual(cause_of(error), cause)

    def test_what_sqlite_says_in_a_sentence(self):
        with self.assertRaises(sqlite3.OperationalError) as missing:
            sqlite3.connect("/nowhere/at/all.sqlite3")
        self.assertEqual(cause_of(missing.exception), "the database file cannot be opened")
        readonly = sqlite3.OperationalError("attempt to write a readonly database")
        self.assertEqual(cause_of(readonly), "read-only disk")

    def test_no_words_of_an_error_are_repeated(self):
        self.assertEqual(cause_of(ValueError("my password is hidden")), "ValueError")
