"""How often something may be done: counted in the cache, which all processes share.

Windows and keys are django-ratelimit's. With Redis each coroutine is a thread hop, because its client blocks. Without a
cache a limit cannot be counted: `check_rate` lets the request pass and logs it; `check_failed_logins` refuses, since
guessing would be free.
"""

import ipaddress
import logging
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import caches
from django.http import HttpRequest
from django_ratelimit import core
from redis.exceptions import RedisError

from database.cache import SharedRedisCache
from telemetry import metrics
from telemetry.causes import cause_of

from .errors import RateLimited, ServiceUnavailable

logger = logging.getLogger(__name__)

OUTAGE_RETRY_SECONDS = 5
# Of one user: files made of all there is, and searches, which look through all of it as somebody types.
FILES_PER_USER = "30/m"
SEARCHES_PER_USER = "120/m"
# Of one person; an address may as often as PEOPLE_PER_ADDRESS of them. Right passwords cost a hash as well, and refresh
# tokens are tried at no door but theirs.
SIGN_INS_PER_PERSON = "12/m"
REFRESHES_PER_PERSON = "30/m"


WINDOWS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


@dataclass(frozen=True)
class Use:
    """A limit that a request counted in: how many uses it allows in how many seconds, what is left, and until when."""

    name: str
    limit: int
    window_seconds: int
    left: int
    seconds_left: int


# The limits that the request at hand counted in, for its answer to tell; None where nobody asks.
noted_uses: ContextVar[list[Use] | None] = ContextVar("noted_uses", default=None)


def note_use(group: str, rate: str, usage: dict[str, int]) -> None:
    noted = noted_uses.get()
    if noted is not None:
        _, seconds = core._split_rate(rate)
        left = max(0, usage["limit"] - usage["count"])
        noted.append(Use(f"{group}-{WINDOWS[rate[-1]]}", usage["limit"], seconds, left, usage["time_left"]))


def limit_headers(noted: Iterable[Use]) -> dict[str, str]:
    """As the IETF's draft has them (draft-ietf-httpapi-ratelimit-headers): policies, and where the caller stands."""
    listed = list(noted)
    if not listed:
        return {}
    policy = ", ".join(f'"{use.name}";q={use.limit};w={use.window_seconds}' for use in listed)
    return {
        "RateLimit-Policy": policy,
        "RateLimit": ", ".join(f'"{use.name}";r={use.left};t={use.seconds_left}' for use in listed),
    }


class CacheUnreachable(Exception):
    """A count could not be read or written."""


async def check_rate(group: str, key: str, *rates: str) -> None:
    """Count one use of `key` in `group`; raises RateLimited from the first use above one of the `rates` ("20/m").

    Uses are counted in fixed windows, each key's at its own offset.
    """
    await count_uses(group, [(group, key, rate) for rate in rates])


async def check_use(group: str, user: AbstractBaseUser, *rates: str) -> None:
    """Count one use by the user, from wherever: who is signed in is not limited by those who share an address.

    Raises as `check_rate` does.
    """
    await count_uses(group, [(group, str(user.pk), rate) for rate in rates])


async def check_address(group: str, address: str, rate_of_person: str) -> None:
    """Count one use by somebody at this address, which may stand for an office. Raises as `check_rate` does."""
    await check_rate(group, address, rate_of_address(rate_of_person))


def rate_of_address(rate: str) -> str:
    count, _, period = rate.partition("/")
    return f"{int(count) * settings.PEOPLE_PER_ADDRESS}/{period}"


def count_use(group: str, user: AbstractBaseUser, *rates: str) -> None:
    """As `check_use`, for who is in a thread already: another one would cost as much as the count."""
    count_or_pass(group, [(group, str(user.pk), rate) for rate in rates])


async def count_uses(group: str, counts: list[tuple[str, str, str]]) -> None:
    """All in one round trip, in turn: what comes after a refusal is not counted. In memory it takes no thread."""
    if isinstance(caches["default"], SharedRedisCache):
        await sync_to_async(count_or_pass, thread_sensitive=False)(group, counts)
    else:
        count_or_pass(group, counts)


def count_or_pass(group: str, counts: list[tuple[str, str, str]]) -> None:
    try:
        count_each(counts)
    except CacheUnreachable as error:
        logger.warning("The limit %s was not checked: the cache is out of reach (%s).", group, cause_of(error))


