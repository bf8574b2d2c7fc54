"""The public keys of outside issuers: fetched when they are needed, and kept for a while in the process."""

import asyncio
import functools
import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from jwt import PyJWK, PyJWTError

from accounts.issuers import TrustedIssuer
from web.errors import ServiceUnavailable

logger = logging.getLogger(__name__)

FRESH_SECONDS = 600
# How long keys are used while nobody answers for them. A key that its issuer withdrew is gone when somebody does.
KEPT_SECONDS = 24 * 3600
# Tokens with made-up key ids cost their issuer no more than one request a second, and a rotated key waits no longer.
FETCH_INTERVAL_SECONDS = 1
OUTAGE_RETRY_SECONDS = 5
FETCH_TIMEOUT_SECONDS = 3
DOCUMENT_MAX_BYTES = 64 * 1024
RSA_MIN_BITS = 2048
KIND_OF_KEY = {
    "EdDSA": {"kty": "OKP", "crv": "Ed25519"},
    "ES256": {"kty": "EC", "crv": "P-256"},
    "RS256": {"kty": "RSA"},
}
PUBLIC_PARTS = {"kty", "crv", "x", "y", "n", "e"}

Keys = dict[tuple[str, str], PyJWK]


class KeysUnreadable(Exception):
    """What came is no set of keys."""


class KeySet:
    """The keys of one issuer, by key id and algorithm. `clock` counts seconds."""

    def __init__(self, issuer: TrustedIssuer, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer, self.clock = issuer, clock
        self.keys: Keys = {}
        self.read_at = self.asked_at = self.failed_at = float("-inf")
        self.asking = asyncio.Lock()

    async def find(self, key_id: str, algorithm: str) -> PyJWK | None:
        """The key; None where the issuer has none of this name. Raises ServiceUnavailable where it cannot be asked."""
        if (key_id, algorithm) not in self.keys:
            await self.ask_for(key_id, algorithm)
        elif self.clock() - self.read_at > FRESH_SECONDS and not self.asking.locked():
            # One request asks, the others go on with what there is.
            await self.ask_for(key_id, algorithm)
        if self.clock() - self.read_at > KEPT_SECONDS:
            self.keys = {}
        key = self.keys.get((key_id, algorithm))
        if key is None and self.failed_at > self.read_at:
            raise ServiceUnavailable(retry_after_seconds=OUTAGE_RETRY_SECONDS)
        return key

    async def ask_for(self, key_id: str, algorithm: str) -> None:
        """See that the keys are younger than this call, however many ask at once."""
        came_at = self.clock()
        async with self.asking:
            if self.asked_at >= came_at or self.clock() - self.failed_at < OUTAGE_RETRY_SECONDS:
                return
            await asyncio.sleep(max(0, self.asked_at + FETCH_INTERVAL_SECONDS - self.clock()))
            await self.fetch()

    async def fetch(self) -> None:
        self.asked_at = self.clock()
        try:
            document = await fetch_document(self.issuer.jwks_url)
            self.keys = keys_of(document, self.issuer)
        except KeysUnreadable as error:
            self.failed_at = self.clock()
            logger.warning("keys of %s: %s", self.issuer.issuer, error)
        else:
            self.read_at = self.clock()


@functools.cache
def key_set(issuer: TrustedIssuer) -> KeySet:
    return KeySet(issuer)


async def fetch_document(
    address: str, *, form: dict[str, str] | None = None, login: tuple[str, str] | None = None
) -> Any:
    """The JSON at an address, or the answer to a form that is posted there; raises KeysUnreadable.

    Redirects are not followed: keys are where the setting says. `login` is a client's id and secret.
    """
    import httpx2  # noqa: PLC0415 a start without outside issuers need not wait for it

    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    body = b""
    try:
        async with (
            asyncio.timeout(FETCH_TIMEOUT_SECONDS),
            httpx2.AsyncClient(follow_redirects=False, auth=login) as client,
            client.stream("POST" if form else "GET", address, headers=headers, data=form) as response,
        ):
            if response.status_code != 200:
                raise KeysUnreadable(f"the answer was {response.status_code}")
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > DOCUMENT_MAX_BYTES:
                    raise KeysUnreadable("the answer was too long")
        return json.loads(body)
    except (httpx2.HTTPError, TimeoutError, ValueError, RecursionError) as error:
        raise KeysUnreadable(type(error).__name__) from error


def keys_of(document: Any, issuer: TrustedIssuer) -> Keys:
    """The keys that the issuer may sign with; others are passed over. Raises KeysUnreadable where there is none."""
    listed = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise KeysUnreadable("the answer is no key set")
    keys: Keys = {
        (jwk["kid"], algorithm): key
        for jwk in listed
        for algorithm in issuer.algorithms
        if is_for(jwk, algorithm) and (key := public_key(jwk, algorithm))
    }
    if not keys:
        raise KeysUnreadable("the key set has no key that fits")
    return keys


def is_for(jwk: Any, algorithm: str) -> bool:
    """Whether this is a named key for signatures of this algorithm (RFC 7517)."""
    return (
        isinstance(jwk, Mapping)
        and isinstance(jwk.get("kid"), str)
        and jwk.get("alg", algorithm) == algorithm
        and jwk.get("use", "sig") == "sig"
        and KIND_OF_KEY[algorithm].items() <= jwk.items()
    )


def public_key(jwk: Mapping[str, Any], algorithm: str) -> PyJWK | None:
    """The key without whatever else stands beside it; None where it is broken or too short."""
    try:
        key = PyJWK({name: part for name, part in jwk.items() if name in PUBLIC_PARTS}, algorithm)
    except (PyJWTError, ValueError, TypeError, AttributeError):
        return None
    return None if getattr(key.key, "key_size", RSA_MIN_BITS) < RSA_MIN_BITS and algorithm == "RS256" else key
