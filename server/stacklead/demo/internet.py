"""The demo internet as one thing: DNS, proxy, websites, mail hosts, public APIs and control service over one world."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import trustme

from stacklead.demo.control import control_app
from stacklead.demo.exchange import Reply, Request
from stacklead.demo.mail_hosts import MailHosts
from stacklead.demo.names import NameServer, Zone
from stacklead.demo.proxy import Proxy
from stacklead.demo.public_apis import PublicApis
from stacklead.demo.serving import WebServer
from stacklead.demo.websites import Websites
from stacklead.demo.world import World

ALLOWED_NETWORKS = "198.51.100.0/24,127.0.0.0/8,::1/128"  # demo websites; and webhooks to this machine


class Internet:
    """A running demo internet; made by `internet`."""

    def __init__(self, world: World, ca_file: Path) -> None:
        self.world = world
        self.ca_file = ca_file
        self._authority = trustme.CA()
        self._websites = Websites(world)
        self._apis = PublicApis(world)
        self.names = NameServer(Zone(world))
        self.mail_hosts = MailHosts(world)
        self.proxy = Proxy(self._answer, self._authority, self.mail_hosts)
        self.control = WebServer(control_app(world, self.proxy.requests))

    def _answer(self, request: Request) -> Reply | None:
        return self._apis.answer(request) or self._websites.answer(request)

    @property
    def env(self) -> dict[str, str]:
        """The settings with which the product reaches this internet and nothing else."""
        return {
            "STACKLEAD_DNS_SERVERS": self.names.address,
            "STACKLEAD_OUTBOUND_PROXY": self.proxy.url,
            "STACKLEAD_CA_FILE": str(self.ca_file),
            "STACKLEAD_ALLOWED_NETWORKS": ALLOWED_NETWORKS,
            "STACKLEAD_SMTP_PROBE": "true",
        }

    async def start(self, stack: AsyncExitStack, control_port: int = 0) -> None:
        """Start every server; leaving the stack stops them."""
        self.ca_file.parent.mkdir(parents=True, exist_ok=True)
        self._authority.cert_pem.write_to_path(str(self.ca_file))
        for server, port in ((self.names, 0), (self.proxy, 0), (self.control, control_port)):
            await server.start(port)
            stack.push_async_callback(server.close)


@asynccontextmanager
async def internet(world: World, ca_file: Path, control_port: int = 0) -> AsyncGenerator[Internet]:
    """Serve a world from the running event loop for as long as the context lasts."""
    async with AsyncExitStack() as stack:
        served = Internet(world, ca_file)
        await served.start(stack, control_port)
        yield served
