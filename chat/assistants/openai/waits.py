"""How long a server asks to wait, wherever it says so: headers, the body of the error, several units."""

import datetime
import email.utils
import math
import re
from collections.abc import Mapping
from typing import Any

LONGEST_SECONDS = 24 * 3600
DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
UNITS = (3600.0, 60.0, 1.0, 0.001)
# A Unix time, and one in milliseconds: no wait is as long.
UNIX_TIME, UNIX_TIME_MS = 1e9, 1e12
RESET = re.compile(
    r"^(?:x-)?ratelimit-reset(?P<of>-requests|-tokens|-input-tokens|-output-tokens)?$|^anthropic-.*-reset$"
)


def retry_after_seconds(headers: Mapping[str, str], body: Any, now: float) -> int | None:
    """Whole seconds, at least one and at most a day; None where the server does not say. `now` is a Unix time."""
    headers = {name.lower(): value for name, value in headers.items()}
    if (ms := number(headers.get("retry-after-ms"))) is not None:
        return whole(ms / 1000)
    for seconds in (seconds_of(headers.get("retry-after"), now), seconds_in_body(body, now), until_reset(headers, now)):
        if seconds is not None:
            return whole(seconds)
    return None


def seconds_of(value: Any, now: float) -> float | None:
    """Of a number, a duration such as `6m0s`, a Unix time, an HTTP date or an ISO time."""
    if (found := number(value)) is not None:
        return found / 1000 - now if found > UNIX_TIME_MS else found - now if found > UNIX_TIME else found
    if not isinstance(value, str) or not value.strip():
        return None
    if (match := DURATION.fullmatch(value.strip().lower())) and any(match.groups()):
        return sum(float(part) * unit for part, unit in zip(match.groups(), UNITS, strict=True) if part)
    for read in (email.utils.parsedate_to_datetime, datetime.datetime.fromisoformat):
        try:
            return read(value).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def seconds_in_body(body: Any, now: float) -> float | None:
    """Of Google's RetryInfo, of `retry_after` fields, and of headers that a router passes on in its error."""
    if isinstance(body, list):
        return next((found for item in body[:5] if (found := seconds_in_body(item, now)) is not None), None)
    if not isinstance(body, dict):
        return None
    for key in ("retryDelay", "retry_after", "retry_after_seconds", "retryAfter", "estimated_time"):
        if (found := seconds_of(body.get(key), now)) is not None:
            return found
    if isinstance(passed_on := body.get("headers"), dict):
        lower = {str(name).lower(): str(value) for name, value in passed_on.items()}
        if (found := seconds_of(lower.get("retry-after"), now) or until_reset(lower, now)) is not None:
            return found
    inner = (body.get(key) for key in ("error", "details", "metadata", "parameters"))
    return next((found for part in inner if (found := seconds_in_body(part, now)) is not None), None)


def until_reset(headers: Mapping[str, str], now: float) -> float | None:
    """Until the limit that is used up begins anew; where none says that it is, until all have."""
    waits, used_up = [], []
    for name, value in headers.items():
        if RESET.match(name) and (seconds := seconds_of(value, now)) is not None:
            waits.append(seconds)
            if headers.get(name.replace("reset", "remaining")) == "0":
                used_up.append(seconds)
    return max(used_up or waits, default=None)


def number(value: Any) -> float | None:
    try:
        found = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except ValueError:
        return None
    return found if found is not None and math.isfinite(found) else None


def whole(seconds: float) -> int:
    return min(max(math.ceil(seconds), 1), LONGEST_SECONDS)
