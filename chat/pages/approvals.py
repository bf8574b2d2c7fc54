"""What waits for a person: its own page, where a program of somebody else asks, and the answer from any page."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.pages.sign_in import PageRequest, address_after, render_page, signed_in
from chat.errors import ApprovalNotFound
from chat.models import Approval
from chat.turns.approvals import asking_call, decide, standing, would_do
from chat.turns.records import approval_record
from database.units import database_unit, one_or_none
from web.errors import ProductError

from .tool_calls import uuid_or_none


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def approval(request: PageRequest, approval_id: UUID) -> HttpResponseBase:
    return await (decided(request, approval_id) if request.method == "POST" else approval_page(request, approval_id))


@database_unit
def approval_page(request: PageRequest, approval_id: UUID) -> HttpResponse:
    """The card by itself; what a turn asks stands under its answer."""
    asked = one_or_none(Approval.objects.for_user(request.acting_user).filter(pk=approval_id))
    if asked is None:
        raise Http404
    if asked.conversation_id:
        return redirect("conversation", asked.conversation_id)
    decision, may_undo = standing(asked)
    context = {
        "section": "todos",
        "approval": approval_record(asked, timezone.now()),
        "asker": asked.asker_name or _("A program that you connected"),
        "question": would_do(asked),
        "decision": decision,
        "undo_call": asking_call(asked) if may_undo else "",
    }
    return render_page(request, "chat/approval.html", context)


async def decided(request: PageRequest, approval_id: UUID) -> HttpResponse:
    """Approve what is ticked, or decline; a decision that comes too late is said, and the page shows what holds."""
    ticked = request.POST.getlist(f"approve-{approval_id}") if request.POST.get("decision") == "approve" else []
    chosen = [todo_id for todo_id in map(uuid_or_none, ticked) if todo_id]
    try:
        approval, _ = await decide(request.acting_user, approval_id, chosen)
    except ApprovalNotFound as problem:
        raise Http404 from problem
    except ProductError as problem:
        messages.error(request, problem.sentence)
        return redirect(address_after(request, "home"))
    if approval.conversation_id:
        return redirect("conversation", approval.conversation_id)
    return redirect("decide_approval", approval.pk)
