"""The faults of `make faults`, each once and small: nothing that was acknowledged is lost or doubled."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from machine import need_postgres, need_redis
from support.process import runs_as_root

ROOT = Path(__file__).resolve().parents[2]
# Most of each is waiting for a lease to run out, so all of them wait side by side.
SMALL = ("--calls", "60", "--connections", "12", "--at-once", "7")
RUNS = {
    "sqlite": ["kill", "hang", "noredis", "clock", "flushall", "disk", *(["tmpfs"] if runs_as_root() else [])],
    "postgres": ["kill", "postgres"],
}
KILLS = "5"  # one of each kind: web, worker, Redis, all three, the whole program
CASES = [(name, store) for store, names in RUNS.items() for name in names]
PATIENCE_S = 900  # on a machine that has other things to do

Outcomes = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Outcomes, str]]]:
    """Return, by store, what came of each scenario, and all that was printed."""
    need_redis()
    folder = tmp_path_factory.mktemp("faults")
    stores = [store for store in RUNS if store != "postgres" or has_postgres()]
    started = {store: start(store, folder / store) for store in stores}
    try:
        yield {store: finish(process, folder / store) for store, process in started.items()}
    finally:
        for process in started.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)  # with all that it started
                process.wait()


def start(store: str, log: Path) -> subprocess.Popen[bytes]:
    scenarios = [word for name in RUNS[store] for word in ("--scenario", name)]
    command = [sys.executable, "-W", "ignore", "-m", "faults", "--store", store, *SMALL, "--kills", KILLS, *scenarios]
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'server'}{os.pathsep}{ROOT / 'tests'}"}
    with log.open("wb") as output:
        return subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)


def finish(process: subprocess.Popen[bytes], log: Path) -> tuple[Outcomes, str]:
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        return {}, f"not at its end after {PATIENCE_S} s:\n{log.read_text()}"
    output = log.read_text()
    last = output.splitlines()[-1] if output else ""
    return (json.loads(last)["scenarios"] if last.startswith("{") else {}), output


def has_postgres() -> bool:
    try:
        return bool(need_postgres())
    except (pytest.skip.Exception, pytest.fail.Exception):  # the test that asks itself says it
        return False


@pytest.mark.parametrize(("name", "store"), CASES)
def test_nothing_acknowledged_is_lost_or_doubled(name: str, store: str, runs: dict[str, tuple[Outcomes, str]]) -> None:
    if store == "postgres":
        need_postgres()
    outcomes, output = runs[store]
    assert f"{name} on {store}" in outcomes, output
    outcome = outcomes[f"{name} on {store}"]
    assert [outcome[what] for what in ("lost", "doubled", "altered", "unasked")] == [0, 0, 0, 0], output
    assert outcome["acknowledged"] >= 60, output
