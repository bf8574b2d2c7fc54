"""The tokens of programs: random, kept as checksums, known by how they begin."""

import secrets
from typing import Any

PREFIX = "todo_app_"
REFRESH_PREFIX = "todo_refresh_"


def new_access_token(request: Any) -> str:
    return f"{PREFIX}{secrets.token_urlsafe(32)}"


def new_refresh_token(request: Any) -> str:
    return f"{REFRESH_PREFIX}{secrets.token_urlsafe(32)}"
