"""A real mail server for tests, on a free port of this machine: what it took, and how it can misbehave."""

import asyncio
import contextlib
import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.test import override_settings

ACCEPTED = "250 OK"
SENDER = "Todo Chat <todo-chat@todo.example>"


@dataclass(frozen=True)
class Received:
    """A mail as its reader gets it; `sender` and `to` are of the envelope."""

    sender: str
    to: list[str]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return self.message["Subject"]

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        return part.get_content() if part else ""

    @property
    def links(self) -> list[str]:
        return re.findall(r"https?://\S+", self.text)


@dataclass
class MailServer:
    """What it took; `answers` to a recipient and after the last byte, and whether it falls silent there instead."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answer_to_recipient: str = ACCEPTED
    answer_to_content: str = ACCEPTED
    hangs: bool = False

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 aiosmtpd's name
        if self.answer_to_recipient == ACCEPTED:
            envelope.rcpt_tos.append(address)
        return self.answer_to_recipient

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        while self.hangs:  # noqa: ASYNC110 it is let go from another thread
            await asyncio.sleep(0.01)
        if self.answer_to_content == ACCEPTED:
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.received.append(Received(envelope.mail_from, envelope.rcpt_tos, message))  # type: ignore[arg-type]
        return self.answer_to_content

    def to(self, address: str) -> list[Received]:
        return [mail for mail in self.received if address in mail.to]


class OnFreePort(Controller):
    """aiosmtpd's own looks whether a port is free by connecting to it, which port 0 cannot stand."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextlib.contextmanager
def mail_server(**named: Any) -> Iterator[MailServer]:
    """It runs in a thread, and the settings of mail lead there, with `EMAIL_TIMEOUT` and others as `named`."""
    handler = MailServer()
    controller = OnFreePort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    handler.port = controller.port
    settings = {
        "EMAIL_URL": f"smtp://127.0.0.1:{controller.port}",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": controller.port,
        "DEFAULT_FROM_EMAIL": SENDER,
    }
    try:
        with override_settings(**settings | named):
            yield handler
    finally:
        handler.hangs = False
        controller.stop()
