"""Probes of conversations, answers, questions and briefings."""

import datetime
import uuid
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

from asgiref.sync import sync_to_async
from uuid_utils.compat import uuid7

from chat.asking.program import question_of_asker
from chat.briefing.hours import DAILY, Wish, briefings_of
from chat.briefing.sweep import conversation_for, store
from chat.briefing.taking_back import change_of
from chat.briefing.writing import agenda_of
from chat.conversations import conversation_page
from chat.history.summaries import continue_conversation
from chat.models import Approval, Message
from chat.models.briefings import Briefing
from chat.pages.sending import latest_conversation_id
from chat.pages.transcript import answer_html, message_views
from chat.pages.welcome import most_urgent
from chat.templatetags.conversations import conversation_column
from chat.testing import ConversationFactory
from chat.turns.approvals import decide_spoken_of, standing
from chat.turns.limits import check_allowance
from config.tests.privacy.probes.lies import WORDS, Lies, probe
from database.units import within_unit
from notices.outbox.filling import say_no_more
from todos.models import Todo
from todos.testing import TodoFactory, use_tool
from web.models import KeptAnswer
from web.repeats import Answer, keyed_answer


@probe
async def an_open_question_of_carol_in_eves_conversation(lies: Lies):
    await Approval.objects.all().adelete()
    message = await Message.objects.acreate(
        conversation=lies.conversation, owner=lies.eve, sequence=9, role="assistant", content="?"
    )
    expires_at = lies.now + datetime.timedelta(days=1)
    await Approval.objects.acreate(
        owner=lies.carol, conversation=lies.conversation, message=message, rows=[], expires_at=expires_at
    )
    question = SimpleNamespace(sequence=11, metadata={}, content="yes", is_by_program=False)
    turn = SimpleNamespace(user=lies.eve, conversation=lies.conversation, question=question)
    return await decide_spoken_of(turn)


@probe
def whether_carol_did_what_a_program_asked_eve(lies: Lies):
    call = uuid7()
    lies.change(lies.carol, lies.carols_todo, tool_call_id=call)
    rows = [{"tool_call_id": str(call)}]
    return standing(Approval(owner=lies.eve, asker="program 1", rows=rows, decided_at=lies.now))


@probe
def what_carol_was_told_of_a_question_that_eve_settles(lies: Lies):
    told = lies.delivery(lies.carol, lies.carols_todo, kind="approval")
    say_no_more(lies.eve.pk, told.source_id, "declined")
    told.refresh_from_db()
    return told.acted


@probe
def turns_that_carol_has_running(lies: Lies):
    until = lies.now + datetime.timedelta(hours=1)
    for _ in range(5):
        ConversationFactory(owner=lies.carol, lease_token=uuid7(), lease_until=until)
    return check_allowance(lies.eve, lies.now)


@probe
def a_conversation_of_carol_that_continues_eves(lies: Lies):
    ConversationFactory(owner=lies.carol, continued_from=lies.conversation)
    return continue_conversation(lies.eve, lies.conversation.pk).owner.username


@probe
def carols_todo_in_the_outcome_of_eves_call(lies: Lies):
    task = {"id": lies.carols["todo_id"], "title": "x"}
    output = {"results": [{"outcome": "added", "task": task}]}
    lies.answer.tool_calls.update(output=output, status="success")
    message = lies.conversation.messages.with_tool_calls().get(pk=lies.answer.pk)
    return message_views(lies.eve, [message], 2)


@probe
async def an_answer_of_carol(lies: Lies):
    return await answer_html(lies.eve, lies.carols["conversation_id"], lies.carols["message_id"])


@probe
async def conversations_with_words(lies: Lies):
    await sync_to_async(ConversationFactory)(owner=lies.carol, title=WORDS)
    found, _ = await conversation_page(lies.eve, words=WORDS, archived=False, limit=50, cursor=None)
    return len(found)


@probe
def conversations_with_words_in_the_column(lies: Lies):
    ConversationFactory(owner=lies.carol, title=WORDS)
    groups = conversation_column(lies.eve, lies.now, {"find": WORDS}).groups
    return [len(links) for _, links in groups]


@probe
def the_conversations_of_the_column(lies: Lies):
    ConversationFactory(owner=lies.carol)
    groups = conversation_column(lies.eve, lies.now, {}).groups
    return [len(links) for _, links in groups]


@probe
def what_a_new_chat_offers(lies: Lies):
    return len(most_urgent(lies.eve))


@probe
async def the_newest_conversation(lies: Lies):
    later = lies.now + datetime.timedelta(hours=1)
    await sync_to_async(ConversationFactory)(owner=lies.carol, updated_at=later)
    newest = await latest_conversation_id(SimpleNamespace(acting_user=lies.eve))
    return newest == lies.conversation.pk


@probe
def the_answer_kept_for_the_same_key(lies: Lies) -> Any:
    KeptAnswer.objects.create(owner=lies.carol, key="one-and-only", fingerprint="carol's", status=200, body="carol's")
    write = partial(Answer, status=204)
    return within_unit(keyed_answer)(lies.eve, "one-and-only", "carol's", write).content


@probe
def question_of_a_program(lies: Lies) -> Any:
    return within_unit(question_of_asker)(lies.eve, lies.carols["approval_id"], "")


@probe
def when_carol_is_briefed(lies: Lies) -> Any:
    Briefing.objects.all().delete()
    lies.briefing(lies.carol, time=datetime.time(3))
    return str(briefings_of(lies.eve)[Briefing.Kind.DAY].time)


@probe
def when_carol_is_briefed_where_eve_has_moved(lies: Lies) -> Any:
    Briefing.objects.all().delete()
    carols = lies.briefing(lies.carol, next_at=lies.now)
    lies.eve.save(update_fields=["time_zone"])
    carols.refresh_from_db()
    return carols.next_at == lies.now


@probe
def a_briefing_of_carol_written_for_eve(lies: Lies) -> Any:
    Briefing.objects.all().delete()
    until = lies.now + datetime.timedelta(hours=1)
    lie = lies.briefing(lies.carol, next_at=lies.now, claim_token=uuid7(), claim_until=until)
    lie.owner = lies.eve
    return store(lie, agenda_of(lies.eve, Briefing.Kind.DAY, lies.now), "", 0)


@probe
def a_conversation_of_carol_for_eves_briefing(lies: Lies) -> Any:
    return conversation_for(lies.eve, uuid.UUID(lies.carols["conversation_id"]), Briefing.Kind.DAY).title


@probe
def what_carol_has_to_do_in_eves_briefing(lies: Lies) -> Any:
    Todo.objects.filter(owner=lies.eve).delete()
    TodoFactory(owner=lies.carol, title="carol's")
    return len(agenda_of(lies.eve, Briefing.Kind.DAY, lies.now).undated)


@probe
async def what_carol_set_last_of_her_briefing_undone_for_eve(lies: Lies) -> Any:
    await Briefing.objects.all().adelete()
    await sync_to_async(briefings_set_in_one_place)(lies)
    await use_tool(lies.eve, "undo", by=replace(lies.by, tool_call_id=uuid7()))
    return [str(row.time) async for row in Briefing.objects.order_by("owner")]


def briefings_set_in_one_place(lies: Lies) -> None:
    """Of carol the later one, in what says that it is eve's conversation."""
    before = Wish(True, datetime.time(9), DAILY, frozenset())
    for owner, minutes in ((lies.eve, 0), (lies.carol, 1)):
        at = lies.now + datetime.timedelta(minutes=minutes)
        lies.briefing(owner, change=change_of(lies.by, at, before, str(uuid7())) | {"turn": owner.username})
