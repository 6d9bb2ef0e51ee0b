"""The receivers at the other end, each in a process of its own: a webhook listener and a mail server.

    python -m faults.sinks webhook|mail FILE

Prints its port, then appends one JSON line to FILE for whatever arrives, before it answers: `via`, `id` (webhook-id or
Message-ID), `email` (whose lead it is), `token` (webhooks), `digest` (of the exact bytes, webhooks). A share of all ids
is refused the first time, so that retries run too, and answers take a moment, so that deliveries are always under way.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import quopri
import random
import re
import sys
from collections.abc import Callable
from typing import Any, TextIO

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSED_SHARE = 0.03  # of the ids, at their first arrival
MAX_DELAY_S = 0.03
LEAD = re.compile(rb"[a-z0-9]+-\d+-\d+@probe\.example")
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class Record:
    """What arrived, in a file that the harness follows."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.seen: set[str] = set()

    def keep(self, **arrival: str) -> bool:
        """Write one arrival down; returns whether to accept it."""
        is_new = arrival["id"] not in self.seen
        is_refused = not self.seen or (is_new and random.random() < REFUSED_SHARE)  # at least the first one
        self.seen.add(arrival["id"])
        self.file.write(json.dumps({**arrival, "refused": is_refused}) + "\n")
        self.file.flush()
        return not is_refused


async def wait_a_moment() -> None:
    await asyncio.sleep(random.random() * MAX_DELAY_S)


async def serve_webhooks(record: Record) -> int:
    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        await wait_a_moment()
        said = json.loads(body)
        is_taken = record.keep(
            via="webhook",
            id=request.headers["webhook-id"],
            email=said["data"]["person"]["email"],
            token=said["token"],
            digest=hashlib.sha256(body).hexdigest(),
        )
        return web.Response(status=200 if is_taken else 503)

    app = web.Application()
    app.router.add_post("/{path:.*}", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    return int(runner.addresses[0][1])


class Mailbox:
    """aiosmtpd's handler."""

    def __init__(self, record: Record) -> None:
        self.record = record

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        await wait_a_moment()
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        head, _, body = content.partition(b"\r\n\r\n")
        found = MESSAGE_ID.search(head)
        lead = LEAD.search(quopri.decodestring(body.replace(b"\r\n", b"\n")))
        is_taken = self.record.keep(
            via="mail", id=found[1].decode() if found else "", email=lead[0].decode() if lead else ""
        )
        return "250 2.0.0 Ok" if is_taken else "451 4.3.0 Try again later"


async def serve_mail(record: Record) -> int:
    loop = asyncio.get_running_loop()
    box = Mailbox(record)
    server = await loop.create_server(lambda: SMTP(box, hostname="mail.example", loop=loop), "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


async def main(kind: str, file: TextIO) -> None:
    start: Callable[[Record], Any] = {"webhook": serve_webhooks, "mail": serve_mail}[kind]
    print(await start(Record(file)), flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until the harness is gone


if __name__ == "__main__":
    with open(sys.argv[2], "a") as file:
        asyncio.run(main(sys.argv[1], file))
