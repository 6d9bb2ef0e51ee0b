"""The callers: many connections, each handing in leads of its own, one after the other, by API and by tag."""

from __future__ import annotations

import asyncio
import base64
import random
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from faults.ledger import Call, Failed, Ledger

ANSWER_TIMEOUT_S = 60.0  # the product itself gives up after 10; the machine may be busy
RECONNECT_S = 0.1
KINDS = ("webhook", "mail", "tag")
LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Door:
    """Where leads are handed in, and with which keys."""

    port: int
    api_key: str
    client_key: str


class Hung(Failed):
    """A call was neither answered nor cut off in ANSWER_TIMEOUT_S."""


class Clients:
    """One crowd of connections; `start` it, wait on `acknowledged`, `stop` it."""

    def __init__(
        self,
        door: Door,
        ledger: Ledger,
        *,
        connections: int,
        calls: int,
        calls_per_s: float,
        rng: random.Random,
    ) -> None:
        self.door = door
        self.ledger = ledger
        self.calls = calls  # how many are wanted; beyond them the crowd goes on slowly, so that there is always a call
        self.pause_s = connections / calls_per_s
        self.name = secrets.token_hex(4)
        self.rng = rng
        self.connections = connections
        self.first = ledger.acknowledged
        self.is_stopping = False
        self.tasks: list[asyncio.Task[None]] = []

    @property
    def acknowledged(self) -> int:
        """How many calls of this crowd were answered with 200."""
        return self.ledger.acknowledged - self.first

    def start(self) -> None:
        self.tasks = [asyncio.create_task(self._run(number)) for number in range(self.connections)]

    def check(self) -> None:
        """Raise what went wrong in a connection."""
        for task in self.tasks:
            if task.done():
                task.result()

    async def stop(self) -> None:
        """Let every connection end its call; raises what went wrong in one."""
        self.is_stopping = True
        await asyncio.gather(*self.tasks)

    async def _run(self, number: int) -> None:
        line = Line(self.door.port)
        count = 0
        while not self.is_stopping:
            count += 1
            kind = KINDS[(number + count) % len(KINDS)]
            email = f"{self.name}-{number}-{count}@probe.example"
            call = self.ledger.add(Call(kind, email, f"token {email}" if kind == "webhook" else "", number % 2 == 0))
            await self._hand_in(line, call)
            slower = 30 if self.acknowledged >= self.calls else 1
            await asyncio.sleep(self.pause_s * slower * self.rng.uniform(0.5, 1.5))
        line.close()

    async def _hand_in(self, line: Line, call: Call) -> None:
        """Send a call once, or again and again until it is answered if it may be repeated."""
        request = make_request(self.door, call)
        while True:
            try:
                status = await line.ask(request)
            except OSError:
                status = "no answer"
            if status == "200":
                self.ledger.acknowledge(call)
                return
            self.ledger.refused[status] += 1
            await asyncio.sleep(RECONNECT_S)
            if not call.can_retry or self.is_stopping:
                return


class Line:
    """One keep-alive connection; opened again when it is gone."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> str:
        """Send a request and return the answer's status, as in "503 with Retry-After".

        Raises:
            ConnectionError: there was none.
            Hung: there was none, and the connection stands.
        """
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await self._ask(request)
        except TimeoutError:
            raise Hung(f"no answer in {ANSWER_TIMEOUT_S:g} s") from None
        except (OSError, asyncio.IncompleteReadError) as exc:
            self.close()
            raise ConnectionError from exc

    async def _ask(self, request: bytes) -> str:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        status = head[9:12].decode()
        return f"{status} with Retry-After" if b"\r\nretry-after:" in head.lower() else status

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


def make_request(door: Door, call: Call) -> bytes:
    """Return a call as it goes over the wire."""
    headers = {"Host": f"localhost:{door.port}", "Content-Type": "application/x-www-form-urlencoded"}
    fields = {"email": call.email, "name": "Probe Example"}
    if call.kind == "tag":
        path = "/api/client/leads"
        fields |= {"client_key": door.client_key, "page": "http://shop.example/"}
        if call.can_retry:
            fields |= {"capture_id": call.email.partition("@")[0].ljust(22, "x"), "stage": "submit"}
    else:
        path = "/api/leads"
        headers["Authorization"] = "Basic " + base64.b64encode(f"{door.api_key}:".encode()).decode()
        fields["delivery_method"] = "webhook" if call.kind == "webhook" else "email"
        if call.token:
            fields["token"] = call.token
        if call.can_retry:
            headers["Idempotency-Key"] = call.email
    body = urlencode(fields).encode()
    headers["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
