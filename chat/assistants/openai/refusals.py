"""What an error of a model server means: by its status, its codes, and what was sent; by its words only as a hint.

The words of a server never reach a person or a log: its code does.
"""

import json
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from chat.errors import (
    CallUnreadable,
    ContentFiltered,
    ContextTooLong,
    ModelError,
    ModelKeyRefused,
    ModelLoading,
    ModelMisconfigured,
    ModelNotFound,
    ModelOverloaded,
    ModelQuotaUsedUp,
    ModelTimeout,
    ModelUnavailable,
    RequestRefused,
    TurnFailure,
)

from .waits import retry_after_seconds

logger = logging.getLogger(__name__)

CODES: dict[type[TurnFailure], set[str]] = {
    ContentFiltered: {
        "content_filter", "content_filtered", "content_policy_violation", "responsibleaipolicyviolation",
        "data_inspection_failed", "moderation_blocked", "prohibited_content", "sensitive", "safety",
    },
    ContextTooLong: {
        "context_length_exceeded", "exceed_context_size_error", "context_window_exceeded", "request_too_large",
        "string_above_max_length", "max_tokens_exceeded", "prompt_too_long", "context_too_long", "tokens_limit_reached",
        "contextwindowexceedederror", "input_too_long",
    },
    ModelQuotaUsedUp: {
        "insufficient_quota", "billing_hard_limit_reached", "insufficient_balance", "insufficient_credits",
        "exceeded_current_quota_error", "billing_not_active", "payment_required", "insufficient_funds",
        "quota_exceeded", "credit_balance_too_low", "billing_error", "out_of_credits",
    },
    ModelKeyRefused: {
        "invalid_api_key", "authentication_error", "unauthenticated", "invalid_authentication", "unauthorized",
        "permission_error", "permission_denied", "account_deactivated", "api_key_invalid", "missing_api_key",
        "invalid_authentication_error", "permissiondenied",
    },
    ModelNotFound: {
        "model_not_found", "invalid_model", "unknown_model", "deploymentnotfound", "deployment_not_found",
        "model_not_exist", "model_decommissioned", "model_not_supported", "notfounderror", "unsupported_model",
    },
    ModelLoading: {"model_loading", "model_not_ready"},
    ModelOverloaded: {
        "rate_limit_error", "rate_limit_exceeded", "rate_limited", "overloaded", "overloaded_error", "slow_down",
        "server_is_overloaded", "capacity_exceeded", "resource_exhausted", "too_many_requests",
        "engine_overloaded_error", "throttlingexception", "capacity_error",
    },
    ModelTimeout: {"timeout", "timeout_error", "deadline_exceeded"},
    ModelUnavailable: {
        "internal_error", "internal_server_error", "internalservererror", "server_error", "service_unavailable",
        "unavailable", "unavailable_error", "api_error", "internal", "upstream_error", "enginedeaderror",
        "provider_error", "bad_gateway",
    },
}  # fmt: skip
STATUSES: dict[int, type[TurnFailure]] = {
    401: ModelKeyRefused,
    402: ModelQuotaUsedUp,
    403: ModelKeyRefused,
    404: ModelNotFound,
    405: ModelMisconfigured,
    408: ModelUnavailable,
    409: ModelUnavailable,
    410: ModelNotFound,
    413: ContextTooLong,
    425: ModelUnavailable,
    429: ModelOverloaded,
    498: ModelOverloaded,
    529: ModelOverloaded,
}
WHAT_TO_DO: dict[type[TurnFailure], str] = {
    ModelKeyRefused: "check OPENAI_API_KEY, and what the key may do",
    ModelNotFound: "check OPENAI_MODEL, and OPENAI_BASE_URL, which mostly ends in /v1",
    ModelMisconfigured: "check OPENAI_BASE_URL and OPENAI_API; python manage.py check_model tells more",
    ModelQuotaUsedUp: "the account at the provider has no allowance or credit left",
}
# Hints, which decide only whether a shorter request is worth a try or a sentence is to be trusted that nothing denies.
LONG_WORDS = re.compile(
    r"(?:context|tokens?|prompt|input|messages?)\b.{0,80}"
    r"\b(?:exceed|length|limit|maximum|window|overflow|too (?:long|large|many))"
    r"|(?:too (?:long|large|many)|exceed|maximum|limit)\w*\b.{0,80}\b(?:context|tokens?|prompt|input)\b",
    re.DOTALL,
)
LOADING_WORDS = re.compile(r"\b(?:model|server)\b.{0,40}\bloading\b|\bloading\b.{0,20}\bmodel\b|currently loading")
MODEL_WORDS = re.compile(
    r"\bmodel\b.{0,60}\b(?:not|unknown|invalid|exist|decommissioned)\b|\b(?:not|unknown|invalid)\b.{0,30}\bmodel\b"
)
UNREADABLE_CALL = {
    "tool_use_failed", "malformed_function_call", "invalid_function_call", "tool_call_parse_error",
}  # fmt: skip
WORDS_MAX_CHARACTERS = 2_000
CODE_FOR_LOG = re.compile(r"[^\w.:-]+")


