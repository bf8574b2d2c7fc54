"""Programs that somebody let in, for tests of other things than how that goes."""

import datetime
import uuid
from dataclasses import dataclass

from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken, set_token_value

from accounts.models import User
from accounts.scopes import READ, WRITE

from .tokens import new_access_token, new_refresh_token

CALLBACK = "https://program.example/callback"


@dataclass(frozen=True)
class ConnectedProgram:
    """A program with its tokens, as they were told it."""

    application: Application
    access_token: str
    refresh_token: str

    @property
    def bearer(self) -> str:
        return f"Bearer {self.access_token}"


def registered_program(name: str = "Program", redirect_uris: str = CALLBACK) -> Application:
    return Application.objects.create(
        name=name,
        redirect_uris=redirect_uris,
        client_type=Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        registration_source=Application.RegistrationSource.DCR,
        hash_client_secret=False,
    )


def connected_program(
    user: User, name: str = "Program", scope: str = f"{READ} {WRITE}", resource: str = "http://testserver/mcp"
) -> ConnectedProgram:
    application = registered_program(name)
    access, refresh = new_access_token(None), new_refresh_token(None)
    expires = timezone.now() + datetime.timedelta(minutes=15)
    shared = {"user": user, "application": application, "resource": [resource]}
    token = AccessToken(scope=scope, expires=expires, **shared)
    set_token_value(token, access)
    token.save()
    refresh_token = RefreshToken(access_token=token, token_family=uuid.uuid4(), **shared)
    set_token_value(refresh_token, refresh)
    refresh_token.save()
    return ConnectedProgram(application, access, refresh)


def pending_code(user: User, application: Application) -> Grant:
    expires = timezone.now() + datetime.timedelta(minutes=1)
    return Grant.objects.create(
        user=user, application=application, code=uuid.uuid4().hex, expires=expires, redirect_uri=CALLBACK
    )
