"""Live client keys in memory, so that a capture needs no look-up in SQL."""

import asyncio
import contextlib

import structlog

from stacklead.errors import StorageFault, StorageUnavailable
from stacklead.storage.account_keys import Key, find_key, list_live_client_keys
from stacklead.storage.database import Database

REFRESH_S = 5.0  # a key revoked elsewhere stops working within this time
MAX_UNKNOWN = 10_000  # made-up keys remembered between two readings, so that they do not cost a look-up each

log = structlog.get_logger()


class ClientKeys:
    """Every live client key by its text, read again every few seconds."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._by_text: dict[str, Key] = {}
        self._unknown: set[str] = set()  # asked for in vain since the last reading
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read the keys and go on reading them."""
        await self.refresh()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop reading."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def get(self, text: str) -> Key | None:
        """Return the key as it was known at the last reading."""
        return self._by_text.get(text)

    async def find(self, text: str) -> Key | None:
        """Return the key, asking SQL for one that was made since the last reading.

        Raises:
            StorageUnavailable: the database cannot be asked.
        """
        key = self._by_text.get(text)
        if key is not None or text in self._unknown:
            return key
        try:
            async with self.database.read() as db:
                key = await find_key(db, text)
        except StorageFault as exc:
            log.error("client_key_not_read", reason=exc.reason)
            raise StorageUnavailable("The client_key could not be looked up; try again in a second.") from exc
        if key is None or key.kind != "client":
            if len(self._unknown) < MAX_UNKNOWN:
                self._unknown.add(text)
            return None
        self._by_text[text] = key
        return key

    async def refresh(self) -> None:
        """Read every live client key."""
        async with self.database.read() as db:
            keys = await list_live_client_keys(db)
        self._by_text = {key.key_text: key for key in keys if key.key_text}
        self._unknown.clear()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                await self.refresh()
            except StorageFault as exc:
                log.warning("client_keys_not_read", reason=exc.reason)
