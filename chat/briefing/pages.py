"""The settings of the briefing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.pages.settings_page import Section
from accounts.pages.sign_in import PageRequest, signed_in
from chat.models.briefings import Briefing
from database.units import database_unit
from habits.weeks import weekday_order
from habits.wording import weekday_name

from .hours import CHANNELS, USUAL, Wish, briefings_of, days_of, rule_of, wish

WEEKDAYS = "01234"


def in_words(day: int) -> tuple[str, str]:
    return str(day), weekday_name(day)


class BriefingForm(forms.Form):
    day_on = forms.BooleanField(required=False, label=gettext_lazy("Brief me in the morning"))
    day_time = forms.TimeField(label=gettext_lazy("At"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    day_days = forms.ChoiceField(
        label=gettext_lazy("On"), choices=[("0123456", gettext_lazy("Every day")), (WEEKDAYS, gettext_lazy("Weekdays"))]
    )
    week_on = forms.BooleanField(required=False, label=gettext_lazy("Plan my week"))
    week_time = forms.TimeField(label=gettext_lazy("At"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    week_days = forms.ChoiceField(label=gettext_lazy("On"), choices=lambda: [*map(in_words, range(7))])
    push = forms.BooleanField(required=False, label=gettext_lazy("On my devices"))
    mail = forms.BooleanField(required=False, label=gettext_lazy("By mail"))

    @classmethod
    def of(cls, user: User) -> "BriefingForm":
        """Reads the database."""
        initial: dict[str, Any] = {}
        for kind, stored in briefings_of(user).items():
            days = "".join(map(str, sorted(days_of(stored.rule))))
            initial |= {f"{kind}_on": stored.next_at, f"{kind}_time": stored.time, f"{kind}_days": days}
            initial |= {"push": stored.push, "mail": stored.mail} if kind == Briefing.Kind.DAY else {}
        form = cls(initial=initial, auto_id="briefing-%s")
        form.fields["week_days"].choices = [*map(in_words, weekday_order(user.habits))]  # type: ignore[attr-defined]
        for kind in USUAL:
            keep_choice(form.fields[f"{kind}_days"], initial[f"{kind}_days"])
        return form


def keep_choice(field: forms.Field, days: str) -> None:
    """Days that were chosen by the API are shown, and stay."""
    choices = list(getattr(field, "choices", []))
    if days not in dict(choices):
        names = ", ".join(weekday_name(int(day)) for day in days)
        field.choices = [*choices, (days, names)]  # type: ignore[attr-defined]


def shown(request: PageRequest) -> dict[str, Any]:
    return {"briefing_form": BriefingForm.of(request.acting_user)}


SECTION = Section("chat/_briefing_settings.html", {"briefing": gettext_lazy("Briefing")}, shown)


@require_POST
@signed_in
async def change_briefing(request: PageRequest) -> HttpResponse:
    if await database_unit(save)(request):
        messages.success(request, _("Saved when you are briefed."))
    else:
        messages.error(request, _("That is no time of day. Nothing was changed."))
    return redirect("settings")


def save(request: PageRequest) -> bool:
    form = BriefingForm(request.POST)
    for kind, stored in briefings_of(request.acting_user).items():
        keep_choice(form.fields[f"{kind}_days"], "".join(map(str, sorted(days_of(stored.rule)))))
    if not form.is_valid():
        return False
    chosen = form.cleaned_data
    channels = frozenset(name for name in CHANNELS if chosen[name])
    for kind in USUAL:
        rule = rule_of({int(day) for day in chosen[f"{kind}_days"]})
        wished = Wish(chosen[f"{kind}_on"], chosen[f"{kind}_time"], rule, channels)
        wish(request.acting_user, kind, wished, timezone.now())
    return True
