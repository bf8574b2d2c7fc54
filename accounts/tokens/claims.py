"""What stands in a token, read strictly before anything in it is believed.

JSON readers differ over what is given twice, over NaN and over text in the place of a number (RFC 8725 sections 2.4
and 3.11), so that a token which needs a reader's goodwill is refused.
"""

import base64
import binascii
import json
import re
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from web.errors import TokenInvalid

# Ours have about 350 characters; longer ones are refused before anything in them is decoded.
TOKEN_MAX_LENGTH = 4096
TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
END_OF_TIME = 253_402_300_799  # 9999-12-31; a date beyond it is none

# A subject is held to OpenID Connect Core section 2: at most 255 ASCII characters, here visible ones.
Subject = Annotated[str, Field(strict=True, pattern=r"^[!-~]{1,255}\z")]
Text = Annotated[str, Field(strict=True)]
Time = Annotated[float, Field(strict=True, ge=0, le=END_OF_TIME, allow_inf_nan=False)]


class Claims(BaseModel):
    """The claims that count. Times are seconds since 1970."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    iss: Text
    aud: Text | list[Text]
    sub: Subject
    iat: Time
    exp: Time
    nbf: Time = 0
    sid: Any = None


def read_token(token: str) -> tuple[dict[str, Any], Claims]:
    """Header and claims, of which nothing is verified; raises TokenInvalid for what is not well-formed."""
    if len(token) > TOKEN_MAX_LENGTH or not TOKEN_PATTERN.fullmatch(token):
        raise TokenInvalid
    header, payload, _ = token.split(".")
    try:
        return read_part(header), Claims.model_validate(read_part(payload))
    except (ValidationError, ValueError, RecursionError):
        raise TokenInvalid from None


def read_part(part: str) -> dict[str, Any]:
    """One part of a token as the object it is; raises ValueError."""
    try:
        text = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
    except binascii.Error as error:
        raise ValueError from error
    read = json.loads(text, object_pairs_hook=without_repeats, parse_constant=refuse_constant)
    if not isinstance(read, dict):
        raise ValueError("no object")
    return read


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a name is given twice")
    return read


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
