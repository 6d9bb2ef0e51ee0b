"""What some scenarios need beside the product: a PostgreSQL that crashes, a clock that jumps, a disk that is full."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from support.postgres import Cluster
from support.process import Server, runs_as_root

LIBRARY = "libfaketimeMT.so.1"  # the one for programs with threads


class CrashingCluster(Cluster):
    """A PostgreSQL that keeps its promises (each commit is on the disk) and is stopped in immediate mode."""

    def start(self) -> None:
        """Start it, for the first time or after a crash."""
        command = [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.folder), "-h", ""]
        self.server = Server(command, self.folder / "log", signal="QUIT", cwd=self.folder, **self.identity)
        self.server.wait_until(self._answers)


def find_faketime() -> Path | None:
    """Return libfaketime, or None if this machine has none (Debian's package `libfaketime`)."""
    folders = [Path("/usr/lib/faketime"), Path(f"/usr/lib/{platform.machine()}-linux-gnu/faketime")]
    return next((folder / LIBRARY for folder in folders if (folder / LIBRARY).exists()), None)


class Clock:
    """The wall clock of every process of the product; the monotonic one goes on as it was."""

    def __init__(self, library: Path, folder: Path) -> None:
        self.file = folder / "clock"
        self.jump_to(0)
        self.env = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump_to(self, offset_s: int) -> None:
        """Set the clock this many seconds off the real one."""
        part = self.file.with_suffix(".part")
        part.write_text(f"{offset_s:+d}\n")
        os.replace(part, self.file)


def mount_tmpfs(folder: Path, mib: int) -> bool:
    """Give a folder a small disk of its own; returns whether this machine lets us."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "stacklead-faults", str(folder)]
    return runs_as_root() and subprocess.run(words, capture_output=True).returncode == 0


@contextmanager
def full_disk(pids: list[int]) -> Iterator[None]:
    """Refuse these processes every byte that would make a file longer than nothing."""
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
