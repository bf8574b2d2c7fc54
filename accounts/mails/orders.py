"""Orders of mails: a row in the transaction of what it tells of, which sending.py takes up afterwards.

For a forgotten password the row is all that a request does, whoever asks for whom: its answer takes the same time and
says the same whether there is an account or not.
"""

import datetime

from django.db.models import QuerySet

from accounts.models import AccountMail, User
from web.mail.sending import is_mail_set_up

# A flood of requests fills no table: what is above is not sent, and nobody hears of it.
WAITING_MAX = 1_000
RESETS_PER_PERSON = "3/m"
KEPT = datetime.timedelta(days=1)
Kind = AccountMail.Kind


def order_reset(address: str) -> None:
    """Order the mail for a new password, to whoever has confirmed this address, if anybody has."""
    waiting = AccountMail.objects.filter(kind=Kind.RESET, sent_at=None)
    if is_mail_set_up() and waiting.count() < WAITING_MAX:
        AccountMail.objects.create(kind=Kind.RESET, address=address)


def order_mail(user: User, kind: Kind, address: str) -> None:
    if is_mail_set_up() and address:
        AccountMail.objects.create(kind=kind, user=user, address=address)


def old_mails(now: datetime.datetime) -> QuerySet[AccountMail]:
    return AccountMail.objects.filter(created_at__lt=now - KEPT)
