"""Ways to owner filters that no single request shows: rows that lie about whose they are, and words instead of ids.

Each probe acts for eve; what comes out of it must not be the same without the filter.
"""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from asgiref.sync import async_to_sync, sync_to_async
from django.test import override_settings
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from accounts.testing import UserFactory
from chat.asking.program import question_of_asker
from chat.briefing.hours import DAILY, Wish, briefings_of
from chat.briefing.sweep import conversation_for, store
from chat.briefing.taking_back import change_of
from chat.briefing.writing import agenda_of
from chat.conversations import conversation_page
from chat.history.summaries import continue_conversation
from chat.models import Approval, Conversation, Message
from chat.models.briefings import Briefing
from chat.pages.sending import latest_conversation_id
from chat.pages.transcript import answer_html, message_views
from chat.pages.welcome import most_urgent
from chat.templatetags.conversations import conversation_column
from chat.testing import ConversationFactory, belongings
from chat.turns.approvals import decide_spoken_of, standing
from chat.turns.limits import check_allowance
from database.units import within_unit
from language.reading.clauses.reminding import LAST_REMINDER
from notices.buttons.acts import act_on
from notices.buttons.views import acted, shown_to
from notices.channels.push import subscription_and_key
from notices.models import Delivery, NoticeSettings, PushSubscription, Webhook
from notices.outbox.filling import say_no_more
from notices.preferences import notice_settings
from notices.push.subscriptions import SUBSCRIPTIONS_MAX, subscribe
from notices.push.testing import Browser, PushService
from notices.stopping.signing import stop_mails
from notices.webhooks.acts import deliveries_of
from notices.webhooks.events import WebhookTold, tell
from notices.webhooks.health import note_whether_any
from notices.webhooks.pages import last_deliveries
from notices.webhooks.sending import letter_of
from todos.api.endpoints import etag_of_list
from todos.changing.changes import Act, Origin, snapshot
from todos.changing.places import Beside
from todos.changing.shifts import is_made_already
from todos.changing.undo import take_back_completion, undo, undo_last, undo_todo
from todos.commands import add_todo, complete_todo, done_today, update_todo
from todos.finding.figures import counts_of
from todos.hosts import row_of
from todos.mcp.batches import Caller, check_reach, rows_of, written_in_call
from todos.mcp.schema import Changed, Results
from todos.models import Door, Reminder, Todo, TodoChange, TodoTag
from todos.pages.edit_form import TodoForm
from todos.pages.editing import pickers
from todos.pages.listing import opens_on_today
from todos.pages.moving import todos_of_day, was_moved_since
from todos.reminder_commands import deal_with, reminder_of, reminders_of
from todos.reminders.following import follow_zone
from todos.reminders.telling import is_first
from todos.rows import todo_row
from todos.testing import NOW, TodoFactory, use_tool
from todos.tools import last_reminding
from todos.transfer.calendar.feed import feed_of
from todos.transfer.importing import todo_known_as
from web.errors import ValidationFailed
from web.models import KeptAnswer
from web.repeats import Answer, keyed_answer

WORDS = "greenotter"
Probe = Callable[["Lies"], Any]
PROBES: list[Probe] = []


def probe(function: Probe) -> Probe:
    PROBES.append(function)
    return function


