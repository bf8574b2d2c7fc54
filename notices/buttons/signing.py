"""The addresses of the buttons of a notice: signed, so that whoever has one may press it, and good for a week."""

from uuid import UUID

from django.core import signing
from django.urls import reverse

SALT = "notices.buttons.acts"
GOOD_FOR_SECONDS = 7 * 24 * 3_600


class AddressOld(Exception):
    """The signed address has expired."""


class AddressForged(Exception):
    """The address does not have our signature."""


def address_of(delivery_id: UUID, act: str) -> str:
    return reverse("press_button", args=[signing.dumps([delivery_id.hex, act], salt=SALT)])


def read_token(token: str) -> tuple[UUID, str]:
    """The delivery and the act; raises AddressOld or AddressForged."""
    try:
        delivery_id, act = signing.loads(token, salt=SALT, max_age=GOOD_FOR_SECONDS)
        return UUID(delivery_id), str(act)
    except signing.SignatureExpired:
        raise AddressOld from None
    except (signing.BadSignature, ValueError, TypeError):
        raise AddressForged from None
