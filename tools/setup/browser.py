"""The browsers for the tests that drive real pages: Chromium, Firefox, and WebKit with a display of its own."""

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


def _has_firefox() -> bool:
    return any(map(shutil.which, ("firefox-esr", "firefox")))


def _has_webkit() -> bool:
    """The driver brings the browser with it; it needs a display, and machines that run tests have none."""
    return shutil.which("WebKitWebDriver") is not None and shutil.which("Xvfb") is not None


firefox = Step(
    name="Firefox",
    reason="the second engine of the page cases; apt's firefox-esr",
    is_needed=lambda: not _has_firefox(),
    run=lambda: apt_install("firefox-esr"),
    is_required=False,
    cost="the page cases are not run in Firefox.",
    command="sudo apt-get install firefox-esr",
)
webkit = Step(
    name="WebKit",
    reason="the third; apt's webkit2gtk-driver and xvfb",
    is_needed=lambda: not _has_webkit(),
    run=lambda: apt_install("webkit2gtk-driver", "xvfb"),
    is_required=False,
    cost="the page cases are not run in WebKit.",
    command="sudo apt-get install webkit2gtk-driver xvfb",
)