class Lies:
    """Eve's belongings among carol's rows that name eve's, and rows of eve that name carol's."""

    def __init__(self, carol: User, carols: dict[str, str]) -> None:
        self.carol, self.carols, self.now = carol, carols, timezone.now()
        self.eve = UserFactory(username="eve")
        self.eves = belongings(self.eve, WORDS)
        self.conversation = Conversation.objects.get(pk=self.eves["conversation_id"])
        self.answer = Message.objects.get(pk=self.eves["message_id"])
        self.carols_todo = Todo.objects.get(pk=carols["todo_id"])
        self.eves_todo = Todo.objects.get(pk=self.eves["todo_id"])
        self.by = Origin(Door.CHAT, self.conversation.pk, self.answer.pk, uuid7())
        stored = TodoChange.objects.get(pk=carols["change_id"]).after
        self.carols_todo_as_it_is = stored
        self.snapshot = stored | {"title": "What a change says", "notes": ""}

    def change(self, owner: User, todo: Todo, **fields: Any) -> TodoChange:
        """A change that says it is `owner`'s."""
        fields = {"act": uuid7(), "door": Door.CHAT, "after": self.snapshot} | fields
        return TodoChange.objects.create(owner=owner, actor=owner, todo_id=todo.pk, **fields)

    def reminder(self, owner: User, todo: Todo) -> Reminder:
        """A reminder that says it is `owner`'s."""
        return Reminder.objects.create(owner=owner, todo=todo, rule="5 min", at=self.now, state="sent")

    def delivery(self, owner: User, todo: Todo, **fields: Any) -> Delivery:
        """What a page of `owner` was told about a todo, which may be another's."""
        told = dict.fromkeys(("occurrence", "not_before", "expires_at"), self.now + datetime.timedelta(minutes=5))
        told |= {"kind": "reminder", "channel": "page", "state": "sent", "source_id": todo.pk, "todo_id": todo.pk}
        return Delivery.objects.create(owner=owner, **told | fields)

    def told_of_reminder(self, owner: User, todo: Todo) -> Delivery:
        """The same of a reminder that is as it was told."""
        reminder = self.reminder(todo.owner, todo)
        return self.delivery(owner, todo, source_id=reminder.pk, occurrence=reminder.at)

    def briefing(self, owner: User, **fields: Any) -> Briefing:
        return Briefing.objects.create(
            **{"owner": owner, "kind": "day", "time": datetime.time(7), "rule": DAILY} | fields
        )

    def item(self, todo: Todo, outcome: str = "deleted") -> Changed:
        return Changed(outcome=outcome, task=todo_row(todo, self.eve, self.now))


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
    return await decide_spoken_of(turn, said_yes=True)


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
def how_many_todos_there_are(lies: Lies):
    return counts_of(lies.eve, ["open", "done"], lies.now, lies.now.date())


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
def what_is_due_for_carol_today(lies: Lies):
    Todo.objects.filter(owner=lies.eve).update(due_date=None, due_time=None, due_zone="", due_at=None, recurrence="")
    TodoFactory(owner=lies.carol, due_date=lies.now.date())
    return opens_on_today(lies.eve, {}, lies.now)


@probe
def deletions_of_carol_in_eves_turn(lies: Lies):
    gone = {"before": lies.snapshot, "after": lies.snapshot | {"deleted_at": lies.now.isoformat()}}
    for _ in range(5):
        other = add_todo(lies.carol, now=lies.now, by=lies.by, title="x").todo
        lies.change(lies.carol, other, message_id=lies.answer.pk, **gone)
    results = Results(results=[lies.item(lies.eves_todo)])
    return check_reach(results, Caller(lies.eve, lies.now, lambda: None, lies.by))


@probe
def a_list_that_is_empty_but_for_carols(lies: Lies):
    todos = [add_todo(lies.eve, now=lies.now, by=lies.by, title=f"Todo {number}").todo for number in range(2)]
    gone = {"before": lies.snapshot, "after": lies.snapshot | {"deleted_at": lies.now.isoformat()}}
    for todo in todos:
        lies.change(lies.eve, todo, message_id=lies.answer.pk, **gone)
    Todo.objects.filter(owner=lies.eve).update(deleted_at=lies.now)
    results = Results(results=[lies.item(todo) for todo in todos])
    return check_reach(results, Caller(lies.eve, lies.now, lambda: None, lies.by))


@probe
def a_change_of_carol_in_eves_call(lies: Lies):
    lies.change(lies.carol, lies.carols_todo, tool_call_id=lies.by.tool_call_id)
    return written_in_call(lies.eve, lies.by.tool_call_id, lies.now)


@probe
def carols_todo_in_a_change_of_eve(lies: Lies):
    lies.change(lies.eve, lies.carols_todo, tool_call_id=lies.by.tool_call_id)
    Todo.objects.filter(pk=lies.carols_todo.pk).update(title="another title by now")
    return written_in_call(lies.eve, lies.by.tool_call_id, lies.now)


@probe
def rows_by_the_id_of_carols_todo(lies: Lies):
    return rows_of([lies.carols_todo.pk], lies.eve, lies.now)


@probe
def an_occurrence_of_carol(lies: Lies):
    first = add_todo(lies.carol, now=lies.now, by=lies.by, title="Water the plants", due="every day").todo
    complete_todo(lies.carol, first.pk, now=lies.now, by=lies.by)
    return done_today(lies.eve, Todo.objects.get(previous_id=first.pk).pk, lies.now) == first.pk


