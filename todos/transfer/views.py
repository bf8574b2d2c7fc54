"""Pages for what goes out and comes in: the export, the import, and the address for calendar programs."""

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.pages.confirming import confirmed
from accounts.pages.sign_in import PageRequest, render_page, signed_in
from database.units import database_unit
from todos.changing.changes import Origin
from todos.models import Door
from web.errors import RateLimited, ValidationFailed
from web.ratelimits import FILES_PER_USER, address_of, check_address, check_use

from .calendar.feed import end_feed, feed_of, make_feed
from .calendar.ical import calendar_bytes
from .export import export_response
from .forms import ImportForm
from .importing import IMPORTS_PER_USER, import_file
from .schema import ImportReport

UNPROCESSABLE = 422
FETCHES_PER_PERSON = "6/m"
# The address is a secret: it must not be kept by caches between, nor be told to other sites.
FEED_HEADERS = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@require_safe
@signed_in
async def export_todos(request: PageRequest) -> HttpResponseBase:
    await check_use("file", request.acting_user, FILES_PER_USER)
    return await export_response(request.acting_user, "csv" if request.GET.get("format") == "csv" else "json")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def import_todos(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("settings")
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return await import_page(request, UNPROCESSABLE, form=form)
    user, now = request.acting_user, timezone.now()
    try:
        await check_use("import", user, IMPORTS_PER_USER)
        report = await import_file(user, *form.upload(), now=now, by=Origin(Door.PAGE))
    except RateLimited as refusal:
        form.add_error("file", refusal.sentence)
        return await import_page(request, 429, form=form)
    except ValidationFailed as refusal:
        form.add_error("file", " ".join(refusal.details.values()))
        return await import_page(request, UNPROCESSABLE, form=form)
    return await import_page(request, report=report, outcome=outcome_of(report))


def outcome_of(report: ImportReport) -> str:
    """“3 added, 1 skipped”."""
    added = ngettext("%(count)s added", "%(count)s added", report.added) % {"count": report.added}
    skipped = ngettext("%(count)s skipped", "%(count)s skipped", report.skipped) % {"count": report.skipped}
    refused = ngettext("%(count)s refused", "%(count)s refused", report.refused) % {"count": report.refused}
    return ", ".join([added, *([skipped] if report.skipped else []), *([refused] if report.refused else [])])


@database_unit
def import_page(request: PageRequest, status: int = 200, **context: object) -> HttpResponse:
    return render_page(
        request, "todos/import.html", {"section": "settings", "here": reverse("todos"), **context}, status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@confirmed
async def make_calendar(request: PageRequest) -> HttpResponse:
    """A new calendar address, shown this once."""
    if request.method != "POST":
        return redirect("settings")
    secret = await make_feed(request.acting_user, timezone.now())
    return await calendar_page(request, secret)


@database_unit
def calendar_page(request: PageRequest, secret: str) -> HttpResponse:
    address = request.build_absolute_uri(reverse("calendar", args=[secret]))
    context = {"section": "settings", "here": reverse("todos"), "address": address}
    response = render_page(request, "todos/calendar_address.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@signed_in
async def end_calendar(request: PageRequest) -> HttpResponse:
    await end_feed(request.acting_user)
    messages.success(request, _("Your calendar address no longer works."))
    return redirect("settings")


@require_safe
async def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """The open todos of whoever made this address. There is no login here: who has the address may look."""
    try:
        await check_address("calendar", address_of(request), FETCHES_PER_PERSON)
    except RateLimited as refusal:
        headers = FEED_HEADERS | {"Retry-After": str(refusal.wait_seconds)}
        return HttpResponse(refusal.sentence, "text/plain", 429, headers=headers)
    feed = await feed_of(secret)
    if feed is None:
        return HttpResponse(_("There is no calendar at this address."), "text/plain", 404, headers=FEED_HEADERS)
    user, todos = feed
    # Writing a full calendar takes a tenth of a second, in which others are served.
    content = await sync_to_async(calendar_bytes, thread_sensitive=False)(todos, user.zone, timezone.now())
    return HttpResponse(content, "text/calendar; charset=utf-8", headers=FEED_HEADERS)
