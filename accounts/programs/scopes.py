"""Which endpoints a program's token may call, and what a program is told that was allowed too little."""

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _

from accounts.scopes import SCOPES_OF_DOOR
from web.addresses.origins import own_origin
from web.errors import ProductError


class InsufficientScope(ProductError):
    """`details` names the scope that the program has to ask the person for, where one would be enough (RFC 6750)."""

    code = "insufficient_scope"
    status = 403
    message = _("This program may not do that. Ask the person to allow it more.")

    @property
    def challenge(self) -> str:
        """The WWW-Authenticate header."""
        scope = self.details.get("scope")
        return 'Bearer error="insufficient_scope"' + (f', scope="{scope}"' if scope else "")


def needs(scope: str) -> InsufficientScope:
    return InsufficientScope(details={"scope": scope} if scope else {})


def resource_of(request: HttpRequest, path: str) -> str:
    """The name of a door as tokens carry it (RFC 8707)."""
    return f"{own_origin(request)}{path}"


def door_of(request: HttpRequest, resource: str) -> str | None:
    """The path of the door that a program named; None where it is none of ours."""
    named = resource.removesuffix("/")
    return next((path for path in SCOPES_OF_DOOR if resource_of(request, path) == named), None)
