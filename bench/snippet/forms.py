"""Saved forms of real sites, beside the checkout: runs their own harness, once for each state of the endpoint."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import Failed
from bench.snippet.rates import Tally

STATES = ("ok", "hang", "blocked", "error500")
LEADS = ("signup", "newsletter", "contact", "checkout")
KEY = '{"client_key": "client_abc123"}'
LIMIT_S = 3600


def absence(place: Path) -> str:
    """Say what is missing for this measurement; empty if nothing is."""
    if not (place / "forms_bench.py").exists():
        return f"there is no {place}"
    if os.geteuid() != 0:
        return "the harness listens on ports 80 and 443 of loopback, which only root may"
    missing = [name for name in ("openssl", "chromium") if not shutil.which(name)]
    return f"there is no {' and no '.join(missing)}" if missing else ""


@dataclass(frozen=True)
class Runs:
    """How to run the harness: where it lies, what to measure, where its results go."""

    place: Path
    dist: Path
    folder: Path
    sample: int | None
    ip_offset: int

    def measure(self, states: Sequence[str]) -> dict[str, Any]:
        """Run each state of the endpoint. Returns rates and counts by the names of the closing JSON object."""
        found = {state: self._run(state) for state in states}
        first = found[states[0]]
        results: list[dict[str, Any]] = first["results"]
        every = [one for run in found.values() for one in run["results"]]
        preflights = sum(one["preflights"] for one in every)
        print(f"  {len(results)} cases; preflights: {preflights}; cases that never came back: {_hung(found)}")
        return {
            **_rates(results),
            "leaks": sum(bool(one["leak"]) for one in every),
            "broken_submits": {state: _broken(run) for state, run in found.items()},
            "negative_calls": sum(one["n_calls"] > 0 for one in results if one["cls"] == "negative"),
        }

    def _run(self, state: str) -> dict[str, Any]:
        out = self.folder / f"forms-{state}.json"
        print(f"Saved forms of real sites, endpoint: {state} ...", flush=True)
        where = ["--out", out, "--certdir", self.folder / "cert", "--ip-offset", self.ip_offset]
        what = ["--snippet", self.dist / "stacklead.js", "--config", KEY, "--endpoint", state, "--no-cost"]
        some = ["--sample", self.sample] if self.sample else []
        command = [sys.executable, self.place / "forms_bench.py", *what, *where, *some]
        environment = {**os.environ, "CHROME": shutil.which("chromium") or "", "PYTHONDONTWRITEBYTECODE": "1"}
        with (self.folder / f"forms-{state}.log").open("w") as log:
            words = [str(word) for word in command]
            done = subprocess.run(words, stdout=log, stderr=log, cwd=self.folder, env=environment, timeout=LIMIT_S)
        if done.returncode or not out.exists():
            raise Failed(f"the harness ended with {done.returncode}:\n{Path(log.name).read_text()[-2000:]}")
        return json.loads(out.read_text())


def _rates(results: list[dict[str, Any]]) -> dict[str, Any]:
    tally = Tally()
    for one in results:
        if one["cls"] in LEADS:
            fields = [(name, strict) for name, (strict, _) in one["fields"].items()]
            tally.add_lead(one["captured"], fields, len(one["wrong"]) + len(one["bad_email"]))
        elif one["cls"] == "login":
            tally.logins += 1
            tally.login_captures += one["captured"] or one["n_calls"] > 0
    return tally.of()


def _hung(runs: dict[str, Any]) -> str:
    return ", ".join(f"{one['id']} ({state})" for state, run in runs.items() for one in run["failed"]) or "none"


def _broken(run: dict[str, Any]) -> int:
    """Own submits that were lost, doubled or altered; a page that never came back is broken too."""
    return sum(one["own"] not in ("ok", "n/a") for one in run["results"]) + len(run["failed"])
