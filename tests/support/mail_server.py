"""A mail server (aiosmtpd) with TLS, that wants a user and keeps mails."""

import email
import email.policy
import ssl
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from support.processes import wait_until
from support.server import listening_socket

USER = "rounds"
PASSWORD = "pa55word-of-the-tests"


@dataclass
class Mail:
    """A mail as it arrived."""

    sender: str
    recipients: list[str]
    content: bytes
    was_encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """The mail, read by Python's email package."""
        return email.message_from_bytes(
            self.content, policy=email.policy.default
        )


class _Handler:
    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.refusals: list[str] = []
        self.lock = threading.Lock()

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        with self.lock:
            if self.refusals:
                return self.refusals.pop()
            self.mails.append(Mail(
                envelope.mail_from, envelope.rcpt_tos, envelope.content,
                session.ssl is not None or _is_tls(server),
            ))
        return "250 OK"


def _is_tls(server: SMTP) -> bool:
    return server.transport.get_extra_info("ssl_object") is not None


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str,
    data: Any,
) -> AuthResult:
    is_right = (
        isinstance(data, LoginPassword)
        and data.login == USER.encode()
        and data.password == PASSWORD.encode()
    )
    return AuthResult(success=is_right)


class _Controller(Controller):
    """On a socket that is there already, with a port the kernel chose."""

    def __init__(self, handler: _Handler, **options: Any) -> None:
        self._socket = listening_socket()
        port = self._socket.getsockname()[1]
        super().__init__(handler, hostname="127.0.0.1", port=port, **options)

    def _create_server(self) -> Any:
        return self.loop.create_server(
            self._factory_invoker, sock=self._socket, ssl=self.ssl_context
        )


class MailServer:
    """STARTTLS on one port; TLS from the first byte where `implicit`."""

    def __init__(self, tls: ssl.SSLContext, *, implicit: bool = False) -> None:
        self._handler = _Handler()
        self._controller = _Controller(
            self._handler,
            server_hostname="localhost",
            ssl_context=tls if implicit else None,
            tls_context=None if implicit else tls,
            require_starttls=not implicit,
            authenticator=_authenticate,
            auth_required=True,
            auth_require_tls=not implicit,
        )
        self._scheme = "smtps" if implicit else "smtp"
        self._controller.start()

    @property
    def url(self) -> str:
        """The server as a plan names it."""
        return f"{self._scheme}://localhost:{self._controller.port}"

    def refuse(self, reply: str) -> None:
        """Answer the next mail so."""
        with self._handler.lock:
            self._handler.refusals.append(reply)

    def wait_for(self, count: int = 1) -> Mail:
        """Wait until so many mails have come; gives the last of them."""
        wait_until(
            lambda: len(self._handler.mails) >= count, f"{count} mails"
        )
        return self._handler.mails[count - 1]

    def stop(self) -> None:
        """End it."""
        self._controller.stop()
