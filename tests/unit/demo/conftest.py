"""A running demo internet, asked as real clients ask it: dnspython over UDP and TCP, aiohttp through the proxy."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from stacklead.demo.internet import Internet, internet
from stacklead.demo.sample import sample_world


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Any
    text: str
    url: str


class Visitor:
    """Visits the demo internet through its proxy, trusting its authority alone."""

    def __init__(self, net: Internet, session: aiohttp.ClientSession) -> None:
        self.net = net
        self.world = net.world
        self.session = session

    async def get(self, url: str, redirects: bool = True) -> Answer:
        async with self.session.get(url, proxy=self.net.proxy.url, allow_redirects=redirects) as response:
            return Answer(response.status, response.headers, await response.text(errors="replace"), str(response.url))

    async def read(self, url: str, limit: int) -> bytes:
        async with self.session.get(url, proxy=self.net.proxy.url) as response:
            return await response.content.readexactly(limit)

    async def read_briefly(self, url: str, timeout_s: float) -> None:
        async with asyncio.timeout(timeout_s):
            await self.get(url)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        async with self.session.request(method, f"{self.net.control.url}{path}", json=body) as response:
            return response.status, await response.json() if response.status != 204 else None


@asynccontextmanager
async def _visitor(ca_file) -> AsyncGenerator[Visitor]:
    async with internet(sample_world(), ca_file) as net:
        connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=str(ca_file)))
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=5)) as session:
            yield Visitor(net, session)


@pytest.fixture(scope="module")
def visit(tmp_path_factory):
    """Run `async def visit(visitor)` against a demo internet; the world stays changed between the tests of a module."""
    with asyncio.Runner() as runner:
        context = _visitor(tmp_path_factory.mktemp("internet") / "ca.pem")
        visitor = runner.run(context.__aenter__())
        yield lambda trip: runner.run(trip(visitor))
        runner.run(context.__aexit__(None, None, None))