@probe
def an_occurrence_of_eve_after_one_of_carol(lies: Lies):
    first = add_todo(lies.carol, now=lies.now, by=lies.by, title="Water the plants", due="every day").todo
    complete_todo(lies.carol, first.pk, now=lies.now, by=lies.by)
    following = Todo.objects.get(previous_id=first.pk)
    Todo.objects.filter(pk=following.pk).update(owner=lies.eve)
    return done_today(lies.eve, following.pk, lies.now) == first.pk


@probe
def an_occurrence_of_carol_after_one_of_eve(lies: Lies):
    first = add_todo(lies.eve, now=lies.now, by=lies.by, title="Water the plants", due="every day").todo
    complete_todo(lies.eve, first.pk, now=lies.now, by=lies.by)
    following = Todo.objects.get(previous_id=first.pk)
    Todo.objects.filter(pk=following.pk).update(owner=lies.carol)
    return done_today(lies.eve, following.pk, lies.now) == first.pk


@probe
def a_place_behind_a_todo_of_carol(lies: Lies):
    theirs, hers = (add_todo(user, now=lies.now, by=lies.by, title="A place").todo for user in (lies.carol, lies.eve))
    try:
        return update_todo(lies.eve, hers.pk, now=lies.now, by=lies.by, beside=Beside(theirs.pk)).changed
    except ValidationFailed:
        return "no such place"


@probe
def todos_without_a_date(lies: Lies):
    theirs = add_todo(lies.carol, now=lies.now, by=lies.by, title="A place").todo
    return theirs.pk in todos_of_day(lies.eve, "")


@probe
def a_move_of_eves_todo_that_carol_is_said_to_have_made(lies: Lies):
    todo = add_todo(lies.eve, now=lies.now, by=lies.by, title="A place").todo
    before, todo.version = snapshot(todo), 2
    lies.change(lies.carol, todo, before=before, after=before | {"version": 2, "due_date": "2026-03-04"})
    return was_moved_since(todo, 1)


@probe
async def the_calendar(lies: Lies):
    user, todos = await feed_of(lies.eves["secret"])
    return user.username, len(todos)


@probe
def the_import_of_carols_file(lies: Lies):
    return todo_known_as(lies.carols_todo.pk, lies.eve)


def by_words(tool: str, **arguments: Any) -> None:
    """A tool of eve's that looks for words of carol's todo."""

    @probe
    async def words_of_carol(lies: Lies):
        await Todo.objects.filter(owner=lies.eve).adelete()
        outcome = await use_tool(lies.eve, tool, **arguments)
        return outcome.output

    words_of_carol.__name__ = f"{tool} by the words of carols todo"


by_words("complete_task", tasks=["Todo orangeheron"])
by_words("update_task", updates=[{"task": "Todo orangeheron", "title": "taken"}])
by_words("delete_task", tasks=["Todo orangeheron"])
by_words("undo", task="Todo orangeheron")


@probe
async def a_tag_that_carol_uses(lies: Lies):
    await TodoTag.objects.acreate(todo=lies.carols_todo, name="safe")
    return (await use_tool(lies.eve, "list_tasks", tag="safe")).output


@probe
def tags_that_eve_can_pick(lies: Lies):
    TodoTag.objects.create(todo=lies.carols_todo, name="safe")
    request = SimpleNamespace(acting_user=lies.eve)
    return pickers(request, lies.eves_todo, TodoForm.of(lies.eves_todo, lies.eve))["tags_in_use"]


@probe
def the_last_change_in_eves_conversation_by_carol(lies: Lies):
    TodoChange.objects.filter(owner=lies.eve).delete()
    lies.change(lies.carol, lies.carols_todo, conversation_id=lies.conversation.pk)
    return undo_last(lies.eve, now=lies.now, by=lies.by)


@probe
def the_last_change_of_carols_todo(lies: Lies):
    return undo_todo(lies.eve, lies.carols_todo.pk, now=lies.now, by=lies.by)


@probe
def a_completion_of_eves_todo_by_carol(lies: Lies):
    first = add_todo(lies.eve, now=lies.now, by=lies.by, title="Water the plants", due="every day").todo
    written = complete_todo(lies.eve, first.pk, now=lies.now, by=lies.by)
    TodoChange.objects.filter(pk=written.change.pk).update(owner=lies.carol)
    return take_back_completion(Todo.objects.get(pk=first.pk), Act(lies.eve, lies.now, lies.by)) is None


