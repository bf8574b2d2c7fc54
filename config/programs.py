"""What a program of somebody else has to be allowed for each operation of the API.

What stands nowhere here is closed to programs: above all the account itself, and the answers to what a program would
like to be approved.
"""

from accounts.scopes import CHAT, READ, WRITE

# The word after the user's id in an address.
SCOPES_OF_AREAS = {
    "todos": (READ, WRITE),
    "undo": (READ, WRITE),
    "chat": (CHAT, CHAT),
    "conversations": (CHAT, CHAT),
    "turns": (CHAT, CHAT),
}
ME = "/api/auth/me"


def scope_of(method: str, path: str) -> str:
    """The scope for an address, or a template of one; "" where none is enough."""
    if path == ME:
        return READ
    _, _, _, area, *_ = [*path.split("/"), "", "", "", ""]
    reading, writing = SCOPES_OF_AREAS.get(area, ("", ""))
    return reading if method.upper() in {"GET", "HEAD"} else writing
