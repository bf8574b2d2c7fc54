"""The form in the settings for what a person is used to."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.pages.settings_page import settings_page
from accounts.pages.sign_in import PageRequest, form_of, signed_in
from database.units import database_unit

from .section import HabitsForm

UNPROCESSABLE = 422


@form_of("settings")
@signed_in
async def change_habits(request: PageRequest) -> HttpResponse:
    form = HabitsForm(request.POST, instance=request.acting_user)
    if not await database_unit(saved)(form):
        return await settings_page(request, status=UNPROCESSABLE, habits_form=form)
    messages.success(request, _("Dates and times are now written as you are used to."))
    return redirect("settings")


def saved(form: HabitsForm) -> bool:
    return bool(form.is_valid() and form.save())
