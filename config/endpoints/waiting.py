"""Questions in the middle of a call, for programs of the revision before 2026-07-28, which can be asked no other way.

The answer to a call is then a stream: first the question, then, when somebody has decided at whatever door, the result.
What the person says in the program comes as a request of its own, to any process. The row of the question is all that
the two share.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from mcp_types import CallToolResult, ElicitResult
from pydantic import ValidationError

from chat.asking.program import PersonOfProgram, question_of, question_of_asker, told
from chat.models import Approval
from todos.mcp.batches import ToolRefused
from web.pages.streams import KEEP_ALIVE, KEEP_ALIVE_SECONDS, STREAM_HEADERS

from .abilities import Abilities, message_in

QUESTION_PREFIX = "approval-"
# A program waits so long for the person; the page goes on being there.
WAIT_SECONDS = 120
LOOK_SECONDS = 0.5


def waiting_response(
    request: HttpRequest, response: HttpResponse, person: PersonOfProgram, can: Abilities
) -> HttpResponseBase:
    """The answer as it is, or as a stream with the question that it is about."""
    if person.asked is None or not can.form or b"input_required" in response.content:
        return response
    message = message_in(request.body)
    events = asked_and_answered(person, person.asked, message.get("id"))
    return StreamingHttpResponse(events, content_type="text/event-stream", headers=STREAM_HEADERS)


async def asked_and_answered(person: PersonOfProgram, approval: Approval, call: Any) -> AsyncIterator[str]:
    params = question_of(approval).model_dump(mode="json", by_alias=True, exclude_none=True)
    question = {"id": f"{QUESTION_PREFIX}{approval.pk}", "method": "elicitation/create", "params": params}
    yield event(question)
    until, spoken = time.monotonic() + WAIT_SECONDS, time.monotonic()
    while approval.decided_at is None and time.monotonic() < until:
        await asyncio.sleep(LOOK_SECONDS)
        approval = await question_of_asker(person.user, approval.pk, person.asker) or approval
        if time.monotonic() - spoken > KEEP_ALIVE_SECONDS:
            spoken = time.monotonic()
            yield KEEP_ALIVE
    result = told(approval) if approval.decided_at else person.unanswered(approval)
    yield event({"id": call, "result": result_of(result)})


def result_of(result: CallToolResult) -> dict[str, Any]:
    return result.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"result_type"})


def event(message: dict[str, Any]) -> str:
    return f"event: message\ndata: {json.dumps({'jsonrpc': '2.0', **message})}\n\n"


def reply_in(body: bytes) -> tuple[UUID, ElicitResult | None] | None:
    """Which question a program brings the answer to, and what it is; None where the message is anything else."""
    message = message_in(body)
    named = message.get("id")
    if "method" in message or not isinstance(named, str) or not named.startswith(QUESTION_PREFIX):
        return None
    try:
        approval_id = UUID(named.removeprefix(QUESTION_PREFIX))
        return approval_id, ElicitResult.model_validate(message.get("result"))
    except ValidationError:
        return approval_id, None  # an error of the program: nobody has said anything
    except ValueError:
        return None


async def heard(person: PersonOfProgram, approval_id: UUID, reply: ElicitResult | None) -> HttpResponse:
    """Decide; what came of it is told in the answer to the call, also where another door was first."""
    try:
        await person.act_on_reply(await person.question(approval_id), reply)
    except ToolRefused as refusal:
        status = {"approval_not_found": 404, "approval_decided": 409}.get(refusal.code, 410)
        return HttpResponse(json.dumps(refusal.output), status=status, content_type="application/json")
    return HttpResponse(status=202)
