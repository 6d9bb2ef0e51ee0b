"""From a URL to the addresses that may be dialled for it; every decision of the guard is made here."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.resolver
from dns.rdata import Rdata
from yarl import URL

from stacklead.errors import AddressRefused, OutboundError
from stacklead.outbound.addresses import Address, Network, is_allowed

MAX_URL_LENGTH = 4096  # characters; longer ones are not addresses of anything that a lead or an owner means
LOOKUP_S = 3.0  # seconds that one DNS question may take, retries included

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LOOPBACK = (ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A checked URL: `addresses` are all that may be dialled for it, at least one."""

    url: URL
    addresses: tuple[Address, ...]

    @property
    def is_loopback(self) -> bool:
        """True if the URL means this very machine."""
        return all(address.is_loopback for address in self.addresses)


def make_resolver(servers: Sequence[str]) -> dns.asyncresolver.Resolver:
    """Return a resolver that asks `servers` (`host:port`), or the system's if there are none.

    Raises:
        ValueError: a server is no address.
    """
    if not servers:
        try:
            return _bounded(dns.asyncresolver.Resolver())
        except dns.resolver.NoResolverConfiguration:
            servers = ("127.0.0.1",)  # what the C library does without /etc/resolv.conf
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [_parse_server(server) for server in servers]
    return _bounded(resolver)


def parse_url(text: str, ports: Collection[int] | None) -> tuple[URL, Address | None]:
    """Return the URL as it will be called and, if its host is one, the literal address.

    Raises:
        AddressRefused: not http(s), user-info, a refused port, or a host spelt in a way that hides an address.
    """
    if len(text) > MAX_URL_LENGTH or _CONTROL.search(text):
        raise AddressRefused("The URL is too long, or has control characters in it.")
    try:
        url = URL(text).with_fragment(None)
        host, port = (url.raw_host or "").lower(), url.port
    except ValueError as exc:  # UnicodeError is one too
        raise AddressRefused("This is not a URL.") from exc
    if url.scheme not in ("http", "https"):
        raise AddressRefused("The URL must start with http:// or https://.")
    authority = re.split(r"[/?#]", text.partition("//")[2], maxsplit=1)[0]
    if "@" in authority:
        raise AddressRefused("The URL must not contain a user name or password.")
    if not port or (ports is not None and port not in ports):
        raise AddressRefused("The port of the URL is not one that may be called.")
    return url, _parse_host(host, authority)


async def resolve_target(
    text: str,
    *,
    resolver: dns.asyncresolver.Resolver | None,
    allowed: Sequence[Network],
    ports: Collection[int] | None = None,
) -> Target:
    """Check a URL and every address that it stands for; `resolver` None asks the system, hosts file included.

    Raises:
        AddressRefused: the guard does not let it through.
        OutboundError: the name has no address.
    """
    url, literal = parse_url(text, ports)
    host = (url.raw_host or "").rstrip(".")
    return Target(url=url, addresses=await _resolve(host, literal, resolver, allowed))


async def resolve_host(
    host: str, *, resolver: dns.asyncresolver.Resolver | None, allowed: Sequence[Network]
) -> tuple[Address, ...]:
    """Check a host name (or literal address) that stands in no URL and every address that it stands for.

    Raises:
        AddressRefused: the guard does not let it through.
        OutboundError: the name has no address.
    """
    if len(host) > MAX_URL_LENGTH or _CONTROL.search(host):
        raise AddressRefused("The host name is too long, or has control characters in it.")
    host = host.lower().rstrip(".")
    return await _resolve(host, _parse_host(host, host), resolver, allowed)


async def _resolve(
    host: str, literal: Address | None, resolver: dns.asyncresolver.Resolver | None, allowed: Sequence[Network]
) -> tuple[Address, ...]:
    if literal is not None:
        addresses = [literal]
    elif host == "localhost" or host.endswith(".localhost"):  # RFC 6761: never asked in DNS
        addresses = [address for address in _LOOPBACK if is_allowed(address, allowed)] or list(_LOOPBACK)
    elif resolver is None:
        addresses = await _ask_system(host)
    else:
        addresses = await _ask_dns(resolver, host)
    if not all(is_allowed(address, allowed) for address in addresses):
        raise AddressRefused(
            f"{host} is on a private or special network; "
            "STACKLEAD_ALLOWED_NETWORKS lists the private networks that may be called."
        )
    return tuple(dict.fromkeys(addresses))


def _bounded(resolver: dns.asyncresolver.Resolver) -> dns.asyncresolver.Resolver:
    resolver.lifetime = LOOKUP_S
    resolver.timeout = LOOKUP_S / 2
    return resolver


def _parse_server(server: str) -> dns.nameserver.Nameserver:
    parts = re.fullmatch(r"\[?([0-9a-fA-F.:]+?)\]?(?::(\d{1,5}))?", server)
    try:
        if parts is None:
            raise ValueError(server)
        host = str(ipaddress.ip_address(parts[1]))
    except ValueError as exc:
        raise ValueError(f"STACKLEAD_DNS_SERVERS: {server!r} is not address:port") from exc
    return dns.nameserver.Do53Nameserver(host, int(parts[2] or 53))


def _parse_host(host: str, authority: str) -> Address | None:
    """Return the literal address, or None for a plain name."""
    if authority.startswith("["):
        return _parse_literal(host)
    if _NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]):
        if not authority.isascii():  # full-width digits
            raise AddressRefused("Write the address in plain digits.")
        return _parse_literal(host)
    if len(host) > 254 or not _NAME.fullmatch(host.removesuffix(".")):
        raise AddressRefused("The URL has no usable host name.")
    return None


def _parse_literal(host: str) -> Address:
    try:
        return ipaddress.ip_address(host)
    except ValueError as exc:  # 127.1, 0x7f000001, 2130706433, 127.0.0.1.
        raise AddressRefused("Write the address as four decimal numbers, or as IPv6 in brackets.") from exc


async def _ask_system(host: str) -> list[Address]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise OutboundError(f"The name {host} has no address.") from exc
    return [ipaddress.ip_address(str(entry[4][0])) for entry in found]


async def _ask_dns(resolver: dns.asyncresolver.Resolver, host: str) -> list[Address]:
    answers = await asyncio.gather(*(_ask_kind(resolver, host, kind) for kind in ("A", "AAAA")))
    found = [address for answer in answers for address in answer]
    if not found:
        raise OutboundError(f"The name {host} has no address.")
    return found


async def _ask_kind(resolver: dns.asyncresolver.Resolver, host: str, kind: str) -> list[Address]:
    try:
        answer = await resolver.resolve(host + ".", kind, raise_on_no_answer=False, search=False)
    except dns.exception.DNSException:  # one kind may fail where the other answers
        return []
    return [ipaddress.ip_address(record.to_text()) for record in cast("Iterable[Rdata]", answer.rrset or ())]
