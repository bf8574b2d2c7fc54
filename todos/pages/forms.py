"""The forms of todos: they turn what a person typed into the fields of a command, whose rules decide."""

import datetime
import re
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from language.dates import Due
from language.errors import DateNotUnderstood
from todos.commands import TodoFields
from todos.fields.priority import Priority
from todos.models import Todo
from todos.quick_add import QuickAdd, parse_quick_add
from web.errors import ProductError

KEPT_MAX = 20
TITLE_MAX, NOTES_MAX = 200, 10_000
FORM_FIELDS = {"due": "due_date", "add_tags": "tags", "remove_tags": "tags", "recurrence": "repeats"}


class QuickAddForm(forms.Form):
    """One line: “water plants friday 6pm #home p1”. A part that is also among the `keep` of the form stays text.

    With `plain` all of it does.
    """

    text = forms.CharField(max_length=500, error_messages={"required": "Write what there is to do."})
    notes = forms.CharField(required=False, max_length=NOTES_MAX)
    plain = forms.BooleanField(required=False)
    reading: QuickAdd | None = None

    def __init__(self, *args: Any, zone: ZoneInfo, now: datetime.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now = zone, now

    def clean_text(self) -> str:
        text, keep = self.cleaned_data["text"], cast(QueryDict, self.data).getlist("keep")
        if self.data.get("plain"):
            return text
        try:
            self.reading = parse_quick_add(text, self.zone, self.now, keep[:KEPT_MAX])
        except DateNotUnderstood as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal
        return text

    def todo_fields(self) -> TodoFields:
        """Of a valid form."""
        fields = self.reading.todo_fields() if self.reading else TodoFields(title=self.cleaned_data["text"])
        notes = self.cleaned_data["notes"]
        return {**fields, "notes": notes} if notes else fields


class TodoForm(forms.Form):
    """All fields of a todo. `version` is the one the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(max_length=200, widget=forms.TextInput({"autofocus": True, "dir": "auto"}))
    notes = forms.CharField(required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}))
    due_date = forms.DateField(required=False, label="Due", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    due_time = forms.TimeField(required=False, label="Time", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    repeats = forms.CharField(required=False, max_length=200, help_text="Such as “every weekday” or “every 2 weeks”.")
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
                "repeats": todo.repeats or "",
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
        fields: TodoFields = {
            "title": self.cleaned_data["title"],
            "notes": self.cleaned_data["notes"],
            "priority": self.cleaned_data["priority"],
            "due": todo.wall_due if unchanged else date and Due(date, time, zone if time else ""),
            "tags": [tag for tag in re.split(r"[\s,]+", self.cleaned_data["tags"]) if tag.strip("#")],
        }
        repeats = self.cleaned_data["repeats"]
        return fields if repeats == (todo.repeats or "") else {**fields, "recurrence": repeats}


def add_reasons(form: forms.Form, refusal: ProductError) -> None:
    """Put each reason of a refusal beside the field it is about."""
    for name, reason in (refusal.details or {"": refusal.sentence}).items():
        field = FORM_FIELDS.get(name, name)
        form.add_error(field if field in form.fields else next(iter(form.visible_fields())).name, str(reason))
