"""The base of every error that a person may see, and the ones about identity."""

from collections.abc import Iterator
from typing import Any, ClassVar

from habits.speech import gettext
from habits.speech import gettext_noop as _

# RFC 6750 section 3: what goes with every 401.
CHALLENGE = 'Bearer error="invalid_token"'


class ProductError(Exception):
    """A refusal or failure with a stable code and a sentence that is safe to show, in the language of who asked.

    `status` is the HTTP status; errors that only a tool raises have none. `details` is JSON. `retry_after_seconds` is
    when to try again, where that is known; a kind that passes by itself says otherwise `passes_after_seconds`.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    message: ClassVar[str]
    passes_after_seconds: int | None = None

    def __init__(
        self,
        message: str | None = None,
        *,
        details: dict[str, Any] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        self.sentence = message or gettext(self.message)
        self.details = details or {}
        self.retry_after_seconds = retry_after_seconds
        super().__init__(self.sentence)

    @property
    def wait_seconds(self) -> int | None:
        """The Retry-After header; None where it helps nobody to wait."""
        return self.passes_after_seconds if self.retry_after_seconds is None else self.retry_after_seconds

    @property
    def public_details(self) -> dict[str, Any]:
        """`details` as clients see them: a stream has no Retry-After header, so the seconds stand here too."""
        return self.details if self.wait_seconds is None else {**self.details, "retry_after_seconds": self.wait_seconds}

    def body(self, request_id: str) -> dict[str, Any]:
        """The one shape of every error, at whatever door."""
        return {
            "error": self.code,
            "message": self.sentence,
            "details": self.public_details,
            "request_id": request_id,
        }


class TokenMissing(ProductError):
    code = "token_missing"
    status = 401
    message = _("Sign in first: send your access token as “Authorization: Bearer …”.")


class TokenInvalid(ProductError):
    code = "token_invalid"
    status = 401
    message = _("This access token is not valid. Sign in again.")


class TokenExpired(ProductError):
    code = "token_expired"
    status = 401
    message = _("This access token has expired. Refresh it and send the request again.")


class LoginFailed(ProductError):
    code = "login_failed"
    status = 401
    message = _("The username or the password is wrong.")


class SecondFactorRequired(ProductError):
    """The password was right; `details` lists in `methods` what can be given besides."""

    code = "second_factor_required"
    status = 401
    message = _(
        "This account asks for a second factor: send the code of your app, or a recovery code, as “otp” as well."
    )


class SecondFactorFailed(ProductError):
    code = "second_factor_failed"
    status = 401
    message = _("This code is not right, or was used already. Codes change every half minute.")


class UserMismatch(ProductError):
    code = "user_mismatch"
    status = 403
    message = _("This address belongs to another user.")


class ValidationFailed(ProductError):
    """`details` maps each field to its reason."""

    code = "validation_error"
    status = 422
    message = _("Some fields need another value.")


class UnsupportedMediaType(ProductError):
    code = "unsupported_media_type"
    status = 415
    message = _("Send the body as application/json.")


class IdempotencyMismatch(ProductError):
    code = "idempotency_mismatch"
    status = 422
    message = _("This Idempotency-Key was used for another request.")


class RateLimited(ProductError):
    code = "rate_limited"
    status = 429
    message = _("That was too many requests in a short time.")


class ServiceUnavailable(ProductError):
    code = "service_unavailable"
    status = 503
    message = _("The service is out of reach for a moment. Nothing was lost; try again shortly.")
    passes_after_seconds = 2


class OutcomeUnknown(ServiceUnavailable):
    """The connection was lost at COMMIT: whether it took place, only a look at the database can tell."""

    code = "outcome_unknown"
    status = 503
    message = _(
        "The connection broke while this was stored, so that nobody knows whether it was. "
        "Send the same request with the same Idempotency-Key to find out, or look before you do it again."
    )


def kinds_of(error: type[ProductError]) -> Iterator[type[ProductError]]:
    """Every kind of refusal and failure that has a code of its own, at whatever door: a tool may raise any of them."""
    for kind in error.__subclasses__():
        if "code" in vars(kind):
            yield kind
        yield from kinds_of(kind)


def status_by_code() -> dict[str, int]:
    """The HTTP status of every code that an endpoint may answer with."""
    return {kind.code: kind.status for kind in kinds_of(ProductError) if hasattr(kind, "status")}
