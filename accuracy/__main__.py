"""`make accuracy`: how much research finds and how much of it is true, in a made-up world; last line: one JSON object.

Seeds: even ones (set A) are for looking while one changes research, odd ones (set B) for reporting. Nothing is tuned
to the faults of an odd seed.
"""

import argparse
import asyncio
import json
import logging
import secrets
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

from accuracy.cast import Cast
from accuracy.judge import Verdict
from accuracy.measure import Checks, Outcome, check_rules, research_all, served


def main() -> int:
    """Run everything; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make accuracy", description=__doc__)
    parser.add_argument("--seed", type=int, help="repeat a world; even: to look at, odd: held out (default: odd)")
    parser.add_argument("--quick", action="store_true", help="30 companies and 60 leads instead of 200 and 400")
    parser.add_argument("--companies", type=int)
    parser.add_argument("--leads", type=int)
    parser.add_argument("--faults", action="store_true", help="list what is wrong; for even seeds only")
    options = parser.parse_args()
    seed = secrets.randbelow(2**31) | 1 if options.seed is None else options.seed
    companies = options.companies or (30 if options.quick else 200)
    leads = options.leads or (60 if options.quick else 400)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    cast = Cast(seed, companies, leads)
    print(f"seed {seed} ({'B, held out' if seed % 2 else 'A, to look at'}): {companies} companies, {leads} leads\n")
    with tempfile.TemporaryDirectory(prefix="stacklead-accuracy-") as folder:
        outcomes, checks = asyncio.run(_measure(cast, Path(folder), max(2, leads // 20)))
    verdict = Verdict()
    for outcome in outcomes:
        verdict.add(outcome.case, outcome.result.to_dict())
    _print(verdict, checks, is_open=options.faults and seed % 2 == 0)
    print(json.dumps({"seed": seed, "companies": companies, **figures(verdict, checks, outcomes)}))
    return 0


async def _measure(cast: Cast, folder: Path, sample: int) -> tuple[list[Outcome], Checks]:
    async with served(cast, folder) as kit:
        outcomes = await research_all(cast.cases, kit)
        return outcomes, await check_rules(cast, outcomes, kit, sample)


def figures(verdict: Verdict, checks: Checks, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return everything measured, by name; rates are 0 to 1, times wall seconds of a lead with others beside it."""
    seconds = sorted(outcome.took_s for outcome in outcomes)
    return {
        "leads": verdict.leads,
        "wrong_person_rate": round(verdict.wrong_people / verdict.leads, 4),
        "wrong_company_rate": round(verdict.wrong_companies / verdict.leads, 4),
        "calibration_error": round(verdict.calibration_error, 4),
        "seconds_per_lead_p50": round(statistics.median(seconds), 2),
        "seconds_per_lead_max": round(seconds[-1], 2),
        "fields": {
            path: {"coverage": _round(tally.coverage), "precision": _round(tally.precision), "given": tally.accepted}
            for path, tally in sorted(verdict.fields.items())
        },
        "rules": {rule: {"tried": tried, "failed": checks.failed[rule]} for rule, tried in checks.tried.items()},
    }


def _round(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _print(verdict: Verdict, checks: Checks, *, is_open: bool) -> None:
    print(f"{'field':24}{'coverage':>10}{'precision':>11}{'given':>8}")
    for path, tally in sorted(verdict.fields.items()):
        shares = ("-" if share is None else f"{share:.1%}" for share in (tally.coverage, tally.precision))
        print(f"{path:24}{next(shares):>10}{next(shares):>11}{tally.accepted:>8}")
    print(f"\nwrong person: {verdict.wrong_people} of {verdict.leads} leads (wanted: less than 0.5 %)")
    print(f"wrong company: {verdict.wrong_companies} of {verdict.leads} leads")
    print(f"calibration error of confidence: {verdict.calibration_error:.3f}\n")
    for rule, tried in checks.tried.items():
        print(f"{rule}: {tried - checks.failed[rule]} of {tried}")
    if is_open:
        for fault in [*verdict.faults, *checks.broken]:
            print(fault)
    print()


if __name__ == "__main__":
    raise SystemExit(main())
