"""The library's rules of tokens, and what they leave open: who waits for whom, and what a copied code or token ends.

All of it runs inside one unit of database work. Where the library only looks first and writes later, the row is
locked here, so that of two processes the second sees what the first did.
"""

import datetime
import hashlib
import uuid
from typing import Any

from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken
from oauth2_provider.oauth2_validators import OAuth2Validator

from accounts.models import User


class ProgramValidator(OAuth2Validator):
    """Codes and refresh tokens are good for one use: used again they were copied, and what came of them ends."""

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        grant = Grant.objects.select_for_update().filter(code=code, application=client).first()
        if grant is None:
            RefreshToken.revoke_family(family_of(client, code))
            return False
        return super().validate_code(client_id, code, client, request, *args, **kwargs) and lets_in(
            grant.user, grant.created
        )

    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        same = RefreshToken.objects.select_for_update().filter(token_checksum=checksum_of(refresh_token))
        found = list(same.order_by("pk"))
        return super().validate_refresh_token(refresh_token, client, request, *args, **kwargs) and all(
            lets_in(token.user, token.created) for token in found
        )

    def _create_refresh_token(
        self, request: Any, refresh_token_code: str, access_token: AccessToken, previous_refresh_token: Any
    ) -> RefreshToken:
        """A family is named after the code that began it, which the library forgets when it is used."""
        token = super()._create_refresh_token(request, refresh_token_code, access_token, previous_refresh_token)
        if previous_refresh_token is None and getattr(request, "code", None):
            token.token_family = family_of(request.client, request.code)
            token.save(update_fields=["token_family"])
        return token


def lets_in(user: User, since: datetime.datetime) -> bool:
    """Whether something issued then still counts: not after a new password or a sign-out everywhere."""
    not_before = user.tokens_not_before
    return user.is_active and (not_before is None or since >= not_before)


def checksum_of(token: str) -> str:
    """The checksum that the library stores instead of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def family_of(client: Application, code: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{client.pk} {checksum_of(code)}")
