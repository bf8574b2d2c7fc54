"""A new account with a passkey and without a password: the name is taken first, then the browser makes the key."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.api.endpoints import REGISTRATIONS_PER_PERSON, TAKEN_MEANWHILE
from accounts.entry.tickets import TicketRefused, browser_of, issue_ticket, read_ticket, remember_browser, spend_ticket
from accounts.entry.ways import PASSKEY, enter
from accounts.models import User
from accounts.names.devices import device_name
from accounts.pages.entering import signed_in_response
from accounts.pages.forms import RegisterForm
from accounts.pages.sign_in import refusal_response
from accounts.pages.views import add_refusal, entrance_page, posted, store_account
from accounts.security_log import Kind, record
from database.units import database_read, database_unit
from web.errors import RateLimited, ValidationFailed
from web.mail.sending import is_mail_set_up
from web.ratelimits import REFRESHES_PER_PERSON, address_of, check_address

from .ceremonies import Answer, checked_registration, creation_options, read_answer
from .site import Site, required_site
from .stored import store_passkey

SIGNING_UP = "passkey.sign-up"
BY_MAIL = _("Where the passkey is lost, a mail to this address gets you back in.")
BY_OPERATOR = _("Where the passkey is lost, only whoever runs this Todo Chat gets you back in.")


class PasskeyAccountForm(RegisterForm):
    """A name and an address; no password is chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password1"], self.fields["password2"]
        self.fields["email"].help_text = BY_MAIL if is_mail_set_up() else BY_OPERATOR


@require_POST
async def signing_up_options(request: HttpRequest) -> HttpResponse:
    """What the browser makes a key by, for a person to be, whose id is in the ticket; nothing is stored."""
    form = PasskeyAccountForm(request.POST)
    try:
        await check_address("passkey", address_of(request), REFRESHES_PER_PERSON)
        site = required_site(request)
        if not await database_read(form.is_valid)():
            raise ValidationFailed(" ".join(str(sentence) for said in form.errors.values() for sentence in said))
    except (RateLimited, ValidationFailed) as refusal:
        return refusal_response(refusal, request.request_id)  # type: ignore[attr-defined]
    user, browser = form.instance, browser_of(request)
    ticket = issue_ticket(SIGNING_UP, browser, user=str(user.pk), username=user.username)
    options = await database_read(creation_options)(user, site, ticket)
    response = HttpResponse(options, content_type="application/json")
    remember_browser(request, response, browser)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
async def register_by_passkey(request: HttpRequest) -> HttpResponse:
    form = PasskeyAccountForm(posted(request))
    if form.is_bound and (user := await account_of(request, form)):
        await enter(request, user, PASSKEY)
        return signed_in_response(request, user)
    return entrance_page(request, "accounts/register_by_passkey.html", form)


async def account_of(request: HttpRequest, form: PasskeyAccountForm) -> User | None:
    """The new account, stored with its passkey; None with the reasons in the form."""
    try:
        await check_address("register", address_of(request), REGISTRATIONS_PER_PERSON)
        answer, site = read_answer(request.POST.get("credential", "")), required_site(request)
        if not await database_unit(form.is_valid)():
            return None
        return await database_unit(store_account_with_passkey)(request, form.instance, site, answer)
    except (RateLimited, ValidationFailed) as refusal:
        await database_unit(add_refusal)(form, refusal)
    except IntegrityError:
        form.add_error("username", TAKEN_MEANWHILE)
    return None


def store_account_with_passkey(request: HttpRequest, user: User, site: Site, answer: Answer) -> User:
    """Raises TicketRefused, PasskeyUnreadable, PasskeyKnown or IntegrityError; then there is neither."""
    said = read_ticket(SIGNING_UP, browser_of(request), answer.ticket)
    if said["username"] != user.username:
        raise TicketRefused
    spend_ticket(answer.ticket)
    user.pk = UUID(said["user"])
    user.set_unusable_password()
    store_account(user)
    name = device_name(request.headers.get("User-Agent", ""))
    store_passkey(checked_registration(answer, site), user, name)
    record(user, Kind.PASSKEY_ADDED, request, name)
    return user
