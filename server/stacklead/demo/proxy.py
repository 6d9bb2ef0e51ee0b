"""The forward proxy through which the product reaches the demo internet (`STACKLEAD_OUTBOUND_PROXY`).

It speaks what real egress proxies speak, absolute-form requests for http and CONNECT for https, but connects
nowhere: every request is answered from the world, https with a certificate of the demo's own authority, and a tunnel
to port 25 of a mail host by the demo's mail hosts.
"""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import h11
import trustme

from stacklead.demo.exchange import Reply, Request, text_reply
from stacklead.demo.mail_hosts import PORT as MAIL_PORT
from stacklead.demo.mail_hosts import MailHosts
from stacklead.demo.streams import StreamServer

IDLE_S = 30.0  # a client that says nothing is dropped
MAX_BODY_BYTES = 1_000_000
MAX_RECORDED = 10_000  # requests remembered; the oldest go first

Answer = Callable[[Request], Reply | None]  # None: nothing listens at that host


class Proxy:
    """Answers requests with `answer`, tunnels to mail hosts with `mail_hosts`; `requests` remembers both for tests."""

    def __init__(self, answer: Answer, authority: trustme.CA, mail_hosts: MailHosts) -> None:
        self._answer = answer
        self._mail_hosts = mail_hosts
        self._server = StreamServer(self._talk)

        @lru_cache(maxsize=512)
        def context_for(host: str) -> ssl.SSLContext:
            return _tls_context(authority, host)

        self._context_for = context_for
        self.requests: deque[dict[str, Any]] = deque(maxlen=MAX_RECORDED)

    @property
    def url(self) -> str:
        """The value for `STACKLEAD_OUTBOUND_PROXY`."""
        return f"http://127.0.0.1:{self._server.port}"

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        await self._server.start(port)

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        await self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = await self._converse(_Wire(reader, writer))
        if target is None:
            return
        host = urlsplit(f"//{target}").hostname or ""
        if _is_mail(target):
            await self._mail_hosts.talk(host, reader, writer)
            return
        await writer.start_tls(self._context_for(host), ssl_handshake_timeout=IDLE_S)
        await self._converse(_Wire(reader, writer), inside=f"https://{target.removesuffix(':443')}")

    async def _converse(self, wire: "_Wire", inside: str = "") -> str | None:
        """Answer requests until the client leaves; return the target of a CONNECT that was granted."""
        while (request := await wire.read(inside)) is not None:
            reply = self._reply(request)
            if request.method == "CONNECT" and reply.status == 200:
                await wire.grant()
                return request.url.removeprefix("connect://")
            await wire.write(request, reply)
            if not wire.next():
                break
        return None

    def _reply(self, request: Request) -> Reply:
        if request.method == "CONNECT" and _is_mail(request.url):
            self._note(request)
            return text_reply("") if self._mail_hosts.has(request.host) else _unreachable(request.host)
        if request.method == "CONNECT":
            probe = Request(method="HEAD", url=request.url.replace("connect://", "https://") + "/", headers={})
            return text_reply("") if self._answer(probe) is not None else _unreachable(request.host)
        self._note(request)
        return self._answer(request) or _unreachable(request.host)

    def _note(self, request: Request) -> None:
        self.requests.append(
            {
                "at": time.time(),
                "method": request.method,
                "url": request.url,
                "host": request.host,
                "path": request.path,
                "headers": request.headers,
            }
        )


def _is_mail(target: str) -> bool:
    return target.endswith(f":{MAIL_PORT}")


def _unreachable(host: str) -> Reply:
    return text_reply(f"The proxy could not connect to {host}: connection refused.\n", status=502)


def _tls_context(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)  # pyright: ignore[reportUnknownMemberType] - it also takes pyOpenSSL's
    return context


class _Wire:
    """HTTP/1.1 between one client and the proxy: h11 does the protocol, this does the bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER)

    async def read(self, inside: str) -> Request | None:
        """Read a request whole; `inside` is the origin that a tunnel leads to. None if there is none to read."""
        try:
            head = await self._event()
            if not isinstance(head, h11.Request):
                return None
            body = bytearray()
            while isinstance(event := await self._event(), h11.Data):
                body += event.data
                if len(body) > MAX_BODY_BYTES:
                    return None
        except h11.RemoteProtocolError:
            return None
        method, target = head.method.decode(), head.target.decode("latin-1")
        url = f"connect://{target}" if method == "CONNECT" else f"{inside}{target}"
        headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
        return Request(method=method, url=url, headers=headers, body=bytes(body))

    async def _event(self) -> Any:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            async with asyncio.timeout(IDLE_S):
                self._http.receive_data(await self._reader.read(65_536))
        return event

    async def grant(self) -> None:
        """Tell the client that its tunnel stands."""
        await self._send(h11.Response(status_code=200, reason="Connection established", headers=[]))

    async def write(self, request: Request, reply: Reply) -> None:
        """Send an answer, as slowly as it is meant to be."""
        if reply.delay_s:
            await asyncio.sleep(reply.delay_s)
        headers = {"Date": formatdate(usegmt=True), "Server": "nginx", **reply.headers}
        if reply.stream is None:
            headers["Content-Length"] = str(len(reply.body))
        await self._send(h11.Response(status_code=reply.status, headers=list(headers.items())))
        if request.method != "HEAD":
            async for piece in _pieces(reply):
                await self._send(h11.Data(data=piece))
        await self._send(h11.EndOfMessage())

    async def _send(self, event: Any) -> None:
        data: bytes | None = self._http.send(event)  # pyright: ignore[reportUnknownVariableType] - untyped in h11
        self._writer.write(data or b"")  # pyright: ignore[reportUnknownArgumentType]
        await self._writer.drain()
        await asyncio.sleep(0)  # drain alone may never let the loop notice that the client has left
        if self._writer.is_closing():
            raise ConnectionResetError("the client has left")

    def next(self) -> bool:
        """Make ready for another request on the same connection; False if it ends here."""
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True


async def _pieces(reply: Reply) -> AsyncIterator[bytes]:
    if reply.stream is None:
        yield reply.body
        return
    async for piece in reply.stream:
        yield piece
