"""The Source protocol: the one small interface behind which every outside fact is found."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from stacklead.models import Claim, Lead
from stacklead.outbound import Outbound
from stacklead.settings import Settings


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
    """What sources work with, built once per worker: settings, the guarded client, cache and clock."""

    settings: Settings
    outbound: Outbound
    cache: Cache
    now: Callable[[], datetime]


@dataclass(slots=True, kw_only=True)
class Subject:
    """One lead as sources see it.

    `domain` is the registrable domain of the company to research (of the address, or of `company_website` for a
    personal mailbox), None if there is none. `claims` are those of the sources before this one.
    """

    lead: Lead
    email: str
    domain: str | None = None
    claims: list[Claim] = field(default_factory=list[Claim])
    deadline: float = field(default_factory=lambda: asyncio.get_running_loop().time() + 12.0)


class Source(Protocol):
    """One place where facts come from: one file, one class, one `name`."""

    name: str

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return what this source knows about the lead.

        Raises:
            SourceError: it could not answer; costs this source's fields only.
        """
        ...
