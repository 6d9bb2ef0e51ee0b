"""DNS, web and raw servers on loopback, and the client under test."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from aiohttp import web

from stacklead.outbound import Answer, Outbound
from stacklead.settings import Settings

LOOPBACK = ("127.0.0.0/8", "::1/128")


def make_outbound(**settings: object) -> Outbound:
    return Outbound(Settings.from_env(**settings))


@dataclass
class DnsServer(asyncio.DatagramProtocol):
    """Answers each name with the next of its scripted answers; the last one stays."""

    answers: dict[str, list[list[str]]]
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name, kind = query.question[0].name.to_text().rstrip("."), query.question[0].rdtype
        self.asked.append((name, dns.rdatatype.to_text(kind)))
        reply = dns.message.make_response(query)
        script = self.answers.get(name)
        if script is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        else:
            found = [text for text in script[0] if (":" in text) == (kind == dns.rdatatype.AAAA)]
            if found:
                reply.answer.append(dns.rrset.from_text(query.question[0].name, 0, "IN", kind, *found))
            if kind == dns.rdatatype.AAAA and len(script) > 1:  # the second question of a pair
                script.pop(0)
        self.transport.sendto(reply.to_wire(), addr)


@asynccontextmanager
async def dns_server(answers: dict[str, list[list[str]]]) -> AsyncIterator[DnsServer]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: DnsServer(answers), ("127.0.0.1", 0))
    try:
        yield server
    finally:
        transport.close()


@asynccontextmanager
async def site(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    *,
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        listener = web.TCPSite(runner, host, 0, ssl_context=tls)
        await listener.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_site(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def hello(request: web.Request) -> web.Response:
    return web.Response(text=f"hello from {request.host}{request.path_qs}", headers={"X-One": "1"})


async def fetch(outbound: Outbound, url: str, **kwargs: object) -> Answer:
    return await outbound.fetch(
        str(kwargs.pop("method", "GET")), url, **{"timeout_s": 5.0, "max_bytes": 65_536, **kwargs}
    )
