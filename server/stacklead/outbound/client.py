"""`Outbound`: resolves, checks, then dials the checked address."""

import asyncio
import functools
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import aiohttp
import dns.asyncresolver
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDictProxy
from yarl import URL

from stacklead import __version__
from stacklead.errors import AddressRefused, OutboundError
from stacklead.outbound.addresses import parse_networks
from stacklead.outbound.body import read_body
from stacklead.outbound.dial import connect, open_tunnel
from stacklead.outbound.resolve import Target, make_resolver, resolve_host, resolve_target
from stacklead.settings import Settings

WEB_PORTS = frozenset({80, 443})  # the ports that research may call; webhooks may call any
CONNECT_S = 5.0  # seconds for one TCP connection
CHECK_S = 5.0  # seconds that a check without a call may take
MAX_HEADER_BYTES = 32_768  # one header line; content security policies are long
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEPT_ACROSS_ORIGINS = frozenset({"accept", "accept-encoding", "accept-language", "content-type", "user-agent"})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One hop of a fetch."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    max_bytes: int
    truncate: bool
    redirects_left: int


class _PinnedResolver(AbstractResolver):
    """Answers with the addresses that were checked, whatever DNS says by now."""

    def __init__(self, target: Target) -> None:
        self._addresses = target.addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


class Outbound:
    """Resolves, checks, then dials the checked address; one per process, closed with `close`.

    Nothing is shared between calls: no connection, no cookie, no credential.

    Raises:
        ValueError: `STACKLEAD_DNS_SERVERS` or `STACKLEAD_ALLOWED_NETWORKS` cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.user_agent = f"StackLead/{__version__} (+{settings.base_url})"
        self._allowed = parse_networks(settings.allowed_networks)
        self._resolver = make_resolver(settings.dns_servers)
        self._proxy = URL(settings.outbound_proxy) if settings.outbound_proxy else None

    @property
    def resolver(self) -> dns.asyncresolver.Resolver:
        """The DNS resolver that every outward look-up uses (`STACKLEAD_DNS_SERVERS`, else the system's)."""
        return self._resolver

    async def check_url(self, url: str, *, ports: Collection[int] | None = None) -> None:
        """Resolve and check a URL without calling it.

        A name that has no address just now passes: it is checked again when it is called.

        Raises:
            AddressRefused: not http(s), a refused port, or any of its addresses is one that the guard refuses.
        """
        try:
            async with asyncio.timeout(CHECK_S):
                await self._resolve(url, ports)
        except (OutboundError, TimeoutError):
            return

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
        is returned as it is (status 3xx). Credentials in `headers` do not follow a redirect to another origin.

        Raises:
            AddressRefused: the guard refuses the address.
            OutboundError: no connection, slower than `timeout_s` in all, or larger than `max_bytes`.
        """
        call = _Call(
            method=method.upper(),
            url=url,
            headers={"User-Agent": self.user_agent, "Accept-Encoding": "gzip, deflate", **(headers or {})},
            body=body,
            max_bytes=max_bytes,
            truncate=truncate,
            redirects_left=max_redirects,
        )
        try:
            async with asyncio.timeout(timeout_s):
                return await self._follow(call, ports)
        except TimeoutError as exc:
            raise OutboundError(f"No complete answer within {timeout_s:g} seconds.") from exc

    async def dial(self, host: str, port: int, *, timeout_s: float) -> socket.socket:
        """Return a connection to a host that speaks something else than HTTP; whoever asked closes it.

        With an egress proxy it is a tunnel that the proxy was asked for (CONNECT).

        Raises:
            AddressRefused: the guard refuses the host or any of its addresses.
            OutboundError: the name has no address, or there was no connection within `timeout_s`.
        """
        resolver = self._resolver if self.settings.dns_servers else None
        try:
            async with asyncio.timeout(timeout_s):
                addresses = await resolve_host(host, resolver=resolver, allowed=self._allowed)
                if self._proxy is None or all(address.is_loopback for address in addresses):
                    return await connect(addresses, port)
                return await open_tunnel(self._proxy, host, port)
        except TimeoutError as exc:
            raise OutboundError("No connection in time.") from exc
        except OSError as exc:
            raise OutboundError(f"No connection: {(exc.strerror or 'refused').lower()}.") from exc

    async def close(self) -> None:
        """Close all connections."""
        # Each call closes its own; the method stands for callers that own an Outbound.

    async def _follow(self, call: _Call, ports: Collection[int] | None) -> Answer:
        started = time.monotonic()
        cookies: dict[str, str] = {}
        while True:
            target = await self._resolve(call.url, ports)
            step = await self._call_once(target, call, cookies)
            if isinstance(step, _Call):
                call = step
                continue
            status, headers, (body, truncated) = step
            return Answer(
                url=str(target.url),
                status=status,
                headers=_join_headers(headers),
                body=body,
                took_ms=round((time.monotonic() - started) * 1000),
                truncated=truncated,
                cookies=cookies,
            )

    async def _resolve(self, url: str, ports: Collection[int] | None) -> Target:
        resolver = self._resolver if self.settings.dns_servers else None
        return await resolve_target(url, resolver=resolver, allowed=self._allowed, ports=ports)

    async def _call_once(
        self, target: Target, call: _Call, cookies: dict[str, str]
    ) -> "_Call | tuple[int, CIMultiDictProxy[str], tuple[bytes, bool]]":
        """Make one hop: return the next one if the answer is a redirect to follow, else the answer."""
        proxy = None if target.is_loopback else self._proxy
        try:
            async with (
                self._open_session(None if proxy else target) as session,
                session.request(
                    call.method,
                    target.url,
                    data=call.body,
                    headers=call.headers,
                    allow_redirects=False,
                    proxy=proxy,
                ) as response,
            ):
                cookies.update((_readable(name), _readable(morsel.value)) for name, morsel in response.cookies.items())
                if call.redirects_left and response.status in REDIRECTS and "Location" in response.headers:
                    return _next_call(call, target.url, response.status, response.headers["Location"])
                found = await read_body(
                    response.content.iter_any(),
                    encoding=response.headers.get("Content-Encoding", ""),
                    max_bytes=call.max_bytes,
                )
                if found[1] and not call.truncate:
                    raise OutboundError(f"The answer is larger than {call.max_bytes} bytes.")
                return response.status, response.headers, found
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            raise OutboundError(_describe(exc)) from exc

    def _open_session(self, target: Target | None) -> aiohttp.ClientSession:
        """Open a session for one hop that can dial `target` only; None is for the operator's own proxy."""
        connector = aiohttp.TCPConnector(
            resolver=_PinnedResolver(target) if target else None,
            socket_factory=functools.partial(_open_socket, target) if target else None,
            use_dns_cache=False,
            force_close=True,
            ssl=self._tls,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            auto_decompress=False,
            trust_env=False,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
        )

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        if self.settings.ca_file:
            context.load_verify_locations(self.settings.ca_file)
        return context


def _open_socket(
    target: Target, info: tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[str | int, ...]]
) -> socket.socket:
    """Open the socket for one dial, and refuse an address that was not checked.

    aiohttp asks no resolver for literals, so this is the one place that all dials pass.
    """
    if ipaddress.ip_address(str(info[4][0])) not in target.addresses:
        raise AddressRefused("The address to be called is not the one that was checked.")
    return socket.socket(info[0], info[1], info[2])


