"""The one Chromium that all browser tests of a run share: Playwright's sync API can be started only once per thread."""

from __future__ import annotations

import atexit
import os
import shutil
from functools import cache

import pytest
from playwright.sync_api import Browser, sync_playwright

QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """Return the browser to drive: STACKLEAD_CHROMIUM, else the one on the path, else None for Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("STACKLEAD_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@cache
def chromium() -> Browser:
    """Start Chromium once. Where there is none: skip loudly, or fail if STACKLEAD_TEST_REQUIRE names chromium."""
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    try:
        return playwright.chromium.launch(executable_path=chromium_path(), args=QUIET + as_root)
    except Exception as problem:
        if "chromium" in os.environ.get("STACKLEAD_TEST_REQUIRE", ""):
            raise
        pytest.skip(f"no Chromium: {str(problem).splitlines()[0]}")
