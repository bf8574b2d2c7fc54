"""The line of quick add, and what forms of todos share: they turn what a person typed into the fields of a command."""

import datetime
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from language.errors import DateNotUnderstood
from todos.commands import TodoFields
from todos.quick_add import QuickAdd, parse_quick_add
from web.errors import ProductError

KEPT_MAX = 20
TITLE_MAX, NOTES_MAX = 200, 10_000
FORM_FIELDS = {
    "due": "when",
    "add_tags": "tags",
    "remove_tags": "tags",
    "recurrence": "repeats",
    "remind": "remind_also",
}


class QuickAddForm(forms.Form):
    """One line: “water plants friday 6pm #home p1”. A part that is also among the `keep` of the form stays text.

    With `plain` all of it does.
    """

    text = forms.CharField(max_length=500, error_messages={"required": _("Write what there is to do.")})
    notes = forms.CharField(required=False, max_length=NOTES_MAX)
    plain = forms.BooleanField(required=False)
    reading: QuickAdd | None = None

    def __init__(self, *args: Any, user: User, now: datetime.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.now = user, now

    def clean_text(self) -> str:
        text, keep = self.cleaned_data["text"], cast(QueryDict, self.data).getlist("keep")
        if self.data.get("plain"):
            return text
        try:
            self.reading = parse_quick_add(text, self.user.zone, self.now, keep[:KEPT_MAX], self.user.habits)
        except DateNotUnderstood as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal
        return text

    def todo_fields(self) -> TodoFields:
        """Of a valid form."""
        fields = self.reading.todo_fields() if self.reading else TodoFields(title=self.cleaned_data["text"])
        notes = self.cleaned_data["notes"]
        return {**fields, "notes": notes} if notes else fields


def add_reasons(form: forms.Form, refusal: ProductError) -> None:
    """Put each reason of a refusal beside the field it is about."""
    for name, reason in (refusal.details or {"": refusal.sentence}).items():
        field = FORM_FIELDS.get(name, name)
        form.add_error(field if field in form.fields else next(iter(form.visible_fields())).name, str(reason))
