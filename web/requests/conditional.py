"""Conditional requests: a client that has the answer already gets 304 and no body."""

import hashlib
import json

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from ninja.responses import NinjaJSONEncoder
from pydantic import BaseModel


def weak_etag(*parts: object) -> str:
    """Of what an answer depends on: equal parts are an answer that says the same."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
    return f'W/"{digest[:32]}"'


def is_known(request: HttpRequest, etag: str) -> bool:
    """Whether If-None-Match names the answer, by the weak comparison of RFC 9110."""
    sent = parse_etags(request.headers.get("If-None-Match", ""))
    return sent == ["*"] or etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in sent}


def not_modified(etag: str) -> HttpResponse:
    response = HttpResponse(status=304, headers={"ETag": etag})
    del response["Content-Type"]
    return response


def json_or_not_modified(request: HttpRequest, body: BaseModel) -> HttpResponse:
    """The body as JSON with an ETag of its text, or 304: where nothing tells sooner that it changed."""
    text = json.dumps(body.model_dump(), cls=NinjaJSONEncoder)
    etag = weak_etag(text)
    if is_known(request, etag):
        return not_modified(etag)
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers={"ETag": etag})
