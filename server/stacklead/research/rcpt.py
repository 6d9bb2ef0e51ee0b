"""The talk with one mail server, which shows whether it takes addresses that nobody can have.

No message is ever sent: after the recipients the talk ends with QUIT. The sender is `<>`, as of a bounce, so that
nobody is spoken for.
"""

import asyncio
import contextlib
import re
import secrets
import socket
import string
from dataclasses import dataclass
from enum import StrEnum

import aiosmtplib

from stacklead.research.clean import clean_text

STEP_S = 6.0  # seconds for one answer of the server; those that let strangers wait longer are not asked
QUIT_S = 1.0
RECIPIENTS = 2  # one may exist by accident, or be a trap
NAME_LENGTH = 18  # letters: 26^18 names that nobody has
MAX_WORDS = 200  # characters of one answer that are kept


class Kind(StrEnum):
    """What an answer of the server means for the address that was asked for."""

    TAKEN = "taken"
    REFUSED = "refused"  # there is no such mailbox
    BLOCKED = "blocked"  # it is about us, not about the address
    LATER = "later"  # greylisted, busy, over a limit
    UNCLEAR = "unclear"
    SILENT = "silent"  # no answer in time, or the connection was closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: what it means, and `said`, the server's code and words."""

    kind: Kind
    said: str = ""


_ENHANCED = re.compile(r"\s*5\.(\d{1,3})\.(\d{1,3})\b")  # RFC 2034: it begins the text
# RFC 3463: the mailbox does not exist or is closed; 5.4.1 is what Exchange Online says of those that it does not know.
_NO_MAILBOX = frozenset({("1", "0"), ("1", "1"), ("1", "3"), ("1", "6"), ("1", "10"), ("2", "1"), ("4", "1")})
_PLAIN_NO_MAILBOX = frozenset({550, 551, 553})  # RFC 5321 at RCPT, where no enhanced code says more
_ABOUT_US = re.compile(
    r"spam|block|black|banned|reputation|\brbl\b|dnsbl|denied|policy|client host|reverse dns|\bptr\b|\be?helo\b|"
    r"not allowed|unauthenticated|your ip|relay",
    re.IGNORECASE,
)


def judge(code: int, words: str) -> Kind:
    """Return what an answer to RCPT means; what is doubtful is no verdict on the address."""
    if code in (250, 251):
        return Kind.TAKEN
    if 400 <= code < 500:
        return Kind.LATER
    enhanced = _ENHANCED.match(words)
    if enhanced is not None:
        if enhanced[1] == "7":
            return Kind.BLOCKED
        return Kind.REFUSED if enhanced.groups() in _NO_MAILBOX else Kind.UNCLEAR
    if _ABOUT_US.search(words):
        return Kind.BLOCKED
    return Kind.REFUSED if code in _PLAIN_NO_MAILBOX else Kind.UNCLEAR


async def ask(connection: socket.socket, *, domain: str, name: str) -> list[Reply]:
    """Ask for addresses at `domain` that nobody can have; return one answer for each, at most RECIPIENTS.

    The first answer that is neither yes nor no is the last one: whoever blocks us or lets us wait is left in peace.

    Args:
        connection: to the mail server; it is closed.
        domain: the part behind the `@`.
        name: how we introduce ourselves (EHLO).
    """
    client = aiosmtplib.SMTP(sock=connection, local_hostname=name, start_tls=False, timeout=STEP_S)
    replies: list[Reply] = []
    try:
        await client.connect()
        await client.ehlo()
        await client.mail("")
        while len(replies) < RECIPIENTS and all(reply.kind in (Kind.TAKEN, Kind.REFUSED) for reply in replies):
            replies.append(await _ask_one(client, domain))
    except aiosmtplib.SMTPResponseException as exc:  # before any recipient: nothing was said of an address
        kind = judge(exc.code, exc.message)
        kind = Kind.UNCLEAR if kind in (Kind.TAKEN, Kind.REFUSED) else kind
        replies = [Reply(kind=kind, said=_said(exc.code, exc.message))]
    except (aiosmtplib.SMTPException, OSError, ValueError):  # TimeoutError is an OSError
        replies.append(Reply(kind=Kind.SILENT))
    finally:
        await _leave(client)
        connection.close()
    return replies


async def _ask_one(client: aiosmtplib.SMTP, domain: str) -> Reply:
    local = "".join(secrets.choice(string.ascii_lowercase) for _ in range(NAME_LENGTH))
    try:
        code, words = await client.rcpt(f"{local}@{domain}")
    except aiosmtplib.SMTPRecipientRefused as exc:
        code, words = exc.code, exc.message
    return Reply(kind=judge(code, words), said=_said(code, words).replace(local, "..."))


async def _leave(client: aiosmtplib.SMTP) -> None:
    if client.is_connected:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError, ValueError):
            await asyncio.wait_for(client.quit(), QUIT_S)
    client.close()


def _said(code: int, words: str) -> str:
    return clean_text(f"{code} {words}", MAX_WORDS) or str(code)
