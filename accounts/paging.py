"""Cursors of lists: where a page ended, in a form that clients only hand back."""

import base64
import binascii
import json

from .errors import ValidationFailed


def encode_cursor(*values: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, parts: int) -> list[str]:
    """The values that `encode_cursor` was given; raises ValidationFailed for anything it did not make."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != parts or not all(isinstance(value, str) for value in values):
        raise ValidationFailed(details={"cursor": "This is not a cursor of this list."})
    return values
