"""What the buttons beside a conversation do. Afterwards the person is where they were."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.pages.sign_in import DRAFT_MAX_CHARACTERS, PageRequest, address_after, is_htmx, render_page, signed_in
from chat.api.export import ExportFormat, conversation_export
from chat.conversations import (
    begin_continuation,
    bring_back,
    change_conversation,
    put_away,
    rate_answer,
    read_conversation,
)
from chat.models import Conversation
from database.units import database_unit
from todos.pages.history import changes_of_message
from web.errors import ValidationFailed
from web.pages.missing import missing_as_404
from web.ratelimits import FILES_PER_USER, check_use

TITLE_MAX_CHARACTERS = Conversation._meta.get_field("title").max_length
SWITCHES = {"pin": {"pinned": True}, "unpin": {"pinned": False}, "archive": {"archived": True}}
SWITCHES["unarchive"] = {"archived": False}


@require_POST
@signed_in
async def change(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """Rename it, and pin or archive it where that button was pressed; the notice of an archived one takes it back."""
    pressed, title = request.GET.get("switch") or request.POST.get("switch", ""), request.POST.get("title")
    changes: dict[str, Any] = dict(SWITCHES.get(pressed, {}))
    if title is not None:
        changes["title"] = title.replace("\0", "")[:TITLE_MAX_CHARACTERS]
    with missing_as_404():
        try:
            changed = await change_conversation(request.acting_user, conversation_id, **changes)
        except ValidationFailed as refusal:
            messages.error(request, " ".join(refusal.details.values()))
        else:
            tell_archived(request, changed, pressed)
    return redirect(address_after(request, "home"))


def tell_archived(request: PageRequest, conversation: Conversation, pressed: str) -> None:
    if pressed == "archive":
        undo = f"{reverse('change_conversation', args=[conversation.pk])}?switch=unarchive"
        messages.success(request, _("Archived “%(title)s”.") % {"title": conversation.title}, extra_tags=undo)


@require_POST
@signed_in
async def delete(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """The notice offers to bring it back. From its own page it leads to a new chat."""
    with missing_as_404():
        conversation = await put_away(request.acting_user, conversation_id)
    undo = reverse("restore_conversation", args=[conversation_id])
    messages.success(request, _("Deleted “%(title)s”.") % {"title": conversation.title}, extra_tags=undo)
    address = address_after(request, "home")
    if not address.startswith(reverse("conversation", args=[conversation_id])):
        return redirect(address)
    home = reverse("home")
    return HttpResponse(status=204, headers={"HX-Redirect": home}) if is_htmx(request) else redirect(home)


@require_POST
@signed_in
async def go_on(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """Continue it in a new one, which begins with its summary; what was refused is in the box there."""
    with missing_as_404():
        conversation = await begin_continuation(request.acting_user, conversation_id)
    address, draft = reverse("conversation", args=[conversation.pk]), request.POST.get("draft", "")
    if draft:
        address = f"{address}?{urlencode({'draft': draft[:DRAFT_MAX_CHARACTERS]})}"
    return HttpResponse(status=204, headers={"HX-Redirect": address}) if is_htmx(request) else redirect(address)


@require_safe
@signed_in
async def what_changed(request: PageRequest, conversation_id: UUID, message_id: UUID) -> HttpResponse:
    """What the turn of an answer did to todos: under the answer, or on a page of its own."""
    with missing_as_404():
        conversation = await read_conversation(request.acting_user, conversation_id)
    return await changes_page(request, conversation, message_id)


@database_unit
def changes_page(request: PageRequest, conversation: Conversation, message_id: UUID) -> HttpResponse:
    now = timezone.now().astimezone(request.acting_user.zone)
    lines = changes_of_message(request.acting_user, message_id, now)
    template = "chat/_changes.html" if is_htmx(request) else "chat/changes.html"
    return render_page(request, template, {"conversation": conversation, "message_id": message_id, "lines": lines})


@require_safe
@signed_in
async def export(request: PageRequest, conversation_id: UUID) -> HttpResponseBase:
    """The file to keep; Markdown unless the address says JSON."""
    await check_use("file", request.acting_user, FILES_PER_USER)
    file_format: ExportFormat = "json" if request.GET.get("format") == "json" else "markdown"
    with missing_as_404():
        return await conversation_export(request.acting_user, conversation_id, file_format)


@require_POST
@signed_in
async def restore(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    with missing_as_404():
        conversation = await bring_back(request.acting_user, conversation_id)
    messages.success(request, _("“%(title)s” is back.") % {"title": conversation.title})
    return redirect(address_after(request, "home"))


@require_POST
@signed_in
async def rate_message(request: PageRequest, conversation_id: UUID, message_id: UUID) -> HttpResponse:
    with missing_as_404():
        await rate_answer(request.acting_user, conversation_id, message_id, request.POST.get("feedback", ""))
    return redirect(address_after(request, "home"))
