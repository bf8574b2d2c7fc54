"""Passwords: hashed and compared in threads of their own, and guessed only a few times a minute."""

from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import sync_to_async
from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext as _

from accounts.models import User
from database.units import database_unit
from web.errors import LoginFailed, ValidationFailed
from web.ratelimits import SIGN_INS_PER_PERSON, check_address, check_failed_logins, count_failed_login

# One Argon2 hash takes 100 MiB and some 50 ms: apart from the database thread and from the threads of everything
# else, and so few that a wave of logins waits in line instead of taking the memory.
HASHING_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")

hash_password = sync_to_async(make_password, thread_sensitive=False, executor=HASHING_THREADS)
password_matches = sync_to_async(check_password, thread_sensitive=False, executor=HASHING_THREADS)


async def user_of_password(username: str, password: str, address: str) -> User:
    """The active user with this name and password; raises LoginFailed, RateLimited or ServiceUnavailable.

    `address` is where the login comes from (`ratelimits.address_of`). Failures count apart, and soon end it.
    """
    await check_address("sign-in", address, SIGN_INS_PER_PERSON)
    username = User.normalize_username(username)
    await check_failed_logins(username, address)
    user = await find_user(username)
    # An unusable hash takes as long to refuse as a wrong password, so that time does not tell who has an account.
    matches = await password_matches(password, user.password if user else make_password(None))
    # Once more, because guesses that ran side by side were all allowed before the first of them was counted.
    await check_failed_logins(username, address)
    if user is None or not matches or not user.is_active:
        await count_failed_login(username, address)
        raise LoginFailed
    return user


async def confirm_password(user: User, password: str, address: str) -> None:
    """Whoever does what cannot be undone says the password once more; guesses count as failed logins.

    Raises ValidationFailed, RateLimited or ServiceUnavailable.
    """
    await check_failed_logins(user.username, address)
    if not await password_matches(password, user.password):
        await count_failed_login(user.username, address)
        raise ValidationFailed(details={"password": _("This is not your password.")})


@database_unit
def find_user(username: str) -> User | None:
    return User.objects.filter(username=username).first()
