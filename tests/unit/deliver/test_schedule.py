"""When a failed delivery is tried again."""

import random

import pytest

from stacklead.deliver.schedule import MAX_JITTER, WAITS_S, next_wait_s


@pytest.mark.parametrize(("attempt", "wait"), list(enumerate(WAITS_S, start=1)))
def test_waits_follow_the_schedule_with_jitter(attempt: int, wait: int) -> None:
    found = [next_wait_s(attempt, rng=random.Random(seed)) for seed in range(50)]
    assert all(wait <= seconds <= wait * (1 + MAX_JITTER) for seconds in found)
    assert len(set(found)) > 1


def test_the_tenth_failure_is_the_last() -> None:
    assert next_wait_s(9) is not None
    assert next_wait_s(10) is None
    assert next_wait_s(10, retry_after_s=5) is None


@pytest.mark.parametrize(("asked", "at_least", "at_most"), [(600, 600, 690), (1, 5, 5.75), (10**9, 86_400, 99_360)])
def test_a_receiver_may_ask_for_a_longer_wait_of_at_most_a_day(asked: int, at_least: float, at_most: float) -> None:
    assert at_least <= (next_wait_s(1, retry_after_s=asked) or 0) <= at_most
