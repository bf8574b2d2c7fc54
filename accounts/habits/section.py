"""The section of the settings page for what a person is used to."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.pages.settings_page import Section
from accounts.pages.sign_in import PageRequest

ORDERS = [
    ("", _("As usual in my time zone")),
    ("day", _("Day first: 5 December is 5/12")),
    ("month", _("Month first: December 5 is 12/5")),
]
BY_ORDER = {"": None, "day": True, "month": False}


class HabitsForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("Language"))
    clock_hours = forms.TypedChoiceField(label=_("Clock"), choices=User.Clock.choices, coerce=int)
    first_weekday = forms.TypedChoiceField(label=_("The week begins on"), choices=User.WeekStart.choices, coerce=int)
    order = forms.ChoiceField(label=_("Day and month"), choices=ORDERS, required=False)

    class Meta:
        model = User
        fields = ["language", "clock_hours", "first_weekday"]

    def __init__(self, *args: Any, instance: User, **kwargs: Any) -> None:
        habits = instance.habits
        initial = {
            "language": instance.speaks,
            "clock_hours": habits.clock_hours,
            "first_weekday": habits.first_weekday,
            "order": next(name for name, day_first in BY_ORDER.items() if day_first is habits.day_first),
        }
        super().__init__(*args, **{"auto_id": "habits-%s", "initial": initial, "instance": instance, **kwargs})
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> User:
        self.instance.day_first = BY_ORDER[self.cleaned_data["order"]]
        self.instance.save(update_fields=["language", "clock_hours", "first_weekday", "day_first"])
        return self.instance


def shown(request: PageRequest) -> dict[str, Any]:
    return {"habits_form": HabitsForm(instance=request.acting_user)}


SECTION = Section("accounts/settings/_habits.html", {"habits": _("Language and habits")}, shown)
