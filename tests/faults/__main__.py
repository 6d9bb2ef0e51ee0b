"""`make faults`: hurts the product in every way that it must survive, and counts what went in and what came out.

Every scenario runs on SQLite and on PostgreSQL, two products at a time, because most of a fault is waiting for a lease
to run out. A last product is broken on purpose (200 before the commit) and must be found out.

Prints a table and, as the last line, one JSON object; exits with 1 if anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from faults.broken import EARLY_ANSWER, make_broken
from faults.ledger import Failed
from faults.scenarios import ONLY_ON, SCENARIOS, STORES, Outcome, Plan, run_scenario
from faults.system import end_all

# The long ones first, so that the short ones fill the gaps.
DEFAULT = ("kill", "hang", "noredis", "clock", "flushall", "postgres", "disk", "tmpfs")
CONTROL_CALLS = 100
CONTROL_PATIENCE_S = 20.0  # what is lost does not come later


def main() -> int:
    options = parse_options()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, interrupt)
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    print(f"seed {seed}; {options.connections} connections, {options.calls} acknowledged calls a round", flush=True)
    wanted = [
        (name, store)
        for name in options.scenario or DEFAULT
        for store in options.store or STORES
        if store in ONLY_ON.get(name, STORES)
    ]
    with ThreadPoolExecutor(options.at_once) as pool:
        started = {(name, store): pool.submit(run, make_plan(options, name, store, seed)) for name, store in wanted}
        control = None if options.scenario else pool.submit(run_control, options.connections, seed)
        outcomes, failures = collect(started)
    is_sound = control is None or is_found_out(control)
    print_table(outcomes)
    print(json.dumps(summarise(outcomes, failures if is_sound else [*failures, "control"], seed)), flush=True)
    return 0 if is_sound and is_good(outcomes, failures) else 1


def interrupt(signum: int, _frame: object) -> None:
    """End what was started, and ourselves without waiting for it."""
    end_all()
    os._exit(128 + signum)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="repeat it for several; else all")
    parser.add_argument("--store", action="append", choices=STORES, help="else both")
    parser.add_argument("--kills", type=int, default=20, help="rounds of kill")
    parser.add_argument("--rounds", type=int, default=1, help="of each other scenario")
    parser.add_argument("--calls", type=int, default=1000, help="acknowledged calls in each round")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--at-once", type=int, default=2, help="products that run side by side")
    parser.add_argument("--seed", type=int, help="of the random moments; printed")
    return parser.parse_args()


def make_plan(options: argparse.Namespace, name: str, store: str, seed: int) -> Plan:
    return Plan(
        name=name,
        rounds=options.kills if name == "kill" else options.rounds,
        calls=options.calls,
        connections=options.connections,
        store=store,
        seed=seed,
    )


def run(plan: Plan) -> Outcome:
    """Run one scenario on a thread of its own."""
    return asyncio.run(run_scenario(plan))


def run_control(connections: int, seed: int) -> Outcome:
    """Run a build that answers 200 before the commit; the harness must find that calls are lost."""
    with tempfile.TemporaryDirectory(prefix="sl-broken-") as folder:
        plan = Plan(
            name="web",
            rounds=1,
            calls=CONTROL_CALLS,
            connections=connections,
            store="sqlite",
            seed=seed,
            source=make_broken(Path(folder), EARLY_ANSWER),
            patience_s=CONTROL_PATIENCE_S,
        )
        return run(plan)


def collect(started: dict[tuple[str, str], Future[Outcome]]) -> tuple[list[Outcome], list[str]]:
    """Wait for all; return what came of them, and the names of those that could not come to their end."""
    outcomes: list[Outcome] = []
    failures: list[str] = []
    for (name, store), future in started.items():
        try:
            outcomes.append(future.result())
        except pytest.skip.Exception as exc:
            print(f"  {name} on {store} SKIPPED: {exc}", flush=True)
        except (Exception, pytest.fail.Exception) as exc:  # noqa: BLE001 (whatever it is, the others are told of)
            what = exc if isinstance(exc, Failed) else "".join(traceback.format_exception(exc))
            print(f"  {name} on {store} FAILED: {what}", flush=True)
            failures.append(f"{name} on {store}")
    return outcomes, failures


def is_found_out(control: Future[Outcome]) -> bool:
    outcome = control.result()
    lost = len(outcome.account.lost)
    print(
        f"\ncontrol: a build that answers before the commit lost {lost} of {outcome.acknowledged}, as it must", end=""
    )
    print("" if lost else ": IT LOST NOTHING, so the zeros below mean nothing", flush=True)
    return lost > 0


def print_table(outcomes: Sequence[Outcome]) -> None:
    print(
        f"\n{'scenario':<10}{'on':<10}{'rounds':>6}{'acknowledged':>14}{'lost':>6}{'doubled':>9}{'altered':>9}"
        f"{'unasked':>9}{'recovery s':>12}{'seconds':>9}  other answers"
    )
    for one in outcomes:
        account = one.account
        answers = ", ".join(f"{count} x {what}" for what, count in sorted(one.refused.items())) or "-"
        print(
            f"{one.name:<10}{one.store:<10}{one.rounds:>6}{one.acknowledged:>14}{len(account.lost):>6}"
            f"{len(account.doubled):>9}{len(account.altered):>9}{len(account.unasked):>9}{one.recovery_s:>12.1f}"
            f"{one.seconds:>9.1f}  {answers}"
        )
        for line in [*one.notes, *[bad for group in bad_lists(one) for bad in group[:5]]]:
            print(f"    {line}")
    print(flush=True)


def bad_lists(one: Outcome) -> list[list[str]]:
    account = one.account
    return [account.lost, account.doubled, account.altered, account.unasked]


def is_good(outcomes: Sequence[Outcome], failures: Sequence[str]) -> bool:
    return bool(outcomes) and not failures and all(one.account.is_clean for one in outcomes)


def summarise(outcomes: Sequence[Outcome], failures: Sequence[str], seed: int) -> dict[str, Any]:
    return {
        "rounds": sum(one.rounds for one in outcomes),
        "acknowledged": sum(one.acknowledged for one in outcomes),
        "lost": sum(len(one.account.lost) for one in outcomes),
        "doubled": sum(len(one.account.doubled) for one in outcomes),
        "altered": sum(len(one.account.altered) for one in outcomes),
        "unasked": sum(len(one.account.unasked) for one in outcomes),
        "failed": list(failures),
        "seed": seed,
        "scenarios": {
            f"{one.name} on {one.store}": {
                "rounds": one.rounds,
                "acknowledged": one.acknowledged,
                "lost": len(one.account.lost),
                "doubled": len(one.account.doubled),
                "altered": len(one.account.altered),
                "unasked": len(one.account.unasked),
                "recovery_s": round(one.recovery_s, 1),
                "refused": one.refused,
            }
            for one in outcomes
        },
    }


if __name__ == "__main__":
    sys.exit(main())
