"""Waiting for something that happens elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(is_true: Callable[[], Awaitable[object]], timeout_s: float = 15.0) -> None:
    """Ask again and again until the answer is true; fails with TimeoutError."""
    async with asyncio.timeout(timeout_s):
        while not await is_true():  # noqa: ASYNC110 (other processes set no event of ours)
            await asyncio.sleep(0.01)
