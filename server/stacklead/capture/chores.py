"""What the web process does beside answering: writes down what it counted."""

import asyncio
import contextlib

import structlog

from stacklead.capture.snippet import ClientRoutes
from stacklead.settings import Settings
from stacklead.storage.counters import SAVE_S, save_tally
from stacklead.storage.database import Database

TURN_S = 1.0

log = structlog.get_logger()


class Chores:
    """A task that has its turn every second; what fails in one turn is tried again in the next."""

    def __init__(self, settings: Settings, database: Database, client_routes: ClientRoutes) -> None:
        self.settings = settings
        self.database = database
        self.client_routes = client_routes
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; must be called on the event loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Write down what there is, and end."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.save()

    async def save(self) -> None:
        """Write down what was counted."""
        await self.client_routes.refusals.save(self.database)
        await save_tally(self.database, self.client_routes.tally)

    async def _run(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(TURN_S)
            turn += 1
            try:
                await self.client_routes.refusals.save(self.database)
                if turn % int(SAVE_S / TURN_S) == 0:
                    await save_tally(self.database, self.client_routes.tally)
            except Exception:  # whatever it is, captures go on, and so does this
                log.exception("chores_failed")
