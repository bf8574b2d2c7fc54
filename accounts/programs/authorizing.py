"""What a program asks a person for at /o/authorize, read strictly, and the code that says yes.

A fault before it is sure where the answer goes is told to the person; any other goes back to the program.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.models import Application
from oauth2_provider.oauth2_backends import get_oauthlib_core
from oauthlib.oauth2.rfc6749 import errors

from accounts.entry.tickets import spend_ticket
from accounts.models import User
from accounts.scopes import SCOPES_OF_DOOR
from web.addresses.origins import own_origin

from .clients.known import is_too_old
from .clients.redirects import answer_address, place_of
from .scopes import door_of, resource_of

ISSUER_PATH = "/o"
UNREADABLE = _("The program asked in a way that cannot be answered. Start again in the program.")
STATE_MAX_CHARACTERS = 2000
S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class RequestUnreadable(Exception):
    """A request that names no address to trust: the person is told, not the program."""

    status = 400

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or str(UNREADABLE)
        super().__init__(self.sentence)


class RequestRefused(Exception):
    """A refusal that the program is told, by a redirect to `address`."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__("refused")


@dataclass(frozen=True)
class Asked:
    """A request that can be put to a person."""

    application: Application
    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...]
    door: str
    code_challenge: str

    @property
    def host(self) -> str:
        """Whose program it is, as far as anything proves it: the host of its document, else where the answer goes."""
        return place_of(self.application.client_id) if self.application.cimd_expires_at else self.place

    @property
    def place(self) -> str:
        return place_of(self.redirect_uri)

    @property
    def name(self) -> str:
        return self.application.name or self.host


def issuer_of(request: HttpRequest) -> str:
    """Who we are to programs (RFC 8414), also in each answer, so that no other can be mistaken for us (RFC 9207)."""
    return f"{own_origin(request)}{ISSUER_PATH}"


def read_asked(request: HttpRequest) -> Asked:
    """Raises RequestUnreadable or RequestRefused. Reads the database."""
    check_parameters(request)
    try:
        scopes, said = get_oauthlib_core().validate_authorization_request(request)
    except FatalClientError as error:
        raise RequestUnreadable(sentence_of(error)) from None
    except OAuthToolkitError as error:
        fault = error.oauthlib_error
        raise refused(request, fault.redirect_uri, fault.state, fault.error, fault.description) from None
    application = said["request"].client
    if is_too_old(application):
        raise RequestUnreadable(gettext("The program’s own description cannot be read any more."))
    back = said["redirect_uri"], said["state"]
    if said.get("code_challenge_method") != "S256" or not S256_CHALLENGE.fullmatch(said.get("code_challenge", "")):
        raise refused(request, *back, "invalid_request", "PKCE with S256 is required.")
    named = request.GET.getlist("resource")
    door = door_of(request, named[0]) if len(named) == 1 else None
    if door is None:
        raise refused(request, *back, "invalid_target", "resource must be the address of /mcp or /api here.")
    meant = tuple(scope for scope in SCOPES_OF_DOOR[door] if scope in scopes)
    if not meant:
        raise refused(request, *back, "invalid_scope", "None of these scopes is of this resource.")
    return Asked(application, *back, meant, door, said["code_challenge"])


def check_parameters(request: HttpRequest) -> None:
    """Each once, and nothing that cannot be stored or sent back. Raises RequestUnreadable."""
    for name, values in request.GET.lists():
        if len(values) > 1 and name != "resource":
            raise RequestUnreadable(gettext("The program sent “%(parameter)s” twice.") % {"parameter": name[:40]})
        if any("\0" in value or not value.isprintable() for value in values):
            raise RequestUnreadable
    if len(request.GET.get("state", "")) > STATE_MAX_CHARACTERS:
        raise RequestUnreadable(
            gettext("The program’s “state” is longer than %(number)s characters.")
            % {"number": f"{STATE_MAX_CHARACTERS:,}"}
        )


def sentence_of(error: FatalClientError) -> str:
    """For a person, who cannot mend it, and for whoever makes the program."""
    match error.oauthlib_error:
        case errors.InvalidClientIdError() | errors.MissingClientIdError():
            return gettext("This program is not known here. Connect it once more, from within the program.")
        case errors.MismatchingRedirectURIError() | errors.InvalidRedirectURIError() | errors.MissingRedirectURIError():
            return gettext("The program wants you sent to an address that it has not named before.")
    return str(UNREADABLE)


def refused(
    request: HttpRequest, redirect_uri: str, state: str | None, error: str, description: str | None
) -> RequestRefused:
    return RequestRefused(answer(request, redirect_uri, state, {"error": error, "error_description": description}))


def answer(request: HttpRequest, redirect_uri: str, state: str | None, said: Mapping[str, str | None]) -> str:
    return answer_address(redirect_uri, {**said, "state": state, "iss": issuer_of(request)})


def decline(request: HttpRequest, asked: Asked) -> str:
    said = {"error": "access_denied", "error_description": "The person declined."}
    return answer(request, asked.redirect_uri, asked.state, said)


def allow(request: HttpRequest, user: User, ticket: str) -> str:
    """Check the request again and issue a code; returns the address to send the person to.

    Raises TicketRefused, RequestUnreadable or RequestRefused. Runs inside a transaction.
    """
    asked = read_asked(request)
    spend_ticket(ticket)
    request.user = user
    credentials = {
        "client_id": asked.application.client_id,
        "redirect_uri": asked.redirect_uri,
        "response_type": "code",
        "state": asked.state,
        "code_challenge": asked.code_challenge,
        "code_challenge_method": "S256",
        "resource": [resource_of(request, asked.door)],
    }
    core = get_oauthlib_core()
    try:
        address, *_ = core.create_authorization_response(request, list(asked.scopes), credentials, allow=True)
    except FatalClientError as error:
        raise RequestUnreadable(sentence_of(error)) from None
    except OAuthToolkitError as error:
        fault = error.oauthlib_error
        raise refused(request, asked.redirect_uri, asked.state, fault.error, fault.description) from None
    Application.objects.filter(pk=asked.application.pk).update(updated=timezone.now())
    code = dict(parse_qsl(urlsplit(address).query))["code"]  # the last: the address may bring one of its own
    return answer(request, asked.redirect_uri, asked.state, {"code": code})
