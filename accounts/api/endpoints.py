"""The sign-in API: an account, and the tokens that stand for it."""

from dataclasses import asdict

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status

from accounts.entry.password_links import RESET
from accounts.entry.passwords import hash_password, user_of_password
from accounts.entry.sign_ins import issue_refresh_token, let_in, revoke_refresh_token, rotate_refresh_token
from accounts.entry.ways import PASSWORD
from accounts.mails.changing import want_address
from accounts.mails.orders import RESETS_PER_PERSON, order_reset
from accounts.models import SignIn, User
from accounts.second_factor.asked import method_of_second_factor
from accounts.tokens.access import issue_access_token
from database.units import database_read, database_unit
from web.errors import LoginFailed, TokenInvalid, ValidationFailed
from web.ratelimits import REFRESHES_PER_PERSON, address_of, check_address

from .schema import (
    Asked,
    Credentials,
    ErrorBody,
    ForgottenPassword,
    HabitsOut,
    Limits,
    Me,
    PasswordReset,
    RefreshRequest,
    Registration,
    TokenPair,
)

# Enough for a class that signs up together, too little to fill the table.
REGISTRATIONS_PER_PERSON = "3/m"
USERNAME_TAKEN = _("A user with that username already exists.")
TAKEN_MEANWHILE = _("Somebody has just taken this name, or one that looks like it.")

router = Router()


@router.post("/register", auth=None, response={201: TokenPair, 429: ErrorBody})
async def register(request: HttpRequest, registration: Registration, response: HttpResponse):
    """Create an account and sign in."""
    await check_address("register", address_of(request), REGISTRATIONS_PER_PERSON)
    user = await check_registration(registration)
    user.password = await hash_password(registration.password)
    try:
        signed_in = await store_user(user, request)
    except IntegrityError:
        # While the password was hashed.
        raise ValidationFailed(details={"username": str(TAKEN_MEANWHILE)}) from None
    return Status(201, token_pair(*signed_in, response))


@router.post("/token", auth=None, response={200: TokenPair, 401: ErrorBody, 429: ErrorBody})
async def sign_in(request: HttpRequest, credentials: Credentials, response: HttpResponse):
    """Sign in with a username and password, and with a code where the account has a second factor.

    Without the code the right password is answered with `second_factor_required`: send both once more, with `otp`.
    A passkey signs in on pages only; an account that has no app gives a recovery code here.
    """
    user = await user_of_password(credentials.username, credentials.password, address_of(request))
    second = await method_of_second_factor(request, user, credentials.otp)
    methods = [PASSWORD, second] if second else [PASSWORD]
    return token_pair(*await note_sign_in(user, request, " ".join(methods)), response)


@router.post("/refresh", auth=None, response={200: TokenPair, 401: ErrorBody, 429: ErrorBody})
async def refresh_tokens(request: HttpRequest, body: RefreshRequest, response: HttpResponse):
    """Trade a refresh token for new tokens.

    It works once, or for a few seconds where two requests use it at once: using it again later, or after one of its
    successors, signs out whoever holds them.
    """
    await check_address("refresh", address_of(request), REFRESHES_PER_PERSON)
    rotation = await database_unit(rotate_refresh_token)(body.refresh_token)
    if rotation is None:
        raise TokenInvalid(gettext("This refresh token is not valid. Sign in again."))
    return token_pair(*rotation, response)


@router.post("/revoke", auth=None, response={204: None, 429: ErrorBody})
async def sign_out(request: HttpRequest, body: RefreshRequest):
    """Sign out: end a refresh token, its successors and the access tokens they led to.

    The answer is the same for a token that never was.
    """
    await check_address("refresh", address_of(request), REFRESHES_PER_PERSON)
    await database_unit(revoke_refresh_token)(body.refresh_token)
    return Status(204, None)


@router.post("/password/forgot", auth=None, response={202: Asked, 429: ErrorBody})
async def forgot_password(request: HttpRequest, body: ForgottenPassword):
    """Ask for a mail with a link to choose a new password.

    The answer is the same whether the address is an account's or not, and takes as long.
    """
    await check_address("forgot-password", address_of(request), RESETS_PER_PERSON)
    await database_unit(order_reset)(body.email)
    return Status(202, Asked())


