"""Size, time and broken servers."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from stacklead.errors import OutboundError
from stacklead.outbound.body import read_body
from stacklead.outbound.client import _describe
from unit.outbound.servers import LOOPBACK, fetch, hello, make_outbound, raw_site, site

pytestmark = pytest.mark.anyio


async def test_a_large_body_is_refused_or_cut() -> None:
    async def large(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 300_000)

    async with site(large) as port:
        outbound = make_outbound(allowed_networks=LOOPBACK)
        with pytest.raises(OutboundError, match="larger than 1000 bytes"):
            await fetch(outbound, f"http://127.0.0.1:{port}/", max_bytes=1000)
        answer = await fetch(outbound, f"http://127.0.0.1:{port}/", max_bytes=1000, truncate=True)
        assert (answer.body, answer.truncated) == (b"x" * 1000, True)
        answer = await fetch(outbound, f"http://127.0.0.1:{port}/", max_bytes=300_000)
        assert (len(answer.body), answer.truncated) == (300_000, False)


async def test_a_compressed_body_is_read_and_a_bomb_is_cut() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)

    async def packed(request: web.Request) -> web.Response:
        body = bomb if request.path == "/bomb" else gzip.compress(b"hello")
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    async with site(packed) as port:
        outbound = make_outbound(allowed_networks=LOOPBACK)
        assert (await fetch(outbound, f"http://127.0.0.1:{port}/")).body == b"hello"
        answer = await fetch(outbound, f"http://127.0.0.1:{port}/bomb", truncate=True)
        assert (len(answer.body), answer.truncated) == (65_536, True)
        with pytest.raises(OutboundError, match="larger"):
            await fetch(outbound, f"http://127.0.0.1:{port}/bomb")


async def _chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("deflate", zlib.compress(b"hello")),
        ("deflate", zlib.compress(b"hello", wbits=-15)),
        (" GZIP ", gzip.compress(b"hello")),
        ("identity", b"hello"),
    ],
    ids=["deflate", "deflate without its header", "gzip in another spelling", "identity"],
)
async def test_each_encoding_is_read_in_single_bytes(encoding: str, packed: bytes) -> None:
    chunks = _chunks(b"", *(packed[i : i + 1] for i in range(len(packed))))
    assert await read_body(chunks, encoding=encoding, max_bytes=10) == (b"hello", False)


@pytest.mark.parametrize(("encoding", "packed"), [("gzip", b"plain"), ("br", b"x"), ("gzip, gzip", b"x")])
async def test_an_unreadable_encoding_is_an_outbound_error(encoding: str, packed: bytes) -> None:
    with pytest.raises(OutboundError):
        await read_body(_chunks(packed), encoding=encoding, max_bytes=10)


async def test_compressed_bytes_that_unfold_to_nothing_are_counted() -> None:
    empty = zlib.compressobj(wbits=-15)
    nothing = empty.flush(zlib.Z_FULL_FLUSH) or b"\x00\x00\x00\xff\xff"
    body, truncated = await read_body(_chunks(*[nothing * 1000] * 100), encoding="deflate", max_bytes=10)
    assert (body, truncated) == (b"", True)


async def test_a_slow_body_ends_with_the_whole_call() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        hung_up = asyncio.ensure_future(reader.read())
        while not hung_up.done():
            writer.write(b"x")
            await asyncio.wait([hung_up], timeout=0.05)

    async with raw_site(drip) as port:
        with pytest.raises(OutboundError, match=r"within 0\.3 seconds"):
            await fetch(make_outbound(allowed_networks=LOOPBACK), f"http://127.0.0.1:{port}/", timeout_s=0.3)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "without an answer"),
        (b"SMTP ready\r\n\r\n", "not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n", "not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5000 + b"\r\n", "not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "not valid HTTP"),
    ],
    ids=["closed", "smtp", "long-header", "many-headers", "short-body"],
)
async def test_a_broken_server_is_an_outbound_error(answer: bytes, words: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async with raw_site(talk) as port:
        with pytest.raises(OutboundError, match=words):
            await fetch(make_outbound(allowed_networks=LOOPBACK), f"http://127.0.0.1:{port}/")


async def test_a_closed_port_is_an_outbound_error() -> None:
    async with site(hello) as port:
        pass
    with pytest.raises(OutboundError, match="No connection"):
        await fetch(make_outbound(allowed_networks=LOOPBACK), f"http://127.0.0.1:{port}/")


def test_a_connection_that_takes_too_long_is_described() -> None:
    assert _describe(TimeoutError()) == "No connection in time."


async def test_tls_to_a_plain_port_is_an_outbound_error() -> None:
    async with site(hello) as port:
        with pytest.raises(OutboundError, match="encrypted"):
            await fetch(make_outbound(allowed_networks=LOOPBACK), f"https://127.0.0.1:{port}/")


async def test_repeated_headers_are_joined() -> None:
    async def twice(_: web.Request) -> web.Response:
        answer = web.Response()
        answer.headers.add("X-A", "1")
        answer.headers.add("x-a", "2")
        return answer

    async with site(twice) as port:
        outbound = make_outbound(allowed_networks=LOOPBACK)
        assert (await fetch(outbound, f"http://127.0.0.1:{port}/")).headers["x-a"] == "1, 2"
        await outbound.close()


async def test_headers_that_are_no_utf_8_can_be_stored() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nServer: caf\xe9\r\nSet-Cookie: a=\xe9\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with raw_site(talk) as port:
        answer = await fetch(make_outbound(allowed_networks=LOOPBACK), f"http://127.0.0.1:{port}/")
    assert answer.headers["server"] == "caf\N{REPLACEMENT CHARACTER}"
    "".join([*answer.headers.values(), *answer.cookies.values()]).encode()
