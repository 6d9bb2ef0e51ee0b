"""What the demo writes down for programs and for its own next start: `demo.json` in its data directory."""

import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class AlreadyRunning(Exception):
    """Another demo uses the data directory."""


@contextmanager
def only_one(data_dir: Path) -> Generator[None]:
    """Hold the data directory.

    Raises:
        AlreadyRunning: somebody else does.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise AlreadyRunning(f"A demo already runs with the data in {data_dir}.") from exc
        yield


def read_notes(data_dir: Path) -> dict[str, Any]:
    """Return what was written last, or nothing."""
    try:
        return json.loads((data_dir / "demo.json").read_text())
    except (OSError, ValueError):
        return {}


def write_notes(data_dir: Path, notes: dict[str, Any]) -> None:
    """Replace `demo.json`; it holds keys, so that only its owner may read it."""
    aside = data_dir / "demo.json.new"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(notes, file, indent=2)
        file.write("\n")
    aside.replace(data_dir / "demo.json")
