"""Two pages of the admin: how turns fare, and one turn step by step."""

import itertools
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.audit import pretty_json, record_reading
from accounts.models import User

from .charts import Chart, bar_chart, share_width
from .cockpit import OBJECTIVE_MS, WINDOWS, Overview, latency, overview, stage_timings
from .models import Message, ToolCall

OUTCOMES = (
    ("in-time", "within 5 s"),
    ("late", "slower"),
    ("failed", "failed"),
    ("stopped", "stopped by the person"),
)
TOKENS = (("input", "input tokens"), ("output", "output tokens"))


def cockpit(request: HttpRequest) -> TemplateResponse:
    """Of everybody or, by `?user=`, of one user; `?window=` is day or month."""
    check_may_view(request)
    now = timezone.now()
    user = chosen_user(request)
    window = WINDOWS.get(request.GET.get("window", ""), WINDOWS["day"])
    shown = overview(window, now, user.pk if user else None)
    return page(
        request,
        "admin/cockpit/overview.html",
        f"Turns of {user.username}" if user else "Turns",
        windows=WINDOWS.values(),
        objective_seconds=OBJECTIVE_MS // 1_000,
        latencies=[latency(each, now, user.pk if user else None) for each in WINDOWS.values()],
        shown=shown,
        charts=[turns_chart(shown), tokens_chart(shown)],
        spent=[step.spending for step in reversed(shown.steps) if step.spending.turns],
        of_user=user,
    )


def turn(request: HttpRequest, message_id: UUID) -> TemplateResponse:
    """One answer with its question, stages and tool calls. Whoever opens it is recorded as its reader."""
    check_may_view(request)
    answer = get_object_or_404(
        Message.objects.select_related("conversation", "owner").with_tool_calls(),
        pk=message_id,
        role=Message.Role.ASSISTANT,
    )
    record_reading(request, Message, answer)
    question = Message.objects.filter(conversation=answer.conversation_id, sequence=answer.sequence - 1).first()
    stages = stage_timings(answer)
    whole = max(answer.total_ms or 0, sum(stages.values()))
    return page(
        request,
        "admin/cockpit/turn.html",
        "Turn",
        answer=answer,
        question=question,
        stages=[(name, ms, share_width(ms, whole)) for name, ms in stages.items()],
        steps=steps_of(answer, whole),
        request_id=answer.metadata.get("request_id", ""),
    )


def steps_of(answer: Message, whole: float) -> list[tuple[int, list[dict[str, Any]]]]:
    """The tool calls of each request to the model."""
    calls = answer.tool_calls.all()
    return [
        (step, [call_facts(call, whole) for call in group])
        for step, group in itertools.groupby(calls, key=lambda call: call.step)
    ]


def call_facts(call: ToolCall, whole: float) -> dict[str, Any]:
    return {
        "call": call,
        "input": pretty_json(call.input),
        "output": pretty_json(call.output),
        "width": share_width(call.duration_ms or 0, whole),
    }


def turns_chart(shown: Overview) -> Chart:
    rows = [(step.spending.name, (step.in_time, step.late, step.failed, step.stopped)) for step in shown.steps]
    return bar_chart("turns", "Turns and how they ended", OUTCOMES, rows)


def tokens_chart(shown: Overview) -> Chart:
    spent = [step.spending for step in shown.steps]
    rows = [(one.name, (one.input_tokens, one.output_tokens)) for one in spent]
    return bar_chart("tokens", "Tokens", TOKENS, rows)


def chosen_user(request: HttpRequest) -> User | None:
    try:
        return User.objects.filter(pk=UUID(request.GET.get("user", ""))).first()
    except ValueError:
        return None


def check_may_view(request: HttpRequest) -> None:
    if not request.user.has_perm("chat.view_message"):
        raise PermissionDenied


def page(request: HttpRequest, template: str, title: str, **context: Any) -> TemplateResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})