@probe
def an_undo_of_a_change_that_names_carols_todo(lies: Lies):
    shots = {"before": lies.snapshot | {"title": "taken"}, "after": lies.carols_todo_as_it_is}
    forged = lies.change(lies.eve, lies.carols_todo, **shots)
    undo(lies.eve, now=lies.now, by=lies.by, change_id=forged.pk)
    return Todo.objects.filter(pk=lies.carols_todo.pk, title="taken").exists()


@probe
def the_answer_kept_for_the_same_key(lies: Lies) -> Any:
    KeptAnswer.objects.create(owner=lies.carol, key="one-and-only", fingerprint="carol's", status=200, body="carol's")
    write = partial(Answer, status=204)
    return within_unit(keyed_answer)(lies.eve, "one-and-only", "carol's", write).content


@probe
def a_move_of_carol_that_names_eves_todo(lies: Lies) -> Any:
    todo = lies.eves_todo
    lies.change(lies.carol, todo, after=snapshot(todo), before=snapshot(todo), shift="2 days later")
    return is_made_already("2 days later", todo, lies.now)


@probe
def a_title_that_carol_gave_eves_todo(lies: Lies) -> Any:
    TodoFactory(owner=lies.eve, title="Otter bread")
    lies.change(lies.carol, lies.eves_todo, after=lies.snapshot | {"title": "Otter"}, created_at=NOW)
    outcome = async_to_sync(use_tool)(lies.eve, "complete_task", tasks=["Otter"])
    return [item["task"]["title"] for item in outcome.output["results"]]


@probe
async def what_eves_list_depends_on(lies: Lies) -> Any:
    return await etag_of_list(SimpleNamespace(get_full_path=str), lies.eve)


@probe
def a_later_version_that_carol_gave_eves_todo(lies: Lies) -> Any:
    """Of a todo whose adding is undone, and that undone again: the version that it comes back with."""
    added = add_todo(lies.eve, now=lies.now, by=lies.by, title="Otter milk")
    removal = undo(lies.eve, now=lies.now, by=lies.by, change_id=added.change.pk)
    lies.change(lies.carol, added.todo, before=lies.snapshot | {"version": 90}, after=lies.snapshot | {"version": 91})
    undo(lies.eve, now=lies.now, by=lies.by, change_id=TodoChange.objects.get(undoes=added.change).pk)
    return removal, Todo.objects.get(pk=added.todo.pk).version


@probe
def a_reminder_of_carol_on_eves_todo(lies: Lies) -> Any:
    lies.reminder(lies.carol, lies.eves_todo)
    return len(reminders_of(lies.eve, lies.eves_todo.pk))


@probe
def the_same_by_its_id(lies: Lies) -> Any:
    return reminder_of(lies.eve, lies.eves_todo.pk, lies.reminder(lies.carol, lies.eves_todo).pk)


@probe
def a_reminder_of_carol_seen_to_by_eve(lies: Lies) -> Any:
    return deal_with(lies.eve, [lies.reminder(lies.carol, lies.carols_todo).pk])


@probe
def the_first_reminder_of_eve(lies: Lies) -> Any:
    Reminder.objects.exclude(owner=lies.carol).delete()
    return is_first(lies.eves_todo, lies.eve)


@probe
def a_todo_of_carol_while_eve_travels(lies: Lies) -> Any:
    Todo.objects.filter(pk=lies.carols_todo.pk).update(due_date=lies.now.date(), reminder_rules=["0 d 23:59"])
    eve = User.objects.get(pk=lies.eve.pk)
    eve.time_zone = "Pacific/Kiritimati"
    follow_zone(eve, lies.now)
    return Reminder.objects.filter(todo=lies.carols_todo, rule="0 d 23:59").count()


@probe
def question_of_a_program(lies: Lies) -> Any:
    return within_unit(question_of_asker)(lies.eve, lies.carols["approval_id"], "")


@probe
def what_eves_page_shows_of_carols_todo(lies: Lies) -> Any:
    lies.told_of_reminder(lies.eve, lies.carols_todo)
    return len(shown_to(SimpleNamespace(acting_user=lies.eve)))