def _next_call(call: _Call, url: URL, status: int, location: str) -> _Call:
    """Return the call that a redirect asks for.

    Raises:
        ValueError: the location is no URL.
    """
    following = url.join(URL(_readable(location).strip()))
    headers, method, body = call.headers, call.method, call.body
    if following.origin() != url.origin():
        headers = {name: value for name, value in headers.items() if name.lower() in KEPT_ACROSS_ORIGINS}
    if status == 303 or (status in (301, 302) and method == "POST"):
        method, body = "HEAD" if method == "HEAD" else "GET", None
    return _Call(
        method=method,
        url=str(following),
        headers=headers,
        body=body,
        max_bytes=call.max_bytes,
        truncate=call.truncate,
        redirects_left=call.redirects_left - 1,
    )


def _join_headers(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers.items():
        key = name.lower()
        text = _readable(value)
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


def _readable(value: str) -> str:
    """Replace the bytes that were no UTF-8, so that the text can be stored and shown."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _describe(exc: Exception) -> str:
    """Say in words why there was no answer, without the addresses behind a name."""
    if isinstance(exc, TimeoutError):
        return "No connection in time."
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        return "The server's certificate is not one that is trusted here."
    if isinstance(exc, aiohttp.ClientConnectorSSLError):
        return "No encrypted connection could be made."
    if isinstance(exc, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return "The egress proxy made no connection."
    if isinstance(exc, aiohttp.ClientConnectorError):
        return f"No connection: {(exc.os_error.strerror or 'refused').lower()}."
    if isinstance(exc, aiohttp.ServerDisconnectedError | ConnectionError):
        return "The server closed the connection without an answer."
    return "The answer was not valid HTTP."
