"""Why something is out of reach, in two or three words that hold nothing of anybody: for the log of whoever runs it."""

import errno
import os
from collections.abc import Iterator

# What the system says by number, and what libraries say only in their sentences.
SYSTEM = {
    errno.ECONNREFUSED: "connection refused",
    errno.EMFILE: "too many open files",
    errno.ENFILE: "too many open files",
    errno.ENOSPC: "disk full",
    errno.EROFS: "read-only disk",
    errno.ETIMEDOUT: "no answer in time",
    errno.EHOSTUNREACH: "no route to the host",
    errno.ECONNRESET: "connection reset",
}
SENTENCES = {
    "connection refused": "connection refused",
    "too many open files": "too many open files",
    "no space left": "disk full",
    "database or disk is full": "disk full",
    "readonly database": "read-only disk",
    "read-only file system": "read-only disk",
    "read-only transaction": "the database takes no writes",
    "unable to open database file": "the database file cannot be opened",
    "database is locked": "the database is locked",
    "too many clients": "too many connections",
    "remaining connection slots": "too many connections",
    "password authentication failed": "wrong password",
    "invalid username-password pair": "wrong password",
    "no password supplied": "no password",
    "does not exist": "no such database or role",
    "not currently accepting connections": "the database takes no connections",
    "starting up": "the database starts",
    "shutting down": "the database stops",
    "terminating connection": "the connection was ended by the database",
    "name or service not known": "unknown host name",
    "name resolution": "unknown host name",
    "no address associated": "unknown host name",
    "certificate": "the certificate is not accepted",
    "timeout": "no answer in time",
    "timed out": "no answer in time",
    "couldn't get a connection": "no connection was free in time",
    "closed": "the connection was closed",
}


def cause_of(error: BaseException) -> str:
    """The first cause that is known, from the error and what it came of; else the kind of the error."""
    for one in chain_of(error):
        if isinstance(one, OSError) and one.errno is not None:
            return SYSTEM.get(one.errno) or os.strerror(one.errno).lower()
        said = str(one).lower()
        for words, cause in SENTENCES.items():
            if words in said:
                return cause
    return type(error).__name__


def chain_of(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in seen:
        yield following
        seen.append(following)
        following = following.__cause__ or following.__context__
