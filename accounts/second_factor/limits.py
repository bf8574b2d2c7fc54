"""How often a code may be tried: so seldom that a million codes are safe, and without locking its owner out.

A code is asked for after the password, so that only its owner and whoever stole that count here. Each try counts before
it is looked at: those that come side by side too. One limit is that of an account at an address; another that of an
account from wherever, because a thief may have many addresses. It does not hold where a code was right before, so that
the owner is not shut out at home; and a passkey is no code.
"""

import contextlib

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.models import User
from web.ratelimits import CacheUnreachable, count_each, login_refused

GROUP = "second-factor"
TRIES_PER_ACCOUNT = "20/h"
KNOWN_SECONDS = 90 * 24 * 3600


async def count_try(user: User, address: str) -> None:
    """Raises RateLimited, or ServiceUnavailable without a cache: no guess is answered uncounted."""
    try:
        await sync_to_async(count, thread_sensitive=False)(user, address)
    except CacheUnreachable as error:
        raise login_refused(error) from None


def count(user: User, address: str) -> None:
    counts = [(GROUP, f"{user.pk} {address}", f"{settings.FAILED_LOGINS_PER_MINUTE}/m")]
    try:
        is_known = cache.get(known_key(user, address))
    except RedisError as error:
        raise CacheUnreachable from error
    if not is_known:
        counts.append((GROUP, str(user.pk), TRIES_PER_ACCOUNT))
    count_each(counts)


async def note_right_code(user: User, address: str) -> None:
    with contextlib.suppress(RedisError):  # the worst that can come of it is a limit
        await cache.aset(known_key(user, address), True, KNOWN_SECONDS)


def known_key(user: User, address: str) -> str:
    return f"{GROUP}:{user.pk}:{address}"
