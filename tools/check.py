"""Runs the project's checks and tests, times each, and says at the end what failed: `make check`, `make test`.

    python tools/check.py quick|all [name ...]

Static checks run two at a time and show their output only if they fail; tests run one suite after the other and
show theirs as they go. Names choose some of the checks: `python tools/check.py all ruff unit`.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "reports"
PYTHON_CODE = [name for name in ("server", "tests", "tools", "bench", "accuracy") if (ROOT / name).exists()]
HAS_NODE = (ROOT / "node_modules").exists()
IS_NODE_REQUIRED = "node" in os.environ.get("STACKLEAD_TEST_REQUIRE", "").split(",")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one check: how many passed, failed and were skipped, its seconds and what it printed."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    output: str = ""


@dataclass(frozen=True, kw_only=True)
class Check:
    """A static check: passes if its command exits with 0."""

    name: str
    command: Sequence[str] | Callable[[], str]
    needs_node: bool = False


def rebuild_differs() -> str:
    """Build the script anew and compare with what is committed; the committed files stay. Returns what is wrong."""
    dist = ROOT / "snippet" / "dist"
    committed = read_files(dist)
    try:
        built = subprocess.run(["npm", "run", "--silent", "build"], cwd=ROOT, capture_output=True, text=True)
        made = read_files(dist)
    finally:
        for name in read_files(dist).keys() - committed.keys():
            (dist / name).unlink()
        for name, content in committed.items():
            (dist / name).write_bytes(content)
    if built.returncode:
        return built.stdout + built.stderr
    changed = sorted(name for name in made.keys() | committed.keys() if made.get(name) != committed.get(name))
    return f"snippet/dist is not what `make build` makes: {', '.join(changed)}" if changed else ""


def read_files(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


QUICK = (
    Check(name="ruff format", command=["ruff", "format", "--check", "--quiet", "--diff", *PYTHON_CODE]),
    Check(name="ruff check", command=["ruff", "check", "--quiet", *PYTHON_CODE]),
    Check(name="import-linter", command=["lint-imports", "--no-cache", "--no-logo"]),
    Check(name="pyright", command=["node_modules/.bin/pyright"], needs_node=True),
    Check(name="tsc and biome", command=["npm", "run", "--silent", "check"], needs_node=True),
)
SLOW = (
    Check(name="size budget", command=["npm", "run", "--silent", "size"], needs_node=True),
    Check(name="dist is reproducible", command=rebuild_differs, needs_node=True),
)
SUITES = {"unit": "tests/unit", "e2e": "tests/e2e", "snippet": "tests/snippet", "faults": "tests/faults"}
# These share nothing, and much of each is waiting: for a lease, a hang, a page. More than a few processes would start
# more servers than they save.
SIDE_BY_SIDE = {
    "unit": [f"--numprocesses={min(4, 2 * (os.cpu_count() or 1))}", "--dist=worksteal"],
    "e2e": ["--numprocesses=2", "--dist=loadfile"],  # a product and a browser each
    "faults": ["--numprocesses=2", "--dist=loadfile"],
}


def main(scope: str, wanted: Sequence[str]) -> int:
    """Run the checks of a scope (`quick` or `all`) whose names contain a wanted word; returns the exit code."""
    started = time.monotonic()
    checks = [check for check in (QUICK if scope == "quick" else QUICK + SLOW) if is_wanted(check.name, wanted)]
    suites = [name for name in (["unit"] if scope == "quick" else SUITES) if is_wanted(name, wanted)]
    outcomes: list[Outcome] = []
    # The build writes snippet/dist for a moment, so nothing that reads it may run beside it.
    alone = [check for check in checks if callable(check.command)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes += pool.map(run_check, [check for check in checks if check not in alone])
    outcomes += map(run_check, alone)
    outcomes += [run_suite(name, SUITES[name]) for name in suites if (ROOT / SUITES[name]).exists()]
    return summarise(outcomes, time.monotonic() - started)


def is_wanted(name: str, wanted: Sequence[str]) -> bool:
    """Return True if no check was asked for by name, or this one was."""
    return not wanted or any(word in name for word in wanted)


def run_check(check: Check) -> Outcome:
    """Run one static check; shows its output if it fails."""
    if check.needs_node and not HAS_NODE:
        print(f"  {check.name:<24} {'FAILED' if IS_NODE_REQUIRED else 'skipped'}: there is no Node", flush=True)
        return Outcome(name=check.name, failed=int(IS_NODE_REQUIRED), skipped=int(not IS_NODE_REQUIRED))
    started = time.monotonic()
    output, has_passed = run_command(check.command)
    seconds = time.monotonic() - started
    if has_passed:
        print(f"  {check.name:<24} ok     {seconds:7.1f} s", flush=True)
        return Outcome(name=check.name, passed=1, seconds=seconds)
    print(f"  {check.name:<24} FAILED {seconds:7.1f} s\n{output}", flush=True)
    return Outcome(name=check.name, failed=1, seconds=seconds, output=output)


def run_command(command: Sequence[str] | Callable[[], str]) -> tuple[str, bool]:
    """Run a command or function. Returns what it said, and whether it passed."""
    if callable(command):
        complaint = command()
        return complaint, not complaint
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except OSError as exc:
        return str(exc), False
    return done.stdout, done.returncode == 0


def run_suite(name: str, folder: str) -> Outcome:
    """Run one folder of tests with pytest, its output shown as it goes."""
    report = REPORTS / f"{name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", folder, f"--junitxml={report}", *SIDE_BY_SIDE.get(name, ())]
    code = subprocess.run(command, cwd=ROOT).returncode
    seconds = time.monotonic() - started
    if code == 5:  # pytest's word for "there is nothing to run"
        return Outcome(name=name, seconds=seconds)
    try:
        suite = ET.parse(report).getroot().find("testsuite")
    except (OSError, ET.ParseError):
        suite = None
    if suite is None:
        return Outcome(name=name, failed=1, seconds=seconds)
    count = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    passed = count["tests"] - failed - count["skipped"]
    is_broken = code != 0 and failed == 0  # a warning at the very end, an interrupted run
    return Outcome(name=name, passed=passed, failed=failed + is_broken, skipped=count["skipped"], seconds=seconds)


def summarise(outcomes: Sequence[Outcome], seconds: float) -> int:
    """Print the table and the closing line; returns the exit code."""
    print(f"\n{'':28}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>10}")
    for one in outcomes:
        print(f"  {one.name:<26}{one.passed:>8}{one.failed:>8}{one.skipped:>9}{one.seconds:>10.1f}")
    passed, failed, skipped = (sum(getattr(one, key) for one in outcomes) for key in ("passed", "failed", "skipped"))
    if failed:
        print(f"\nFailed: {', '.join(one.name for one in outcomes if one.failed)}")
    note = f", {skipped} skipped" if skipped else ""
    print(f"\n{passed} passed, {failed} failed{note} in {seconds:.2f}s")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("quick", "all"):
        sys.exit("usage: python tools/check.py quick|all [name ...]")
    sys.exit(main(sys.argv[1], sys.argv[2:]))
