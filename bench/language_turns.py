"""One turn of the basic assistant on seeded todos, through the real tools."""

import json
import time
import uuid

from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import User
from chat.basic_model import BasicModel
from chat.model_interface import AssistantText, HistoryItem, ModelRequest, TextDelta, ToolOutput, ToolRequest, UserText
from todos.changes import Origin
from todos.models import Door, Todo
from todos.tools import call_tool

from .language_judging import Reading, Sentence

TITLES = (
    "buy milk",
    "call dentist",
    "write report",
    "send invoice",
    "get a haircut",
    "take out the recycling",
    "water plants",
)
DONE_TITLES = ("file taxes", "do laundry")
SPOKEN_BEFORE = ("what's on my list?", "move the dentist to tomorrow")
STEPS_MAX = 8
WRITTEN = {"added", "completed", "reopened", "updated", "deleted", "undone"}


async def take_turn(sentence: Sentence) -> Reading:
    user = await seeded_user(str(sentence.zone))
    history: list[HistoryItem] = []
    if sentence.expect.get("anaphora"):
        for text in SPOKEN_BEFORE:
            await run_steps(user, sentence, text, history)
    return await run_steps(user, sentence, sentence.text, history)


@sync_to_async
def seeded_user(time_zone: str) -> User:
    user = User.objects.create_user(uuid.uuid4().hex, time_zone=time_zone)
    Todo.objects.bulk_create(Todo(owner=user, title=title) for title in TITLES)
    Todo.objects.bulk_create(Todo(owner=user, title=title, completed_at=timezone.now()) for title in DONE_TITLES)
    return user


async def run_steps(user: User, sentence: Sentence, text: str, history: list[HistoryItem]) -> Reading:
    """The steps of a turn, which `history` then holds."""
    history.append(UserText(text))
    calls, seconds, written = [], [], 0
    for _ in range(STEPS_MAX):
        started = time.thread_time()
        request = ModelRequest("", tuple(history), (), sentence.now, str(sentence.zone))
        outputs = [output async for output in BasicModel().stream(request)]
        seconds.append(time.thread_time() - started)
        asked = [output for output in outputs if isinstance(output, ToolRequest)]
        if not asked:
            break
        history += asked
        for wanted in asked:
            calls.append((wanted.tool_name, json.loads(wanted.arguments)))
            output = await run_tool(user, sentence, *calls[-1])
            written += sum(item["outcome"] in WRITTEN for item in output.get("results", []))
            history.append(ToolOutput(wanted.call_id, json.dumps(output)))
    answer = "".join(output.text for output in outputs if isinstance(output, TextDelta))
    history.append(AssistantText(answer))
    return Reading(tuple(calls), answer, written, tuple(seconds))


async def run_tool(user: User, sentence: Sentence, name: str, arguments: dict) -> dict:
    outcome = await call_tool(name, arguments, user=user, by=Origin(Door.CHAT), fence=lambda: None, now=sentence.now)
    return outcome.output
