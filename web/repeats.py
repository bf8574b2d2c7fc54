"""Requests that are sent again: the same Idempotency-Key gives the same answer, and nothing is written twice."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.responses import NinjaJSONEncoder
from pydantic import BaseModel

from database.units import database_read, database_unit

from .errors import IdempotencyMismatch, ServiceUnavailable, ValidationFailed
from .models import KeptAnswer
from .requests.json_text import read_json

KEY_MAX_CHARACTERS = 200
PURGED_AT_ONCE = 1_000
# Of a form, what differs between a request and its repeat.
FORM_NOISE = {"csrfmiddlewaretoken", "next"}
RETRY_SECONDS = 2

Result = TypeVar("Result")


@dataclass(frozen=True)
class Answer:
    """What a write is answered: a body for JSON, or none, and headers of its own."""

    body: BaseModel | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


async def answer_once(request: HttpRequest, user: Model, write: Callable[[], Answer]) -> HttpResponse:
    """Run `write` as one unit of database work, and answer with what it returns.

    With an Idempotency-Key the answer is stored in the same transaction, and a repeat is given it again, marked with
    `Idempotent-Replayed`; one that comes at the same time waits for the first. A refusal rolls all of it back, so that
    the key is good for another try. Raises IdempotencyMismatch where the key came with another request.
    """
    key = request.headers.get("Idempotency-Key")
    check_idempotency_key(key)
    if key is None:
        return response_of(kept(await database_unit(write)()))
    return await keyed_answer(user, key, fingerprint_of(request), write)


async def write_once(request: HttpRequest, user: Model, write: Callable[[], Result]) -> Result | None:
    """Run what a form asks for as one unit; None where its Idempotency-Key has been through: the page shows the rest.

    Raises as `answer_once` does.
    """
    key = request.headers.get("Idempotency-Key")
    check_idempotency_key(key)
    if key is None:
        return await database_unit(write)()
    return await keyed_write(user, key, fingerprint_of_form(request), write)


@database_unit
def keyed_answer(user: Model, key: str, fingerprint: str, write: Callable[[], Answer]) -> HttpResponse:
    row, is_first = claimed(user, key, fingerprint)
    if not is_first:
        return response_of(row, replayed=True)
    answer = kept(write(), row)
    answer.save(update_fields=["status", "headers", "body"])
    return response_of(answer)


@database_unit
def keyed_write(user: Model, key: str, fingerprint: str, write: Callable[[], Result]) -> Result | None:
    _, is_first = claimed(user, key, fingerprint)
    return write() if is_first else None


def claimed(user: Model, key: str, fingerprint: str) -> tuple[KeptAnswer, bool]:
    """The row of the key, and whether this request is the first with it. Raises IdempotencyMismatch."""
    claim = KeptAnswer(owner_id=user.pk, key=key, fingerprint=fingerprint)
    # On PostgreSQL a second request with the key waits here until the first is through.
    KeptAnswer.objects.bulk_create([claim], ignore_conflicts=True)
    first = KeptAnswer.objects.for_user(user).filter(key=key).first()
    if first is None:
        # It was too old and has just been purged.
        raise ServiceUnavailable(retry_after_seconds=RETRY_SECONDS)
    if first.pk != claim.pk and first.fingerprint != fingerprint:
        raise IdempotencyMismatch
    return first, first.pk == claim.pk


def kept(answer: Answer, row: KeptAnswer | None = None) -> KeptAnswer:
    """The answer as it is stored, in its row where it has one."""
    row = row or KeptAnswer()
    row.status, row.headers = answer.status, answer.headers
    row.body = json.dumps(answer.body.model_dump(), cls=NinjaJSONEncoder) if answer.body else ""
    return row


def response_of(answer: KeptAnswer, *, replayed: bool = False) -> HttpResponse:
    headers = answer.headers | ({"Idempotent-Replayed": "true"} if replayed else {})
    content_type = "application/json; charset=utf-8" if answer.body else None
    response = HttpResponse(answer.body, status=answer.status, content_type=content_type, headers=headers)
    if not answer.body:
        del response["Content-Type"]
    return response


def check_idempotency_key(key: str | None) -> None:
    if key is None:
        return
    if not 1 <= len(key) <= KEY_MAX_CHARACTERS or not all("!" <= character <= "~" for character in key):
        raise ValidationFailed(details={"Idempotency-Key": _("This must be 1 to 200 visible ASCII characters.")})


def fingerprint_of(request: HttpRequest) -> str:
    """The same for the same method, address and body, however the JSON of it is spaced and ordered."""
    body = request.body
    if request.content_type == "application/json" and body:
        body = json.dumps(json_of(body), sort_keys=True, separators=(",", ":")).encode()
    parts = (str(request.method).encode(), request.get_full_path().encode(), request.content_type or "", body)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode())
        digest.update(b"\n")
    return digest.hexdigest()


def fingerprint_of_form(request: HttpRequest) -> str:
    """The same for the same address and fields, however they are encoded."""
    fields = sorted((name, values) for name, values in request.POST.lists() if name not in FORM_NOISE)
    return hashlib.sha256(json.dumps([request.path, fields]).encode()).hexdigest()


def json_of(body: bytes) -> Any:
    """Raises ValidationFailed; the parser of the API has said so before, for bodies that it reads."""
    try:
        return read_json(body)
    except ValueError as error:
        raise ValidationFailed(details={"body": str(error)}) from error


async def purge_kept_answers() -> None:
    """Forget those that nobody asks for any more: for the sweep. A look that finds none takes no lock."""
    if await has_outdated():
        await purge_outdated()


@database_read
def has_outdated() -> bool:
    return KeptAnswer.objects.outdated(timezone.now()).exists()


@database_unit
def purge_outdated() -> None:
    old = KeptAnswer.objects.outdated(timezone.now()).order_by("created_at").values_list("pk", flat=True)
    KeptAnswer.objects.filter(pk__in=list(old[:PURGED_AT_ONCE])).delete()
