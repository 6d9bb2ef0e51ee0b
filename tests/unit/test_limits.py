import pytest

from stacklead.errors import TooManyRequests
from stacklead.limits import MAX_BUCKETS, Buckets, ClientAddress, Limits
from stacklead.settings import Settings

SECRET = "k" * 32


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
        bucket.take(str(number))
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
    limited = Limits(Settings(secret_key=SECRET, rate_address=0.001, rate_key=1000))
    for _ in range(30):
        limited.check(1, mine)
    with pytest.raises(TooManyRequests) as refusal:
        limited.check(1, mine)
    assert refusal.value.retry_after_s >= 1
    limited.check(1, theirs)


def test_visitor_cannot_escape_within_their_ipv6_network() -> None:
    limited = Limits(Settings(secret_key=SECRET, rate_address=0.001, rate_key=1000))
    for number in range(30):
        limited.check(1, f"2001:db8::{number:x}")
    with pytest.raises(TooManyRequests):
        limited.check(1, "2001:db8::ffff:1")


def test_each_key_has_a_limit_of_its_own() -> None:
    limited = Limits(Settings(secret_key=SECRET, rate_key=0.5, rate_address=1000))
    limited.check(1, "a")
    with pytest.raises(TooManyRequests):
        limited.check(1, "b")
    limited.check(2, "b")


def limits(secret: str = SECRET, day: int = 1) -> Limits:
    made = Limits(Settings(secret_key=secret), today=lambda: day)
    made.share(lambda: None)
    return made


def names(made: Limits) -> list[str]:
    """The buckets that one capture takes from."""
    made.check(7, "198.51.100.7")
    return [taken.name for taken in made.collect()]


def test_processes_find_the_same_names_that_tell_nothing_of_the_visitor() -> None:
    assert names(limits()) == names(limits())
    assert names(limits(secret="another" * 5))[1] != names(limits())[1]
    assert "198" not in "".join(names(limits()))


def test_name_of_a_visitor_is_another_one_tomorrow() -> None:
    (key, today), (same_key, tomorrow) = names(limits(day=1)), names(limits(day=2))
    assert key == same_key
    assert today != tomorrow


def test_what_others_took_is_missing_here() -> None:
    clock = Clock()
    bucket = Buckets(1.0, 5, clock)
    bucket.on_much_taken = lambda: None
    assert bucket.take("a") == 0
    assert [(taken.name, taken.tokens) for taken in bucket.collect()] == [("a", 1)]
    assert bucket.take("a") == 0  # while the settlement is under way
    bucket.settle("a", 2.0)
    assert [bucket.take("a") for _ in range(2)] == [0, 1.0]
    bucket.settle("b", -3.0)
    assert bucket.take("b") == 4.0


def test_bucket_that_empties_fast_asks_for_a_settlement_once() -> None:
    asked: list[bool] = []
    bucket = Buckets(1.0, 16, Clock())
    bucket.on_much_taken = lambda: asked.append(True)
    bucket.take("a")
    assert not asked
    for _ in range(10):
        bucket.take("a")
    assert asked == [True]


def test_nothing_is_counted_where_nobody_settles() -> None:
    made = Limits(Settings(secret_key=SECRET))
    made.check(7, "198.51.100.7")
    assert made.collect() == []


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
