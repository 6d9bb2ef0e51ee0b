"""The Source protocol: the one small interface behind which every outside fact is found."""

import asyncio
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from stacklead.models import Claim, Lead
from stacklead.outbound import Answer
from stacklead.research.guard import Guard
from stacklead.research.reader import ChildReader, PageReader
from stacklead.research.site.page import Page
from stacklead.research.site.reading import Someone
from stacklead.settings import Settings


class Resolver(Protocol):
    """The one method of dnspython's asynchronous resolver that research uses."""

    async def resolve(self, qname: Any, rdtype: Any = ..., *, lifetime: float | None = None) -> Any:
        """Return the records (an iterable of rdata), raising dnspython's exceptions if there are none."""
        ...


class Web(Protocol):
    """What research needs of `outbound.Outbound`; tests pass a dictionary of answers."""

    @property
    def resolver(self) -> Any:
        """The `Resolver` that every look-up uses."""
        ...

    async def fetch(
        self,
        method: str,
        url: str,
        *,
        timeout_s: float,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        max_redirects: int = 0,
        ports: Collection[int] | None = None,
        truncate: bool = False,
    ) -> Answer:
        """Make one guarded call (see `outbound.Outbound.fetch`)."""
        ...

    async def dial(self, host: str, port: int, *, timeout_s: float) -> socket.socket:
        """Open one guarded connection for what is not HTTP (see `outbound.Outbound.dial`)."""
        ...


class Cache(Protocol):
    """Keeps source answers between leads; `storage.source_cache` is the durable one."""

    async def get(self, source: str, subject: str) -> Any | None:
        """Return the kept answer (JSON-shaped) or None if there is none or it is too old."""
        ...

    async def put(self, source: str, subject: str, answer: Any, ttl_s: int) -> None:
        """Keep an answer (JSON-shaped) for `ttl_s` seconds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What sources work with, built once per worker: settings, the guarded client, cache and clock.

    `guard` keeps the rate limits and circuit breakers of the public APIs, `reader` the processes that parse pages:
    both live as long as the worker. The children of a ChildReader end with it, at the latest with the process.
    """

    settings: Settings
    outbound: Web
    cache: Cache
    now: Callable[[], datetime]
    guard: Guard = field(default_factory=Guard)
    reader: PageReader = field(default_factory=ChildReader)


@dataclass(slots=True, kw_only=True)
class Subject:
    """One lead as sources see it.

    `email` is the normalised address. `domain` is the registrable domain of the company to research (of the
    address, or of `company_website` for a personal mailbox), None if there is none; `mail_domain` is what stands
    behind the `@`. `claims` are those of the sources before this one. `pages` are what the
    website source fetched and `people` whom they show.
    `deadline` is in seconds of the event loop's clock.
    """

    lead: Lead
    email: str
    domain: str | None = None
    mail_domain: str | None = None
    claims: list[Claim] = field(default_factory=list[Claim])
    pages: list[Page] = field(default_factory=list[Page])
    people: list[Someone] = field(default_factory=list[Someone])
    deadline: float = field(default_factory=lambda: asyncio.get_running_loop().time() + 12.0)

    def first(self, path: str) -> Claim | None:
        """Return the most confident claim so far about a field, or None."""
        return max((c for c in self.claims if c.field == path), key=lambda c: c.confidence, default=None)

    def is_true(self, path: str) -> bool:
        """Return whether the most confident claim about a field says true."""
        claim = self.first(path)
        return claim is not None and claim.value is True


class Source(Protocol):
    """One place where facts come from: one file, one class, one `name`."""

    name: str

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return what this source knows about the lead.

        Raises:
            SourceError: it could not answer; costs this source's fields only.
        """
        ...
