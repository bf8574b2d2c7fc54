"""The errors of the API document: which operation answers which, and what each looks like."""

import re
from typing import Any

from web.errors import ProductError

from .examples import REQUEST_ID, TODO

OF_TURNS = r"^POST .*/(chat|retry)$"
SIGNED_IN = r"/auth/me$|\{user_id\}"
# Error code → the operations that answer it, as a pattern of their method and path.
ERRORS = {
    "token_missing": SIGNED_IN,
    "token_invalid": SIGNED_IN + "|/auth/refresh$",
    "token_expired": SIGNED_IN,
    "login_failed": "/auth/token$",
    "second_factor_required": "/auth/token$",
    "second_factor_failed": "/auth/token$",
    "insufficient_scope": r"\{user_id\}",
    "user_mismatch": r"\{user_id\}",
    "not_your_conversation": r"/(chat|agui)$|/conversations$|\{conversation_id\}",
    "not_your_todo": r"\{todo_id\}",
    "conversation_not_found": r"/(chat|agui)$|/conversations$|\{conversation_id\}",
    "message_not_found": r"\{message_id\}",
    "todo_not_found": r"\{todo_id\}",
    "change_not_found": "/undo$",
    "webhook_not_found": r"\{webhook_id\}(?!$)|^(GET|PATCH) .*\{webhook_id\}$",
    "reminder_not_found": r"\{reminder_id\}",
    "approval_not_found": r"\{approval_id\}|/agui$",
    "conversation_busy": OF_TURNS,
    "conversation_full": "/(chat|agui)$",
    "not_retryable": "/retry$",
    "not_editable": "/chat$",
    "idempotency_in_progress": "/chat$",
    "interrupted": OF_TURNS,
    "version_conflict": r"\{todo_id\}(/(complete|reopen|restore))?$",
    "nothing_to_undo": "/undo$",
    "approval_decided": r"\{approval_id\}|/agui$",
    "approval_expired": r"\{approval_id\}|/agui$",
    "request_timeout": "",
    "payload_too_large": "",
    "unsupported_media_type": "",
    "validation_error": "",
    "date_not_understood": r"^(POST|PATCH) .*/todos(/\{todo_id\}(/reminders(/\{reminder_id\}/snooze)?)?)?$",
    "idempotency_mismatch": r"^(POST|PATCH|DELETE) .*\{user_id\}/(?!.*/retry$)",
    "rate_limited": "",
    "quota_exhausted": OF_TURNS,
    "internal_error": "",
    "model_error": OF_TURNS,
    "context_too_long": OF_TURNS,
    "content_filtered": OF_TURNS,
    "model_misconfigured": OF_TURNS,
    "model_key_refused": OF_TURNS,
    "model_not_found": OF_TURNS,
    "model_without_tools": OF_TURNS,
    "model_unavailable": OF_TURNS,
    "model_overloaded": OF_TURNS,
    "model_loading": OF_TURNS,
    "model_quota_used_up": OF_TURNS,
    "outcome_unknown": r"^(POST|PATCH|DELETE) ",
    "service_unavailable": "",
    "model_timeout": OF_TURNS,
}
DETAILS: dict[str, dict[str, Any]] = {
    "validation_error": {"title": "This field is required."},
    "date_not_understood": {"due": "I could not read “blursday” as a date."},
    "payload_too_large": {"limit_bytes": 65536},
    "second_factor_required": {"methods": ["totp", "recovery_code"]},
    "quota_exhausted": {"used_tokens": 200_412, "limit_tokens": 200_000},
    "conversation_full": {"limit_messages": 500},
    "version_conflict": {"todo": {**TODO, "version": 2}},
}
WAITS = {
    "rate_limited": 42,
    "quota_exhausted": 53_270,
    "conversation_busy": 2,
    "idempotency_in_progress": 2,
    "service_unavailable": 5,
    "model_unavailable": 30,
    "model_overloaded": 30,
    "model_loading": 20,
}


def errors_of(operation: str, codes: set[str]) -> dict[str, Any]:
    """Code → its body, for those of `codes` that the operation (“POST /api/…”) answers."""
    classes = error_classes()
    return {code: example_of(classes[code]) for code in sorted(codes) if re.search(ERRORS.get(code, "^$"), operation)}


def example_of(error: type[ProductError]) -> dict[str, Any]:
    return error(details=DETAILS.get(error.code), retry_after_seconds=WAITS.get(error.code)).body(REQUEST_ID)


def error_classes() -> dict[str, type[ProductError]]:
    """The plainest of those that share a code, which is the one that was defined first."""
    found: dict[str, type[ProductError]] = {}
    kinds = ProductError.__subclasses__()
    for kind in kinds:
        kinds += kind.__subclasses__()
        if hasattr(kind, "code"):
            found.setdefault(kind.code, kind)
    return found
