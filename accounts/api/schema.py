"""The shapes of the sign-in API, and the one shape of every error of every router."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from web.requests.fields import Body
from web.text import StorableText

# Argon2 reads whatever it gets; nobody remembers more than this.
PASSWORD_MAX_LENGTH = 4096
REFRESH_TOKEN_MAX_LENGTH = 200
OTP_MAX_LENGTH = 40


class ErrorBody(BaseModel):
    """What every refusal and failure looks like."""

    error: str = Field(description="A stable code in snake_case.", examples=["validation_error"])
    message: str = Field(description="A sentence for the person.", examples=["Some fields need another value."])
    details: dict[str, Any] = Field(
        description="What the code needs to be acted on; for `validation_error` each field with its reason.",
        examples=[{"username": "A user with that username already exists."}],
    )
    request_id: str = Field(
        description="Also in the X-Request-ID header; it finds the request in the logs.",
        examples=["0199c3f2-7a51-7c3e-9d0b-5f2f6f0f4c11"],
    )


class Registration(Body):
    username: StorableText = Field(
        min_length=1, max_length=150, description="Letters, digits and @ . + - _ only.", examples=["alice"]
    )
    email: StorableText | None = Field(default=None, max_length=254, examples=["alice@example.com"])
    password: StorableText = Field(
        min_length=1, max_length=PASSWORD_MAX_LENGTH, examples=["correct horse battery staple"]
    )


class Credentials(Body):
    username: StorableText = Field(min_length=1, max_length=150, examples=["alice"])
    password: StorableText = Field(
        min_length=1, max_length=PASSWORD_MAX_LENGTH, examples=["correct horse battery staple"]
    )
    otp: StorableText | None = Field(
        default=None,
        max_length=OTP_MAX_LENGTH,
        description=(
            "The code of an authenticator app, or a recovery code: where the account has a second factor, which the "
            "error `second_factor_required` tells. Each is good once."
        ),
        examples=["287082"],
    )


class RefreshRequest(Body):
    refresh_token: StorableText = Field(
        min_length=1,
        max_length=REFRESH_TOKEN_MAX_LENGTH,
        examples=["kX0b1mJq3yYw2v9c5N8rT4sLhZpQeAaGdUfIoPjKxEs"],
    )


class ForgottenPassword(Body):
    email: StorableText = Field(min_length=1, max_length=320, examples=["alice@example.com"])


class Asked(BaseModel):
    message: str = Field(
        default="If an account has confirmed this address, a mail with a link is on its way.",
        examples=["If an account has confirmed this address, a mail with a link is on its way."],
    )


class PasswordReset(Body):
    token: StorableText = Field(
        min_length=1,
        max_length=REFRESH_TOKEN_MAX_LENGTH,
        description="The `key` of the link in the mail.",
        examples=["0199c3f27a4e7d108f6c2b1f8a3c9e55.cu1x2c-0f8b6c1d"],
    )
    password: StorableText = Field(
        min_length=1, max_length=PASSWORD_MAX_LENGTH, examples=["correct horse battery staple"]
    )
    end_tokens: bool = Field(default=True, description="Whether programs, connected apps and tokens end as well.")


class TokenPair(BaseModel):
    user_id: str = Field(
        description="The user_id in every other address.", examples=["0199c3f2-7a4e-7d10-8f6c-2b1f8a3c9e55"]
    )
    access_token: str = Field(description="Send it as `Authorization: Bearer …`.", examples=["eyJhbGciOiJIUzI1NiIs…"])
    refresh_token: str = Field(
        description="Good for one refresh, which answers with the next one.",
        examples=["kX0b1mJq3yYw2v9c5N8rT4sLhZpQeAaGdUfIoPjKxEs"],
    )
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  a word of RFC 6750
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[900])


class Limits(BaseModel):
    """What one user may ask for."""

    message_characters: int = Field(examples=[8000])
    conversation_messages: int = Field(examples=[500])
    turns_per_minute: int = Field(examples=[20])
    turns_per_hour: int = Field(examples=[1000])
    turns_at_once: int = Field(examples=[3])
    tokens_per_day: int = Field(examples=[200_000])


class HabitsOut(BaseModel):
    """How dates and times are written for the person, and read."""

    clock_hours: int = Field(description="12 or 24.", examples=[24])
    first_weekday: int = Field(description="Of the week; 0 is Monday.", examples=[0])
    day_first: bool | None = Field(
        description="Whether 5/12 is the fifth of December; null where it is as usual in the time zone.",
        examples=[True],
    )


class Me(BaseModel):
    user_id: str = Field(examples=["0199c3f2-7a4e-7d10-8f6c-2b1f8a3c9e55"])
    username: str = Field(examples=["alice"])
    time_zone: str = Field(description="IANA name.", examples=["Europe/Berlin"])
    language: str = Field(
        description="Of pages and mails: as chosen or first asked for on a page, else by `Accept-Language`.",
        examples=["de"],
    )
    habits: HabitsOut
    limits: Limits
