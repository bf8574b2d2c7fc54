"""The sweep that sends what was ordered, of each process: claim a few, send them, write down what came of it.

An order is claimed in one transaction, sent outside of any, and noted in another. Of a process that died, the claim
ends after a while and another one sends: at worst a mail comes twice, under one id.
"""

import asyncio
import datetime
import logging

from django.db.models import F
from django.utils import timezone

from accounts.models import AccountMail, User
from accounts.names.addresses import address_key
from database.background import repeat
from database.units import database_unit
from web.mail.sending import Mail, MailFailed, is_mail_set_up, send_mail

from .orders import Kind
from .wording import written

AT_ONCE = 4
SWEEP_SECONDS = 1.0
CLAIM = datetime.timedelta(minutes=2)
FIRST_PAUSE = datetime.timedelta(seconds=20)
ATTEMPTS = 6
RESET_PAUSE = datetime.timedelta(minutes=10)  # as long as the link of the mail before it is good for twenty more

logger = logging.getLogger(__name__)


async def send_mails_for_ever() -> None:
    """Send what is ordered until the task is cancelled."""
    await repeat("mails of accounts", sweep)


async def sweep() -> float:
    sent = await send_some() if is_mail_set_up() else 0
    return 0 if sent else SWEEP_SECONDS


async def send_waiting() -> int:
    """Send all that can go now; returns the number of orders. For tests and commands."""
    handled = 0
    while some := await send_some():
        handled += some
    return handled


async def send_some() -> int:
    claimed = await claim_some()
    await asyncio.gather(*(send_claimed(order, mail) for order, mail in claimed if mail))
    return len(claimed)


async def send_claimed(order: AccountMail, mail: Mail) -> None:
    failure = None
    try:
        await send_mail(mail)
    except MailFailed as error:
        failure = error
    await store_outcome(order, failure)


@database_unit
def claim_some() -> list[tuple[AccountMail, Mail | None]]:
    """A few due orders, each with its mail; None for one that tells nobody, which is then removed."""
    now = timezone.now()
    due = AccountMail.objects.filter(sent_at=None, not_before__lte=now).order_by("id")
    orders = list(due.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
    ids = [order.pk for order in orders]
    AccountMail.objects.filter(pk__in=ids).update(not_before=now + CLAIM, attempts=F("attempts") + 1)
    return [(order, mail_of(order)) for order in orders]


def mail_of(order: AccountMail) -> Mail | None:
    user = order.user if order.user_id else user_of_address(order)
    if user is None or not user.is_active or is_over(order, user):
        order.delete()
        return None
    return written(order, user)


def user_of_address(order: AccountMail) -> User | None:
    """Who has confirmed the address that somebody asked a new password for; not twice in a few minutes.

    The mail from before is still good then, so that nobody is locked out by somebody else who asks and asks.
    """
    user = User.objects.filter(email_key=address_key(order.address), is_active=True).first()
    since = timezone.now() - RESET_PAUSE
    if user is None or user.account_mails.filter(kind=Kind.RESET, created_at__gt=since).exists():
        return None
    order.user, order.address = user, user.email
    order.save(update_fields=["user", "address"])
    return user


def is_over(order: AccountMail, user: User) -> bool:
    """Whether the address that was to be confirmed is not wanted any more."""
    return order.kind == Kind.CONFIRM and user.email_wanted != order.address


@database_unit
def store_outcome(order: AccountMail, failure: MailFailed | None) -> None:
    this, now = AccountMail.objects.filter(pk=order.pk), timezone.now()
    if failure is None:
        this.update(sent_at=now)
    elif failure.again and order.attempts + 1 < ATTEMPTS:
        this.update(not_before=now + FIRST_PAUSE * 2**order.attempts)
    else:
        logger.error("mail of an account given up: %s kind=%s", failure.code, order.kind)
        this.delete()
