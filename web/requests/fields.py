"""Refuses fields of a body and query parameters that the program does not know."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.params.models import QueryModel
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from web.errors import ValidationFailed

Endpoint = Callable[..., Awaitable[Any]]


class Body(BaseModel):
    """The body of a request.

    Its schema names no defaults: a client that is generated from them sends them (openapi-python-client), which
    empties fields that nobody meant to change, or asks for them all (openapi-typescript). Descriptions say them.
    """

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core_schema)
        for field in handler.resolve_ref_schema(schema).get("properties", {}).values():
            field.pop("default", None)
        return schema


def refuse_unknown_parameters(endpoint: Endpoint) -> Endpoint:
    """A decorator of every operation: a misspelt `?fitler=done` is told, and not taken for no filter at all."""
    operation = getattr(endpoint, "_ninja_operation")  # noqa: B009  the library keeps it there for decorators
    if not operation.include_in_schema:
        return endpoint
    models = [model for model in operation.models if issubclass(model, QueryModel)]
    known = {name for model in models for name in model.__ninja_flatten_map__}

    @functools.wraps(endpoint)
    async def checked(request: HttpRequest, **values: Any) -> Any:
        if unknown := sorted(request.GET.keys() - known):
            raise ValidationFailed(details=dict.fromkeys(unknown, _("This parameter is not known.")))
        return await endpoint(request, **values)

    return checked
