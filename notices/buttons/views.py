"""The buttons of notices: by their signed addresses, from mail and devices, and on pages that are open."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.habits.drawing import written_for
from accounts.pages.sign_in import PageRequest, address_after, render_page, signed_in
from database.units import database_unit
from notices.models import Delivery
from notices.outbox.claims import is_wanted
from todos.commands import get_todo
from todos.models import Todo
from web.errors import ProductError

from .acts import DISMISSED, ActedAlready, act_on, labels_of
from .signing import AddressForged, AddressOld, read_token

GONE, NOT_FOUND, CONFLICT = 410, 404, 409
FORGED = _("This address is not one of ours. Perhaps it was cut when it was copied.")
OLD = _("This button was good for a week, which is over. Open the todo instead.")
USED = _("This was done already.")
MISSING = _("What this was about is no longer there.")
SHOWN = 5


@csrf_exempt  # the address is the secret; a notice on a device has no form
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
async def press(request: PageRequest, button: str) -> HttpResponse:
    """A GET only asks: programs that look at mail follow its addresses. A POST acts, once."""
    try:
        delivery_id, act = read_token(button)
    except AddressForged:
        return answer(request, NOT_FOUND, problem=FORGED)
    except AddressOld:
        return answer(request, GONE, problem=OLD)
    return await database_unit(pressed)(request, delivery_id, act)


def pressed(request: PageRequest, delivery_id: UUID, act: str) -> HttpResponse:
    delivery = Delivery.objects.select_related("owner").filter(pk=delivery_id, owner__is_active=True).first()
    if delivery is None or act not in labels_of(delivery):
        return answer(request, GONE, problem=MISSING)
    with written_for(delivery.owner):
        return pressed_by(request, delivery, act)


def pressed_by(request: PageRequest, delivery: Delivery, act: str) -> HttpResponse:
    about = {"page": delivery.content.get("address", "")}
    if delivery.acted:
        return answer(request, GONE, problem=USED, **about)
    try:
        if request.method != "POST":
            return answer(request, 200, asked=asked_of(delivery), label=labels_of(delivery)[act], **about)
        return answer(request, 200, said=act_on(delivery.owner, delivery, act, timezone.now()), **about)
    except ActedAlready:
        return answer(request, GONE, problem=USED, **about)
    except ProductError as refusal:
        is_question = delivery.kind == Delivery.Kind.APPROVAL
        return answer(request, GONE, problem=refusal.sentence if is_question else MISSING, **about)


def asked_of(delivery: Delivery) -> tuple[str, str]:
    """What the button is about, as a heading and what stands under it. Raises TodoNotFound."""
    if delivery.kind == Delivery.Kind.APPROVAL:
        return delivery.content["title"], delivery.content["text"]
    return get_todo(delivery.owner, delivery.todo_id or delivery.pk).title, ""


def answer(request: PageRequest, status: int, **context: object) -> HttpResponse:
    return render(request, "notices/button.html", context, status=status)


@require_safe
@signed_in
@database_unit
def shown(request: PageRequest) -> HttpResponse:
    """What open pages show: what they were told of and nobody has acted on, of the last day."""
    deliveries = [(row, todo) for row, todo in shown_to(request) if not stands_there(request, row)]
    return render_page(request, "notices/_shown.html", {"deliveries": deliveries})


def stands_there(request: PageRequest, row: Delivery) -> bool:
    """Whether the page that asks is the question itself, which a notice of it would cover."""
    return row.kind == Delivery.Kind.APPROVAL and request.headers.get("HX-Current-URL", "").endswith(
        row.content["address"]
    )


def shown_to(request: PageRequest) -> list[tuple[Delivery, Todo | None]]:
    told = Delivery.objects.for_user(request.acting_user).filter(channel="page", state=Delivery.State.SENT, acted="")
    rows = list(told.filter(expires_at__gt=timezone.now()).order_by("-occurrence")[:SHOWN])
    mine = Todo.objects.for_user(request.acting_user).open().prefetch_related("reminders")
    todos = mine.in_bulk({row.todo_id for row in rows if row.todo_id})
    return [(row, todos.get(row.todo_id) if row.todo_id else None) for row in rows if is_wanted(row, todos)]


@require_POST
@signed_in
async def act(request: PageRequest, delivery_id: UUID, act: str) -> HttpResponse:
    """Press a button of a notice on an open page."""
    said, level = await database_unit(acted)(request, delivery_id, act)
    if said:
        messages.add_message(request, level, said)
    return redirect(address_after(request, "todos"))


def acted(request: PageRequest, delivery_id: UUID, act: str) -> tuple[str, int]:
    """What is said of it, and as what."""
    owner = request.acting_user
    delivery = Delivery.objects.for_user(owner).filter(pk=delivery_id).first()
    if delivery is None or act not in {*labels_of(delivery), DISMISSED}:
        return str(MISSING), messages.WARNING
    try:
        return act_on(owner, delivery, act, timezone.now()), messages.SUCCESS
    except ActedAlready:
        return str(USED), messages.WARNING
    except ProductError:
        return str(MISSING), messages.WARNING
