"""The demo's mail server: takes every message for every address, keeps it and sends it nowhere."""

import asyncio
import base64
import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from stacklead.demo.shelf import Item, Shelf

MAX_MAIL_BYTES = 2_000_000
MAX_MAILS = 300

# Local parts that this server refuses, so that its words can be seen in the product.
REFUSED = {
    "nobody": "550 5.1.1 There is no such mailbox here",
    "full": "452 4.2.2 The mailbox is full, try again later",
}


class Mailbox:
    """An SMTP server on loopback that puts messages on a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The value for `STACKLEAD_SMTP_URL`."""
        return f"smtp://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _session(self) -> SMTP:
        return SMTP(
            self, hostname="mail.demo.example", data_size_limit=MAX_MAIL_BYTES, enable_SMTPUTF8=True, timeout=60
        )

    async def close(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """Accept a recipient, or refuse one of REFUSED."""
        refusal = REFUSED.get(address.partition("@")[0].lower())
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a message."""
        raw = envelope.original_content or b""
        kept = self.shelf.add(
            {
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "sender": envelope.mail_from,
                "recipients": list(envelope.rcpt_tos),
                "subject": str(_message(raw).get("subject", "")),
                "raw": base64.b64encode(raw).decode(),
            }
        )
        return f"250 2.0.0 Kept as number {kept['n']}"


def summary_of(item: Item) -> dict[str, Any]:
    """Return `{n, at, sender, recipients, subject}` of a kept mail."""
    return {name: item[name] for name in ("n", "at", "sender", "recipients", "subject")}


def mail_of(item: Item) -> dict[str, Any]:
    """Return a kept mail whole: its summary, `headers` (pairs), `text`, `html` (None if absent) and `raw`."""
    raw = base64.b64decode(item["raw"])
    message = _message(raw)
    return {
        **summary_of(item),
        "headers": [[name, str(value)] for name, value in message.items()],
        "text": _part(message, "plain"),
        "html": _part(message, "html"),
        "raw": raw.decode("utf-8", "replace"),
    }


def html_with_pictures(item: Item) -> str:
    """Return the HTML part with the pictures that the mail carries (`cid:`) put into it."""
    message = _message(base64.b64decode(item["raw"]))
    pictures = {
        str(part["content-id"]).strip("<> "): f"data:{part.get_content_type()};base64,{_base64(part)}"
        for part in message.walk()
        if part["content-id"] and part.get_content_maintype() == "image"
    }
    html = _part(message, "html") or ""
    return re.sub(r"cid:([^\"')\s>]+)", lambda match: pictures.get(match[1], "about:blank"), html)


def _message(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def _part(message: EmailMessage, kind: str) -> str | None:
    part = next((p for p in message.walk() if p.get_content_type() == f"text/{kind}" and not p.is_attachment()), None)
    if part is None:
        return None
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:  # a character set that does not exist
        return raw.decode("utf-8", "replace")


def _base64(part: Any) -> str:
    payload = part.get_payload(decode=True)
    return base64.b64encode(payload if isinstance(payload, bytes) else b"").decode()
