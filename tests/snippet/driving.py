"""Runs the driver of the page cases: `node tests/snippet/run.mjs` in one engine, its results as JSON."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from machine import need, need_node

ENGINES = ("chromium", "firefox", "webkit")
HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
LIMIT_S = 1800
_NO_ENGINE = 3


def drive(engine: str, report: Path, *options: str | Path) -> dict[str, Any]:
    """Run cases in an engine; returns each result by its case's name. Skips the test where there is no such engine."""
    command = [need_node(), HERE / "run.mjs", "--engine", engine, "--json", report, *options]
    driver = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said, _ = driver.communicate(timeout=LIMIT_S)
    finally:
        driver.terminate()  # which ends its browsers too
        driver.wait()
    if driver.returncode == _NO_ENGINE:
        need(engine, None)
    assert report.exists(), f"the driver ended with {driver.returncode}:\n{said}"
    return {result["name"]: result for result in json.loads(report.read_text())["results"]}


def case_names(engine: str, corpus: Path = CORPUS) -> Sequence[str]:
    """Return the names of the cases that an engine has to pass."""
    found = sorted(corpus.rglob("*.json"))
    return [
        str(path.relative_to(corpus).with_suffix(""))
        for path in found
        if engine in json.loads(path.read_text()).get("engines", ENGINES)
    ]
