"""Sign-ins, refresh tokens, sessions and tickets that let nobody in any more, removed."""

import datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from oauth2_provider.models import AccessToken, Application, Grant
from oauth2_provider.models import RefreshToken as ProgramRefreshToken

from .entry.sign_ins import forgotten_at
from .mails.orders import old_mails
from .models import RefreshToken, SignIn, SpentTicket
from .security_log import old_events

BATCH = 500
# A program that registered and was let in within the same moment is none that waits for its person.
ASKED_AFTER = datetime.timedelta(seconds=1)
UNASKED, UNUSED = datetime.timedelta(days=1), datetime.timedelta(days=90)


def purge_refresh_tokens(now: datetime.datetime) -> int:
    """Each is kept for one more lifetime, so that a copied one still meets what it was copied from."""
    lifetime = datetime.timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
    return purge_batch(RefreshToken.objects.filter(expires_at__lt=now - lifetime))


def purge_sign_ins(now: datetime.datetime) -> int:
    return purge_batch(SignIn.objects.filter(last_used_at__lt=forgotten_at(now)))


def purge_sessions(now: datetime.datetime) -> int:
    return purge_batch(Session.objects.filter(expire_date__lt=now))


def purge_spent_tickets(now: datetime.datetime) -> int:
    return purge_batch(SpentTicket.objects.filter(expires_at__lt=now))


def purge_account_mails(now: datetime.datetime) -> int:
    return purge_batch(old_mails(now))


def purge_security_log(now: datetime.datetime) -> int:
    return purge_batch(old_events(now))


def purge_program_tokens(now: datetime.datetime) -> int:
    """Refresh tokens of programs that are over; a used one is kept for one lifetime, so that a copy still meets it."""
    old = now - datetime.timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
    is_over = Q(revoked__lt=old) | Q(access_token__expires__lt=old) | Q(revoked=None, access_token=None)
    return purge_batch(ProgramRefreshToken.objects.filter(is_over))


def purge_program_access(now: datetime.datetime) -> int:
    return purge_batch(AccessToken.objects.filter(refresh_token=None, expires__lt=now))


def purge_codes(now: datetime.datetime) -> int:
    return purge_batch(Grant.objects.filter(expires__lt=now))


def purge_programs(now: datetime.datetime) -> int:
    """Those that nobody let in within a day, or for a season; what an operator made stays."""
    unused = Application.objects.exclude(registration_source=Application.RegistrationSource.MANUAL)
    unused = unused.filter(refreshtoken=None, accesstoken=None, grant=None)
    never_asked = Q(updated__lt=now - UNASKED, created__gt=F("updated") - ASKED_AFTER)
    return purge_batch(unused.filter(never_asked | Q(updated__lt=now - UNUSED)))


@transaction.atomic
def purge_batch(old: QuerySet[Model]) -> int:
    """Remove some of these rows, but for those that somebody works with, and count them."""
    chosen = list(
        old.order_by("pk").select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:BATCH]
    )
    old.model._default_manager.filter(pk__in=chosen).delete()
    return len(chosen)
