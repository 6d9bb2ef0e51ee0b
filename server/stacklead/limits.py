"""Rates per client key and per visitor address, and whose address a request comes from."""

import hashlib
import ipaddress
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

from stacklead.errors import TooManyRequests
from stacklead.settings import Settings

ADDRESS_BURST = 30  # captures that one visitor address may send at once
KEY_BURST_S = 2.0  # a client key may use this many seconds of its rate at once
MAX_BUCKETS = 100_000  # buckets kept; full ones carry no news and are forgotten first
SALT_LIFE_S = 86_400.0  # addresses are kept as keyed hashes (RFC 7693) under a secret of the day

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Buckets:
    """Token buckets by name: `rate_per_s` refills, `burst` is the size."""

    def __init__(self, rate_per_s: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate_per_s = rate_per_s
        self.burst = burst
        self.clock = clock
        self._left: dict[Any, tuple[float, float]] = {}  # name -> (tokens, at)

    def take(self, name: Any) -> float:
        """Take one token; return 0, or the seconds until there is one."""
        now = self.clock()
        tokens, at = self._left.get(name, (self.burst, now))
        tokens = min(self.burst, tokens + (now - at) * self.rate_per_s)
        if tokens < 1:
            return (1 - tokens) / self.rate_per_s
        if len(self._left) >= MAX_BUCKETS:
            self._forget_full(now)
        self._left[name] = (tokens - 1, now)
        return 0.0

    def _forget_full(self, now: float) -> None:
        full_after_s = self.burst / self.rate_per_s
        self._left = {name: (left, at) for name, (left, at) in self._left.items() if now - at < full_after_s}
        if len(self._left) >= MAX_BUCKETS:
            self._left.clear()


class Limits:
    """The limits of the capture endpoint, in this process."""

    def __init__(self, settings: Settings) -> None:
        self._keys = Buckets(settings.rate_key, max(settings.rate_key * KEY_BURST_S, 1))
        self._addresses = Buckets(settings.rate_address, max(ADDRESS_BURST, settings.rate_address))
        self._salt, self._salted_at = secrets.token_bytes(32), time.monotonic()

    def check(self, key_id: int, address: str) -> None:
        """Count one capture; raises TooManyRequests when the key or the address has used up its rate."""
        wait_s = self._addresses.take(self._address_name(address))
        if wait_s:
            raise TooManyRequests("Too many captures from this address; try again later.", retry_after_s=_whole(wait_s))
        wait_s = self._keys.take(key_id)
        if wait_s:
            raise TooManyRequests(
                "Too many captures with this client key; try again later.", retry_after_s=_whole(wait_s)
            )

    def _address_name(self, address: str) -> bytes:
        now = time.monotonic()
        if now - self._salted_at > SALT_LIFE_S:
            self._salt, self._salted_at = secrets.token_bytes(32), now
        return hashlib.blake2b(_network_of(address).encode(), key=self._salt, digest_size=12).digest()


def _network_of(address: str) -> str:
    """Return what one visitor has: an IPv4 address, or a /64 of IPv6, in which they may take any address."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    except ValueError:
        return address


def _whole(wait_s: float) -> int:
    return max(1, int(wait_s + 0.999))


class ClientAddress:
    """Finds the visitor's address: the peer's, or what a trusted proxy says of it."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        self._trusted: list[Network] = [ipaddress.ip_network(text, strict=False) for text in trusted_proxies]

    def find(self, peer: str, forwarded_for: str | None) -> str:
        """Return the last address in X-Forwarded-For that no trusted proxy put there, else the peer's."""
        if not self._trusted or not forwarded_for or not self._is_trusted(peer):
            return peer
        for hop in reversed(forwarded_for.split(",")):
            address = hop.strip()
            if not self._is_trusted(address):
                return address[:64] or peer
        return peer

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)
