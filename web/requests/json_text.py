"""JSON of strangers: read where it is no deeper than anything the program takes."""

import json
import re
from typing import Any

from django.utils.translation import gettext_lazy as _

DEPTH_MAX = 20
INVALID = _("This is not valid JSON.")
TOO_DEEP = _("This is nested more than %(number)s deep.")
# A string, whole or open to the end, so that brackets in it do not count; or one bracket.
SIGNS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)


def read_json(body: bytes) -> Any:
    """What the body says; raises ValueError with a sentence for the client."""
    check_depth(body)
    try:
        return json.loads(body.decode("utf-8-sig"))
    except ValueError as error:
        raise ValueError(INVALID) from error


def check_depth(body: bytes) -> None:
    """Raises ValueError for what is nested too deep, before a parser follows it down."""
    if body.count(b"[") + body.count(b"{") <= DEPTH_MAX:
        return
    depth = 0
    for sign in SIGNS.finditer(body):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(sign[0], 0)
        if depth > DEPTH_MAX:
            raise ValueError(TOO_DEEP % {"number": DEPTH_MAX})
