"""What a browser is asked for, and whether its answer holds (WebAuthn level 3, by py_webauthn).

A challenge is a ticket (`accounts/entry/tickets.py`). Every passkey here is one that its keeper finds by itself and
that asks for a finger, a face or a PIN: it is a whole way in, not half of one.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from accounts.entry.tickets import TicketRefused
from accounts.models import Passkey, User
from web.errors import LoginFailed, ValidationFailed

from .site import Site

SITE_NAME = "Todo Chat"
TIMEOUT_MS = 300_000
CREDENTIAL_MAX_CHARACTERS = 16_000
CREDENTIAL_ID = re.compile(r"[A-Za-z0-9_-]{1,1364}")
# What py_webauthn and the libraries below it say of bytes that are no key, no signature or no CBOR.
MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
TRANSPORTS = {"usb", "nfc", "ble", "smart-card", "internal", "cable", "hybrid"}


class PasskeyRefused(LoginFailed):
    message = _("This passkey did not let you in. Try again, or sign in another way.")


class PasskeyUnreadable(ValidationFailed):
    message = _("Your browser’s answer could not be read as a passkey. Nothing was added; try again.")


@dataclass(frozen=True)
class Answer:
    """What the browser sent: the credential, by its id, and the ticket that it signed."""

    credential: dict[str, Any]
    credential_id: str
    ticket: str


def creation_options(user: User, site: Site, ticket: str) -> str:
    """For navigator.credentials.create(), as JSON; what the person has is not made again on the same device."""
    import webauthn  # noqa: PLC0415  it takes 90 ms, and most processes see no passkey
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=site.domain,
        rp_name=SITE_NAME,
        user_id=user.pk.bytes,
        user_name=user.username,
        challenge=ticket.encode(),
        timeout=TIMEOUT_MS,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(
                id=webauthn.base64url_to_bytes(passkey.credential_id),
                transports=[structs.AuthenticatorTransport(word) for word in passkey.transports],
            )
            for passkey in user.passkeys.all()
        ],
    )
    return webauthn.options_to_json(options)


def request_options(site: Site, ticket: str) -> str:
    """For navigator.credentials.get(), as JSON: of any passkey, so that it is the same for everybody."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=site.domain,
        challenge=ticket.encode(),
        timeout=TIMEOUT_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def read_answer(text: str) -> Answer:
    """Raises TicketRefused where this is no credential that signed a ticket."""
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    if len(text) > CREDENTIAL_MAX_CHARACTERS:
        raise TicketRefused
    try:
        credential = json.loads(text)
        client_data = parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        answer = Answer(credential, str(credential["id"]), client_data.challenge.decode())
    except (WebAuthnException, *MALFORMED):
        raise TicketRefused from None
    if not CREDENTIAL_ID.fullmatch(answer.credential_id):
        raise TicketRefused
    return answer


def checked_registration(answer: Answer, site: Site) -> Passkey:
    """The new passkey, not stored, without its owner and name. Raises PasskeyUnreadable."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        verified = webauthn.verify_registration_response(
            credential=answer.credential,
            expected_challenge=answer.ticket.encode(),
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, *MALFORMED):
        raise PasskeyUnreadable from None
    transports = answer.credential["response"].get("transports")
    return Passkey(
        credential_id=webauthn.helpers.bytes_to_base64url(verified.credential_id),
        public_key=webauthn.helpers.bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        transports=sorted(TRANSPORTS & set(map(str, transports))) if isinstance(transports, list) else [],
        is_synced=verified.credential_backed_up,
    )


def checked_use(answer: Answer, site: Site, passkey: Passkey) -> int:
    """The passkey's new count, which is not compared here. Raises PasskeyRefused."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        verified = webauthn.verify_authentication_response(
            credential=answer.credential,
            expected_challenge=answer.ticket.encode(),
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            credential_public_key=webauthn.base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
        handle = answer.credential["response"].get("userHandle")
        is_owners = handle is None or webauthn.base64url_to_bytes(handle) == passkey.user_id.bytes
    except (WebAuthnException, *MALFORMED):
        raise PasskeyRefused from None
    if not is_owners:
        raise PasskeyRefused
    return verified.new_sign_count
