"""Todos as text: one as a phrase, several as a numbered list in groups, so that "the second" means one of them."""

import datetime
import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from habits.wording import MONTH_NAMES, WEEKDAY_NAMES, quoted_text, when_text
from language.acts import Selection
from language.talk.exchanges import Row

NAMED_DAY = re.compile(rf"\b(?:{'|'.join(WEEKDAY_NAMES + MONTH_NAMES)})\b", re.IGNORECASE)
GROUPS = {
    "overdue": gettext_noop("Overdue"),
    "today": gettext_noop("Today"),
    "later": gettext_noop("Later"),
    "no date": gettext_noop("No date"),
    "done": gettext_noop("Done"),
}
PRIORITIES = {
    "low": gettext_noop("low priority"),
    "medium": gettext_noop("medium priority"),
    "high": gettext_noop("high priority"),
    "urgent": gettext_noop("urgent"),
}
WITH_PRIORITY = {
    "none": gettext_noop("with none priority"),
    "low": gettext_noop("with low priority"),
    "medium": gettext_noop("with medium priority"),
    "high": gettext_noop("with high priority"),
    "urgent": gettext_noop("with urgent priority"),
}


def quoted(row: Row) -> str:
    return quoted_text(row.title)


def facts(row: Row, *, with_done: bool = False) -> list[str]:
    """What there is to say about a todo besides its title."""
    due = [_("due %(when)s") % {"when": when_text(row.due_text)}] if row.due_text else []
    return [*due, *facts_but_date(row), *([_("done")] if with_done and row.done else [])]


def facts_but_date(row: Row) -> list[str]:
    repeats = _("repeats %(repeat)s") % {"repeat": row.repeats} if row.repeats else ""
    priority = _(PRIORITIES[row.priority]) if row.priority in PRIORITIES else ""
    tags = " ".join(f"#{tag}" for tag in row.tags)
    return [fact for fact in (repeats, priority, tags) if fact]


def described(row: Row, *, with_done: bool = False) -> str:
    return ", ".join([quoted(row), *facts(row, with_done=with_done)])


def line(number: int, row: Row) -> str:
    """One line of a list. It begins with the bare title: that is how a number is read back from it."""
    dated = [row.due_text] if row.due_text else []
    return f"{number}. {row.title}" + "".join(f" · {fact}" for fact in [*dated, *facts_but_date(row)])


def numbered(rows: Iterable[Row], start: int = 1) -> str:
    return "\n".join(line(number, row) for number, row in enumerate(rows, start))


def grouped(rows: Sequence[Row], today: datetime.date) -> str:
    """The rows under Overdue, Today, Later, No date and Done, numbered through; no heading for a single group."""
    groups = {name: [row for row in rows if group_of(row, today) == name] for name in GROUPS}
    filled = {name: members for name, members in groups.items() if members}
    if len(filled) == 1:
        return numbered(rows)
    parts, start = [], 1
    for name, members in filled.items():
        # With an empty line: in Markdown a list that begins with “2.” is none right under a line of text.
        heading = _("%(heading)s:") % {"heading": _(GROUPS[name])}
        parts.append(f"{heading}\n\n{numbered(members, start)}")
        start += len(members)
    return "\n\n".join(parts)


def group_of(row: Row, today: datetime.date) -> str:
    """A key of GROUPS."""
    if row.done:
        return "done"
    if row.overdue:
        return "overdue"
    if not row.due:
        return "no date"
    return "today" if row.due[:10] == today.isoformat() else "later"


def counted(count: int, selection: Selection) -> str:
    """ "3 open todos due this week with high priority"; of none “no open todos”."""
    kind = {"undated": "open"}.get(selection.filter, selection.filter)
    kind = "" if kind == "done" and selection.span else kind
    words = counted_of_kind(count, kind) if count else none_of_kind(kind)
    return " ".join([words, *qualities(selection)])


def counted_of_kind(count: int, kind: str) -> str:
    forms = {
        "open": ngettext("%(count)s open todo", "%(count)s open todos", count),
        "overdue": ngettext("%(count)s overdue todo", "%(count)s overdue todos", count),
        "upcoming": ngettext("%(count)s upcoming todo", "%(count)s upcoming todos", count),
        "done": ngettext("%(count)s finished todo", "%(count)s finished todos", count),
    }
    return forms.get(kind, ngettext("%(count)s todo", "%(count)s todos", count)) % {"count": count}


def none_of_kind(kind: str) -> str:
    forms = {
        "open": _("no open todos"),
        "overdue": _("no overdue todos"),
        "upcoming": _("no upcoming todos"),
        "done": _("no finished todos"),
    }
    return forms.get(kind, _("no todos"))


def is_of_days(selection: Selection) -> bool:
    """Whether the days in which they are due are all that is said of open todos."""
    return (
        bool(selection.span)
        and selection == Selection(span=selection.span, filter=selection.filter)
        and (selection.filter in {"open", "today", "upcoming"})
    )


def qualities(selection: Selection) -> list[str]:
    """What the todos of a selection have in common, behind their number."""
    places = {
        "trash": _("in the trash"),
        "undated": _("without a date"),
        "reminding": _("with reminders to come"),
    }
    traits = {"repeating": _("with a repeat"), "untagged": _("without tags"), "noted": _("with notes")}
    said = [places.get(selection.filter, ""), traits.get(selection.trait, "")]
    if selection.span:
        by_day = {"done": _("finished %(span)s"), "trash": _("deleted %(span)s")}
        when = by_day.get(selection.filter, pgettext("todos", "due %(span)s"))
        said.append(when % {"span": capitalised(selection.span.name)})
    if selection.priority:
        said.append(_(WITH_PRIORITY.get(selection.priority, "")) if selection.priority in WITH_PRIORITY else "")
    if selection.tag:
        said.append(_("tagged #%(tag)s") % {"tag": selection.tag})
    if selection.text:
        said.append(_("matching “%(words)s”") % {"words": selection.text})
    return [words for words in said if words]


def capitalised(name: str) -> str:
    """ "friday" as it is written; "tomorrow" and "this week" as they are."""
    return NAMED_DAY.sub(lambda word: word[0].capitalize(), name)


def more_of(total: int, shown: int) -> str:
    if total <= shown:
        return ""
    more = ngettext("And %(count)s more.", "And %(count)s more.", total - shown) % {"count": total - shown}
    return f"\n\n{more}"
