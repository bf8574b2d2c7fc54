"""The scopes that a program of somebody else can be granted. Imports no Django: the settings import it."""

from django.utils.translation import gettext_lazy as _

READ, WRITE, CHAT = "todos:read", "todos:write", "chat"
# As the consent page and the settings say it.
SCOPES = {
    READ: _("See your todos"),
    WRITE: _("Add, change, complete and delete your todos"),
    CHAT: _("Chat with the assistant as you, and read your conversations"),
}
# Path of a door → what may be asked for there.
SCOPES_OF_DOOR = {"/mcp": (READ, WRITE), "/api": (READ, WRITE, CHAT)}


def allows(granted: frozenset[str], needed: str) -> bool:
    """Whether the granted scopes include this one: changing todos and chatting include reading them."""
    return needed in granted or (needed == READ and bool(granted))
