"""The form of one todo: all that it has, with what can be picked for it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from language.due import Due
from language.reminders.rule import ReminderRule
from language.reminders.text import rule_text
from todos.commands import TodoFields
from todos.fields.priority import Priority
from todos.models import Todo
from todos.reminders.following import rules_of

from .forms import NOTES_MAX

# What the buttons of a picker send, which is understood in every language, and what stands on them.
DAYS = (
    ("today", _("Today")),
    ("tomorrow", _("Tomorrow")),
    ("next monday", _("Monday")),
    ("next week", _("Next week")),
)
REPEATS = (
    ("every day", _("Every day")),
    ("every weekday", _("Every weekday")),
    ("every week", _("Every week")),
    ("every month", _("Every month")),
    ("every year", _("Every year")),
)
REMINDERS = (
    ("at the time", _("At the time")),
    ("10 minutes before", _("10 minutes before")),
    ("1 hour before", _("1 hour before")),
    ("the evening before", _("The evening before")),
)
TAGS_OFFERED = 24


class SaidLast(forms.TextInput):
    """A text field with buttons of the same name beside it: what was pressed counts, else what was typed."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        return next((value for value in reversed(data.getlist(name)) if value.strip()), "")


class SaidTogether(forms.TextInput):
    """Ticked words and typed ones, in one field."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        return " ".join(data.getlist(name))


@dataclass(frozen=True)
class Choice:
    """A box to tick: the value that it sends, and its words."""

    value: str
    label: str
    ticked: bool


class TodoForm(forms.Form):
    """All fields of a todo. `version` is the one the person saw.

    `when` are words for the date, which count before its two fields; `clear` names what is to be taken away.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(widget=forms.Textarea({"rows": 1, "dir": "auto", "maxlength": 200}))
    notes = forms.CharField(
        required=False,
        max_length=NOTES_MAX,
        widget=forms.Textarea({"rows": 2, "dir": "auto", "placeholder": _("Notes")}),
    )
    when = forms.CharField(
        required=False,
        max_length=200,
        label=_("Say when"),
        widget=SaidLast({"placeholder": _("friday 5pm"), "autocomplete": "off"}),
    )
    due_date = forms.DateField(
        required=False, label=_("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    due_time = forms.TimeField(
        required=False, label=_("Time"), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    repeats = forms.CharField(
        required=False,
        max_length=200,
        label=_("Or in your words"),
        widget=SaidLast({"placeholder": _("every 2 weeks"), "autocomplete": "off"}),
    )
    priority = forms.ChoiceField(
        choices=lambda: [(each.label, capfirst(each.words)) for each in Priority], widget=forms.RadioSelect
    )
    tags = forms.CharField(required=False, label=_("New tags"), widget=SaidTogether({"autocomplete": "off"}))
    remind_also = forms.CharField(
        required=False,
        max_length=200,
        label=_("Or in your words"),
        widget=SaidLast({"placeholder": _("30 minutes before"), "autocomplete": "off"}),
    )

    @classmethod
    def of(cls, todo: Todo, user: User) -> "TodoForm":
        return cls(
            auto_id="edit-%s",
            initial={
                "version": todo.version,
                "title": todo.title,
                "notes": todo.notes,
                "due_date": todo.due_date,
                "due_time": todo.due_time,
                "repeats": todo.repeats_text(user.habits) or "",
                "priority": Priority(todo.priority).label,
                "tags": " ".join(todo.tags),
            },
        )

    def clean(self) -> dict[str, Any] | None:
        date, time = (self.cleaned_data.get(name) for name in ("due_date", "due_time"))
        if time and not date and not self.cleaned_data.get("when") and "due_date" not in self.errors:
            self.add_error("due_date", _("A time needs a day."))
        return self.cleaned_data

    def todo_fields(self, todo: Todo, user: User) -> TodoFields:
        """`todo` is the one that was edited: a date left as it was keeps the zone it was given in."""
        repeats, said = self.cleaned_data["repeats"], cast(QueryDict, self.data)
        fields: TodoFields = {
            "title": self.cleaned_data["title"],
            "notes": self.cleaned_data["notes"],
            "priority": self.cleaned_data["priority"],
            "due": None if "due" in said.getlist("clear") else self.due_of(todo, user.time_zone),
            "tags": tag_words(self.cleaned_data["tags"]),
        }
        if "repeats" in said.getlist("clear"):
            fields["recurrence"] = None
        elif repeats != (todo.repeats_text(user.habits) or ""):
            fields["recurrence"] = repeats
        if "reminders_shown" in said and (kept := self.reminders_kept(todo)) != rules_of(todo):
            fields["remind"] = kept
        return fields

    def due_of(self, todo: Todo, zone: str) -> str | Due | None:
        words = self.cleaned_data["when"]
        if words in dict(DAYS) and todo.due_time:
            return f"{words} {todo.due_time:%H:%M}"
        if words:
            return cast(str, words)
        date, time = self.cleaned_data["due_date"], self.cleaned_data["due_time"]
        unchanged = (date, time) == (todo.due_date, todo.due_time)
        return todo.wall_due if unchanged else date and Due(date, time, zone if time else "")

    def reminders_kept(self, todo: Todo) -> list[ReminderRule]:
        ticked = cast(QueryDict, self.data).getlist("remind")
        return [rule for rule in rules_of(todo) if str(rule) in ticked]

    def tag_choices(self, todo: Todo, in_use: Iterable[str]) -> list[Choice]:
        """Its own tags and those in use, in order; the first so many of these."""
        ticked = {word.removeprefix("#").lower() for word in tag_words(self["tags"].value() or "")}
        offered = [name for name in in_use if name not in todo.tags][:TAGS_OFFERED]
        return [Choice(name, f"#{name}", name in ticked) for name in sorted({*todo.tags, *offered})]

    def tags_typed(self, choices: Iterable[Choice]) -> str:
        """What was written beside the boxes, which a refusal shows again."""
        known = {choice.value for choice in choices}
        words = tag_words(self["tags"].value() or "")
        return " ".join(word for word in words if word.removeprefix("#").lower() not in known)

    def reminder_choices(self, todo: Todo, user: User, now: datetime.datetime) -> list[Choice]:
        rules = rules_of(todo)
        kept = self.reminders_kept(todo) if "reminders_shown" in self.data else rules
        return [Choice(str(rule), rule_text(rule, user.zone, now, user.habits), rule in kept) for rule in rules]


def tag_words(text: str) -> list[str]:
    """Between spaces and commas; a “#” alone is the beginning of one."""
    return [word for word in text.replace(",", " ").split() if word.strip("#")]
