"""Shared transactions: what many jobs want to write at the same time is committed at once, as captures are."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.errors import StorageUnavailable
from stacklead.storage.database import Database

MAX_BATCH = 100  # writes in one transaction, so that it stays short

Item = TypeVar("Item")
Result = TypeVar("Result")
Write = Callable[[AsyncConnection, Sequence[Item]], Awaitable[Sequence[Result]]]


class Grouped(Generic[Item, Result]):
    """Calls `write` for many items in one transaction: a batch is whatever came while the previous one was committed.

    `write` returns one result for each item, in their order; each caller gets its own after the commit.
    """

    def __init__(self, database: Database, write: Write[Item, Result]) -> None:
        self._database = database
        self._write = write
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, item: Item) -> Result:
        """Write one item and return its result once that is durable; raises what `write` raises for this item."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            await self._commit(batch)

    async def _commit(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        """Commit a batch; of one that has an item which cannot be written, commit the others."""
        try:
            async with self._database.write() as db:
                results = await self._write(db, [item for item, _ in batch])
        except Exception as exc:  # noqa: BLE001 (whatever it is, it belongs to whoever waits)
            if len(batch) > 1 and not isinstance(exc, StorageUnavailable):
                for one in batch:
                    await self._commit([one])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(exc)
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():  # its job may have been cut
                    future.set_result(result)
