"""`make faults`: hurts the product in every way that it must survive, and counts what went in and what came out.

Prints a table and, as the last line, one JSON object; exits with 1 if anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from faults.ledger import Failed
from faults.requests import run_requests
from faults.scenarios import SCENARIOS, Outcome, Plan, run_scenario

DEFAULT = ("kill", "flushall", "noredis", "postgres", "disk", "tmpfs", "hang", "clock")


def main() -> int:
    options = parse_options()
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    if options.scenario == ["requests"]:
        return measure_requests(options.requests, options.store, seed)
    print(f"seed {seed}; {options.connections} connections, {options.calls} acknowledged calls a round")
    outcomes: list[Outcome] = []
    failures: list[str] = []
    for name in options.scenario or DEFAULT:
        plan = Plan(
            rounds=options.rounds if options.rounds else (20 if name == "kill" else 1),
            calls=options.calls,
            connections=options.connections,
            store=options.store,
            seed=seed,
        )
        try:
            outcomes.append(asyncio.run(run_scenario(name, plan)))
        except pytest.skip.Exception as exc:
            print(f"  {name:<9} SKIPPED: {exc}", flush=True)
        except (Failed, pytest.fail.Exception) as exc:
            print(f"  {name:<9} FAILED: {exc}", flush=True)
            failures.append(name)
    print_table(outcomes)
    print(json.dumps(summarise(outcomes, failures, seed, options.store)))
    return 0 if is_good(outcomes, failures) else 1


def measure_requests(count: int, store: str, seed: int) -> int:
    """`--scenario requests`, a command of its own: there is nothing to lose but what was sent wrong."""
    report = asyncio.run(run_requests(count, store=store, number=seed))
    for way, number in sorted(report.ways.items()):
        print(f"  {number:>6}  {way}")
    for complaint in report.complaints:
        print(f"  {complaint}")
    print(json.dumps({**report.summarise(), "seed": seed, "store": store}))
    return 0 if report.is_good else 1


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument(
        "--scenario", action="append", choices=[*SCENARIOS, "requests"], help="repeat it for several; requests alone"
    )
    parser.add_argument("--requests", type=int, default=10_000, help="of the scenario of that name")
    parser.add_argument("--rounds", type=int, help="of each scenario; else 20 of kill and 1 of each other")
    parser.add_argument("--calls", type=int, default=1000, help="acknowledged calls in each round")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, help="of the random moments; printed")
    return parser.parse_args()


def print_table(outcomes: Sequence[Outcome]) -> None:
    print(
        f"\n{'scenario':<10}{'rounds':>7}{'acknowledged':>14}{'lost':>6}{'doubled':>9}{'altered':>9}{'unasked':>9}"
        f"{'recovery s':>12}{'seconds':>9}  other answers"
    )
    for one in outcomes:
        account = one.account
        print(
            f"{one.name:<10}{one.rounds:>7}{one.acknowledged:>14}{len(account.lost):>6}{len(account.doubled):>9}"
            f"{len(account.altered):>9}{len(account.unasked):>9}{one.recovery_s:>12.1f}{one.seconds:>9.1f}"
            f"  {', '.join(f'{count} x {what}' for what, count in sorted(one.refused.items())) or '-'}"
        )
        for line in [*one.notes, *[bad for group in bad_lists(one) for bad in group[:5]]]:
            print(f"    {line}")
    print(flush=True)


def bad_lists(one: Outcome) -> list[list[str]]:
    account = one.account
    return [account.lost, account.doubled, account.altered, account.unasked]


def is_good(outcomes: Sequence[Outcome], failures: Sequence[str]) -> bool:
    return bool(outcomes) and not failures and all(one.account.is_clean for one in outcomes)


def summarise(outcomes: Sequence[Outcome], failures: Sequence[str], seed: int, store: str) -> dict[str, Any]:
    return {
        "rounds": sum(one.rounds for one in outcomes),
        "acknowledged": sum(one.acknowledged for one in outcomes),
        "lost": sum(len(one.account.lost) for one in outcomes),
        "doubled": sum(len(one.account.doubled) for one in outcomes),
        "altered": sum(len(one.account.altered) for one in outcomes),
        "unasked": sum(len(one.account.unasked) for one in outcomes),
        "failed": list(failures),
        "seed": seed,
        "store": store,
        "scenarios": {
            one.name: {
                "rounds": one.rounds,
                "acknowledged": one.acknowledged,
                "lost": len(one.account.lost),
                "doubled": len(one.account.doubled),
                "recovery_s": round(one.recovery_s, 1),
                "refused": one.refused,
            }
            for one in outcomes
        },
    }


if __name__ == "__main__":
    sys.exit(main())
