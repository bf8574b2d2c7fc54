"""Sends one mail, in a thread of its own: never on the event loop, in a transaction or while a connection is held.

An error says whether another try makes sense. Neither it nor the log has an address or a word of the mail.
"""

import contextlib
import logging
import smtplib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.core.validators import validate_email

# A server that hangs holds one of these for EMAIL_TIMEOUT seconds a step, and nothing else.
MAIL_THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="mail")
SUBJECT_MAX_CHARACTERS = 200
PERMANENT = 500
# What no other try mends. An error of TLS is an OSError that is a ValueError as well, and passes.
FOR_GOOD: dict[type[Exception], str] = {
    smtplib.SMTPNotSupportedError: "not_for_this_server",
    UnicodeError: "not_for_this_server",
    BadHeaderError: "not_a_mail",
}

logger = logging.getLogger(__name__)


class MailFailed(Exception):
    """It was not accepted. `code` is a word for logs and rows; `again` is whether it may go later as it is."""

    def __init__(self, code: str, *, again: bool) -> None:
        super().__init__(code)
        self.code, self.again = code, again


@dataclass(frozen=True)
class Mail:
    """What is sent to one address. `id` stays the same over attempts: who gets it twice sees it once.

    Headers and address are checked when it is sent; a subject of several lines becomes one.
    """

    to: str
    subject: str
    text: str
    html: str = ""
    id: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def is_mail_set_up() -> bool:
    """Whether mail can be sent at all; where not, pages say who can help instead."""
    return bool(settings.EMAIL_URL)


async def send_mail(mail: Mail) -> None:
    """Hand it to the mail server, which then has it. Raises MailFailed.

    A server that goes away after the last byte may have it nevertheless: `again` may then send it twice, with one id.
    """
    if not is_mail_set_up():
        raise MailFailed("not_set_up", again=False)
    try:
        validate_email(mail.to)
    except ValidationError:
        raise MailFailed("not_an_address", again=False) from None
    try:
        await deliver(mail)
    except (OSError, smtplib.SMTPException, BadHeaderError, UnicodeError) as error:
        failure = failure_of(error)
        logger.warning("mail not sent: %s (%s)", failure.code, "again later" if failure.again else "given up")
        raise failure from None


def in_mail_thread(mail: Mail) -> None:
    connection = get_connection()
    connection.open()
    try:
        connection.send_messages([message(mail)])
    finally:
        # Where the server does not say goodbye, it has the mail nevertheless.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.close()


deliver = sync_to_async(in_mail_thread, thread_sensitive=False, executor=MAIL_THREADS)


def message(mail: Mail) -> EmailMultiAlternatives:
    """Raises BadHeaderError where a header has a line break."""
    if mail.id:
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >")
        headers = {"Message-ID": f"<{mail.id}@{domain}>"} | mail.headers
    else:
        headers = mail.headers
    # Programs that answer mails (“I am on holiday”) leave those alone that no person wrote.
    made = EmailMultiAlternatives(
        " ".join(mail.subject.split())[:SUBJECT_MAX_CHARACTERS],
        mail.text,
        settings.DEFAULT_FROM_EMAIL,
        [mail.to],
        headers={"Auto-Submitted": "auto-generated"} | headers,
    )
    if mail.html:
        made.attach_alternative(mail.html, "text/html")
    return made


def failure_of(error: Exception) -> MailFailed:
    """What an error means: codes from 500 are for good, whatever has none passes."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        status = max((status for status, _ in error.recipients.values()), default=PERMANENT)
        return MailFailed(f"recipient_{status}", again=status < PERMANENT)
    if isinstance(error, smtplib.SMTPResponseException):
        # A login that is refused is the operator's to mend; the mail is right.
        is_login = isinstance(error, smtplib.SMTPAuthenticationError)
        return MailFailed(f"smtp_{error.smtp_code}", again=is_login or error.smtp_code < PERMANENT)
    for kind, code in FOR_GOOD.items():
        if isinstance(error, kind):
            return MailFailed(code, again=False)
    return MailFailed("connection", again=True)
