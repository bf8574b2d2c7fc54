"""A message for one browser that its push service cannot read: `aes128gcm` as in RFC 8291."""

import base64
import os

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = SECP256R1()
RECORD_BYTES = 4096
# What push services must take (RFC 8030, 7.2), without the head, the delimiter and the tag of the cipher.
MESSAGE_MAX_BYTES = RECORD_BYTES - 86 - 1 - 16
AUTH_BYTES = 16
SALT_BYTES = 16


def encrypt(
    message: bytes,
    p256dh: str,
    auth: str,
    *,
    salt: bytes | None = None,
    sender: EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a push; `salt` and `sender` are new each time but in tests. Raises ValueError for what is no key."""
    if len(message) > MESSAGE_MAX_BYTES:
        raise ValueError("the message is too long for one push")
    salt, sender = salt or os.urandom(SALT_BYTES), sender or generate_private_key(CURVE)
    receiver, ours = public_key(p256dh), public_bytes(sender.public_key())
    shared = sender.exchange(ECDH(), receiver)
    key_info = b"WebPush: info\0" + public_bytes(receiver) + ours
    secret = hkdf(auth_secret(auth), shared, key_info, 32)
    key = hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD_BYTES.to_bytes(4, "big") + len(ours).to_bytes(1, "big") + ours
    # The delimiter says that this is the last record.
    return head + AESGCM(key).encrypt(nonce, message + b"\x02", None)


def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA-256 for at most 32 bytes."""
    return mac(mac(salt, secret), info + b"\x01")[:length]


def mac(key: bytes, message: bytes) -> bytes:
    signer = hmac.HMAC(key, hashes.SHA256())
    signer.update(message)
    return signer.finalize()


def public_key(p256dh: str) -> EllipticCurvePublicKey:
    """The key of these octets. Raises ValueError for what is no point of the curve."""
    try:
        return EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64url(p256dh))
    except UnsupportedAlgorithm as error:
        raise ValueError("this is no key of a browser") from error


def auth_secret(auth: str) -> bytes:
    secret = from_base64url(auth)
    if len(secret) != AUTH_BYTES:
        raise ValueError("this is no secret of a browser")
    return secret


def public_bytes(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def from_base64url(text: str) -> bytes:
    """The octets of a base64url text. Raises ValueError."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def to_base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
