"""The mail hosts of the demo internet: real SMTP up to the recipient, where each company's host has its own ways.

The product reaches them as it reaches websites: by the name in the MX record, through the proxy's tunnels.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable

from stacklead.demo.world import Company, World

PORT = 25
IDLE_S = 60.0
MAX_HEARD = 10_000  # lines remembered; the oldest go first
_RECIPIENT = re.compile(r"RCPT TO:\s*<([^<>\s]+)@([^<>\s@]+)>", re.IGNORECASE)

# How a company's mail host answers for an address; None knows who works there.
_ANSWERS: dict[str, str | None] = {
    "strict": None,
    "catch_all": "250 2.1.5 OK",
    "greylist": "451 4.7.1 Greylisted, please come back in 5 minutes",
    "blocked": "550 5.7.1 Service unavailable; client host is listed as a source of spam",
    "silent": "",  # no answer at all
}


class MailHosts:
    """Speaks SMTP for every host that stands in an MX record of the world; `heard` is what clients said, for tests."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.heard: deque[tuple[str, str]] = deque(maxlen=MAX_HEARD)  # (host, line)

    def has(self, host: str) -> bool:
        """Return whether a mail host of this name exists."""
        return any(
            record.split()[-1].lower().rstrip(".") == host.lower() for c in self._world.companies for record in c.mx
        )

    async def talk(self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one client until it leaves."""
        await _say(writer, f"220 {host} ESMTP ready")
        while True:
            async with asyncio.timeout(IDLE_S):
                line = (await reader.readline()).decode("latin-1").strip()
            if not line:
                return
            self.heard.append((host, line))
            answer = self._answer(host, line)
            if answer:
                await _say(writer, answer)
            if line.upper() == "QUIT":
                return

    def _answer(self, host: str, line: str) -> str:
        answers: dict[str, Callable[[], str]] = {
            "EHLO": lambda: f"250-{host} at your service\r\n250-SIZE 35882577\r\n250 ENHANCEDSTATUSCODES",
            "HELO": lambda: f"250 {host}",
            "MAIL": lambda: "250 2.1.0 OK",
            "RCPT": lambda: self._answer_recipient(line),
            "RSET": lambda: "250 2.0.0 OK",
            "NOOP": lambda: "250 2.0.0 OK",
            "QUIT": lambda: "221 2.0.0 Bye",
        }
        verb = line[:4].upper()
        return answers[verb]() if verb in answers else "502 5.5.1 This demo takes no mail"

    def _answer_recipient(self, line: str) -> str:
        found = _RECIPIENT.match(line)
        if found is None:
            return "501 5.1.3 That is no address"
        address = f"{found[1]}@{found[2]}".lower()
        company = next((c for c in self._world.companies if c.domain == found[2].lower()), None)
        if company is None:
            return "550 5.7.1 Relaying denied"
        answer = _ANSWERS[company.mail_server]
        if answer is not None:
            return answer
        return "250 2.1.5 OK" if address in self._mailboxes(company) else f"550 5.1.1 <{address}> does not exist here"

    def _mailboxes(self, company: Company) -> set[str]:
        people = {person.email.lower() for person in self._world.people}
        return people | {address.lower() for address in company.addresses}


async def _say(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(f"{text}\r\n".encode())
    await writer.drain()
