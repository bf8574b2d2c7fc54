"""What the buttons beside a conversation do. Afterwards the person is where they were."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.errors import ValidationFailed
from accounts.pages import PageRequest, address_after, is_live, signed_in

from .conversations import bring_back, change_conversation, put_away, rate_answer
from .models import Conversation
from .views import missing_as_404

TITLE_MAX_CHARACTERS = Conversation._meta.get_field("title").max_length
SWITCHES = {"pin": {"pinned": True}, "unpin": {"pinned": False}, "archive": {"archived": True}}
SWITCHES["unarchive"] = {"archived": False}


@require_POST
@signed_in
async def change(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """Rename it, and pin or archive it where that button was pressed."""
    changes: dict[str, Any] = SWITCHES.get(request.POST.get("switch", ""), {})
    title = request.POST.get("title", "").replace("\0", "")[:TITLE_MAX_CHARACTERS]
    with missing_as_404():
        try:
            await change_conversation(request.acting_user, conversation_id, title=title, **changes)
        except ValidationFailed as refusal:
            messages.error(request, " ".join(refusal.details.values()))
    return redirect(address_after(request, "home"))


@require_POST
@signed_in
async def delete(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """The notice offers to bring it back. From its own page it leads to a new chat."""
    with missing_as_404():
        conversation = await put_away(request.acting_user, conversation_id)
    undo = reverse("restore_conversation", args=[conversation_id])
    messages.success(request, f"Deleted “{conversation.title}”.", extra_tags=undo)
    address = address_after(request, "home")
    if not address.startswith(reverse("conversation", args=[conversation_id])):
        return redirect(address)
    home = reverse("home")
    return HttpResponse(status=204, headers={"HX-Redirect": home}) if is_live(request) else redirect(home)


@require_POST
@signed_in
async def restore(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    with missing_as_404():
        conversation = await bring_back(request.acting_user, conversation_id)
    messages.success(request, f"“{conversation.title}” is back.")
    return redirect(address_after(request, "home"))


@require_POST
@signed_in
async def rate_message(request: PageRequest, conversation_id: UUID, message_id: UUID) -> HttpResponse:
    with missing_as_404():
        await rate_answer(request.acting_user, conversation_id, message_id, request.POST.get("feedback", ""))
    return redirect(address_after(request, "home"))
