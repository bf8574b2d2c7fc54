"""Log lines that can be found by the request id that the person was shown."""

import logging
import re
import traceback
from collections.abc import Iterator
from contextvars import ContextVar

from django.conf import settings

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="-")


CALENDAR_SECRET = re.compile(r"(?<=/calendar/)[^/\s]+(?=\.ics)")


class RequestIdFilter(logging.Filter):
    """Put the request id of the current request, or of the turn that grew out of it, on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get()
        return True


class SecretFilter(logging.Filter):
    """Take the secrets of calendar addresses out of the paths that Django logs with a refusal."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if CALENDAR_SECRET.search(message):
            record.msg, record.args = CALENDAR_SECRET.sub("…", message), ()
        return True


class TextFilter(logging.Filter):
    """Of an error keep its kind and where it happened: its words may quote what people wrote, or a key."""

    def filter(self, record: logging.LogRecord) -> bool:
        if settings.LOG_MESSAGE_TEXT:
            return True
        if isinstance(record.args, tuple):
            record.args = tuple(type(arg).__name__ if isinstance(arg, BaseException) else arg for arg in record.args)
        if record.exc_info and (error := record.exc_info[1]):
            record.exc_text, record.exc_info = "\n".join(wordless_traceback(error)), None
        return True


def wordless_traceback(error: BaseException) -> Iterator[str]:
    """The chain of errors, the first cause first: frames and kinds; of the database also what was violated."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following and following not in chain:  # two errors can name each other as their cause
        chain.append(following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    for one in reversed(chain):
        yield "Traceback (most recent call last):"
        yield "".join(traceback.format_tb(one.__traceback__)).rstrip()
        yield ", ".join(map(kind_of, [one, *getattr(one, "exceptions", ())]))


def kind_of(error: BaseException) -> str:
    violated = getattr(getattr(error, "diag", None), "constraint_name", None)
    return f"{type(error).__module__}.{type(error).__qualname__}{f' ({violated})' if violated else ''}"
