"""The one guarded client for everything that leaves this machine (DESIGN.md 7, INTAKE.md 4.3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import dns.asyncresolver

from stacklead.settings import Settings

WEB_PORTS = frozenset({80, 443})  # the ports that research may call; webhooks may call any


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the other side said: `headers` have lower-case names, repeated ones joined by ", "."""

    url: str  # the address that answered, after redirects
    status: int
    headers: Mapping[str, str]
    body: bytes
    took_ms: int
    truncated: bool = False
    cookies: Mapping[str, str] = field(default_factory=dict[str, str])


class Outbound:
    """Resolves, checks, then dials the checked address; one per process, closed with `close`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def resolver(self) -> dns.asyncresolver.Resolver:
        """The DNS resolver that every outward look-up uses (`STACKLEAD_DNS_SERVERS`, else the system's)."""
        raise NotImplementedError

    async def check_url(self, url: str, *, ports: Collection[int] | None = None) -> None:
        """Resolve and check a URL without calling it.

        Raises:
            AddressRefused: not http(s), a refused port, or any of its addresses is one that the guard refuses.
        """
        raise NotImplementedError

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
        """Make one call; every redirect is checked like the first address.

        With `truncate` a body beyond `max_bytes` is cut, else it is an error. A redirect beyond `max_redirects`
        is returned as it is (status 3xx).

        Raises:
            AddressRefused: the guard refuses the address.
            OutboundError: no connection, slower than `timeout_s` in all, or larger than `max_bytes`.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Close all connections."""
