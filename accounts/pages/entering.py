"""From a right password to being signed in: at once, or by way of the second factor where the person has one."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.entry.devices import remember_device
from accounts.entry.tickets import (
    TICKET_SECONDS,
    TicketRefused,
    browser_of,
    issue_ticket,
    mark_of,
    read_ticket,
    remember_browser,
)
from accounts.entry.ways import enter
from accounts.models import User
from accounts.second_factor.stored import has_second_factor
from database.units import database_read, one_or_none

from .sign_in import address_after, is_htmx

PENDING = "second-factor"
PENDING_COOKIE, PENDING_PATH = "pending_sign_in", "/accounts/login"


@dataclass(frozen=True)
class Pending:
    """Somebody on the way in: who, how they came so far, and the ticket that says so."""

    user: User
    methods: list[str]
    ticket: str


async def enter_or_ask(request: HttpRequest, user: User, *methods: str, page: str = "home") -> HttpResponse:
    """Sign in who needs no second factor, and lead them on; lead everybody else to where it is asked for."""
    if not await database_read(has_second_factor)(user):
        await enter(request, user, *methods)
        return signed_in_response(request, user, page)
    browser = browser_of(request)
    said = {"user": str(user.pk), "until": state_of(user), "methods": methods}
    address = f"{reverse('second_factor')}?{urlencode({'next': address_after(request, page)})}"
    response = redirect(address)
    ticket = issue_ticket(PENDING, browser, **said)
    response.set_cookie(
        PENDING_COOKIE,
        ticket,
        max_age=TICKET_SECONDS,
        path=PENDING_PATH,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    remember_browser(request, response, browser)
    return response


async def pending_sign_in(request: HttpRequest) -> Pending:
    """Who is on the way in here. Raises TicketRefused: nobody, too late, or the password is another by now."""
    ticket = request.COOKIES.get(PENDING_COOKIE, "")
    said = read_ticket(PENDING, browser_of(request), ticket)
    user = await database_read(find_user)(UUID(said["user"]))
    if user is None or state_of(user) != said["until"]:
        raise TicketRefused
    return Pending(user, said["methods"], ticket)


def find_user(user_id: UUID) -> User | None:
    return one_or_none(User.objects.filter(pk=user_id, is_active=True))


def state_of(user: User) -> str:
    """A value that changes with a new password and a sign-out everywhere."""
    return mark_of(user.get_session_auth_hash())


def signed_in_response(request: HttpRequest, user: User, page: str = "home") -> HttpResponse:
    """Where a sign-in leads to; nowhere from the dialog of a page. The device is known from now on."""
    response = HttpResponse(status=204) if is_htmx(request) else redirect(address_after(request, page))
    response.delete_cookie(PENDING_COOKIE, path=PENDING_PATH)
    remember_device(request, response, user)
    return response
