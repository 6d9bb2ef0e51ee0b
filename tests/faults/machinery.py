"""What some scenarios need beside the product: a PostgreSQL that crashes, a clock that jumps, a disk that is full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.postgres import Cluster
from support.process import Server, runs_as_root

JUMPING = Path(__file__).parent / "jumping"  # holds a sitecustomize.py


class CrashingCluster(Cluster):
    """A PostgreSQL that keeps its promises (each commit is on the disk) and is stopped in immediate mode."""

    def start(self) -> None:
        """Start it, for the first time or after a crash."""
        command = [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.folder), "-h", ""]
        self.server = Server(command, self.folder / "log", signal="QUIT", cwd=self.folder, **self.identity)
        self.server.wait_until(self._answers)

    def pids(self) -> list[int]:
        """Return the processes of the server: the first, and all that it started."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        return [pid, *children_of(pid)]

    def revive(self) -> bool:
        """Start it if it ended, which it does when it cannot write its log; returns whether it had."""
        try:
            os.kill(self.pids()[0], 0)
        except (FileNotFoundError, ProcessLookupError):
            pass
        else:
            return False
        self.stop()  # what held it on its leash
        self.start()
        return True

    def create_url(self) -> str:
        """Create a database with the schema in it and return its URL."""
        return self.fresh_database()


class Clock:
    """The wall clock of every Python process of the product; Redis and the monotonic clock go on as they were.

    Done within Python: with Debian 12's libfaketime (0.9.10) `time.sleep` fails with EINVAL, whatever the offset.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.jump_to(0)
        self.env = {"FAULTS_CLOCK": str(self.file)}

    def jump_to(self, offset_s: int) -> None:
        """Set the clock this many seconds off the real one."""
        part = self.file.with_suffix(".part")
        part.write_text(str(offset_s))
        part.replace(self.file)


def children_of(pid: int) -> list[int]:
    """Return the processes that a process started; none if it is gone."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def mount_tmpfs(folder: Path, mib: int) -> bool:
    """Give a folder a small disk of its own; returns whether this machine lets us."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "stacklead-faults", str(folder)]
    return runs_as_root() and subprocess.run(words, capture_output=True).returncode == 0


@contextmanager
def full_disk(pids: list[int], identity: Mapping[str, Any]) -> Iterator[None]:
    """Refuse these processes, which run as `identity`, every byte that they want to write to a file."""
    _limit_files(pids, "0", identity)
    try:
        yield
    finally:
        _limit_files(pids, "unlimited", identity)


def _limit_files(pids: list[int], size: str, identity: Mapping[str, Any]) -> None:
    """Set the soft limit of each process; one that is gone needs none. A command, because its user must be theirs."""
    for pid in pids:
        subprocess.run(["prlimit", f"--pid={pid}", f"--fsize={size}:"], capture_output=True, **identity)
