"""One message over SMTP, by the operator's mail server."""

import asyncio
import functools
import re
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from stacklead.deliver.message import sender_domain
from stacklead.errors import DeliveryError
from stacklead.settings import Settings

STEP_S = 15.0  # seconds for one step of the talk

_ENHANCED_CODE = re.compile(r"\b5\.(\d{1,3})\.(\d{1,3})\b")
_BAD_MAILBOX = frozenset({550, 551, 553})  # RFC 5321 at RCPT: no such mailbox, elsewhere, not an address


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """`STACKLEAD_SMTP_URL`, read: `start_tls` None takes encryption if it is offered."""

    host: str
    port: int
    user: str | None
    password: str | None
    is_tls: bool
    start_tls: bool | None

    @property
    def is_verified(self) -> bool:
        """True if the certificate is checked: where encryption is asked for, or a password is sent."""
        return self.is_tls or self.start_tls is True or self.user is not None


def parse_smtp_url(text: str) -> SmtpServer:
    """Read `smtp://user:pass@host:port?starttls=1` or `smtps://...`.

    Raises:
        DeliveryError: it is not of this form; the message names the setting and shows nothing of it.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    starttls = parse_qs(parts.query).get("starttls", [""])[-1].lower()
    if not host or parts.scheme not in ("smtp", "smtps") or starttls not in ("", "0", "1", "true", "false"):
        raise DeliveryError(
            "STACKLEAD_SMTP_URL must look like smtp://user:password@host:port?starttls=1 or smtps://..."
        )
    is_tls = parts.scheme == "smtps"
    start_tls = None if not starttls else starttls in ("1", "true")
    return SmtpServer(
        host=host,
        port=port or (465 if is_tls else 587 if start_tls else 25),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        is_tls=is_tls,
        start_tls=False if is_tls else start_tls,
    )


async def send_email(settings: Settings, message: EmailMessage, *, timeout_s: float = 30.0) -> str:
    """Hand one message to the mail server and return its last words ("2.0.0 Ok: queued as 4F2").

    `timeout_s` is for the whole talk.

    Raises:
        DeliveryError: with the server's code and words; permanent only if it says that the address does not exist.
    """
    server = parse_smtp_url(settings.smtp_url)
    try:
        async with asyncio.timeout(timeout_s):
            payload, sender, to = _make_envelope(message)
            _, words = await aiosmtplib.send(
                payload,
                sender=sender,
                recipients=[to],
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                local_hostname=sender_domain(settings),  # the default asks DNS and blocks
                timeout=STEP_S,
                use_tls=server.is_tls,
                start_tls=server.start_tls,
                tls_context=_make_tls_context(settings.ca_file, is_verified=server.is_verified),
            )
    except (aiosmtplib.SMTPException, OSError, ValueError) as exc:  # TimeoutError is an OSError
        raise _make_failure(exc, server) from exc
    return _bounded(words)


def _make_envelope(message: EmailMessage) -> tuple[EmailMessage | bytes, str, str]:
    """Return the message as bytes of ours, because the client would fold its headers anew; its sender, its recipient.

    With an address beyond ASCII it is left to the client, which knows whether the server takes those (RFC 6531).
    """
    headers: Any = message
    sender: str = headers["From"].addresses[0].addr_spec
    to: str = headers["To"].addresses[0].addr_spec
    return message.as_bytes() if (sender + to).isascii() else message, sender, to


@functools.cache  # to read the system's certificates takes longer than to send a mail
def _make_tls_context(ca_file: str, *, is_verified: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    if not is_verified:  # as between mail servers: better than in the clear
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _make_failure(exc: Exception, server: SmtpServer) -> DeliveryError:
    """Turn what went wrong into words for the owner."""
    if isinstance(exc, aiosmtplib.SMTPRecipientsRefused):
        first = exc.recipients[0]
        return _refusal(first.code, first.message, permanent=_is_bad_mailbox(first.code, first.message))
    if isinstance(exc, aiosmtplib.SMTPResponseException):
        return _refusal(exc.code, exc.message, permanent=False)
    where = f"the mail server {server.host}:{server.port}"
    if isinstance(exc, TimeoutError):
        return DeliveryError(f"No answer in time from {where}.")
    if isinstance(exc, aiosmtplib.SMTPServerDisconnected):
        return DeliveryError(f"The connection was closed by {where}.")
    if isinstance(exc, aiosmtplib.SMTPConnectError | OSError):
        return DeliveryError(f"No connection to {where}.", answer=_bounded(str(exc)))
    return DeliveryError(f"The message could not be handed to {where}: {_bounded(str(exc))}")


def _refusal(code: int, words: str, *, permanent: bool) -> DeliveryError:
    said = f"{code} {_bounded(words)}"
    return DeliveryError(f"The mail server said: {said}", permanent=permanent, status_code=code, answer=said)


def _is_bad_mailbox(code: int, words: str) -> bool:
    """Return True if the refusal is about the address itself, not about us or for the moment.

    Many servers use 550 for their policy too; the enhanced code (RFC 3463) tells them apart: 5.1.x is the address,
    5.2.1 a closed mailbox.
    """
    found = _ENHANCED_CODE.search(words)
    if found:
        return found[1] == "1" or found.groups() == ("2", "1")
    return code in _BAD_MAILBOX


def _bounded(words: str) -> str:
    return "".join(char if char.isprintable() else " " for char in words[:4096]).strip()