@dataclass(frozen=True)
class Refusal:
    """An error as read: `status` is 0 inside a stream; `words`, lower case, are for hints and names of fields."""

    status: int = 0
    codes: frozenset[str] = frozenset()
    param: str = ""
    words: str = ""
    retry_after_seconds: int | None = None
    is_flagged: bool = False

    @property
    def code_for_log(self) -> str:
        return ", ".join(sorted(CODE_FOR_LOG.sub("_", code)[:60] for code in self.codes)) or "none"

    @property
    def is_request_fault(self) -> bool:
        return HTTPStatus.BAD_REQUEST <= self.status < HTTPStatus.INTERNAL_SERVER_ERROR

    def names(self, word: str) -> bool:
        """Whether a field of the request is spoken of."""
        return self.param.split(".")[0] == word or bool(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", self.words))


def read_refusal(status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
    try:
        value = json.loads(body.decode(errors="replace"))
    except (ValueError, RecursionError):
        value = None
    return refusal_of(value, status, headers)


def refusal_of(value: Any, status: int = 0, headers: Mapping[str, str] | None = None) -> Refusal:
    """Of the JSON of an error in any of its shapes: an object, a list of one, a text, or with `detail`."""
    codes: set[str] = set()
    words: list[str] = []
    params: list[str] = []
    collect(value, codes, words, params)
    numbers = {int(code[:3]) for code in codes if re.fullmatch(r"[1-5]\d\d", code)}
    text = " ".join(words).lower()[:WORDS_MAX_CHARACTERS]
    return Refusal(
        status or next(iter(numbers), 0),
        frozenset(code for code in codes if not code.isdigit()),
        params[0] if params else "",
        text,
        retry_after_seconds(headers or {}, value, time.time()),
        is_flagged="flagged_input" in str(value)[:WORDS_MAX_CHARACTERS],
    )


def collect(value: Any, codes: set[str], words: list[str], params: list[str], depth: int = 0) -> None:
    if depth > 5:
        return
    if isinstance(value, str):
        words.append(value)
    elif isinstance(value, list):
        for item in value[:10]:
            collect(item, codes, words, params, depth + 1)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in {"code", "type", "status", "error_code", "@type"} and isinstance(inner, str | int):
                codes.add(str(inner).lower())
            elif key in {"param", "loc"} and inner:
                params.append(str(inner[-1] if isinstance(inner, list) else inner))
                words.append(params[-1])
            elif key in ERROR_KEYS:
                collect(inner, codes, words, params, depth + 1)


ERROR_KEYS = {
    "error", "errors", "message", "detail", "details", "msg", "innererror", "failed_generation", "reason",
    "description", "metadata", "raw", "response", "error_msg", "error_message", "title",
}  # fmt: skip


def failure_of(refusal: Refusal, model: str = "") -> TurnFailure:
    """The failure that stands for the refusal; logged with what the operator can do."""
    kind = kind_of(refusal, model.lower())
    log = logger.error if kind in WHAT_TO_DO else logger.warning
    what_to_do = f": {WHAT_TO_DO[kind]}" if kind in WHAT_TO_DO else ""
    facts = (refusal.status, refusal.code_for_log, kind.code, what_to_do)
    log("The model refused: status %s, code %s, taken as %s%s.", *facts)
    return kind(retry_after_seconds=refusal.retry_after_seconds if issubclass(kind, ModelUnavailable) else None)


def kind_of(refusal: Refusal, model: str) -> type[TurnFailure]:
    return kind_by_code(refusal) or kind_by_status(refusal) or kind_by_hint(refusal, model)


def kind_by_code(refusal: Refusal) -> type[TurnFailure] | None:
    """What the server's own codes say, where they are known. Of a request that was refused none says that it passes."""
    if UNREADABLE_CALL & refusal.codes:
        return CallUnreadable
    if refusal.is_flagged:
        return ContentFiltered
    known = next((kind for kind, codes in CODES.items() if codes & refusal.codes), None)
    if known is ModelUnavailable and (refusal.is_request_fault or is_loading(refusal)):
        return None
    too_large = refusal.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and known is ModelOverloaded
    return ContextTooLong if too_large else known


def is_loading(refusal: Refusal) -> bool:
    passes = refusal.status in {0, HTTPStatus.SERVICE_UNAVAILABLE}
    return passes and bool(LOADING_WORDS.search(refusal.words))


def kind_by_status(refusal: Refusal) -> type[TurnFailure] | None:
    if is_loading(refusal):
        return ModelLoading
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR and refusal.status not in STATUSES:
        return ModelUnavailable
    return STATUSES.get(refusal.status)


def kind_by_hint(refusal: Refusal, model: str) -> type[TurnFailure]:
    """Of a status that says no more than that the request was refused, and of errors inside a stream."""
    words = refusal.words.replace(model, "model") if model else refusal.words
    if LONG_WORDS.search(words):
        return ContextTooLong
    if refusal.param == "model" or MODEL_WORDS.search(words):
        return ModelNotFound
    if refusal.is_request_fault:
        return RequestRefused
    # Inside an answer that was accepted: a code that nobody knows is the request's fault, none is the server's.
    return ModelError if refusal.codes - {"error", "none"} else ModelUnavailable


def failure_of_error(value: Any) -> TurnFailure:
    """Of an error inside a stream, or in the place of an answer."""
    return failure_of(refusal_of(value))


def reported_failure(event: dict[str, Any]) -> TurnFailure | None:
    """The failure that an event reports: some servers put an error where an answer should be."""
    if error := event.get("error"):
        return failure_of_error(error)
    if event.get("object") == "error" or (event.get("type") == "error" and "choices" not in event):
        return failure_of_error(event)
    if "detail" in event and not event.get("choices"):
        return failure_of_error(event)
    return None
