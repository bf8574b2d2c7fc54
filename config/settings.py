"""All settings, and the only place that reads the environment.

A clone with no variable set runs: SQLite, in-memory cache, basic assistant. A bad value stops the program.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from accounts.issuers import LOCAL_ISSUER, trusted_issuers
from config.databases import ONE_WRITER, pooled
from config.environment import (
    env,
    envbool,
    envchoice,
    envdatabase,
    envfolder,
    envint,
    envlist,
    envmail,
    envnetworks,
    envorigin,
    envorigins,
    envprices,
    envsecret,
    envsecrets,
    envsender,
    envurl,
    faults,
    stop_if_wrong,
    wrong,
)
from config.programs import provider_settings
from config.reporting.logs import logging_settings
from web.languages.chosen import ENGLISH, languages_in

BASE_DIR = Path(__file__).resolve().parent.parent
DEVELOPMENT_KEY = "development-only-key-refused-when-DEBUG-is-off"


def derived_secret(key: str) -> str:
    return hashlib.sha256(f"jwt:{key}".encode()).hexdigest()


faults.clear()
DEBUG = envbool("DEBUG", True)
SECRET_KEY = env("SECRET_KEY", DEVELOPMENT_KEY if DEBUG else "")
if SECRET_KEY in {"", DEVELOPMENT_KEY} and not DEBUG:
    wrong("SECRET_KEY must be set when DEBUG is off.")
elif len(SECRET_KEY) < 32 and not DEBUG:
    wrong("SECRET_KEY must have at least 32 characters when DEBUG is off.")
# Old keys, while what they signed is still around: sessions, and links in mails.
SECRET_KEY_FALLBACKS = envsecrets("SECRET_KEY_FALLBACKS", minimum=32)
ALLOWED_HOSTS = envlist("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else "")
if not ALLOWED_HOSTS:
    wrong("ALLOWED_HOSTS must name the hosts that people use when DEBUG is off.")
CSRF_TRUSTED_ORIGINS = envorigins("CSRF_TRUSTED_ORIGINS")
# Where people reach the program, as https://todo.example.com; unset, at each host that ALLOWED_HOSTS names.
SITE_URL = envorigin("SITE_URL")

# Applications

INSTALLED_APPS = [
    "config.apps.AuditedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "oauth2_provider",
    "ninja",  # serves Swagger UI from local files
    "web",
    "accounts",
    "todos",
    "notices",
    "chat",
]
MIDDLEWARE = [
    "config.middleware.request_ids",
    "config.middleware.languages",
    "corsheaders.middleware.CorsMiddleware",
    "config.middleware.Compression",
    "config.middleware.content_security_policy",
    "config.middleware.never_kept",
    "config.middleware.api_headers",
    "config.middleware.api_errors",
    "config.middleware.own_not_found_page",
    "config.middleware.outages",
    "config.middleware.Security",
    "config.middleware.Common",
    "config.middleware.PageSessions",
    "config.middleware.Csrf",
    "config.middleware.PageUsers",
    "config.middleware.PageMessages",
    "config.middleware.Framing",
]
# Browser apps of other origins at the API: with a token, never with a cookie.
CORS_ALLOWED_ORIGINS = envorigins("API_ALLOWED_ORIGINS", wildcards=False)
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = (
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "last-event-id",
    "x-request-id",
    "x-typed-at",
)
CORS_EXPOSE_HEADERS = (
    "deprecation",
    "etag",
    "idempotent-replayed",
    "link",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "sunset",
    "www-authenticate",
    "x-api-version",
    "x-request-id",
)
# These checks look for Django's own names of what stands in MIDDLEWARE as its subclasses; tests look at the headers.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "web.templatetags.icons",
                "web.templatetags.moments",
                "web.templatetags.parts",
                "web.templatetags.script_words",
                "web.templatetags.words",
            ],
            "libraries": {"humanize": "django.contrib.humanize.templatetags.humanize"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Database

database = envdatabase("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
if database["ENGINE"].endswith("sqlite3"):
    DATABASE_THREADS = 1
    database |= ONE_WRITER
else:
    DATABASE_THREADS = envint("DATABASE_THREADS", 8)
    database |= pooled(DATABASE_THREADS, database.get("OPTIONS", {}))
DATABASES = {"default": database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Where `manage.py backup` writes.
PROCESSES = envint("PROCESSES", 2, maximum=64)  # of `make serve`; here to be checked
BACKUP_FOLDER = Path(env("BACKUP_FOLDER", str(BASE_DIR / "backups")))

# Cache

REDIS_URL = envurl("REDIS_URL", "redis", "rediss", "unix")
REDIS_TIMEOUTS = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25}
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "database.cache.SharedRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": REDIS_TIMEOUTS,
        }
    }
else:
    # Its default of 300 entries are the counts of some thirty people; those above would be forgotten.
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 50_000}}
    }
    # django-ratelimit wants a cache that processes share; this default is for one process.
    SILENCED_SYSTEM_CHECKS += ["django_ratelimit.E003", "django_ratelimit.W001"]

# Live updates: between processes through Redis, within the only one without

CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, **REDIS_TIMEOUTS}]},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

# Identity

AUTH_USER_MODEL = "accounts.User"
SESSION_ENGINE = "accounts.entry.sessions"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
JWT_ISSUER = env("JWT_ISSUER", "todo-chat")
JWT_AUDIENCE = env("JWT_AUDIENCE", "todo-chat-api")
# A key of its own, so that a leak of one use of SECRET_KEY is not a leak of the other.
JWT_SECRET = envsecret("JWT_SECRET", derived_secret(SECRET_KEY), minimum=32)
# Old ones, whose tokens count until they end (ACCESS_TOKEN_SECONDS).
JWT_SECRET_FALLBACKS = envsecrets("JWT_SECRET_FALLBACKS", minimum=32) + [
    derived_secret(key) for key in SECRET_KEY_FALLBACKS
]
# Outside issuers by name, whose tokens are accepted beside ours: a JSON list, see README.md.
try:
    JWT_TRUSTED_ISSUERS = trusted_issuers(
        env("JWT_TRUSTED_ISSUERS", "[]"), own_issuers={JWT_ISSUER, LOCAL_ISSUER}, loopback=DEBUG
    )
except ImproperlyConfigured as error:
    wrong(str(error))
ACCESS_TOKEN_SECONDS = envint("ACCESS_TOKEN_SECONDS", 15 * 60)
REFRESH_TOKEN_SECONDS = envint("REFRESH_TOKEN_SECONDS", 14 * 24 * 3600)
# Programs of others (accounts/programs/). What its views would offer beside ours has no address here.
OAUTH2_PROVIDER = provider_settings(ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS)
# http leads back to programs on the person's own machine, and nowhere else (accounts/programs/clients/redirects.py).
SILENCED_SYSTEM_CHECKS += ["oauth2_provider.W008"]

# Mail: Django's settings by one address. Unset, the pages say that there is none, and who can help instead.

MAIL_SERVER = envmail("EMAIL_URL")
EMAIL_URL, EMAIL_BACKEND = MAIL_SERVER.url, f"django.core.mail.backends.{MAIL_SERVER.backend}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SERVER.use_tls, MAIL_SERVER.use_ssl
EMAIL_TIMEOUT = 10  # for each step of the talk with the server
DEFAULT_FROM_EMAIL = SERVER_EMAIL = envsender("DEFAULT_FROM_EMAIL", "Todo Chat <todo-chat@localhost>" if DEBUG else "")
if EMAIL_URL and not DEBUG:
    if not DEFAULT_FROM_EMAIL:
        wrong("DEFAULT_FROM_EMAIL must say who mails are from where EMAIL_URL is set.")
    if not SITE_URL:
        wrong("SITE_URL must be set where EMAIL_URL is: links in mails lead there.")
    if EMAIL_URL == "console:":
        wrong("EMAIL_URL=console: writes links into accounts to the logs and is refused when DEBUG is off.")

# The settings page, section by section in this order: see accounts/pages/settings_page.py.
SETTINGS_SECTIONS = [
    "accounts.pages.sections.APPEARANCE",
    "accounts.pages.sections.TIME_ZONE",
    "accounts.habits.section.SECTION",
    "accounts.pages.sections.KEYBOARD",
    "accounts.pages.sections.CALENDAR",
    "accounts.pages.sections.NOTICES",
    "chat.briefing.pages.SECTION",
    "accounts.mails.section.EMAIL",
    "accounts.pages.sections.PASSWORD",
    "accounts.pages.sections.PASSKEYS",
    "accounts.pages.sections.SECOND_FACTOR",
    "accounts.pages.sections.OUTSIDE",
    "accounts.pages.sections.SIGN_INS",
    "accounts.pages.sections.CONNECTIONS",
    "accounts.pages.sections.PERSONAL_TOKENS",
    "notices.webhooks.pages.SECTION",
    "accounts.pages.sections.SECURITY_LOG",
    "accounts.pages.sections.PRIVACY",
]

# Model

OPENAI_API_KEY = env("OPENAI_API_KEY")
OPENAI_BASE_URL = envurl("OPENAI_BASE_URL", "http", "https")
OPENAI_MODEL = env("OPENAI_MODEL", "gpt-5-mini")
# Where steps come from, as a dotted path (imported when first used): the real model when there is a key or an address.
CHAT_MODEL = (
    "chat.assistants.openai.client.OpenAIModel"
    if OPENAI_API_KEY or OPENAI_BASE_URL
    else "chat.assistants.basic.BasicModel"
)
# Where the model is out of reach or its quota used up, the basic assistant answers what it understands surely.
FALLBACK = envbool("FALLBACK", True)
OPENAI_API = envchoice("OPENAI_API", "auto", {"responses", "chat_completions", "auto"})
# How long a model may be silent: before its first word, in which time a server may load it, and after that.
MODEL_FIRST_TOKEN_TIMEOUT_SECONDS = envint("MODEL_FIRST_TOKEN_TIMEOUT_SECONDS", 100)
MODEL_READ_TIMEOUT_SECONDS = envint("MODEL_READ_TIMEOUT_SECONDS", 60)

# What a million input and output tokens of a model cost; the admin shows no cost of others.
MODEL_PRICES = envprices("MODEL_PRICES")

# Limits

MESSAGE_MAX_CHARACTERS = envint("MESSAGE_MAX_CHARACTERS", 8_000)
BODY_MAX_BYTES = envint("BODY_MAX_BYTES", 64 * 1024)
AGUI_BODY_MAX_BYTES = envint("AGUI_BODY_MAX_BYTES", 1024 * 1024)
BODY_SECONDS = envint("BODY_SECONDS", 30)
HEAD_SECONDS = envint("HEAD_SECONDS", 10)
HEADERS_MAX_BYTES = envint("HEADERS_MAX_BYTES", 16 * 1024)
CONVERSATION_MAX_MESSAGES = envint("CONVERSATION_MAX_MESSAGES", 500)
CONTEXT_MAX_TOKENS = envint("CONTEXT_MAX_TOKENS", 16_000)
OUTPUT_MAX_TOKENS = envint("OUTPUT_MAX_TOKENS", 8_000)
TURN_MAX_STEPS = envint("TURN_MAX_STEPS", 8)
TURN_MAX_TOOL_CALLS = envint("TURN_MAX_TOOL_CALLS", 40)
TURN_DEADLINE_SECONDS = envint("TURN_DEADLINE_SECONDS", 120)
APPROVAL_MINUTES = envint("APPROVAL_MINUTES", 15)
TURN_LEASE_SECONDS = envint("TURN_LEASE_SECONDS", 30)
TURNS_PER_MINUTE = envint("TURNS_PER_MINUTE", 20)
TURNS_PER_HOUR = envint("TURNS_PER_HOUR", 1_000)
TURNS_AT_ONCE = envint("TURNS_AT_ONCE", 3)
TOKENS_PER_DAY = envint("TOKENS_PER_DAY", 200_000)
FAILED_LOGINS_PER_MINUTE = envint("FAILED_LOGINS_PER_MINUTE", 5)
REQUESTS_PER_MINUTE = envint("REQUESTS_PER_MINUTE", 600)
MCP_REQUESTS_PER_MINUTE = envint("MCP_REQUESTS_PER_MINUTE", 120)
TRASH_DAYS = envint("TRASH_DAYS", 30)
HISTORY_DAYS = envint("HISTORY_DAYS", 365)
PURGE_SECONDS = envint("PURGE_SECONDS", 3600)
SHUTDOWN_GRACE_SECONDS = envint("SHUTDOWN_GRACE_SECONDS", 15)
# An address may stand for a household or an office: it may sign in, register and fail as often as so many people.
PEOPLE_PER_ADDRESS = envint("PEOPLE_PER_ADDRESS", 10)
RATE_LIMITS = envbool("RATE_LIMITS", True)
if not RATE_LIMITS and not DEBUG:
    wrong("RATE_LIMITS=off is for benches and refused when DEBUG is off.")
# Ours, which are by path and counted while a body comes in, are checked before.
DATA_UPLOAD_MAX_MEMORY_SIZE = max(BODY_MAX_BYTES, AGUI_BODY_MAX_BYTES)

# Notices: who push services may write to about what we send them, as mailto: or https:.
PUSH_CONTACT = env("PUSH_CONTACT", f"mailto:webmaster@{ALLOWED_HOSTS[0] if ALLOWED_HOSTS else 'localhost'}")
if not PUSH_CONTACT.startswith(("mailto:", "https://")):
    wrong("PUSH_CONTACT must begin with mailto: or https://.")
# Others name addresses that are called (of browsers, programs, webhooks): those of this machine on a developer’s alone.
CALLS_TO_LOOPBACK = DEBUG

# Web

# The proxies in front, by their addresses: they say in X-Forwarded-For and -Proto who asks, and how. Others may not.
TRUSTED_PROXIES = envnetworks("TRUSTED_PROXIES", "127.0.0.0/8,::1")
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "web.pages.stylesheets.StylesheetFinder",
]
# Of people, by their account or their browser: each folder in locale/ is one.
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_CODE = ENGLISH
LANGUAGES = languages_in(BASE_DIR / "locale")
TIME_ZONE = "UTC"
USE_TZ = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not DEBUG:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = envbool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = envint("SECURE_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

# Operation

# Whoever has this token may read /metrics; without it nobody may, but with DEBUG on this machine.
METRICS_TOKEN = envsecret("METRICS_TOKEN", minimum=16)
# Where processes of one machine count together. prometheus_client reads this variable itself.
PROMETHEUS_MULTIPROC_DIR = envfolder("PROMETHEUS_MULTIPROC_DIR")
if not PROMETHEUS_MULTIPROC_DIR:
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
# Who collects traces. The exporter reads all OTEL_ variables itself.
OTEL_EXPORTER_OTLP_ENDPOINT = envurl("OTEL_EXPORTER_OTLP_ENDPOINT", "http", "https")
OTEL_SERVICE_NAME = env("OTEL_SERVICE_NAME", "todo-chat")

# Logs: one line an event on stderr, with the request id that people are shown; ids and figures, never text of people.
# For programs each line is a JSON object, for people it is words.

LOG_FORMAT = envchoice("LOG_FORMAT", "line" if DEBUG else "json", {"line", "json"})
LOG_MESSAGE_TEXT = envbool("LOG_MESSAGE_TEXT", False)
LOGGING = logging_settings(LOG_FORMAT, envchoice("LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"}))

stop_if_wrong()
