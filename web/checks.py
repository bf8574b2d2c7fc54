"""Checks of `manage.py check --deploy`: settings that are right by themselves, and wrong for a service."""

import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

BACKUP_MAX_HOURS = 26  # a day, and the time that a backup may take


@register("operation", deploy=True)
def check_operation(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*proxies(), *processes(), *mail(), *backups()]


def proxies() -> Iterator[CheckMessage]:
    if any(network.prefixlen == 0 for network in settings.TRUSTED_PROXIES):
        hint = "Name the networks of the proxies alone."
        yield Error("TRUSTED_PROXIES trusts everybody: anybody can say who asks.", hint=hint, id="operation.E001")
    if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES:
        hint = "Name the proxy where TLS ends in TRUSTED_PROXIES, or set SECURE_SSL_REDIRECT=off."
        yield Warning(
            "Nobody can say that a request came by HTTPS: all are redirected.", hint=hint, id="operation.W001"
        )


def processes() -> Iterator[CheckMessage]:
    if settings.PROCESSES > 1 and not settings.REDIS_URL:
        hint = "Set REDIS_URL, or PROCESSES=1."
        yield Warning("Several processes without Redis count limits alone.", hint=hint, id="operation.W002")


def mail() -> Iterator[CheckMessage]:
    if settings.EMAIL_URL.startswith("smtp://") and settings.EMAIL_HOST not in {"localhost", "127.0.0.1", "::1"}:
        hint = "Begin it with smtp+tls:// or smtps://, unless the network up to the server is your own."
        yield Warning("EMAIL_URL sends mails, and links into accounts, in the clear.", hint=hint, id="operation.W006")
    if not settings.EMAIL_URL:
        hint = "Set EMAIL_URL."
        yield Warning("No mail can be sent: no forgotten password is replaced.", hint=hint, id="operation.W003")


def backups() -> Iterator[CheckMessage]:
    made = [file.stat().st_mtime for file in settings.BACKUP_FOLDER.glob("*") if file.is_file()]
    hint = "Call `manage.py backup` once a day; BACKUP_FOLDER says where they are."
    if not made:
        yield Warning("There is no backup.", hint=hint, id="operation.W004")
    elif (hours := (time.time() - max(made)) / 3600) > BACKUP_MAX_HOURS:
        yield Warning(f"The newest backup is {hours:.0f} hours old.", hint=hint, id="operation.W005")
