"""Outside issuers: whose tokens are accepted beside our own, as the setting JWT_TRUSTED_ISSUERS lists them."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError, model_validator

# What our own users have in the place of an issuer.
LOCAL_ISSUER = "local"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
Algorithm = Literal["EdDSA", "ES256", "RS256"]
VisibleText = Annotated[str, Field(pattern=r"^[!-~]{1,255}$")]


class TrustedIssuer(BaseModel):
    """Who may sign, for whom, with which keys and how. All of these algorithms have a public key: it is no secret.

    With a `name` and a `client_id` people may sign in there in a browser as well, by OpenID Connect.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: VisibleText
    audience: VisibleText
    jwks_url: VisibleText
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 -]{0,29}$")] | None = None
    client_id: VisibleText | None = None
    client_secret: SecretStr | None = None

    @model_validator(mode="after")
    def have_both_or_none(self) -> Self:
        if (self.name is None) != (self.client_id is None):
            raise ValueError("name and client_id go together")
        return self

    @property
    def slug(self) -> str:
        """Its name in addresses; empty where nobody signs in there."""
        return (self.name or "").lower().replace(" ", "-")


def trusted_issuers(text: str, *, own_issuers: set[str], loopback: bool) -> dict[str, TrustedIssuer]:
    """The issuers of a JSON list, by name; raises ImproperlyConfigured. `loopback` lets plain HTTP stay at home."""
    try:
        listed = TypeAdapter(list[TrustedIssuer]).validate_json(text)
    except ValidationError as refusal:
        [problem, *_] = refusal.errors()
        where = ".".join(str(part) for part in problem["loc"])
        raise refused(f"{where or 'the value'}: {problem['msg']}") from None
    named = {issuer.issuer: issuer for issuer in listed}
    if len(named) < len(listed):
        raise refused("an issuer is listed twice")
    slugs = [issuer.slug for issuer in listed if issuer.slug]
    if len(set(slugs)) < len(slugs):
        raise refused("a name is given twice")
    if taken := own_issuers & set(named):
        raise refused(f"{taken.pop()!r} is the name of our own issuer")
    for issuer in listed:
        check_address(issuer.jwks_url, loopback=loopback)
    return named


def check_address(address: str, *, loopback: bool) -> None:
    """Refuse plain HTTP: keys that come over it could be anybody's."""
    try:
        parts = urlsplit(address)
        is_local = loopback and parts.scheme == "http" and parts.hostname in LOOPBACK
        _ = parts.port
    except ValueError:
        raise refused(f"{address!r} is not an address") from None
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise refused(f"{address!r} is not the address of a key set")
    if parts.scheme != "https" and not is_local:
        raise refused(f"{address!r} must be https (plain http only on this machine and with DEBUG on)")


def refused(reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"JWT_TRUSTED_ISSUERS: {reason}.")
