"""Writes of many jobs share transactions, and one that cannot be written harms no other."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.storage.database import Database
from stacklead.storage.grouping import MAX_BATCH, Grouped

pytestmark = pytest.mark.anyio


class Doubler:
    """Doubles numbers, and keeps what it was called with."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def __call__(self, _db: AsyncConnection, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        if 13 in items:
            raise ValueError("13 cannot be written")
        return [2 * item for item in items]


async def test_each_caller_gets_its_own_result(databases: Database) -> None:
    double = Doubler()
    grouped: Grouped[int, int] = Grouped(databases, double)
    assert await asyncio.gather(*map(grouped, [3, 1, 2])) == [6, 2, 4]
    assert double.batches == [[3, 1, 2]]


async def test_batches_are_bounded(databases: Database) -> None:
    double = Doubler()
    grouped: Grouped[int, int] = Grouped(databases, double)
    numbers = range(100, 100 + MAX_BATCH + 5)
    assert await asyncio.gather(*map(grouped, numbers)) == [2 * number for number in numbers]
    assert [len(batch) for batch in double.batches] == [MAX_BATCH, 5]


async def test_item_that_cannot_be_written_fails_alone(databases: Database) -> None:
    grouped: Grouped[int, int] = Grouped(databases, Doubler())
    done: list[Any] = await asyncio.gather(*map(grouped, [1, 13, 2]), return_exceptions=True)
    assert (done[0], type(done[1]), done[2]) == (2, ValueError, 4)
    assert await grouped(4) == 8


async def test_caller_who_left_leaves_the_others_alone(databases: Database) -> None:
    grouped: Grouped[int, int] = Grouped(databases, Doubler())
    calls = [asyncio.create_task(grouped(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    calls[0].cancel()
    assert await calls[1] == 4
