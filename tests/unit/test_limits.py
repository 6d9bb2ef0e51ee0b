import pytest

from stacklead.errors import TooManyRequests
from stacklead.limits import MAX_BUCKETS, Buckets, ClientAddress, Limits
from stacklead.settings import Settings


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_bucket_gives_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    bucket = Buckets(2.0, 3, clock)
    assert [bucket.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    clock.now += 0.5
    assert [bucket.take("a") for _ in range(2)] == [0, 0.5]
    assert bucket.take("b") == 0
    clock.now += 1000
    assert [bucket.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_refused_call_costs_nothing() -> None:
    clock = Clock()
    bucket = Buckets(1.0, 1, clock)
    assert bucket.take("a") == 0
    for _ in range(100):
        assert bucket.take("a") > 0
    clock.now += 1
    assert bucket.take("a") == 0


@pytest.mark.parametrize("idle_s", [0, 10], ids=["all in use", "all full again"])
def test_memory_is_bounded(idle_s: float) -> None:
    clock = Clock()
    bucket = Buckets(1.0, 5, clock)
    for number in range(MAX_BUCKETS + 1000):
        bucket.take(number)
        clock.now += idle_s
    assert len(bucket._left) <= MAX_BUCKETS


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("198.51.100.7", "198.51.100.8"),
        ("2001:db8::1", "2001:db8:0:1::1"),
        ("not an address", "another"),
        ("x:y", "x:z"),
    ],
)
def test_each_visitor_has_a_limit_of_their_own(mine: str, theirs: str) -> None:
    limited = Limits(Settings(rate_address=0.001, rate_key=1000))
    for _ in range(30):
        limited.check(1, mine)
    with pytest.raises(TooManyRequests) as refusal:
        limited.check(1, mine)
    assert refusal.value.retry_after_s >= 1
    limited.check(1, theirs)


def test_visitor_cannot_escape_within_their_ipv6_network() -> None:
    limited = Limits(Settings(rate_address=0.001, rate_key=1000))
    for number in range(30):
        limited.check(1, f"2001:db8::{number:x}")
    with pytest.raises(TooManyRequests):
        limited.check(1, "2001:db8::ffff:1")


def test_each_key_has_a_limit_of_its_own() -> None:
    limited = Limits(Settings(rate_key=0.5, rate_address=1000))
    limited.check(1, "a")
    with pytest.raises(TooManyRequests):
        limited.check(1, "b")
    limited.check(2, "b")


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " , ", "10.0.0.1"),
        ("10.0.0.1", "unknown", "unknown"),
        ("10.0.0.1", "x" * 1000, "x" * 64),
        ("::1", "198.51.100.1", "198.51.100.1"),
    ],
)
def test_only_trusted_proxies_say_whose_address_it_is(peer: str, forwarded: str | None, found: str) -> None:
    assert ClientAddress(["10.0.0.0/8", "::1"]).find(peer, forwarded) == found


def test_nobody_is_trusted_by_default() -> None:
    assert ClientAddress([]).find("10.0.0.1", "198.51.100.1") == "10.0.0.1"
