"""The faults of `make faults`, shorter and side by side: nothing that was acknowledged is lost or doubled."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from machine import need_postgres, need_redis

ROOT = Path(__file__).resolve().parents[2]
# Most of each is waiting for a lease to run out, so they wait together. Rounds and calls are those of two busy cores.
RUNS = {
    "kill": ["--rounds", "4", "--calls", "40"],
    "postgres": ["--calls", "60"],
    "disk": ["--calls", "60"],
    "hang": ["--calls", "40"],
    "clock": ["--calls", "40"],
    "noredis": ["--calls", "60"],
    "flushall": ["--calls", "60"],
}
LONG_S = 400


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Every scenario in a process of its own; PostgreSQL's only where there is one."""
    need_redis()
    names = [name for name in RUNS if name != "postgres" or _has_postgres()]
    started = {name: start(name, *RUNS[name]) for name in names}
    yield started
    for process in started.values():
        process.kill()
        process.communicate()


def start(name: str, *options: str) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'server'}{os.pathsep}{ROOT / 'tests'}"}
    command = [sys.executable, "-m", "faults", "--scenario", name, *options]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _has_postgres() -> bool:
    try:
        return bool(need_postgres())
    except BaseException:  # a skip, or a failure where it is required: the test that asks itself says it
        return False


@pytest.mark.parametrize("name", RUNS)
def test_nothing_acknowledged_is_lost_or_doubled(name: str, runs: dict[str, subprocess.Popen[str]]) -> None:
    if name == "postgres":
        need_postgres()
    output, _ = runs[name].communicate(timeout=LONG_S)
    assert runs[name].returncode == 0, output
    figures = json.loads(output.splitlines()[-1])
    assert figures["acknowledged"] >= int(RUNS[name][-1])
    assert (figures["lost"], figures["doubled"]) == (0, 0)
