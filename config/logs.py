"""Log lines that can be found by the request id that the person was shown."""

import logging
import re
from contextvars import ContextVar

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
