"""Sign-ins: begun with a password, kept up by a session or by refresh tokens that rotate, listed, and ended.

A refresh token is random, stored as a hash and good for one use: used again later it has been copied, and its sign-in
ends. An access token names its sign-in and ends with it.
"""

import datetime
import secrets
import time
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import RefreshToken, SignIn, User, how_words
from accounts.security_log import Kind, record
from accounts.tokens.digest import digest_of
from web.ratelimits import address_of
from web.text import storable

from .devices import is_new_device

# Two tabs of a program, or a retry after a lost answer, may use the same token side by side: until a successor is used.
GRACE_SECONDS = 10
# A sign-in that is in use need not say so more often.
USE_NOTED_SECONDS = 60
USER_AGENT_MAX_CHARACTERS = 200
# When this browser signed in, in its session, in seconds since 1970.
SIGNED_IN_AT = "signed_in_at"


def forgotten_at(now: datetime.datetime) -> datetime.datetime:
    """Sign-ins last used before this moment are removed: two lifetimes ago, so that copied tokens are noticed."""
    return now - 2 * datetime.timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)


def begin_sign_in(user: User, user_agent: str = "", session_key: str = "", amr: str = "", address: str = "") -> SignIn:
    """A new sign-in; those that ended long ago are forgotten. `amr` is how, as SIGN_IN_METHODS names it."""
    user.sign_ins.filter(last_used_at__lt=forgotten_at(timezone.now())).delete()
    user_agent = storable(user_agent)[:USER_AGENT_MAX_CHARACTERS]
    created_at = user.since_sign_out(timezone.now())
    return user.sign_ins.create(
        user_agent=user_agent, session_key=session_key, amr=amr, address=address, created_at=created_at
    )


def let_in(request: HttpRequest, user: User, session_key: str = "", amr: str = "") -> SignIn:
    """A new sign-in by a way in, with its line in the security log."""
    kind = Kind.SIGNED_IN_ON_NEW_DEVICE if is_new_device(request, user) else Kind.SIGNED_IN
    record(user, kind, request, how_words(amr))
    user_agent = request.META.get("HTTP_USER_AGENT", "")
    return begin_sign_in(user, user_agent, session_key, amr, address_of(request))


# Programs: refresh tokens


def issue_refresh_token(sign_in: SignIn) -> str:
    """Store a new refresh token and return it, once."""
    token = secrets.token_urlsafe(32)
    lifetime = datetime.timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
    sign_in.refresh_tokens.create(digest=digest_of(token), expires_at=timezone.now() + lifetime)
    return token


def rotate_refresh_token(token: str) -> tuple[SignIn, str] | None:
    """Trade a refresh token for its successor; None when it cannot be used, and a copied one ends its sign-in.

    Runs inside a transaction, and returns None where others would raise so that the end of a sign-in is committed.
    """
    refresh_token = RefreshToken.objects.select_for_update().filter(digest=digest_of(token)).first()
    if refresh_token is None:
        return None
    now = timezone.now()
    # Locked as well: a sign-in that is being ended has no successor.
    sign_in = SignIn.objects.select_for_update(of=("self",)).select_related("user").get(pk=refresh_token.sign_in_id)
    if was_copied(refresh_token, now):
        end_sign_in(sign_in)
    if not is_alive(sign_in) or refresh_token.expires_at <= now:
        return None
    refresh_token.rotated_at = refresh_token.rotated_at or now
    refresh_token.save(update_fields=["rotated_at"])
    sign_in.last_used_at = now
    sign_in.save(update_fields=["last_used_at"])
    return sign_in, issue_refresh_token(sign_in)


def was_copied(refresh_token: RefreshToken, now: datetime.datetime) -> bool:
    """Whether it was used, and since then had time to be replaced everywhere, or one that replaced it was used."""
    if refresh_token.rotated_at is None:
        return False
    if now - refresh_token.rotated_at > datetime.timedelta(seconds=GRACE_SECONDS):
        return True
    successors = RefreshToken.objects.filter(
        sign_in_id=refresh_token.sign_in_id, created_at__gte=refresh_token.rotated_at
    )
    return successors.filter(rotated_at__isnull=False).exists()


def is_alive(sign_in: SignIn) -> bool:
    not_before = sign_in.user.tokens_not_before
    return sign_in.user.is_active and not sign_in.ended_at and (not_before is None or sign_in.created_at >= not_before)


def revoke_refresh_token(token: str) -> None:
    """End the sign-in of a refresh token; a token that does not exist is as good as revoked."""
    if sign_in := SignIn.objects.filter(refresh_tokens__digest=digest_of(token)).first():
        end_sign_in(sign_in)


# Browsers: sessions


@receiver(user_logged_in)
def note_login(request: HttpRequest, user: User, **kwargs: object) -> None:
    """Begin a sign-in for every login of a browser, also at the admin."""
    if not request.session.session_key:
        request.session.create()
    request.session[SIGNED_IN_AT] = time.time()
    let_in(request, user, request.session.session_key or "", getattr(request, "amr", ""))


@receiver(user_logged_out)
def note_logout(request: HttpRequest, **kwargs: object) -> None:
    for sign_in in SignIn.objects.filter(session_key=request.session.session_key or None, ended_at=None):
        end_sign_in(sign_in)


def sign_in_of_session(request: HttpRequest, user: User) -> SignIn | None:
    """The sign-in of this browser, noted as in use; a session with a new key begins one. None without a session."""
    key = request.session.session_key
    if not key:
        return None
    sign_in = user.sign_ins.filter(session_key=key, ended_at=None).first()
    if sign_in is None:
        return begin_sign_in(user, request.META.get("HTTP_USER_AGENT", ""), key, address=address_of(request))
    now = timezone.now()
    if now - sign_in.last_used_at > datetime.timedelta(seconds=USE_NOTED_SECONDS):
        sign_in.last_used_at = now
        sign_in.save(update_fields=["last_used_at"])
    return sign_in


# Listed and ended


def sign_ins_in_use(user: User) -> QuerySet[SignIn]:
    """What a person may want to end: sessions and refresh tokens that still let somebody in, the last used first."""
    now = timezone.now()
    session = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    refresh_token = RefreshToken.objects.filter(sign_in=OuterRef("pk"), expires_at__gt=now)
    since = {} if user.tokens_not_before is None else {"created_at__gte": user.tokens_not_before}
    in_use = user.sign_ins.filter(Q(Exists(session)) | Q(Exists(refresh_token)), ended_at=None, **since)
    return in_use.order_by("-last_used_at")


def end_sign_in(sign_in: SignIn) -> None:
    """Refuse its access tokens, refresh tokens and session from now on."""
    if sign_in.session_key:
        import_module(settings.SESSION_ENGINE).SessionStore(sign_in.session_key).delete()
    sign_in.ended_at = timezone.now()
    sign_in.save(update_fields=["ended_at"])


def end_sign_in_of(user: User, sign_in_id: UUID) -> None:
    """End one of a person's own; one that is over, or not theirs, is as good as ended."""
    if sign_in := user.sign_ins.filter(pk=sign_in_id, ended_at=None).first():
        end_sign_in(sign_in)


def sign_out_everywhere(user: User) -> None:
    """Refuse every access and refresh token issued so far, and every login cookie."""
    user.tokens_not_before = timezone.now()
    user.save(update_fields=["tokens_not_before"])


def sign_out_elsewhere(request: HttpRequest, user: User) -> None:
    """The same, but the browser that asks stays signed in."""
    sign_out_everywhere(user)
    if request.session.session_key:
        update_session_auth_hash(request, user)
        sign_in_of_session(request, user)
