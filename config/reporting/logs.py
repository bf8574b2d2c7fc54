"""Formats and filters log lines, for people or for programs; each can be found by its request id."""

import logging
import re
import traceback
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from pythonjsonlogger.json import JsonFormatter

from telemetry.notes import noted_ids
from telemetry.tracing import trace_ids

CALENDAR_SECRET = re.compile(r"(?<=/calendar/)[^/\s]+(?=\.ics)")
# What a line may hold beside its words, in this order. Libraries add more to their records, such as whole requests.
IDS = ("request_id", "turn_id", "conversation_id", "user_id", "trace_id", "span_id")
FIGURES = (
    "method",
    "route",
    "status",
    "tool",
    "tool_call_id",
    "token_id",
    "duration_ms",
    "outcome",
    "error",
    "model",
    "steps",
    "tool_calls",
    "input_tokens",
    "output_tokens",
    "first_token_ms",
    "total_ms",
    "stages_ms",
)


class IdsFilter(logging.Filter):
    """Put what is known of the current request, or of the turn that grew out of it, on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in (noted_ids() | trace_ids()).items():
            record.__dict__.setdefault(name, value)
        return True


class WordsFormatter(logging.Formatter):
    """For people: the words, then the figures and whose they are."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s", defaults={"request_id": "-"}
        )

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 Python's name
        shown = {name: getattr(record, name) for name in FIGURES if hasattr(record, name)}
        if shown:
            shown |= {name: getattr(record, name) for name in IDS[1:] if hasattr(record, name)}
        return " ".join([super().formatMessage(record), *(f"{name}={value}" for name, value in shown.items())])


class FieldsFormatter(JsonFormatter):
    """For programs: one JSON object a line. `error` is the code of a refusal, `exc_info` where an error happened."""

    FIELDS = ("time", "level", "logger", "message", *IDS, *FIGURES, "exc_info", "stack_info")

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "timestamp": "time"},
            timestamp=True,
            json_ensure_ascii=False,
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: log_data[name] for name in self.FIELDS if name in log_data}


class SecretFilter(logging.Filter):
    """Take the secrets of calendar addresses out of the paths that Django logs with a refusal."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if CALENDAR_SECRET.search(message):
            record.msg, record.args = CALENDAR_SECRET.sub("…", message), ()
        return True


class RequestFilter(logging.Filter):
    """Of Django's own lines about requests only those of errors that nobody caught, and these without the address.

    Each request has a line of ours with its route and status; what was caught has one where that happened.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.exc_info or record.levelno < logging.ERROR:
            return False
        record.msg, record.args = "unexpected failure", ()
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


def logging_settings(formatter: str, level: str) -> dict[str, Any]:
    """What Django's LOGGING is: all that is logged goes to stderr, through filters that take secrets and texts out."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "ids": {"()": "config.reporting.logs.IdsFilter"},
            "secrets": {"()": "config.reporting.logs.SecretFilter"},
            "text": {"()": "config.reporting.logs.TextFilter"},
            "requests": {"()": "config.reporting.logs.RequestFilter"},
        },
        "formatters": {
            "line": {"()": "config.reporting.logs.WordsFormatter"},
            "json": {"()": "config.reporting.logs.FieldsFormatter"},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": formatter, "filters": ["ids", "secrets", "text"]}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.request": {"filters": ["requests"]},
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # strangers cause it; the 400 is logged anyway
            "daphne.server": {"level": "WARNING"},  # at INFO it tells of its sockets and of what it ends
            "mcp": {"level": "WARNING"},  # at INFO it logs what tools answer, which holds text of users
            "httpx2": {"level": "WARNING"},  # it logs addresses, which may hold credentials
            "urllib3": {"level": "WARNING"},  # so does this one, of the collector of traces
            # uvicorn brings handlers of its own, and a line for each request with its query; ours has the route alone.
            "uvicorn": {"handlers": [], "propagate": True},
            "uvicorn.access": {"handlers": [], "propagate": False},
            # At DEBUG these log statements with their values, and headers with cookies.
            **{name: {"level": "INFO"} for name in ("django.db.backends", "httpcore2", "websockets")},
        },
    }
