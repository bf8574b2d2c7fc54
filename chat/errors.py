"""Refusals and failures of a turn."""

from typing import Any

from django.utils.translation import gettext_noop as _

from web.errors import ProductError, kinds_of


class ConversationNotFound(ProductError):
    code = "conversation_not_found"
    status = 404
    message = _("There is no such conversation.")


class NotYourConversation(ProductError):
    code = "not_your_conversation"
    status = 403
    message = _("This conversation belongs to another user.")


class ConversationBusy(ProductError):
    code = "conversation_busy"
    status = 409
    message = _("The assistant is still answering in this conversation. Wait for it and send again.")
    passes_after_seconds = 2


class ConversationFull(ProductError):
    code = "conversation_full"
    status = 409
    message = _("This conversation has reached its length limit. Continue in a new one.")


class MessageNotFound(ProductError):
    code = "message_not_found"
    status = 404
    message = _("There is no such message in this conversation.")


class NotRetryable(ProductError):
    code = "not_retryable"
    status = 409
    message = _("Only an answer that failed, was stopped or was interrupted can be tried again.")


class NotEditable(ProductError):
    code = "not_editable"
    status = 409
    message = _("Only your last message can be edited, and none that answered a question of the assistant.")


class TooManyTurns(ProductError):
    code = "rate_limited"
    status = 429
    message = _("Several of your conversations are being answered. Wait for one to finish.")


class QuotaExhausted(ProductError):
    code = "quota_exhausted"
    status = 429
    message = _("Today's allowance for the assistant is used up.")


class IdempotencyInProgress(ProductError):
    code = "idempotency_in_progress"
    status = 409
    message = _("The request with this Idempotency-Key is still running.")
    passes_after_seconds = 2


class ApprovalNotFound(ProductError):
    code = "approval_not_found"
    status = 404
    message = _("There is no such approval.")


class ApprovalDecided(ProductError):
    """`approval` is the row, for who says the same once more."""

    approval: Any = None
    code = "approval_decided"
    status = 409
    message = _("This was decided already. An approval counts once.")


class ApprovalExpired(ProductError):
    code = "approval_expired"
    status = 409
    message = _("This approval has expired and nothing was changed. Ask again.")


class TurnFailure(ProductError):
    """A turn that began and could not be finished; what was stored stays."""


class ModelError(TurnFailure):
    code = "model_error"
    status = 502
    message = _("The assistant's model gave an answer that could not be used. Your message is kept; try again.")
    passes_after_seconds: int | None = 5


class CallUnreadable(ModelError):
    """The model tried to call a tool in a way that its own server could not read. It may do better when asked again."""


class RequestRefused(ModelError):
    """The server refused the request for a reason that is not known: it may be that it was too long."""

    message = _("The assistant's model did not accept this request. Your message is kept; try again.")


class ContextTooLong(RequestRefused):
    """The model takes less than it was sent, and half of it was still too much."""

    code = "context_too_long"
    message = _(
        "This conversation is too long for the assistant's model. Your message is kept; continue in a new chat."
    )
    passes_after_seconds = None


class ContentFiltered(ModelError):
    code = "content_filtered"
    status = 422
    passes_after_seconds = None
    message = _("The content filter of the assistant's model stopped this answer. Say it in other words.")


class ModelMisconfigured(ModelError):
    """Nothing that a person can do helps: whoever runs the program finds the reason in the log."""

    code = "model_misconfigured"
    passes_after_seconds = None
    message = _("The assistant's model is not set up correctly. Your message is kept; tell whoever runs this service.")


class ModelKeyRefused(ModelMisconfigured):
    code = "model_key_refused"


class ModelNotFound(ModelMisconfigured):
    code = "model_not_found"


class ModelWithoutTools(ModelMisconfigured):
    code = "model_without_tools"
    message = _(
        "The assistant's model cannot use tools, so it cannot reach your todos. Your message is kept; "
        "tell whoever runs this service."
    )


class ModelUnavailable(TurnFailure):
    code = "model_unavailable"
    status = 503
    message = _("The assistant's model is out of reach. Your message is kept; try again in a moment.")
    passes_after_seconds: int | None = 5


class ModelOverloaded(ModelUnavailable):
    code = "model_overloaded"
    message = _("The assistant's model has too much to do right now. Your message is kept; try again in a moment.")


class ModelLoading(ModelUnavailable):
    code = "model_loading"
    message = _("The model is being loaded… Your message is kept; try again in a moment.")


class ModelQuotaUsedUp(ModelUnavailable):
    """The account at the model's provider is empty: nothing passes until somebody pays."""

    code = "model_quota_used_up"
    passes_after_seconds = None
    message = _(
        "The allowance for the assistant's model is used up at its provider. Your message is kept; "
        "tell whoever runs this service."
    )


class ModelTimeout(TurnFailure):
    code = "model_timeout"
    status = 504
    message = _("The assistant's model took too long. Your message is kept; try again.")
    passes_after_seconds = 5


class InternalError(TurnFailure):
    code = "internal_error"
    status = 500
    message = _("Something went wrong on our side. Your message is kept; the reference finds the cause.")


class TurnInterrupted(TurnFailure):
    code = "interrupted"
    status = 409
    message = _("The answer was interrupted. What was done so far is kept; try again, and it goes on from there.")
    passes_after_seconds = 2


class LeaseLost(Exception):
    """The turn no longer holds its conversation: deleted, or taken over. Nothing more may be written."""


def stored_failure(code: str, *, lasting: bool = False) -> ProductError:
    """The failure that a stored message's error code stands for; one that was `lasting` helps nobody to wait for."""
    failure = next((kind for kind in kinds_of(ProductError) if kind.code == code), InternalError)()
    if lasting:
        failure.passes_after_seconds = None
    return failure
