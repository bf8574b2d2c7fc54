"""Reads variables of the environment for the settings, and collects all that is wrong, to be told in one line."""

import os
import re
import sys
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

# An exit status that says that a restart helps nothing (EX_CONFIG of sysexits.h).
MISCONFIGURED = 78
MOST = 2**31 - 1
EXACTLY = {True: "", False: ", without a wildcard or a path"}

# Scheme → the port where mail servers take mails of programs so.
MAIL_PORTS = {"smtp+tls": 587, "smtps": 465, "smtp": 25}
SENDER = re.compile(r"[^@\s<>,]+@[^@\s<>,]+|[^@<>,\r\n]+<[^@\s<>,]+@[^@\s<>,]+>")
MAIL_KEPT_HERE = {"": "dummy", "console:": "console", "memory:": "locmem"}

faults: list[str] = []


def wrong(sentence: str) -> None:
    """Collect what is wrong with a setting; the program will not start."""
    faults.append(sentence)


def stop_if_wrong() -> None:
    """Raises ImproperlyConfigured with all sentences."""
    if faults:
        raise ImproperlyConfigured(" ".join(faults))


def exit_misconfigured(error: ImproperlyConfigured) -> SystemExit:
    sys.stderr.write(f"Todo Chat does not start: {error}\n")
    return SystemExit(MISCONFIGURED)


def env(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def envsecret(name: str, default: str = "", minimum: int = 0) -> str:
    """Of at least so many characters, where it is given. It is never repeated in a sentence."""
    word = env(name, default)
    if word and len(word) < minimum:
        wrong(f"{name} must have at least {minimum} characters.")
    return word


def envsecrets(name: str, minimum: int) -> list[str]:
    secrets = envlist(name)
    if any(len(secret) < minimum for secret in secrets):
        wrong(f"{name} must be keys of at least {minimum} characters with commas between.")
    return secrets


def envbool(name: str, default: bool) -> bool:
    word = env(name, "on" if default else "off").lower()
    if word not in {"on", "off", "true", "false", "1", "0"}:
        wrong(f"{name} must be on or off, not {word!r}.")
    return word in {"on", "true", "1"}


def envint(name: str, default: int, minimum: int = 1, maximum: int = MOST) -> int:
    word = env(name, str(default))
    if not word.isascii() or not word.isdigit() or len(word) > len(str(MOST)) or not minimum <= int(word) <= maximum:
        wrong(f"{name} must be a whole number from {minimum} to {maximum}, not {word[:40]!r}.")
        return default
    return int(word)


def envlist(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def envchoice(name: str, default: str, choices: set[str]) -> str:
    word = env(name, default)
    if word not in choices:
        wrong(f"{name} must be one of {', '.join(sorted(choices))}, not {word!r}.")
        return default
    return word


def envurl(name: str, *schemes: str) -> str:
    """Empty, or an address with one of the schemes and a host. It may hold a password and is never repeated."""
    word = env(name)
    try:
        parts = urlsplit(word)
        good = parts.scheme in schemes and (bool(parts.hostname) or parts.scheme == "unix") and parts.port != 0
    except ValueError:
        good = False
    if word and not good:
        wrong(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)} and a host.")
    return word


def envfolder(name: str) -> str:
    """Empty, or a folder, which is made where it is not there yet."""
    word = env(name)
    try:
        if word:
            Path(word).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        wrong(f"{name} must be a folder that can be made: {error.strerror}.")
    return word


def envdatabase(name: str, default: str) -> dict[str, Any]:
    """As dj_database_url reads it; a file of SQLite or a PostgreSQL."""
    word = env(name, default)
    try:
        read = dict(dj_database_url.parse(word))
    except (ValueError, KeyError):
        read = {}
    if read.get("ENGINE") not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"} or not read["NAME"]:
        wrong(f"{name} must look like postgresql://user:password@host:5432/name or sqlite:///file.")
        return dict(dj_database_url.parse(default))
    return read


@dataclass(frozen=True)
class MailServer:
    """What EMAIL_URL says, for Django's settings of mail; without a `url` no mail is sent."""

    url: str = ""
    backend: str = "dummy"
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False


def envmail(name: str) -> MailServer:
    """smtp+tls:// begins in the clear and turns to TLS or gives up, smtps:// is TLS from the first byte.

    console: writes mails to stdout, memory: keeps them for tests. It may hold a password and is never repeated.
    """
    word = env(name)
    if word in MAIL_KEPT_HERE:
        return MailServer(word, MAIL_KEPT_HERE[word])
    try:
        parts = urlsplit(word)
        good = parts.scheme in MAIL_PORTS and parts.hostname and parts.port != 0
        good = good and not parts.path.strip("/") and bool(parts.username) == bool(parts.password)
    except ValueError:
        good = False
    if not good:
        wrong(f"{name} must look like smtp+tls://user:password@host:587, smtps://…, smtp://… or console:.")
        return MailServer()
    login = unquote(parts.username or ""), unquote(parts.password or "")
    port, secured = parts.port or MAIL_PORTS[parts.scheme], (parts.scheme == "smtp+tls", parts.scheme == "smtps")
    return MailServer(word, "smtp", parts.hostname or "", port, *login, *secured)


def envsender(name: str, default: str) -> str:
    """Empty, or who mails are from: an address, or a name and an address in angle brackets."""
    word = env(name, default)
    if word and not SENDER.fullmatch(word):
        wrong(f"{name} must be an address such as todo@example.com or Todo Chat <todo@example.com>.")
    return word


def envorigins(name: str, *, wildcards: bool = True) -> list[str]:
    """Without wildcards, for whom each origin is trusted by its exact name: a scheme and a host alone."""
    origins = envlist(name)
    for origin in origins:
        parts = urlsplit(origin)
        is_one = parts.scheme in {"http", "https"} and parts.netloc and not parts.path.strip("/")
        is_exact = origin == f"{parts.scheme}://{parts.netloc}" and not set("*@") & set(origin)
        if not is_one or not (wildcards or is_exact):
            wrong(f"{name} must be origins such as https://app.example.com{EXACTLY[wildcards]}, not {origin!r}.")
    return origins


def envorigin(name: str) -> str:
    """One origin by its exact name, or empty."""
    origins = envorigins(name, wildcards=False)
    if len(origins) > 1:
        wrong(f"{name} must be one origin such as https://app.example.com, not {len(origins)}.")
    return origins[0] if origins else ""


def envnetworks(name: str, default: str) -> list[IPv4Network | IPv6Network]:
    """“none” is an empty list."""
    networks = []
    for word in [word for word in envlist(name, default) if word != "none"]:
        try:
            networks.append(ip_network(word))
        except ValueError:
            wrong(f"{name} must be addresses or networks such as 10.0.0.0/8, or none, not {word!r}.")
    return networks


def envprices(name: str) -> dict[str, tuple[float, float]]:
    """“gpt-5-mini=0.25:2, other=1:10”: model → what a million input and a million output tokens cost."""
    prices = {}
    for part in envlist(name):
        model, _, price = part.partition("=")
        try:
            per_input, per_output = map(float, price.split(":"))
        except ValueError:
            wrong(f"{name} must look like model=0.25:2.00, not {part!r}.")
            continue
        if not model or not (0 <= per_input < 1e6 and 0 <= per_output < 1e6):
            wrong(f"{name} must name a model and prices from 0, not {part!r}.")
        prices[model.strip()] = (per_input, per_output)
    return prices
