"""Reads what a program of somebody else says that it can show to the person.

In the newer revision of MCP it says so with each request. In the older one it says so once, at the beginning, and is
given that back, signed, as the name of its session: no process keeps it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp_types import ClientCapabilities
from pydantic import ValidationError

from chat.asking.program import PersonOfProgram, may_be_asked
from web.requests.json_text import read_json

SESSION = "Mcp-Session-Id"
SALT = "config.endpoints.waiting"
SAID_OF_ITSELF = "io.modelcontextprotocol/clientCapabilities"


@dataclass(frozen=True)
class Abilities:
    """`form`: it can put a question. `cards`: it shows the pages of MCP Apps."""

    form: bool = False
    cards: bool = False


NONE = Abilities()


def abilities(request: HttpRequest, user_id: str, asker: str) -> Abilities:
    """What this caller can do: as the request says, else as the same program said at the beginning."""
    params = message_in(request.body).get("params")
    meta = params.get("_meta") if isinstance(params, dict) else None
    if isinstance(meta, dict) and SAID_OF_ITSELF in meta:
        return read(meta[SAID_OF_ITSELF])
    try:
        session = signing.loads(request.headers.get(SESSION, ""), salt=SALT)
        if session["user"] == user_id and session["asker"] == asker:
            return Abilities(**session["can"])
    except (signing.BadSignature, KeyError, TypeError):
        pass
    return NONE


def note_session(request: HttpRequest, response: HttpResponse, person: PersonOfProgram) -> None:
    """Hand what a program said of itself at the beginning back to it."""
    message = message_in(request.body)
    params = message.get("params")
    if message.get("method") != "initialize" or response.status_code != 200 or not isinstance(params, dict):
        return
    can = read(params.get("capabilities"))
    if can != NONE:
        session = {"user": str(person.user.pk), "asker": person.asker, "can": asdict(can)}
        response[SESSION] = signing.dumps(session, salt=SALT)


def read(said: Any) -> Abilities:
    """Each by itself: what is wrong about the one says nothing of the other."""
    if not isinstance(said, Mapping):
        return NONE
    try:
        asked = may_be_asked(ClientCapabilities.model_validate({"elicitation": said.get("elicitation")}))
    except ValidationError:
        asked = False
    extensions = said.get("extensions")
    apps = extensions.get(EXTENSION_ID) if isinstance(extensions, Mapping) else None
    kinds = apps.get("mimeTypes") if isinstance(apps, Mapping) else None
    return Abilities(asked, isinstance(kinds, list) and APP_MIME_TYPE in kinds)


def message_in(body: bytes) -> dict[str, Any]:
    try:
        message = read_json(body)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
