"""Sign-ins, refresh tokens, sessions and tickets that let nobody in any more, removed."""

import datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model, QuerySet

from .models import RefreshToken, SignIn, SpentTicket
from .sign_ins import forgotten_at

BATCH = 500


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


@transaction.atomic
def purge_batch(old: QuerySet[Model]) -> int:
    """Remove some of these rows, but for those that somebody works with, and count them."""
    chosen = list(old.order_by("pk").select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    old.model._default_manager.filter(pk__in=chosen).delete()
    return len(chosen)
