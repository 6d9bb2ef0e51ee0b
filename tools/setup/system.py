"""Runs commands quietly, and Debian's package manager where that is allowed."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from step import ROOT, CannotHave

# Node trusts only the authorities that it was built with; those of the machine count too (company proxies).
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def run(command: Sequence[str | Path], **environment: str) -> None:
    """Run a command in the project's folder without showing its output.

    Raises:
        CannotHave: it could not be started or failed; the details are the end of what it printed.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=ROOT,
            env={**_trust(), **os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as exc:
        raise CannotHave(f"    {words[0]}: {exc}") from exc
    if done.returncode:
        raise CannotHave("\n".join(f"    {line}" for line in [f"{' '.join(words)} said:", *_gist(done.stdout)]))


def _trust() -> dict[str, str]:
    return {"NODE_EXTRA_CA_CERTS": str(_CERTIFICATES)} if _CERTIFICATES.exists() else {}


def _gist(output: str) -> list[str]:
    """Some tools name the fault at the start and some at the end."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    return lines if len(lines) <= 14 else [*lines[:6], "...", *lines[-8:]]


def prints(command: Sequence[str | Path]) -> str:
    """Return what a command prints, empty if it cannot be run or fails."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def is_debian_like() -> bool:
    """Return True where apt-get is the package manager."""
    return Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def apt_install(*packages: str) -> None:
    """Install Debian packages; only as root, never by sudo.

    Raises:
        CannotHave: not root, not a Debian-like system, or apt failed.
    """
    if os.geteuid() != 0:
        raise CannotHave("    only root may install packages")
    if not is_debian_like():
        raise CannotHave("    this system has no apt-get")
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    try:
        run(install, DEBIAN_FRONTEND="noninteractive")
    except CannotHave:  # the package lists are absent or old
        run(["apt-get", "update"])
        run(install, DEBIAN_FRONTEND="noninteractive")
