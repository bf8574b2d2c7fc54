"""Probes of lists, single todos, tags and reminders."""

from types import SimpleNamespace
from typing import Any

from accounts.models import User
from config.tests.privacy.probes.lies import Lies, probe
from todos.api.endpoints import etag_of_list
from todos.changing.changes import Origin
from todos.commands import add_todo
from todos.finding.figures import counts_of
from todos.hosts import row_of
from todos.mcp.batches import Caller, check_reach, reason_of, rows_of
from todos.mcp.schema import Results
from todos.models import Door, Reminder, Todo, TodoTag
from todos.pages.edit_form import TodoForm
from todos.pages.editing import pickers
from todos.pages.listing import opens_on_today
from todos.pages.moving import todos_of_day
from todos.reminder_commands import deal_with, reminder_of, reminders_of
from todos.reminders.following import follow_zone
from todos.reminders.telling import is_first
from todos.testing import TodoFactory, use_tool
from todos.transfer.calendar.feed import feed_of
from todos.transfer.importing import todo_known_as
from web.errors import ValidationFailed


@probe
def how_many_todos_there_are(lies: Lies):
    return counts_of(lies.eve, ["open", "done"], lies.now, lies.now.date())


@probe
def what_is_due_for_carol_today(lies: Lies):
    Todo.objects.filter(owner=lies.eve).update(due_date=None, due_time=None, due_zone="", due_at=None, recurrence="")
    TodoFactory(owner=lies.carol, due_date=lies.now.date())
    return opens_on_today(lies.eve, {}, lies.now)


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
def rows_by_the_id_of_carols_todo(lies: Lies):
    return rows_of([lies.carols_todo.pk], lies.eve, lies.now)


@probe
def a_refusal_of_the_id_of_carols_todo(lies: Lies):
    return reason_of(ValidationFailed(details={"title": "It is too long."}), str(lies.carols_todo.pk), lies.eve)


@probe
def todos_without_a_date(lies: Lies):
    theirs = add_todo(lies.carol, now=lies.now, by=lies.by, title="A place").todo
    return theirs.pk in todos_of_day(lies.eve, "")


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
async def what_eves_list_depends_on(lies: Lies) -> Any:
    return await etag_of_list(SimpleNamespace(get_full_path=str), lies.eve)


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
async def a_todo_that_a_host_fetches(lies: Lies) -> Any:
    caller = Caller(lies.eve, lies.now, lambda: None, Origin(Door.MCP))
    return await row_of(caller, lies.carols["todo_id"])
