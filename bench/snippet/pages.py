"""The page cases of tests/snippet/corpus in Chromium, counted as the saved forms are."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bench.processes import Failed
from bench.snippet.rates import Tally

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "snippet" / "corpus"
_STATES = {"ok": "ok", "hang": "hang", "cut": "blocked"}


def measure(dist: Path, folder: Path) -> dict[str, Any]:
    """Run the driver and count. Returns rates and counts by the names of the closing JSON object."""
    report = folder / "pages.json"
    print("Pages of the repo, in Chromium ...", flush=True)
    command = ["node", "tests/snippet/run.mjs", "--engine", "chromium", "--json", str(report), "--dist", str(dist)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if not report.exists():
        raise Failed(f"the driver of the page cases ended with {done.returncode}:\n{done.stdout}")
    results: list[dict[str, Any]] = json.loads(report.read_text())["results"]
    for result in results:
        if not result["ok"]:
            print(
                f"  failed: {result['name']}: {', '.join(one['what'] for one in result['problems'])}", file=sys.stderr
            )
    return tally(results)


def tally(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Count the results of the driver, each held against its own case."""
    tally = Tally()
    broken: Counter[str] = Counter(ok=0, hang=0, blocked=0, error500=0)
    leaks = negatives = 0
    for result in results:
        case = json.loads((CORPUS / f"{result['name']}.json").read_text())
        problems = {problem["what"]: problem for problem in result["problems"]}
        broken[_state(case)] += "own" in problems
        leaks += "never" in problems
        expected: list[dict[str, Any]] = case["expect"]["people"]
        is_login = "login" in result["name"]
        tally.logins += is_login and not expected
        if expected:
            _add_people(tally, expected, problems)
        elif is_login:
            tally.login_captures += bool(result["calls"])
        else:
            negatives += bool(result["calls"])
    return {
        **tally.of(),
        "leaks": leaks,
        "broken_submits": dict(broken),
        "negative_calls": negatives,
        "pages": len(results),
        "pages_passed": sum(result["ok"] for result in results),
    }


def _state(case: dict[str, Any]) -> str:
    endpoint = case.get("endpoint", "ok")
    first = endpoint[0] if isinstance(endpoint, list) else endpoint
    return _STATES.get(first, "error500")


def _add_people(tally: Tally, expected: list[dict[str, Any]], problems: dict[str, Any]) -> None:
    got = problems["people"]["got"] if "people" in problems else expected
    left = [one for one in got if isinstance(one, dict)]
    for person in expected:
        found = next((one for one in left if one.get("email") == person.get("email")), None)
        if found is not None:
            left.remove(found)
        given = found or {}
        fields = [(name, given.get(name) == value) for name, value in person.items()]
        wrong = sum(given[name] != person.get(name) for name in given)
        tally.add_lead(found is not None, fields, wrong)
    tally.wrong += sum(len(one) for one in left)  # people who should not be there
