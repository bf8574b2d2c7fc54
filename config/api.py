"""The JSON API: its routers, one way in, one shape of error, and the table from error codes to HTTP statuses."""

import functools
import re
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as NinjaValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.security.base import SecuritySchema
from ninja.types import DictStrAny
from uuid_utils.compat import uuid7

from accounts.api.endpoints import router as auth_router
from accounts.bearer import authenticate
from accounts.models import User
from accounts.programs.scopes import InsufficientScope
from chat.api.agui.endpoints import router as agui_router
from chat.api.endpoints import router as chat_router
from chat.briefing.api import router as briefing_router
from chat.privacy.api import router as privacy_router
from chat.turn import failure_of
from notices.api import router as notices_router
from notices.webhooks.api import router as webhooks_router
from telemetry.notes import note_ids
from todos.api.batch import router as batch_router
from todos.api.endpoints import router as todos_router
from todos.api.reminders import router as reminders_router
from todos.transfer.api import router as transfer_router
from web.errors import CHALLENGE, ProductError, UnsupportedMediaType, ValidationFailed, status_by_code
from web.requests.fields import refuse_unknown_parameters
from web.requests.json_text import read_json

from .openapi.changes import say_deprecation
from .openapi.document import camel_case, finish
from .programs import scope_of

# More than any browser sends.
HEADERS_MAX = 100
# Front ends that speak AG-UI send the whole conversation each time.
WHOLE_CONVERSATION = re.compile(r"/api/[^/]+/agui")
NO_SNIFFING = (b"x-content-type-options", b"nosniff")
PLAIN_REASONS = {
    "string_pattern_mismatch": _("This text has a NUL character, which cannot be stored."),
    "string_unicode": _("This text has half a character, which cannot be stored."),
    "extra_forbidden": _("This field is not known."),
    "missing": _("This field is required."),
}


class BadRequest(ProductError):
    code = "bad_request"
    status = 400
    message = _("This request could not be read.")


class NotFound(ProductError):
    code = "not_found"
    status = 404
    message = _("There is nothing at this address.")


class MethodNotAllowed(ProductError):
    code = "method_not_allowed"
    status = 405
    message = _("This address does not take this method; the Allow header lists those it takes.")


class RequestTimeout(ProductError):
    code = "request_timeout"
    status = 408
    message = _("The request did not come whole within the time for it. Send it again.")


class HeadersTooLarge(ProductError):
    code = "headers_too_large"
    status = 431
    message = _("The address and the headers of the request are too large.")


def body_limit(path: str) -> int:
    """How many bytes a request to this path may bring."""
    return settings.AGUI_BODY_MAX_BYTES if WHOLE_CONVERSATION.fullmatch(path) else settings.BODY_MAX_BYTES


class PayloadTooLarge(ProductError):
    code = "payload_too_large"
    status = 413
    message = _("The request is too large.")


def error_response(error: ProductError, request_id: str) -> HttpResponse:
    """The one shape of every error, with the status of its code."""
    response = JsonResponse(error.body(request_id), status=error.status)
    if error.wait_seconds is not None:
        response["Retry-After"] = str(error.wait_seconds)
    if error.status == 401:
        response["WWW-Authenticate"] = CHALLENGE
    if isinstance(error, InsufficientScope):
        response["WWW-Authenticate"] = error.challenge
    return response


def refusal_before_django(error: ProductError) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """(status, headers, body) for a request that was not read to its end; the connection cannot be used any more."""
    request_id = uuid7().hex
    note_ids(request_id=request_id)
    response = error_response(error, request_id)
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),
        NO_SNIFFING,
    ]
    return response.status_code, headers, response.content


def product_error(error: Exception) -> ProductError:
    """What an exception means to a client. Only what nobody expected is logged as an error."""
    if isinstance(error, HttpError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # Ninja wraps what the parser raises
    match error:
        case ProductError():
            return error
        case NinjaValidationError():
            return ValidationFailed(details=field_reasons(error.errors))
        case RequestDataTooBig():
            return PayloadTooLarge()
        case Http404():
            return NotFound()
    return failure_of(error)


def field_reasons(errors: list[DictStrAny]) -> dict[str, str]:
    """Field → reason; the value itself is never repeated. Ninja's locations begin with where and which parameter."""
    return {
        ".".join(str(part) for part in error["loc"][2:] or error["loc"][-1:]): plain_reason(error) for error in errors
    }


def plain_reason(error: DictStrAny) -> str:
    known = PLAIN_REASONS.get(str(error["type"]))
    return gettext(known) if known else str(error["msg"])


class StrictJson(Parser):
    """Bodies are JSON objects sent as application/json; anything else has a refusal of its own."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        if request.content_type != "application/json":
            raise UnsupportedMediaType
        try:
            return cast(DictStrAny, read_json(request.body))
        except ValueError as error:
            raise ValidationFailed(details={"body": str(error)}) from error


class BearerAuth:
    """Every operation asks for an access token unless it says `auth=None`. Programs have theirs (`programs.py`)."""

    openapi_security_schema = SecuritySchema(type="http", scheme="bearer", bearerFormat="JWT")

    async def __call__(self, request: HttpRequest) -> User:
        return await authenticate(request, scope_of(request.method or "", request.path_info))


class TodoChatAPI(NinjaAPI):
    """Documents what can become of any operation of its kind; routers name only what is special to theirs."""

    def get_openapi_schema(self, **_of_address: Any) -> OpenAPISchema:
        """Made once: it takes a third of a second, anybody may ask for it, and it does not change."""
        return self.document

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Clients are generated with these names: a verb and a noun, wherever the function stands."""
        return camel_case(operation.view_func.__name__)

    @functools.cached_property
    def document(self) -> OpenAPISchema:
        schema = super().get_openapi_schema()
        finish(schema, status_by_code())
        return schema


api = TodoChatAPI(
    title="Todo Chat",
    version="0.2.0",
    description=(
        "A chat that manages todos. Get a token from `/api/auth/token`, send it as `Authorization: Bearer …`, "
        "and say what you want at `POST /api/{user_id}/chat`. "
        "Every error has the shape of `ErrorBody`; every answer carries `X-Request-ID`."
    ),
    auth=BearerAuth(),
    parser=StrictJson(),
    urls_namespace="api",
    openapi_url="/openapi.json",
    docs_url="/docs",
    docs_decorator=require_safe,
)
api.add_decorator(refuse_unknown_parameters)
api.add_decorator(say_deprecation)
api.add_router("/auth", auth_router, tags=["Sign in"])
api.add_router("", chat_router, tags=["Chat"])
api.add_router("", agui_router, tags=["Chat"])
api.add_router("", privacy_router, tags=["Privacy"])
# Before the todos, where “export” and “batch” would be the ids of some.
api.add_router("", notices_router, tags=["Reminders"])
api.add_router("", webhooks_router, tags=["Webhooks"])
api.add_router("", briefing_router, tags=["Reminders"])
api.add_router("", transfer_router, tags=["Todos"])
api.add_router("", batch_router, tags=["Todos"])
api.add_router("", reminders_router, tags=["Reminders"])
api.add_router("", todos_router, tags=["Todos"])


def answer_error(request: HttpRequest, error: Any) -> HttpResponse:
    return error_response(product_error(error), request_id_of(request))


for kind in (Exception, HttpError, Http404, NinjaValidationError):
    api.add_exception_handler(kind, answer_error)


def request_id_of(request: HttpRequest) -> str:
    return getattr(request, "request_id", "")


def api_not_found(request: HttpRequest, path: str = "") -> HttpResponse:
    return error_response(NotFound(), request_id_of(request))
