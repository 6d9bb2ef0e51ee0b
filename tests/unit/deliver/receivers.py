"""Receivers on loopback: a webhook listener and a mail server, both real."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Inbox:
    """A webhook receiver that keeps what came and answers as told."""

    status: int = 200
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    async def receive(self, request: web.Request) -> web.Response:
        names = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append((request.path_qs, names, await request.read()))
        return web.Response(status=self.status, text=self.text, headers=self.headers)


@dataclass
class Mailbox:
    """An SMTP server's handler that keeps what came; `rcpt` and `data` are its answers where set."""

    rcpt: str = ""
    data: str = "250 2.0.0 Ok: queued as 4F2"
    mails: list[Envelope] = field(default_factory=list)
    url: str = ""

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope)
        return self.data


@asynccontextmanager
async def silent_server(greeting: bytes | None = None) -> AsyncIterator[int]:
    """Take connections and say nothing until the other side leaves; with a greeting, say that and leave."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if greeting is None:
                await reader.read()
            else:
                writer.write(greeting)
                await writer.drain()
        finally:
            writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def smtp_server(box: Mailbox, **options: object) -> AsyncIterator[Mailbox]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, hostname="mail.example", loop=loop, **options), "127.0.0.1", 0)
    async with server:
        box.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield box
