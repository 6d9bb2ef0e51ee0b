"""When a failed delivery is tried again (Standard Webhooks, "Deliverability and reliability")."""

import random

# Seconds to wait after the first, second, ... failed attempt; 10 attempts over three days and a bit.
WAITS_S: tuple[int, ...] = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
MAX_JITTER = 0.15  # share of a wait added at random, so that a receiver's outage does not end in one flood
MAX_RETRY_AFTER_S = 86_400  # what a receiver may ask for at most

_SYSTEM_RANDOM = random.SystemRandom()


def next_wait_s(attempt: int, retry_after_s: int | None = None, rng: random.Random | None = None) -> float | None:
    """Return the seconds to wait after failed attempt number `attempt` (from 1), or None to give up.

    `retry_after_s` is what the receiver asked for; it makes the wait longer, never shorter, and at most a day.
    """
    if attempt > len(WAITS_S):
        return None
    wait = max(WAITS_S[max(attempt, 1) - 1], min(retry_after_s or 0, MAX_RETRY_AFTER_S))
    return wait * (1 + (rng or _SYSTEM_RANDOM).uniform(0, MAX_JITTER))
