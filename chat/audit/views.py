"""Two pages of the admin: how turns fare, and one turn step by step."""

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.audit import pretty_json, record_reading
from accounts.models import User
from chat.models import Message, ToolCall

from .charts import Chart, bar_chart, share_width, stage_bar
from .cockpit import OBJECTIVE_MS, WINDOWS, Overview, latency, overview, stage_timings, step_notes

OUTCOMES = (
    ("in-time", _("within 5 s")),
    ("late", _("slower")),
    ("failed", _("failed")),
    ("stopped", _("stopped by the person")),
)
TOKENS = (("input", _("input tokens")), ("output", _("output tokens")))
COST = (("cost", _("cost")),)
STAGE_WORDS = {
    "queue": _("waiting for a database thread"),
    "database": _("database"),
    "context": _("reading and fitting the history"),
    "first_token": _("waiting for the model’s first output"),
    "model": _("the rest of the model’s output"),
    "tools": _("tools"),
    "commit": _("storing the answer"),
    "rest": _("the rest"),
}


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
        gettext("Turns of %(username)s") % {"username": user.username} if user else gettext("Turns"),
        windows=WINDOWS.values(),
        objective_seconds=OBJECTIVE_MS // 1_000,
        latencies=[latency(each, now, user.pk if user else None) for each in WINDOWS.values()],
        shown=shown,
        charts=[turns_chart(shown), tokens_chart(shown), *cost_chart(shown)],
        spent=[step.spending for step in reversed(shown.steps) if step.spending.turns],
        errors=[(code, count, turns_address(code, shown, user)) for code, count in shown.errors],
        of_user=user,
    )


def turns_address(code: str, shown: Overview, user: User | None) -> str:
    """The list of the answers that ended with an error, in the window that is shown."""
    query = {"error": code, "created_at__gte": shown.steps[0].start.isoformat()}
    if user:
        query["owner__id__exact"] = str(user.pk)
    return f"{reverse('admin:chat_message_changelist')}?{urlencode(query)}"


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
        gettext("Turn"),
        answer=answer,
        question=question,
        stages=stage_bar(stages, STAGE_WORDS),
        steps=steps_of(answer, whole),
        request_id=answer.metadata.get("request_id", ""),
    )


def steps_of(answer: Message, whole: float) -> list[dict[str, Any]]:
    """Each step: what is known of its requests to the model, and the tool calls that these asked for."""
    notes, calls = step_notes(answer), defaultdict(list)
    for call in answer.calls:
        calls[call.step].append(call_facts(call, whole))
    return [
        {
            "number": step,
            "requests": [note | {"width": share_width(note.get("took_ms", 0), whole)} for note in notes.get(step, [])],
            "calls": calls[step],
        }
        for step in sorted(notes.keys() | calls.keys())
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
    return bar_chart("turns", gettext("Turns and how they ended"), OUTCOMES, rows)


def tokens_chart(shown: Overview) -> Chart:
    spent = [step.spending for step in shown.steps]
    rows = [(one.name, (one.input_tokens, one.output_tokens)) for one in spent]
    return bar_chart("tokens", gettext("Tokens"), TOKENS, rows)


def cost_chart(shown: Overview) -> list[Chart]:
    """None where a price is not known, or nothing was spent."""
    spent = [step.spending for step in shown.steps]
    if not any(one.cost for one in spent) or any(one.cost is None for one in spent):
        return []
    return [bar_chart("cost", gettext("Cost"), COST, [(one.name, (round(one.cost or 0, 4),)) for one in spent])]


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
