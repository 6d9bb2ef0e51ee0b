"""The receivers as fixtures."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from unit.deliver.receivers import Inbox, Mailbox, smtp_server


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    box = Inbox()
    app = web.Application()
    app.router.add_post("/{path:.*}", box.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        box.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook?a=1"
        yield box
    finally:
        await runner.cleanup()


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with smtp_server(Mailbox()) as box:
        yield box
