"""Who sends: one pair of keys for the installation (RFC 8292), made when it is first needed and then kept.

Browsers subscribe to the public one; another pair would end all their subscriptions.
"""

import datetime
from functools import cache
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from django.conf import settings
from django.utils import timezone

from notices.models import InstallationKey

from .encryption import CURVE, public_bytes, to_base64url

NAME = "vapid"
# At most 24 hours may be asked for.
TOKEN_LIFETIME = datetime.timedelta(hours=12)


def vapid_key() -> EllipticCurvePrivateKey:
    """The key pair, for a database unit. Two processes that make one at the same time take what was stored first."""
    row = InstallationKey.objects.filter(name=NAME).first()
    if row is None:
        made = generate_private_key(CURVE).private_numbers().private_value
        InstallationKey.objects.bulk_create([InstallationKey(name=NAME, secret=f"{made:064x}")], ignore_conflicts=True)
        row = InstallationKey.objects.get(name=NAME)
    return key_of(row.secret)


@cache
def key_of(secret: str) -> EllipticCurvePrivateKey:
    return derive_private_key(int(secret, 16), CURVE)


def public_vapid_key() -> str:
    """What a browser is given as `applicationServerKey`. In a unit of database work."""
    return to_base64url(public_bytes(vapid_key().public_key()))


def authorization(key: EllipticCurvePrivateKey, endpoint: str) -> str:
    """The header by which a push service knows us: for its origin alone, and for a few hours."""
    address = urlsplit(endpoint)
    claims = {
        "aud": f"{address.scheme}://{address.netloc}",
        "exp": timezone.now() + TOKEN_LIFETIME,
        "sub": settings.PUSH_CONTACT,
    }
    token = jwt.encode(claims, key, algorithm="ES256", headers={"typ": "JWT"})
    return f"vapid t={token}, k={to_base64url(public_bytes(key.public_key()))}"
