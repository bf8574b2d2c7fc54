"""The programs that a person let in: who calls with one of their tokens, what is listed of them, and their end."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from accounts.locks import lock_user
from accounts.models import User
from accounts.scopes import SCOPES
from database.units import database_read

from .clients.redirects import place_of
from .validator import checksum_of

USE_NOTED = datetime.timedelta(minutes=1)


@database_read
def find_program_token(token: str, resource: str) -> AccessToken | None:
    """The token with its user and program, noted as in use; None where it does not let anybody in at this door."""
    mine = AccessToken.objects.filter(token_checksum=checksum_of(token), expires__gt=timezone.now())
    found = still_counting(mine).select_related("user", "application").first()
    if found is None or found.resource != [resource]:
        return None
    if timezone.now() - found.updated > USE_NOTED:
        AccessToken.objects.filter(pk=found.pk).update(updated=timezone.now())
    return found


def still_counting(tokens: QuerySet) -> QuerySet:
    """Only tokens of active users that are newer than their last new password and sign-out everywhere."""
    not_before = Q(user__tokens_not_before=None) | Q(user__tokens_not_before__lte=F("created"))
    return tokens.filter(not_before, user__is_active=True)


@dataclass(frozen=True)
class Connection:
    """One program, whatever the number of devices that it runs on."""

    application: Application
    scopes: frozenset[str]
    since: datetime.datetime
    last_used_at: datetime.datetime

    @property
    def host(self) -> str:
        is_document = self.application.cimd_expires_at is not None
        addresses = [self.application.client_id] if is_document else self.application.redirect_uris.split()
        return ", ".join(dict.fromkeys(place_of(address) for address in addresses[:3]))

    @property
    def name(self) -> str:
        return self.application.name or self.host

    @property
    def allowed(self) -> list[str]:
        return [str(words) for scope, words in SCOPES.items() if scope in self.scopes]


def connections_of(user: User) -> list[Connection]:
    """What lets programs in now, the last used first."""
    alive = still_counting(RefreshToken.objects.filter(user=user, revoked=None, access_token__isnull=False))
    by_program: dict[int, list[RefreshToken]] = {}
    for token in alive.select_related("application", "access_token").order_by("pk"):
        by_program.setdefault(token.application_id, []).append(token)
    first = first_connected(user) if by_program else {}
    listed = [connection_of(tokens, first) for tokens in by_program.values()]
    return sorted(listed, key=lambda connection: connection.last_used_at, reverse=True)


def connection_of(tokens: list[RefreshToken], first: dict[int, datetime.datetime]) -> Connection:
    return Connection(
        application=tokens[0].application,
        scopes=frozenset(scope for token in tokens for scope in token.access_token.scope.split()),
        since=first[tokens[0].application_id],
        last_used_at=max(token.access_token.updated for token in tokens),
    )


def first_connected(user: User) -> dict[int, datetime.datetime]:
    """Since when, by program: refresh tokens that were replaced are kept as long as the connection is in use."""
    first: dict[int, datetime.datetime] = {}
    for program, created in (
        RefreshToken.objects.filter(user=user).order_by("-pk").values_list("application", "created")
    ):
        first[program] = created
    return first


def disconnect(user: User, application_id: int) -> None:
    """End every token of a program; one that is not connected is as good as ended."""
    lock_user(user)
    end_tokens(RefreshToken.objects.filter(user=user, application=application_id))
    AccessToken.objects.filter(user=user, application=application_id).delete()
    Grant.objects.filter(user=user, application=application_id).delete()


def end_tokens(tokens: Iterable[RefreshToken]) -> None:
    """End tokens. Their rows stay, so that a copied one is recognised."""
    for token in tokens:
        if token.revoked is None:
            token.revoke()
