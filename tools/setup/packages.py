"""Python: the virtual environment, the locked packages and the program itself."""

import json
import shutil
import sys
import tomllib
import venv

from step import MARKS, ROOT, VENV, CannotHave, Step, digest, is_marked, mark
from system import prints, run

PYTHON = VENV / "bin" / "python"
PROGRAM = VENV / "bin" / "stacklead"
RUN_LOCK = "requirements.lock"
TEST_LOCK = "requirements-test.lock"


def _is_foreign() -> bool:
    """A `.venv` that is a link belongs to somebody else: it is used as it is."""
    return VENV.is_symlink()


def _environment_is_needed() -> bool:
    if _is_foreign():
        return False
    # The scripts inside carry the folder's name, so a moved checkout needs a new one.
    return not (is_marked("place", str(ROOT)) and prints([PYTHON, "-c", "print(1)"]) == "1")


def _make_environment() -> None:
    try:
        shutil.rmtree(VENV, ignore_errors=True)
        venv.create(VENV, with_pip=True, symlinks=True)
    except Exception as exc:
        raise CannotHave(f"    {exc}") from exc
    MARKS.mkdir()
    mark("place", str(ROOT))


def _lock_digest(name: str) -> str:
    return digest((ROOT / name).read_bytes())


def _lock_is_needed(name: str) -> bool:
    return not _is_foreign() and not is_marked(name, _lock_digest(name))


def install_lock(name: str) -> None:
    """Install exactly what a lock file names, each file checked by its hash, nothing built on the way."""
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    exactly = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    run([PYTHON, "-m", "pip", "install", *options, *exactly, "-r", name])
    mark(name, _lock_digest(name))


def _install_for_testing() -> None:
    install_lock(TEST_LOCK)
    mark(RUN_LOCK, _lock_digest(RUN_LOCK))  # the test lock holds all of it (tests/unit/test_locks.py)


def _count(name: str) -> int:
    return sum(1 for line in (ROOT / name).read_text().splitlines() if "==" in line)


def _program_digest() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    what_matters = [project["project"], project["build-system"], project["tool"]["hatch"]]
    return digest(json.dumps(what_matters, sort_keys=True))


def _program_is_needed() -> bool:
    return not _is_foreign() and not (PROGRAM.exists() and is_marked("program", _program_digest()))


def _install_program() -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    run([PYTHON, "-m", "pip", "install", *quiet, "--no-deps", "--no-build-isolation", "--no-index", "--editable", "."])
    mark("program", _program_digest())


environment = Step(
    name="Python",
    reason=f"an environment of its own, from {sys.executable}",
    is_needed=_environment_is_needed,
    run=_make_environment,
)
for_running = Step(
    name="Packages",
    reason=f"the {_count(RUN_LOCK)} packages of {RUN_LOCK}, checked by hash",
    is_needed=lambda: _lock_is_needed(RUN_LOCK),
    run=lambda: install_lock(RUN_LOCK),
)
for_testing = Step(
    name="Packages",
    reason=f"the {_count(TEST_LOCK)} packages of {TEST_LOCK}, checked by hash",
    is_needed=lambda: _lock_is_needed(TEST_LOCK),
    run=_install_for_testing,
)
program = Step(
    name="StackLead",
    reason="the program, .venv/bin/stacklead",
    is_needed=_program_is_needed,
    run=_install_program,
)