@probe
def what_carol_was_told_of_the_same(lies: Lies) -> Any:
    told = lies.delivery(lies.eve, lies.eves_todo)
    same = lies.delivery(lies.carol, lies.carols_todo, source_id=told.source_id, channel="push")
    act_on(lies.eve, told, "dismissed", lies.now)
    same.refresh_from_db()
    return same.acted


@probe
def what_carol_was_told_of_eves_todo(lies: Lies) -> Any:
    lies.told_of_reminder(lies.carol, lies.eves_todo)
    return len(shown_to(SimpleNamespace(acting_user=lies.eve)))


@probe
def a_button_of_carol_pressed_by_eve(lies: Lies) -> Any:
    told = lies.delivery(lies.carol, lies.eves_todo)
    return acted(SimpleNamespace(acting_user=lies.eve), told.pk, "dismissed")


@probe
def a_device_of_carol_told_for_eve(lies: Lies) -> Any:
    subscription, _ = within_unit(subscription_and_key)(lies.eve, PushSubscription.objects.get(owner=lies.carol).pk)
    return subscription


@probe
def how_carol_is_told(lies: Lies) -> Any:
    NoticeSettings.objects.update_or_create(owner=lies.carol, defaults={"page": False})
    return notice_settings(lies.eve).page


@probe
def a_device_of_eve_beside_all_of_carols(lies: Lies) -> Any:
    PushSubscription.objects.bulk_create(
        PushSubscription(owner=lies.carol, endpoint=f"https://push.example/{number}")
        for number in range(SUBSCRIPTIONS_MAX)
    )
    browser = Browser(cast(PushService, SimpleNamespace(port=9)))
    with override_settings(CALLS_TO_LOOPBACK=True):
        return subscribe(lies.eve, browser.endpoint, **browser.keys).owner.username


@probe
def what_carol_was_sent_by_a_webhook_of_eve(lies: Lies) -> Any:
    webhook = Webhook.objects.get(owner=lies.eve)
    lies.delivery(lies.carol, lies.carols_todo, channel="webhook", target=str(webhook.pk))
    listed = last_deliveries(lies.eve, [webhook])[str(webhook.pk)]
    return deliveries_of(lies.eve, webhook).count(), len(listed)


@probe
def what_is_told_of_eve_to_webhooks_of_carol(lies: Lies) -> Any:
    lies.eve.has_webhooks = True
    told = WebhookTold(webhook_id=lies.eves_todo.pk)
    return tell(lies.eve, "todo.added", lies.eves_todo.pk, lies.now, told)


@probe
def a_letter_of_eve_to_a_webhook_of_carol(lies: Lies) -> Any:
    delivery = lies.delivery(lies.eve, lies.eves_todo, channel="webhook")
    return within_unit(letter_of)(lies.eve, delivery.pk, delivery.pk, Webhook.objects.get(owner=lies.carol).pk)


@probe
def that_carol_has_webhooks_and_eve_none(lies: Lies) -> Any:
    Webhook.objects.filter(owner=lies.eve).delete()
    note_whether_any(lies.eve)
    return lies.eve.has_webhooks


@probe
def what_reminded_eve_last(lies: Lies) -> Any:
    lies.reminder(lies.carol, lies.carols_todo)
    return last_reminding(cast(Caller, SimpleNamespace(user=lies.eve)), LAST_REMINDER)


@probe
async def a_todo_that_a_host_fetches(lies: Lies) -> Any:
    caller = Caller(lies.eve, lies.now, lambda: None, Origin(Door.MCP))
    return await row_of(caller, lies.carols["todo_id"])


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


@probe
def mails_that_eve_stopped(lies: Lies) -> Any:
    Briefing.objects.all().delete()
    lies.briefing(lies.carol, mail=True)
    stop_mails(lies.eve.pk)
    return Briefing.objects.get().mail


def briefings_set_in_one_place(lies: Lies) -> None:
    """Of carol the later one, in what says that it is eve's conversation."""
    before = Wish(True, datetime.time(9), DAILY, frozenset())
    for owner, minutes in ((lies.eve, 0), (lies.carol, 1)):
        at = lies.now + datetime.timedelta(minutes=minutes)
        lies.briefing(owner, change=change_of(lies.by, at, before, str(uuid7())) | {"turn": owner.username})
