"""Programs as they come to be known: registered by themselves (RFC 7591), or by the document at their own address.

Neither costs a person anything, and neither proves who made the program: what counts is where its answers go.
"""

import datetime
import logging
import unicodedata
from typing import Annotated, Any

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone
from oauth2_provider.models import Application
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from accounts.models import User
from accounts.programs.validator import checksum_of
from database.units import database_read, database_unit
from web.ratelimits import check_address, check_use

from .documents import DocumentUnreadable, fetch_document, is_document_address
from .redirects import REDIRECTS_MAX, fault_of_redirect

logger = logging.getLogger(__name__)

NAME_MAX_CHARACTERS = 80
FRESH = datetime.timedelta(hours=1)
# A document that cannot be had for a while does not shut its program out.
KEPT = datetime.timedelta(days=7)
BACKOFF_SECONDS = 60
# Of one person: each may be a program that they connect.
DOCUMENTS_PER_PERSON = "10/m"
AUTHORIZATION_CODE = "authorization_code"


class ClientRefused(Exception):
    """What a program says of itself cannot be. `code` is the word of RFC 7591 for it; the message is plain ASCII."""

    code = "invalid_client_metadata"


class RedirectRefused(ClientRefused):
    code = "invalid_redirect_uri"


def shown_name(name: str) -> str:
    """The name as one line of visible characters: nothing in it may turn the page around or break its sentence."""
    visible = "".join(char if unicodedata.category(char)[0] not in "CZ" else " " for char in name)
    return " ".join(visible.split())[:NAME_MAX_CHARACTERS]


class ClientMetadata(BaseModel):
    """What counts of a description. Programs are public clients here: nobody gives them a secret to lose."""

    model_config = ConfigDict(extra="ignore", strict=True)

    redirect_uris: Annotated[list[str], Field(min_length=1, max_length=REDIRECTS_MAX)]
    client_name: Annotated[str, AfterValidator(shown_name)] = ""
    grant_types: list[str] = [AUTHORIZATION_CODE]
    response_types: list[str] = ["code"]
    token_endpoint_auth_method: str | None = None


def read_metadata(said: Any) -> ClientMetadata:
    """Raises ClientRefused or RedirectRefused, with a sentence in plain ASCII."""
    try:
        metadata = ClientMetadata.model_validate(said)
    except ValidationError as error:
        fields = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
        kind = RedirectRefused if fields == {"redirect_uris"} else ClientRefused
        raise kind(f"These fields are missing or wrong: {', '.join(sorted(fields)) or 'all'}.") from None
    if AUTHORIZATION_CODE not in metadata.grant_types or "code" not in metadata.response_types:
        raise ClientRefused("Only authorization_code with the response type code is known here.")
    for address in metadata.redirect_uris:
        if fault := fault_of_redirect(address):
            raise RedirectRefused(f"A redirect address {fault}.")
    return metadata


def describe(application: Application, metadata: ClientMetadata) -> Application:
    """Copy the metadata to the row, with a secret that nobody is told."""
    application.name = metadata.client_name
    application.redirect_uris = " ".join(dict.fromkeys(metadata.redirect_uris))
    application.client_type = Application.CLIENT_PUBLIC
    application.authorization_grant_type = Application.GRANT_AUTHORIZATION_CODE
    application.hash_client_secret = False
    return application


@database_unit
def register(metadata: ClientMetadata) -> Application:
    application = describe(Application(registration_source=Application.RegistrationSource.DCR), metadata)
    application.save(force_insert=True)
    return application


async def look_up_document(client_id: str, user: User, address: str) -> None:
    """See that a program that is known by its document is known by a fresh one, before it is asked for.

    `address` is where the person comes from. Says nothing where that cannot be: the program is unknown then, or known
    by what it said before.
    """
    if not is_document_address(client_id) or not await is_wanted(client_id):
        return
    backoff = f"client-document:{checksum_of(client_id)}"
    if await cache.aget(backoff):
        return
    await check_use("client-documents", user, DOCUMENTS_PER_PERSON)
    await check_address("client-documents-address", address, DOCUMENTS_PER_PERSON)
    try:
        metadata = read_document(client_id, await fetch_document(client_id))
    except (DocumentUnreadable, ClientRefused) as error:
        logger.info("The document of a program was not taken: %s", error)
        await cache.aset(backoff, 1, BACKOFF_SECONDS)
        return
    await keep_document(client_id, metadata)


def read_document(client_id: str, document: dict[str, Any]) -> ClientMetadata:
    """Raises ClientRefused: a document speaks for its own address alone, and for a client without a secret."""
    if document.get("client_id") != client_id or {"client_secret", "client_secret_expires_at"} & document.keys():
        raise ClientRefused("The document is of another client, or has a secret in it.")
    metadata = read_metadata(document)
    if metadata.token_endpoint_auth_method not in {None, "none"}:
        raise ClientRefused("Only public clients are known here.")
    return metadata


@database_read
def is_wanted(client_id: str) -> bool:
    """Whether there is nothing fresh from this address; what the operator or a registration made is not asked for."""
    known = Application.objects.filter(client_id=client_id).first()
    return known is None or (known.cimd_expires_at is not None and known.cimd_expires_at <= timezone.now())


@database_unit
def keep_document(client_id: str, metadata: ClientMetadata) -> None:
    source = Application.RegistrationSource.CIMD
    known = Application.objects.select_for_update().filter(client_id=client_id).first()
    if known and known.registration_source != source:
        return
    application = describe(known or Application(client_id=client_id, registration_source=source), metadata)
    application.cimd_expires_at = timezone.now() + FRESH
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError:
        return  # the same document came in another request at the same time


def is_too_old(application: Application) -> bool:
    """Whether its document was last seen so long ago that nothing new is begun with it."""
    return application.cimd_expires_at is not None and application.cimd_expires_at + KEPT < timezone.now()
