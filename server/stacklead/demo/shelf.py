"""Keeps what arrived (mails, webhooks) over restarts: numbered items, the newest so many, in one file of JSON lines."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

Item = dict[str, Any]  # JSON-shaped; the shelf adds `n`, counted from 1


class Shelf:
    """The last `limit` items; those who wait for news are woken by the next one."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._items = _load(path)[-limit:]
        self._lines = len(self._items)
        self._last = self._items[-1]["n"] if self._items else 0
        self._news = asyncio.Event()
        self._closing = asyncio.Event()
        self._rewrite()

    @property
    def items(self) -> list[Item]:
        """All items, the oldest first."""
        return list(self._items)

    def find(self, n: int) -> Item | None:
        """Return the item of a number, or None if there is none (any more)."""
        return next((item for item in self._items if item["n"] == n), None)

    def add(self, item: Item) -> Item:
        """Keep an item; returns it with its number."""
        self._last += 1
        kept = {"n": self._last, **item}
        self._items = [*self._items, kept][-self._limit :]
        self._lines += 1
        if self._lines > 2 * self._limit:
            self._rewrite()
        else:
            with self._path.open("a") as file:
                file.write(json.dumps(kept) + "\n")
        self._wake()
        return kept

    def clear(self) -> None:
        """Throw everything away; numbers go on."""
        self._items = []
        self._rewrite()

    def close(self) -> None:
        """Send everybody home who waits."""
        self._closing.set()
        self._wake()

    async def wait(self, is_wanted: Callable[[Item], bool], timeout_s: float) -> list[Item]:
        """Return the wanted items as soon as there is one, or none after `timeout_s` seconds."""
        end = asyncio.get_running_loop().time() + timeout_s
        while not (found := [item for item in self._items if is_wanted(item)]) and not self._closing.is_set():
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left)
        return found

    async def sleep(self, delay_s: float) -> None:
        """Let time pass, but no longer than until `close`."""
        if delay_s:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), delay_s)

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _rewrite(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        aside = self._path.with_suffix(".new")
        aside.write_text("".join(json.dumps(item) + "\n" for item in self._items))
        aside.replace(self._path)
        self._lines = len(self._items)


def _load(path: Path) -> list[Item]:
    """Read the items of a file; a line that was cut off when the program died is left out."""
    items: list[Item] = []
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            items.append(json.loads(line))
        except ValueError:
            continue
    return items
