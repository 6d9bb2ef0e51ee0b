"""Has pages read in child processes, which are killed when a page keeps them too long.

An HTML parser's time can grow with the square of what a stranger nests; no timeout of ours can stop it from inside.
"""

import asyncio
import contextlib
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

import stacklead
from stacklead.errors import SourceError
from stacklead.research.site import child
from stacklead.research.site.page import Page
from stacklead.research.site.reading import Reading, Tool

READ_S = 4.0  # wall seconds for all pages of one site; ordinary ones take a tenth of a second
START_S = 5.0  # more for the first question to a new child, which has to load first
MAX_IDLE = 2  # children kept for the next lead

_ROOT = str(Path(stacklead.__file__).parents[1])
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from stacklead.research.site.child import main; main()"

_Child = subprocess.Popen[bytes]


class PageReader(Protocol):
    """Turns fetched pages into facts and tools."""

    async def facts(self, pages: Sequence[Page], domain: str) -> Reading:
        """Return what the pages of one site say.

        Raises:
            SourceError: they could not be read, or not in time.
        """
        ...

    async def tools(self, pages: Sequence[Page]) -> list[Tool]:
        """Return the technologies on the pages.

        Raises:
            SourceError: they could not be read, or not in time.
        """
        ...


class ChildReader:
    """Reads pages in child processes, kept for the next question; they end with this process at the latest."""

    def __init__(self, read_s: float = READ_S) -> None:
        self._read_s = read_s
        self._idle: list[_Child] = []
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, _stop_all, self._idle)

    async def facts(self, pages: Sequence[Page], domain: str) -> Reading:
        """Return what the pages of one site say (see `PageReader`)."""
        return msgspec.convert(await self._ask("facts", pages, domain), Reading)

    async def tools(self, pages: Sequence[Page]) -> list[Tool]:
        """Return the technologies on the pages (see `PageReader`)."""
        return msgspec.convert(await self._ask("tools", pages, ""), list[Tool])

    def close(self) -> None:
        """End the children that wait for a question."""
        with self._lock:
            _stop_all(self._idle)

    async def _ask(self, task: str, pages: Sequence[Page], domain: str) -> Any:
        question = msgspec.json.encode(child.Question(task=task, domain=domain, pages=list(pages)))
        answer = await asyncio.to_thread(self._exchange, question)
        if answer is None:
            raise SourceError("the pages took too long to read", reason="timeout")
        return found_in(answer)

    def _exchange(self, question: bytes) -> bytes | None:
        """Return a child's answer, None if it had to be killed or died."""
        with self._lock:
            process = self._idle.pop() if self._idle else None
        limit_s = self._read_s
        if process is None:
            process, limit_s = _start(), self._read_s + START_S
        timer = threading.Timer(limit_s, process.kill)
        timer.start()
        try:
            answer = _talk(process, question)
        finally:
            timer.cancel()
        with self._lock:
            if answer is not None and process.poll() is None and len(self._idle) < MAX_IDLE:
                self._idle.append(process)
                return answer
        _stop(process)
        return answer


def found_in(answer: bytes) -> Any:
    """Return what a child found.

    Raises:
        SourceError: it failed.
    """
    row = msgspec.json.decode(answer)
    if "failed" in row:
        raise SourceError("the pages could not be read", reason="failed")
    return row["found"]


def _start() -> _Child:
    # Isolated (-I): neither the environment nor the working directory decides what it loads.
    return subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-I", "-c", _CODE, _ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _talk(process: _Child, question: bytes) -> bytes | None:
    assert process.stdin is not None  # noqa: S101 - for the type checker
    assert process.stdout is not None  # noqa: S101 - for the type checker
    try:
        process.stdin.write(struct.pack(">I", len(question)) + question)
        process.stdin.flush()
        head = process.stdout.read(4)
        if len(head) < 4:
            return None
        size = struct.unpack(">I", head)[0]
        answer = process.stdout.read(size)
    except OSError:
        return None
    return answer if len(answer) == size else None


def _stop(process: _Child) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()


def _stop_all(processes: list[_Child]) -> None:
    while processes:
        _stop(processes.pop())