@router.post("/password/reset", auth=None, response={204: None, 422: ErrorBody, 429: ErrorBody})
async def reset_password(request: HttpRequest, body: PasswordReset):
    """Set a new password by the `key` of the link that was mailed. It works once, for half an hour.

    Browsers are signed out; programs, connected apps and personal tokens as well unless `end_tokens` is false.
    """
    await check_address("mailed-link", address_of(request), REFRESHES_PER_PERSON)
    await check_new_password(body)
    hashed = await hash_password(body.password)
    if not await database_unit(RESET.store_password)(body.token, hashed, request, end_tokens=body.end_tokens):
        raise LinkUsed
    return Status(204, None)


@database_read
def check_new_password(body: PasswordReset) -> None:
    user = RESET.user_of(body.token)
    if user is None:
        raise LinkUsed
    try:
        validate_password(body.password, user)
    except ValidationError as refusal:
        raise ValidationFailed(details={"password": " ".join(refusal.messages)}) from None


class LinkUsed(ValidationFailed):
    """The link of a mail is over."""

    def __init__(self) -> None:
        super().__init__(details={"token": gettext("This link was used, or it is older than half an hour.")})


def me_of(user: User) -> Me:
    limits = Limits(
        message_characters=settings.MESSAGE_MAX_CHARACTERS,
        conversation_messages=settings.CONVERSATION_MAX_MESSAGES,
        turns_per_minute=settings.TURNS_PER_MINUTE,
        turns_per_hour=settings.TURNS_PER_HOUR,
        turns_at_once=settings.TURNS_AT_ONCE,
        tokens_per_day=settings.TOKENS_PER_DAY,
    )
    return Me(
        user_id=user.subject,
        username=user.username,
        time_zone=user.time_zone,
        language=user.speaks,
        habits=HabitsOut(**asdict(user.habits)),
        limits=limits,
    )


def token_pair(sign_in: SignIn, refresh_token: str, response: HttpResponse) -> TokenPair:
    # RFC 6749 section 5.1: no cache on the way keeps a token.
    response["Cache-Control"] = "no-store"
    return TokenPair(
        user_id=sign_in.user.subject,
        access_token=issue_access_token(sign_in.user, sign_in.pk),
        refresh_token=refresh_token,
        expires_in=settings.ACCESS_TOKEN_SECONDS,
    )


@database_unit
def check_registration(registration: Registration) -> User:
    """The user to be, not stored and without a password; raises ValidationFailed with every reason at once."""
    user = User(
        username=User.normalize_username(registration.username),
        email=User.objects.normalize_email(registration.email),
    )
    reasons = {}
    try:
        checked_by_others = {field.name for field in User._meta.fields} - {"username", "email"}
        user.full_clean(exclude=checked_by_others, validate_unique=False, validate_constraints=False)
    except ValidationError as refusal:
        reasons = {field: " ".join(sentences) for field, sentences in refusal.message_dict.items()}
    if User.objects.filter(username__iexact=user.username).exists():
        reasons["username"] = str(USERNAME_TAKEN)
    try:
        validate_password(registration.password, user)
    except ValidationError as refusal:
        reasons["password"] = " ".join(refusal.messages)
    if reasons:
        raise ValidationFailed(details=reasons)
    return user


@database_unit
def store_user(user: User, request: HttpRequest) -> tuple[SignIn, str]:
    """Store a new user, signed in; returns the sign-in and its refresh token."""
    user.last_login = timezone.now()
    user.save(force_insert=True)
    if user.email:
        want_address(user, user.email)
    begun = let_in(request, user, amr=PASSWORD)
    return begun, issue_refresh_token(begun)


@database_unit
def note_sign_in(user: User, request: HttpRequest, amr: str) -> tuple[SignIn, str]:
    """Note the login; returns the sign-in and its refresh token.

    Raises LoginFailed when the account was disabled or got another password while this one was being checked.
    """
    unchanged = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
    if not unchanged.update(last_login=timezone.now()):
        raise LoginFailed
    begun = let_in(request, user, amr=amr)
    return begun, issue_refresh_token(begun)
