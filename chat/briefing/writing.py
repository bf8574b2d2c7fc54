"""What a briefing says: the todos as they are stored, and one to start with."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.models import User
from chat.models.briefings import Briefing
from habits.wording import time_text, weekday_name
from language.dates import date_text
from todos.models import Todo

LISTED = 15
WEEK = datetime.timedelta(days=7)
NOTHING = {
    Briefing.Kind.DAY: gettext_noop("Nothing is due today and nothing is overdue. The day is yours."),
    Briefing.Kind.WEEK: gettext_noop("Nothing is due in the next seven days and nothing is overdue."),
}


@dataclass(frozen=True)
class Agenda:
    """What there is to do: each list in the order in which it is told. `later` is of the next days, for a week."""

    kind: Briefing.Kind
    user: User
    now: datetime.datetime
    overdue: list[Todo]
    today: list[Todo]
    later: list[Todo]
    undated: list[Todo]

    @property
    def first(self) -> Todo | None:
        """What to start with, by rule: what is late before what is due, what matters more, what has waited longer."""
        for todos in (self.overdue, self.today, self.later, self.undated):
            if todos:
                return min(todos, key=lambda todo: (-todo.priority, todo.due_date or datetime.date.max, todo.pk))
        return None


def agenda_of(user: User, kind: Briefing.Kind, now: datetime.datetime) -> Agenda:
    """Reads the database."""
    now = now.astimezone(user.zone)
    mine, day = Todo.objects.for_user(user), now.date()
    overdue = mine.in_view("overdue", now, day).by_urgency()
    late = {todo.pk for todo in overdue}
    today = [todo for todo in mine.in_view("today", now, day).by_urgency() if todo.pk not in late]
    coming = mine.in_view("upcoming", now, day).filter(due_date__lt=day + WEEK).by_urgency()
    undated = mine.in_view("undated", now, day).order_by("-priority", "id")[:LISTED]
    return Agenda(kind, user, now, list(overdue), today, list(coming) if kind == "week" else [], list(undated))


def headline(agenda: Agenda) -> str:
    """For the first line of a notice: “3 for today, 1 overdue”."""
    due = len(agenda.today) + len(agenda.later)
    late = len(agenda.overdue)
    sentence = ngettext("%(count)s for the week", "%(count)s for the week", due)
    if agenda.kind == Briefing.Kind.DAY:
        sentence = ngettext("%(count)s for today", "%(count)s for today", due)
    parts = [sentence % {"count": due}] if due else []
    if late:
        parts.append(ngettext("%(count)s overdue", "%(count)s overdue", late) % {"count": late})
    return ", ".join(parts) or _("Nothing is due")


def briefing_text(agenda: Agenda, suggestion: str) -> str:
    """As it stands in the conversation, and in a mail."""
    sections = [section(_("Overdue"), agenda.overdue, agenda, dated=True), section(_("Today"), agenda.today, agenda)]
    if agenda.kind == Briefing.Kind.WEEK:
        sections += [section(label, todos, agenda) for label, todos in by_day(agenda.later)]
        if agenda.undated:
            sections.append(section(_("Without a date"), agenda.undated, agenda))
    told = [text for text in sections if text] or [_(NOTHING[agenda.kind])]
    return "\n\n".join([f"{greeting(agenda)} {headline(agenda)}.", *told, *filter(None, [suggestion])])


def greeting(agenda: Agenda) -> str:
    if agenda.kind == Briefing.Kind.WEEK:
        return _("Your week:")
    hour = agenda.now.hour
    if hour < 12:
        return _("Good morning:")
    return _("Good afternoon:") if hour < 18 else _("Good evening:")


def section(label: str, todos: list[Todo], agenda: Agenda, *, dated: bool = False) -> str:
    lines = [line(todo, agenda, dated=dated) for todo in todos[:LISTED]]
    if more := todos[LISTED:]:
        lines.append(ngettext("… and %(count)s more", "… and %(count)s more", len(more)) % {"count": len(more)})
    return "\n".join([label, *lines]) if todos else ""


def line(todo: Todo, agenda: Agenda, *, dated: bool) -> str:
    """“• 17:00 Call Ann (every friday)”."""
    due = todo.wall_due
    user = agenda.user
    at = f"{time_text(due.at.astimezone(user.zone), user.habits)} " if due and due.at and not dated else ""
    said = [date_text(due, user.zone, agenda.now, user.habits) if dated else "", todo.repeats_text(user.habits) or ""]
    marks = ", ".join(filter(None, said))
    return f"• {at}{todo.title}" + (f" ({marks})" if marks else "")


def by_day(todos: Iterable[Todo]) -> list[tuple[str, list[Todo]]]:
    days: dict[datetime.date, list[Todo]] = {}
    for todo in todos:
        if todo.due_date:
            days.setdefault(todo.due_date, []).append(todo)
    return [(day_heading(day), found) for day, found in sorted(days.items())]


def day_heading(day: datetime.date) -> str:
    return _("%(weekday)s %(day)s") % {"weekday": weekday_name(day.weekday()), "day": day.day}


def suggestion_by_rule(agenda: Agenda) -> str:
    first = agenda.first
    if first is None:
        return ""
    sentences = {
        "overdue": _("Start with “%(title)s”: it is overdue."),
        "urgent": _("Start with “%(title)s”: it is urgent."),
        "high": _("Start with “%(title)s”: it matters most."),
    }
    late = "overdue" if first in agenda.overdue else first.priority_word
    return sentences.get(late, _("Start with “%(title)s”: it comes first.")) % {"title": first.title}
