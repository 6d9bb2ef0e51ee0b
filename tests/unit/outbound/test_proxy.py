"""Calls through an egress proxy."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from stacklead.errors import AddressRefused, OutboundError
from stacklead.outbound import Outbound
from unit.outbound.servers import LOOPBACK, dns_server, fetch, hello, make_outbound, raw_site, site

pytestmark = pytest.mark.anyio


@dataclass
class Proxy:
    """A small forward proxy: notes the request line, then answers or tunnels to one port."""

    tunnel_to: int = 0
    status: bytes = b"200 OK"
    lines: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.lines.append(head.splitlines()[0])
        if not head.startswith("CONNECT "):
            writer.write(b"HTTP/1.1 %s\r\nContent-Length: 5\r\nConnection: close\r\n\r\nproxy" % self.status)
            return await writer.drain()
        writer.write(b"HTTP/1.1 %s\r\n\r\n" % self.status)
        if not self.tunnel_to:
            return await writer.drain()
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.tunnel_to)
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            far_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    if writer.can_write_eof():
        writer.write_eof()


@asynccontextmanager
async def behind_proxy(proxy: Proxy, answers: dict[str, list[list[str]]], **more: object) -> AsyncIterator[Outbound]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(dns_server(answers))
        port = await stack.enter_async_context(raw_site(proxy.talk))
        yield make_outbound(
            outbound_proxy=f"http://127.0.0.1:{port}", dns_servers=(f"127.0.0.1:{server.port}",), **more
        )


async def test_http_goes_to_the_proxy_by_name() -> None:
    proxy = Proxy()
    async with behind_proxy(proxy, {"site.example": [["93.184.216.34"]]}) as outbound:
        answer = await fetch(outbound, "http://site.example/a?b=c")
    assert answer.body == b"proxy"
    assert proxy.lines == ["GET http://site.example/a?b=c HTTP/1.1"]


async def test_https_is_tunnelled_by_name(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("site.example").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    async with site(hello, tls=context) as port:
        proxy = Proxy(tunnel_to=port)
        names = {"site.example": [["93.184.216.34"]]}
        async with behind_proxy(proxy, names, ca_file=str(tmp_path / "ca.pem")) as outbound:
            answer = await fetch(outbound, "https://site.example/x")
    assert answer.body == b"hello from site.example/x"
    assert proxy.lines == ["CONNECT site.example:443 HTTP/1.1"]


async def test_the_proxy_does_not_lift_the_guard() -> None:
    proxy = Proxy()
    async with behind_proxy(proxy, {"inside.example": [["10.0.0.1"]]}) as outbound:
        for url in ("http://inside.example/", "http://127.0.0.1/", "http://169.254.169.254/", "http://localhost/"):
            with pytest.raises(AddressRefused):
                await fetch(outbound, url)
    assert proxy.lines == []


async def test_allowed_loopback_is_dialled_past_the_proxy() -> None:
    proxy = Proxy()
    async with site(hello) as port, behind_proxy(proxy, {}, allowed_networks=LOOPBACK) as outbound:
        answer = await fetch(outbound, f"http://127.0.0.1:{port}/")
    assert answer.status == 200
    assert proxy.lines == []


async def test_a_proxy_that_refuses_the_tunnel_is_an_outbound_error() -> None:
    proxy = Proxy(status=b"502 Bad Gateway")
    async with behind_proxy(proxy, {"site.example": [["93.184.216.34"]]}) as outbound:
        with pytest.raises(OutboundError, match="proxy"):
            await fetch(outbound, "https://site.example/")
