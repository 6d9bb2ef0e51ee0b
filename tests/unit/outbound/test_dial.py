"""Connections for what is not HTTP: under the same guard as every other outward call."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from stacklead.errors import AddressRefused, OutboundError
from stacklead.outbound import Outbound
from unit.outbound.servers import LOOPBACK, dns_server, make_outbound, raw_site
from unit.outbound.test_proxy import Proxy, behind_proxy

pytestmark = pytest.mark.anyio


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 hello\r\n")
    await writer.drain()


async def first_line(connection: socket.socket) -> bytes:
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        return await reader.readline()
    finally:
        writer.close()


async def dial(outbound: Outbound, host: str, port: int, timeout_s: float = 5.0) -> bytes:
    return await first_line(await outbound.dial(host, port, timeout_s=timeout_s))


@asynccontextmanager
async def named(answers: dict[str, list[list[str]]], **more: object) -> AsyncIterator[Outbound]:
    async with dns_server(answers) as server:
        yield make_outbound(dns_servers=(f"127.0.0.1:{server.port}",), **more)


async def test_allowed_host_is_dialled_by_its_checked_address() -> None:
    async with raw_site(greet) as port, named({"mx.example": [["127.0.0.1"]]}, allowed_networks=LOOPBACK) as outbound:
        assert await dial(outbound, "mx.example", port) == b"220 hello\r\n"
        assert await dial(outbound, "MX.Example.", port) == b"220 hello\r\n"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"])
async def test_private_host_is_refused(address: str) -> None:
    async with named({"mx.example": [[address]]}) as outbound:
        with pytest.raises(AddressRefused):
            await dial(outbound, "mx.example", 25)


async def test_one_private_address_among_several_refuses_the_host() -> None:
    async with named({"mx.example": [["93.184.216.34", "10.0.0.1"]]}) as outbound:
        with pytest.raises(AddressRefused):
            await dial(outbound, "mx.example", 25)


async def test_metadata_address_is_refused_even_if_allowed() -> None:
    async with named({"mx.example": [["169.254.169.254"]]}, allowed_networks=("169.254.0.0/16",)) as outbound:
        with pytest.raises(AddressRefused):
            await dial(outbound, "mx.example", 25)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "0x7f000001", "2130706433", "localhost", "", "a b", "x\r\ny"]
)
async def test_host_that_is_no_public_name_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        await dial(make_outbound(), host, 25)


async def test_name_without_an_address_is_an_outbound_error() -> None:
    async with named({}) as outbound:
        with pytest.raises(OutboundError, match="no address"):
            await dial(outbound, "gone.example", 25)


async def test_closed_port_is_an_outbound_error() -> None:
    async with raw_site(greet) as port:
        pass
    with pytest.raises(OutboundError, match="No connection"):
        await dial(make_outbound(allowed_networks=LOOPBACK), "127.0.0.1", port)


async def test_next_address_is_dialled_if_the_first_is_closed() -> None:
    async with (
        raw_site(greet) as port,
        named({"mx.example": [["127.0.0.2", "127.0.0.1"]]}, allowed_networks=LOOPBACK) as outbound,
    ):
        assert await dial(outbound, "mx.example", port) == b"220 hello\r\n"


# --- through the egress proxy


async def test_proxy_is_asked_for_a_tunnel_by_name() -> None:
    async with raw_site(greet) as port:
        proxy = Proxy(tunnel_to=port)
        async with behind_proxy(proxy, {"mx.example": [["93.184.216.34"]]}) as outbound:
            assert await dial(outbound, "mx.example", 25) == b"220 hello\r\n"
    assert proxy.lines == ["CONNECT mx.example:25 HTTP/1.1"]


async def test_proxy_does_not_lift_the_guard() -> None:
    proxy = Proxy()
    async with behind_proxy(proxy, {"mx.example": [["10.0.0.1"]]}) as outbound:
        with pytest.raises(AddressRefused):
            await dial(outbound, "mx.example", 25)
    assert proxy.lines == []


@pytest.mark.parametrize("status", [b"403 Forbidden", b"502 Bad Gateway", b"200OK", b"x" * 20_000])
async def test_proxy_that_refuses_is_an_outbound_error(status: bytes) -> None:
    async with behind_proxy(Proxy(status=status), {"mx.example": [["93.184.216.34"]]}) as outbound:
        with pytest.raises(OutboundError, match="proxy"):
            await dial(outbound, "mx.example", 25)


async def test_proxy_that_hangs_up_is_an_outbound_error() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(raw_site(hang_up))
        proxy = f"http://127.0.0.1:{port}"
        outbound = await stack.enter_async_context(named({"mx.example": [["93.184.216.34"]]}, outbound_proxy=proxy))
        with pytest.raises(OutboundError, match="proxy"):
            await dial(outbound, "mx.example", 25)


async def test_silent_proxy_ends_with_the_time() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(raw_site(say_nothing))
        proxy = f"http://127.0.0.1:{port}"
        outbound = await stack.enter_async_context(named({"mx.example": [["93.184.216.34"]]}, outbound_proxy=proxy))
        with pytest.raises(OutboundError, match="in time"):
            await dial(outbound, "mx.example", 25, timeout_s=0.2)


async def test_proxy_is_told_its_password() -> None:
    heads: list[bytes] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n220 hello\r\n")
        await writer.drain()

    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(raw_site(note))
        proxy = f"http://user:pass@127.0.0.1:{port}"
        outbound = await stack.enter_async_context(named({"mx.example": [["93.184.216.34"]]}, outbound_proxy=proxy))
        assert await dial(outbound, "mx.example", 25) == b"220 hello\r\n"
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz\r\n" in heads[0]


async def test_https_proxy_is_not_used_for_tunnels() -> None:
    async with named({"mx.example": [["93.184.216.34"]]}, outbound_proxy="https://127.0.0.1:1") as outbound:
        with pytest.raises(OutboundError, match="http://"):
            await dial(outbound, "mx.example", 25)
