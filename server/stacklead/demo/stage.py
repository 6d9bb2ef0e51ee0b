"""Everything around the product: demo internet, mailbox, webhook inbox with their pages, sample site."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from stacklead.demo.desk import desk_app
from stacklead.demo.inbox import MAX_POSTS, Inbox
from stacklead.demo.internet import Internet, internet
from stacklead.demo.mailbox import MAX_MAILS, Mailbox
from stacklead.demo.pages import Links
from stacklead.demo.serving import WebServer, listen_exactly
from stacklead.demo.shelf import Shelf
from stacklead.demo.site import site_app
from stacklead.demo.world import World

MAIL_FROM = "StackLead <reports@stacklead.example>"  # also the name that mail hosts are told
THREAD_S = 30.0  # to start or to stop what runs in a thread
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The ports to try first; one that is taken moves to a free one, and 0 is always a free one.

    `desk_before` is where an account's webhooks still go to; mailbox and inbox are there too, if it is free.
    """

    product: int = 0
    site: int = 0
    desk: int = 0
    control: int = 0
    desk_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What runs around the product.

    Whoever starts the product writes its address and client key into `links`, which the pages show, and its
    account's secret into `inbox.secrets`.
    """

    net: Internet
    mailbox: Mailbox
    inbox: Inbox
    desk: WebServer
    site: WebServer
    links: Links

    @property
    def env(self) -> dict[str, str]:
        """The settings with which the product uses this internet and this mail server, and nothing else."""
        return {**self.net.env, "STACKLEAD_SMTP_URL": self.mailbox.url, "STACKLEAD_MAIL_FROM": MAIL_FROM}

    @property
    def mailbox_url(self) -> str:
        """The mailbox's page; with `.json` behind it, its JSON."""
        return f"{self.desk.url}/mail"

    @property
    def inbox_url(self) -> str:
        """The webhook inbox: its page, and the address to POST to."""
        return f"{self.desk.url}/inbox"


@asynccontextmanager
async def stage(world: World, data_dir: Path, ports: Ports | None = None) -> AsyncGenerator[Stage]:
    """Run everything around the product in the running event loop; mails and webhooks are kept in `data_dir`."""
    ports = ports or Ports()
    async with AsyncExitStack() as stack:
        net = await stack.enter_async_context(internet(world, data_dir / "ca.pem", ports.control))
        mailbox = Mailbox(Shelf(data_dir / "mail.jsonl", MAX_MAILS))
        inbox = Inbox(Shelf(data_dir / "webhooks.jsonl", MAX_POSTS))
        links = Links()
        desk, site = WebServer(desk_app(mailbox, inbox, links)), WebServer(site_app(links))
        for server, port in ((mailbox, 0), (desk, ports.desk), (site, ports.site)):
            await server.start(port)
            stack.push_async_callback(server.close)
        if ports.desk_before not in (0, desk.port) and (old := listen_exactly(ports.desk_before)) is not None:
            before = WebServer(desk_app(mailbox, inbox, links))
            await before.serve(old)
            stack.push_async_callback(before.close)
        for shelf in (mailbox.shelf, inbox.shelf):
            stack.callback(shelf.close)  # those who wait for news go home before the servers stop
        links.site_url, links.desk_url = site.url, desk.url
        yield Stage(net=net, mailbox=mailbox, inbox=inbox, desk=desk, site=site, links=links)


@contextmanager
def in_thread(context: AbstractAsyncContextManager[T]) -> Generator[T]:
    """Run an asynchronous context (`stage`, `internet`) in a thread with a loop of its own, for synchronous tests."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="demo", daemon=True)
    thread.start()
    try:
        entered = asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(THREAD_S)
        try:
            yield entered
        finally:
            asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result(THREAD_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(THREAD_S)
        loop.close()
