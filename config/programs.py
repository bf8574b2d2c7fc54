"""What a program of somebody else has to be allowed for each operation of the API.

What stands nowhere here is closed to programs: above all the account itself, and the answers to what a program would
like to be approved.
"""

from typing import Any

from accounts.scopes import CHAT, READ, SCOPES, WRITE

# The word after the user's id in an address.
SCOPES_OF_AREAS = {
    "todos": (READ, WRITE),
    "undo": (READ, WRITE),
    "chat": (CHAT, CHAT),
    "conversations": (CHAT, CHAT),
    "turns": (CHAT, CHAT),
    "agui": (CHAT, CHAT),
}
ME = "/api/auth/me"


def scope_of(method: str, path: str) -> str:
    """The scope for an address, or a template of one; "" where none is enough."""
    if path == ME:
        return READ
    _, _, _, area, *_ = [*path.split("/"), "", "", "", ""]
    reading, writing = SCOPES_OF_AREAS.get(area, ("", ""))
    return reading if method.upper() in {"GET", "HEAD"} else writing


def provider_settings(access_seconds: int, refresh_seconds: int) -> dict[str, Any]:
    """What the library of OAuth is told: codes and refresh tokens alone, by the rules of RFC 9700."""
    return {
        "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.WebApplicationServer",  # codes and refresh tokens, and no other grant
        "OAUTH2_VALIDATOR_CLASS": "accounts.programs.validator.ProgramValidator",
        "ACCESS_TOKEN_GENERATOR": "accounts.programs.tokens.new_access_token",
        "REFRESH_TOKEN_GENERATOR": "accounts.programs.tokens.new_refresh_token",
        "SCOPES": SCOPES,
        "DEFAULT_SCOPES": [READ, WRITE],
        "ACCESS_TOKEN_EXPIRE_SECONDS": access_seconds,
        "REFRESH_TOKEN_EXPIRE_SECONDS": refresh_seconds,
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "ALLOW_LOCALHOST_LOOPBACK": True,  # programs of one's own machine name it so, and take any port (RFC 8252)
        **{
            f"COMPLIANT_BCP_RFC9700_{rule}": True
            for rule in (
                "IMPLICIT_GRANT",
                "PASSWORD_GRANT",
                "PKCE_METHOD",
                "ACCESS_TOKEN_TRANSPORT",
                "AUTHZ_RESPONSE_ISS",
                "TOKEN_STORAGE",
                "REFRESH_TOKEN",
                "REDIRECT_URI_MATCHING",
                "PKCE_REQUIRED",
            )
        },
    }
