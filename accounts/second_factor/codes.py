"""Codes: those that an app makes of a shared secret (TOTP, RFC 6238, by pyotp), and recovery codes."""

import hashlib
import secrets
import unicodedata

import pyotp

from database import sealing

SITE_NAME = "Todo Chat"
# A clock may be half a minute off.
STEPS_BESIDE = 1
RECOVERY_CODES = 10
# 80 random bits: a fast hash keeps them. Without letters and digits that look alike.
RECOVERY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
RECOVERY_CHARACTERS, RECOVERY_GROUP = 16, 4


def new_secret() -> str:
    return pyotp.random_base32()


def address_of_secret(secret: str, username: str) -> str:
    """What an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=SITE_NAME)


def step_of_code(secret: str, code: str, now: float) -> int | None:
    """The half minute (counted from 1970) whose code this is, around `now` in seconds; None of a wrong code."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=STEPS_BESIDE)
    except pyotp.OTPVerificationError:
        return None


def plain(code: str) -> str:
    """A code as it was meant, however it was typed: spaces, hyphens, capitals and digits of full width do not count."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", code).lower()))


def is_of_app(code: str) -> bool:
    """Whether it looks like a code of an app, all digits, and not like a recovery code."""
    return plain(code).isdecimal()


def new_recovery_codes() -> list[str]:
    return [
        "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_CHARACTERS)) for _ in range(RECOVERY_CODES)
    ]


def readable(recovery_code: str) -> str:
    """The code in groups of four characters."""
    starts = range(0, RECOVERY_CHARACTERS, RECOVERY_GROUP)
    return "-".join(recovery_code[start : start + RECOVERY_GROUP] for start in starts)


def digest_of(recovery_code: str) -> str:
    return hashlib.sha256(plain(recovery_code).encode()).hexdigest()


# At rest

PURPOSE = "accounts.second_factor"


def sealed(secret: str) -> str:
    return sealing.sealed(secret, PURPOSE)


def unsealed(text: str) -> str | None:
    return sealing.unsealed(text, PURPOSE)
