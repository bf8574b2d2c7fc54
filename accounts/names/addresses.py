"""Mail addresses: which are taken, and when two of them are one, as those who deliver mail compare them."""

import contextlib
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def validate_unquoted(address: str) -> None:
    """Python's library for mail leaves the quotes of `"a..b"@example.com` out, and so writes to another address."""
    if '"' in address:
        raise ValidationError(_("Write the address without quotes."))


def address_key(address: str) -> str:
    """The address in the form that is compared: NFC, without case, the host as it is resolved. Plus tags stay.

    That dots mean nothing, or what stands behind a plus, is so with some providers and wrong with others.
    """
    local, _, host = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    host = host.casefold().rstrip(".")
    with contextlib.suppress(UnicodeError):  # a host that no resolver takes is compared as it is written
        host = host.encode("idna").decode()
    return f"{local.casefold()}@{host}"
