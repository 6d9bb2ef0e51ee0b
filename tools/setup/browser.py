"""A Chromium for the tests that drive real pages."""

import os
import shutil
from pathlib import Path

from packages import PYTHON
from step import CannotHave, Step
from system import apt_install, prints, run

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return a browser that starts: the machine's, else the one that Playwright keeps."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    mac = Path.home() / "Library" / "Caches" / "ms-playwright"
    programs = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    return next((str(p) for place in (folder, mac) for pattern in programs for p in place.glob(pattern)), None)


def _install() -> None:
    """Debian's package where there is one (Ubuntu's is a snap, which containers cannot run), else Playwright's."""
    if "ID=debian" in _os_release():
        try:
            apt_install("chromium")
        except CannotHave:
            pass
        else:
            return
    run([PYTHON, "-m", "playwright", "install", "chromium"])
    found = find_chromium()
    if found and prints([found, "--version"]):
        return
    if os.geteuid() != 0:
        raise CannotHave("    Chromium is here, but system libraries that it needs are not")
    run([PYTHON, "-m", "playwright", "install-deps", "chromium"])


def _os_release() -> list[str]:
    try:
        return Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return []


chromium = Step(
    name="Browser",
    reason="Chromium, in which the tests fill in forms",
    is_needed=lambda: find_chromium() is None,
    run=_install,
    is_required=False,
    cost="tests in a browser are skipped.",
    command="sudo .venv/bin/python -m playwright install --with-deps chromium",
)