async def check_failed_logins(username: str, address: str) -> None:
    """Refuse when too many logins have failed; raises RateLimited, or ServiceUnavailable without a cache.

    The count of an account belongs to one address, so that a stranger's failures cannot lock its owner out;
    the count of an address alone bounds one machine that tries one password on many accounts.
    """
    try:
        await sync_to_async(check_login_counts, thread_sensitive=False)(username, address)
    except CacheUnreachable as error:
        raise login_refused(error) from None


async def count_failed_login(username: str, address: str) -> None:
    """Count one failure; raises ServiceUnavailable without a cache, so that no guess is answered uncounted."""
    try:
        await sync_to_async(add_login_failure, thread_sensitive=False)(username, address)
    except CacheUnreachable as error:
        raise login_refused(error) from None


def login_refused(error: CacheUnreachable) -> ServiceUnavailable:
    logger.warning("A login was refused unchecked: the cache is out of reach (%s).", cause_of(error))
    return ServiceUnavailable(retry_after_seconds=OUTAGE_RETRY_SECONDS)


def count_each(counts: list[tuple[str, str, str]]) -> None:
    if settings.RATE_LIMITS:
        for (group, _, rate), usage in zip(counts, usages_with_one_more(counts), strict=False):
            note_use(group, rate, usage)
            if usage["count"] > usage["limit"]:
                raise too_many(group, usage)


def usages_with_one_more(counts: list[tuple[str, str, str]]) -> Iterable[dict[str, int]]:
    """As `usage_of`, up to the first that is above its limit. In memory each is counted when it is asked for."""
    cache = caches["default"]
    if isinstance(cache, SharedRedisCache):
        return usages_at_once(cache, counts)
    return (usage_of(group, key, rate, increment=True) for group, key, rate in counts)


def usages_at_once(cache: SharedRedisCache, counts: list[tuple[str, str, str]]) -> list[dict[str, int]]:
    """What django-ratelimit does in three round trips for each count, in one for all; raises CacheUnreachable."""
    uses, ends = [], []
    for group, key, rate in counts:
        limit, seconds = core._split_rate(rate)
        end = core._get_window(key, seconds)
        uses.append((core._make_cache_key(group, end, rate, key, core.ALL), limit, seconds + core.EXPIRATION_FUDGE))
        ends.append(end)
    try:
        counted = cache.count_in_turn(uses)
    except RedisError as error:
        raise CacheUnreachable from error
    now = int(time.time())
    return [
        {"count": count, "limit": limit, "time_left": end - now}
        for count, (_, limit, _), end in zip(counted, uses, ends, strict=False)
    ]


def check_login_counts(username: str, address: str) -> None:
    if settings.RATE_LIMITS:
        for group, key, rate in login_limits(username, address):
            usage = usage_of(group, key, rate, increment=False)
            if usage["count"] >= usage["limit"]:
                raise too_many(group, usage)


def add_login_failure(username: str, address: str) -> None:
    if settings.RATE_LIMITS:
        for group, key, rate in login_limits(username, address):
            usage_of(group, key, rate, increment=True)


def login_limits(username: str, address: str) -> list[tuple[str, str, str]]:
    """The (group, key, rate) of both counts that a failed login adds to."""
    allowed = settings.FAILED_LOGINS_PER_MINUTE
    return [
        ("failed-login-account", f"{address} {username}", f"{allowed}/m"),
        ("failed-login-address", address, rate_of_address(f"{allowed}/m")),
    ]


def usage_of(group: str, key: str, rate: str, *, increment: bool) -> dict[str, int]:
    """{"count", "limit", "time_left" in seconds}; raises CacheUnreachable."""
    try:
        usage = core.get_usage(None, group=group, key=lambda group, request: key, rate=rate, increment=increment)
    except RedisError as error:
        raise CacheUnreachable from error
    # django-ratelimit's answer when the cache took no count.
    if usage["limit"] == 0:
        raise CacheUnreachable
    return usage


def too_many(group: str, usage: dict[str, int]) -> RateLimited:
    metrics.rate_limit_hits.labels(group).inc()
    return RateLimited(retry_after_seconds=max(1, usage["time_left"]))


def address_of(request: HttpRequest) -> str:
    return network_of(request.META.get("REMOTE_ADDR", ""))


def network_of(remote: str) -> str:
    """Where a connection comes from; for IPv6 the /64 network, because one subscriber holds all of it."""
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address.packed, 64), strict=False).network_address)
