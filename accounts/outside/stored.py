"""Identities at outside providers, and whose they are here. Each function runs in a unit of its caller.

An identity is an issuer and a subject. An e-mail address is none: whoever can write one at a provider would be let in.
"""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from accounts.bearer import get_or_create_outside_user, linked_user
from accounts.entry.ways import check_way_in
from accounts.locks import lock_user
from accounts.models import OutsideIdentity, User
from accounts.security_log import Kind, record
from web.errors import ValidationFailed
from web.text import storable

from .provider import Identity, OutsideRefused


class IdentityTaken(ValidationFailed):
    message = _("That account lets in another person here. Nothing was linked.")


def user_of_identity(identity: Identity) -> User:
    """The user of this identity: who linked it, else its own account, which the first sign-in creates.

    Raises OutsideRefused of a disabled account.
    """
    user = get_or_create_outside_user(identity.issuer, identity.subject)
    linked = OutsideIdentity.objects.filter(issuer=identity.issuer, subject=identity.subject)
    linked.update(last_used_at=timezone.now(), shown=storable(identity.shown))
    if not user.is_active:
        raise OutsideRefused
    return user


def link_identity(request: HttpRequest, user: User, identity: Identity) -> None:
    """Let this identity in as the user from now on. Raises IdentityTaken."""
    lock_user(user)
    known = linked_user(identity.issuer, identity.subject)
    known = known or User.objects.filter(issuer=identity.issuer, subject=identity.subject).first()
    if known == user:
        return
    if known:
        raise IdentityTaken
    named = {"issuer": identity.issuer, "subject": identity.subject, "shown": storable(identity.shown)}
    try:
        with transaction.atomic():
            user.outside_identities.create(**named)
    except IntegrityError:
        raise IdentityTaken from None
    record(user, Kind.PROVIDER_LINKED, request, identity.shown)


def unlink_identity(request: HttpRequest, user: User, identity_id: UUID) -> None:
    """One that is gone, or another's, is as good as unlinked. Raises LastWayIn."""
    lock_user(user)
    if linked := user.outside_identities.filter(pk=identity_id).first():
        linked.delete()
        check_way_in(user)
        record(user, Kind.PROVIDER_UNLINKED, request, linked.shown)
