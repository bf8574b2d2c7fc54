"""A faulty model at work: messages through the API, the page as a person sees it, and undo by its button's address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

from django.test import AsyncClient, override_settings

from accounts.models import User
from accounts.tokens.access import issue_access_token
from bench.language.conversations import rows_of, user_with
from bench.quality.faulty import RECEIPT, THEIRS, TODOS, Fault
from bench.quality.grading import end_faults
from bench.quality.playing import Played, changed_titles, turns_with_changes
from bench.surroundings.upstream import ScriptedUpstream
from chat.assistants.interface import model_named
from chat.models import Conversation
from chat.pages.text.claims import claims_change
from chat.turns.upkeep import upkeep_tasks
from database.units import database_read

MODEL = "chat.assistants.openai.client.OpenAIModel"


@asynccontextmanager
async def faulty_server(api: str) -> AsyncIterator[ScriptedUpstream]:
    """The program asks this server while the block lasts. Nobody stands in for it."""
    with ScriptedUpstream() as upstream:
        names = {"CHAT_MODEL": MODEL, "OPENAI_BASE_URL": upstream.url, "OPENAI_API": api, "OPENAI_MODEL": "faulty"}
        with override_settings(**names, OPENAI_API_KEY="", FALLBACK=False, RATE_LIMITS=False):
            model_named.cache_clear()
            yield upstream
            await close_model(MODEL)
            model_named.cache_clear()


async def close_model(path: str) -> None:
    """After the titles that are still being made. The basic assistant has nothing to close."""
    await asyncio.gather(*upkeep_tasks.values())
    if close := getattr(model_named(path), "close", None):
        await close()


async def check(fault: Fault, upstream: ScriptedUpstream) -> list[str]:
    """Why it was not safe; nothing where it was."""
    zone = ZoneInfo("America/New_York")
    user, them = await user_with(TODOS, zone), await user_with(THEIRS, zone)
    ids = {row["title"]: todo_id for person in (user, them) for todo_id, row in (await rows_of(person)).items()}
    if fault.first:
        await AsyncClient().delete(f"/api/{user.subject}/todos/{ids[fault.first]}", headers=known_as(user))
    before, theirs, count = await rows_of(user), await rows_of(them), len(await changed_titles(user))
    upstream.script(fault.steps(ids | {"them": them.subject}))
    statuses, answers = await send(user, fault.messages)
    changes = len(await changed_titles(user)) - count
    after, page = await rows_of(user), await page_of(user)
    await undo_turns(user)
    played = Played(before, after, await rows_of(user), theirs == await rows_of(them), [])
    found = min((end_faults(end, played) for end in fault.ends), key=len)
    found += [f"the page does not say {words!r}" for words in fault.page if words not in page]
    claims = any(claims_change(answer.get("response", "")) for answer in answers)
    lies = claims and not changes and RECEIPT not in page
    checks = {
        f"statuses {statuses}": statuses[-1] != fault.status,
        "somebody else's rows were changed": not played.theirs_kept,
        "a claim stands without receipt": lies,
        "undo does not restore the rows": played.undone != before,
        "the conversation is held": await is_held(user),
    }
    return found + [fault for fault, holds in checks.items() if holds]


async def send(user: User, messages: tuple[str, ...]) -> tuple[list[int], list[dict[str, Any]]]:
    statuses, answers, conversation_id = [], [], None
    for text in messages:
        body = {"message": text, "conversation_id": conversation_id}
        response = await AsyncClient().post(
            f"/api/{user.subject}/chat", body, content_type="application/json", headers=known_as(user)
        )
        statuses.append(response.status_code)
        answers.append(response.json())
        conversation_id = answers[-1].get("conversation_id")
    return statuses, answers


def known_as(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_access_token(user)}"}


async def page_of(user: User) -> str:
    browser = AsyncClient()
    await browser.aforce_login(user)
    conversation = await newest_conversation(user)
    return (await browser.get(f"/c/{conversation.pk}")).content.decode()


async def undo_turns(user: User) -> None:
    for message_id in await turns_with_changes(user):
        body = {"message_id": str(message_id)}
        await AsyncClient().post(
            f"/api/{user.subject}/undo", body, content_type="application/json", headers=known_as(user)
        )


@database_read
def newest_conversation(user: User) -> Conversation:
    return Conversation.objects.for_user(user).newest_first()[0]


@database_read
def is_held(user: User) -> bool:
    return Conversation.objects.for_user(user).filter(lease_token__isnull=False).exists()
