"""The forms of todos: they turn what a person typed into the fields of a command, whose rules decide."""

import datetime
import re
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from accounts.errors import ProductError

from .commands import TodoFields
from .dates import Due, find_date
from .errors import DateNotUnderstood
from .models import Priority, Todo

QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|„[^“]*“|«[^»]*»")
MARK = re.compile(r"(?<!\S)(?:#(?P<tag>[^\W\d][\w-]*)|!(?P<priority>low|medium|high|urgent)\b)", re.IGNORECASE)
FORM_FIELDS = {"due": "due_date", "add_tags": "tags", "remove_tags": "tags"}


class QuickAddForm(forms.Form):
    """One line: “water plants friday 6pm #home !high”."""

    text = forms.CharField(max_length=500, error_messages={"required": "Write what there is to do."})

    def __init__(self, *args: Any, zone: ZoneInfo, now: datetime.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now = zone, now

    def todo_fields(self) -> TodoFields:
        """Raises DateNotUnderstood for words that are meant as a date and are none."""
        return quick_add_fields(self.cleaned_data["text"], self.zone, self.now)


def quick_add_fields(text: str, zone: ZoneInfo, now: datetime.datetime) -> TodoFields:
    """Date words, #tags and !priority come out of the title. What is quoted stays as it is."""
    fields: TodoFields = {"tags": []}
    quoted = [match.span() for match in QUOTED.finditer(text)]
    marks = [mark for mark in MARK.finditer(text) if not any(a <= mark.start() < b for a, b in quoted)]
    for mark in marks:
        if mark["tag"]:
            fields["tags"] = [*fields["tags"], mark["tag"]]
        else:
            fields["priority"] = mark["priority"].lower()
    for mark in reversed(marks):
        text = text[: mark.start()] + text[mark.end() :]
    text = " ".join(text.split())
    found = find_date(text, zone, now)
    if found and found.due and (rest := " ".join(f"{text[: found.start]} {text[found.end :]}".split())):
        return {**fields, "title": rest, "due": found.text}
    return {**fields, "title": text}


class TodoForm(forms.Form):
    """All fields of a todo. `version` is the one the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(max_length=200)
    notes = forms.CharField(required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 5}))
    due_date = forms.DateField(required=False, label="Due", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    due_time = forms.TimeField(required=False, label="Time", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    priority = forms.ChoiceField(choices=[(label, label.capitalize()) for label in Priority.labels])
    tags = forms.CharField(required=False, help_text="Words, separated by spaces or commas.")

    @classmethod
    def of(cls, todo: Todo) -> "TodoForm":
        return cls(
            initial={
                "version": todo.version,
                "title": todo.title,
                "notes": todo.notes,
                "due_date": todo.due_date,
                "due_time": todo.due_time,
                "priority": Priority(todo.priority).label,
                "tags": " ".join(todo.tags),
            }
        )

    def clean(self) -> dict[str, Any] | None:
        if (
            self.cleaned_data.get("due_time")
            and not self.cleaned_data.get("due_date")
            and "due_date" not in self.errors
        ):
            self.add_error("due_date", "A time needs a day.")
        return self.cleaned_data

    def todo_fields(self, todo: Todo, zone: str) -> TodoFields:
        """`todo` is the one that was edited: a date left as it was keeps the zone it was given in."""
        date, time = self.cleaned_data["due_date"], self.cleaned_data["due_time"]
        unchanged = (date, time) == (todo.due_date, todo.due_time)
        return {
            "title": self.cleaned_data["title"],
            "notes": self.cleaned_data["notes"],
            "priority": self.cleaned_data["priority"],
            "due": todo.wall_due if unchanged else date and Due(date, time, zone if time else ""),
            "tags": [tag for tag in re.split(r"[\s,]+", self.cleaned_data["tags"]) if tag.strip("#")],
        }


def add_reasons(form: forms.Form, refusal: ProductError) -> None:
    """Put each reason of a refusal beside the field it is about."""
    reasons = refusal.details if not isinstance(refusal, DateNotUnderstood) else {"due": refusal.sentence}
    for name, reason in (reasons or {"": refusal.sentence}).items():
        field = FORM_FIELDS.get(name, name)
        form.add_error(field if field in form.fields else next(iter(form.visible_fields())).name, str(reason))
