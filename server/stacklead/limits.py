"""Rates per client key and per visitor address, and whose address a request comes from.

Buckets are kept in this process, so that a capture waits for nobody. Where there are several web processes, what was
taken from a bucket is settled with the others' from time to time (`capture/settling.py`).
"""

import hmac
import ipaddress
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from stacklead.errors import TooManyRequests
from stacklead.settings import Settings

ADDRESS_BURST = 30  # captures that one visitor address may send at once
KEY_BURST_S = 2.0  # a client key may use this many seconds of its rate at once
MAX_BUCKETS = 100_000  # buckets kept; full ones carry no news and are forgotten first
DAY_S = 86_400.0  # addresses are kept as HMACs under a secret of the day (UTC)
SOON_SHARE = 8  # a bucket that gave away an eighth of its size since the last settlement asks for one

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Taken(NamedTuple):
    """What this process took from one bucket since the last settlement, and what the bucket is like."""

    name: str
    tokens: int
    rate_per_s: float
    burst: float


class Buckets:
    """Token buckets by name: `rate_per_s` refills, `burst` is the size."""

    def __init__(self, rate_per_s: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate_per_s = rate_per_s
        self.burst = burst
        self.clock = clock
        self.on_much_taken: Callable[[], None] | None = None  # None: nobody settles, so nothing is counted
        self._much = max(1, int(burst / SOON_SHARE))
        self._left: dict[str, tuple[float, float]] = {}  # name -> (tokens, at)
        self._taken: dict[str, int] = {}  # since the last settlement

    def take(self, name: str) -> float:
        """Take one token; return 0, or the seconds until there is one."""
        now = self.clock()
        tokens, at = self._left.get(name, (self.burst, now))
        tokens = min(self.burst, tokens + (now - at) * self.rate_per_s)
        if tokens < 1:
            return (1 - tokens) / self.rate_per_s
        if len(self._left) >= MAX_BUCKETS:
            self._forget_full(now)
        self._left[name] = (tokens - 1, now)
        if self.on_much_taken is not None:
            self._note(name, self.on_much_taken)
        return 0.0

    def collect(self) -> list[Taken]:
        """Return what was taken since the last time, and begin anew."""
        taken, self._taken = self._taken, {}
        return [Taken(name, tokens, self.rate_per_s, self.burst) for name, tokens in taken.items()]

    def settle(self, name: str, left: float) -> None:
        """Set a bucket to what all processes left in it; what was taken here meanwhile comes off."""
        self._left[name] = (min(left, self.burst) - self._taken.get(name, 0), self.clock())

    def _note(self, name: str, on_much_taken: Callable[[], None]) -> None:
        count = self._taken.get(name, 0) + 1
        if count == 1 and len(self._taken) >= MAX_BUCKETS:
            return
        self._taken[name] = count
        if count == self._much:
            on_much_taken()

    def _forget_full(self, now: float) -> None:
        full_after_s = self.burst / self.rate_per_s
        self._left = {name: (left, at) for name, (left, at) in self._left.items() if now - at < full_after_s}
        if len(self._left) >= MAX_BUCKETS:
            self._left.clear()


class Limits:
    """The limits of the capture endpoint, in this process.

    Args:
        settings: they have the rates.
        today: the number of the day, to test with.
    """

    def __init__(self, settings: Settings, today: Callable[[], int] = lambda: int(time.time() // DAY_S)) -> None:
        self._settings = settings
        self._today = today
        self._keys = Buckets(settings.rate_key, max(settings.rate_key * KEY_BURST_S, 1))
        self._addresses = Buckets(settings.rate_address, max(ADDRESS_BURST, settings.rate_address))
        self._day, self._secret = -1, b""

    def check(self, key_id: int, address: str) -> None:
        """Count one capture; raises TooManyRequests when the key or the address has used up its rate."""
        wait_s = self._addresses.take(self._address_name(address))
        if wait_s:
            raise TooManyRequests("Too many captures from this address; try again later.", retry_after_s=_whole(wait_s))
        wait_s = self._keys.take(f"key:{key_id}")
        if wait_s:
            raise TooManyRequests(
                "Too many captures with this client key; try again later.", retry_after_s=_whole(wait_s)
            )

    def share(self, on_much_taken: Callable[[], None]) -> None:
        """Count what is taken from now on, for `collect`; the callback is told of a bucket that empties fast."""
        self._keys.on_much_taken = self._addresses.on_much_taken = on_much_taken

    def collect(self) -> list[Taken]:
        """Return what was taken since the last time; names have no key and no address in them."""
        return [*self._keys.collect(), *self._addresses.collect()]

    def settle(self, taken: Sequence[Taken], left: Sequence[float]) -> None:
        """Take over what all processes together left in the buckets that `collect` returned."""
        for one, tokens in zip(taken, left, strict=True):
            buckets = self._keys if one.name.startswith("key:") else self._addresses
            buckets.settle(one.name, tokens)

    def _address_name(self, address: str) -> str:
        """Return a name that tells nothing of the address, and tomorrow is another one.

        Every process that has the same STACKLEAD_SECRET_KEY finds the same name.
        """
        day = self._today()
        if day != self._day:
            key = self._settings.signing_key().encode()
            self._secret = hmac.digest(key, f"visitor addresses of day {day}".encode(), "sha256")
            self._day = day
        return "visitor:" + hmac.digest(self._secret, _network_of(address).encode(), "sha256")[:12].hex()


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
