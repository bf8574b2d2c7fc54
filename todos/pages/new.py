"""The page of a new todo: for the app's shortcut, and for what other apps share. Only a person's click adds it."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.pages.sign_in import PageRequest, render_page, signed_in
from database.units import database_unit
from web.app.keeping import kept_for
from web.text import storable

from .forms import NOTES_MAX, TITLE_MAX, QuickAddForm


@require_safe
@signed_in
async def new_todo(request: PageRequest) -> HttpResponse:
    return await new_page(request)


@database_unit
def new_page(request: PageRequest) -> HttpResponse:
    page = render_page(request, "todos/new.html", {"section": "todos", "form": shared_form(request)})
    return kept_for(request.acting_user.pk, page)


def shared_form(request: PageRequest) -> QuickAddForm:
    """Filled in with what was shared, which is not read: the words of others are no dates and no tags."""
    line, notes = line_and_notes(request.GET)
    shared = {"text": line, "notes": notes, "plain": True} if line else {}
    return QuickAddForm(user=request.acting_user, now=timezone.now(), initial=shared)


def line_and_notes(shared: Mapping[str, str]) -> tuple[str, str]:
    """A title to read and the rest to keep. Apps put the address into the text as often as into its own field."""
    title, text, link = (storable(shared.get(name, "")).strip() for name in ("title", "text", "link"))
    line = title or (text.splitlines() or [""])[0] or link
    rest = [text if text != line else "", link if link != line and link not in text else ""]
    notes = "\n".join(filter(None, rest))
    if len(line) > TITLE_MAX:
        line, notes = line[: TITLE_MAX - 1].rstrip() + "…", "\n".join(filter(None, (line, notes)))
    return " ".join(line.split()), notes[:NOTES_MAX]
