"""`make bench`: measures the capture endpoint, prints a table and, as the last line, one JSON object."""

import argparse
import json
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.captures import Comparison, check_sqlite_rows, compare, database_of, start_bare, start_product, warm_up
from bench.latency import measure_start
from bench.processes import Failed


def main() -> int:
    """Run everything; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small rounds: shows that it works, measures little")
    options = parser.parse_args()
    calls, rounds, starts = (2_000, 3, 20) if options.quick else (20_000, 5, 100)
    try:
        with tempfile.TemporaryDirectory(prefix="stacklead-bench-") as folder:
            figures = measure(Path(folder), calls=calls, rounds=rounds) | measure_latency(Path(folder), starts)
    except Failed as exc:
        print(f"The measurement failed: {exc}", file=sys.stderr)
        return 1
    print(json.dumps(figures))
    return 0


def measure(folder: Path, *, calls: int, rounds: int) -> dict[str, float]:
    """Measure captures and print; returns the figures by their names."""
    print(f"{rounds} rounds of {calls} captures, each a 304-byte form with an address of its own, committed to SQLite;")
    print("in turns with a Starlette route that parses the same form and keeps nothing.\n")
    with ExitStack() as stack:
        bare = start_bare(stack, folder)
        product = start_product(stack, folder / "captures")
        warm_up(product, bare)
        print_heading()
        at_64 = compare(product, bare, connections=64, calls=calls, rounds=rounds)
        print_comparison(at_64)
        at_256 = compare(product, bare, connections=256, calls=calls, rounds=rounds)
        print_comparison(at_256)
        stored = check_sqlite_rows(database_of(folder / "captures"), product.acknowledged)
    print(f"\nThe database holds exactly the {stored} captures that were acknowledged.")
    return {
        "capture_cpu_us": round(statistics.median(one.cpu_us for one in at_64.capture), 1),
        "bare_cpu_us": round(statistics.median(one.cpu_us for one in at_64.bare), 1),
        "capture_cpu_ratio_sqlite": round(at_64.ratio(lambda one: one.cpu_us), 3),
        "capture_cpu_ratio_sqlite_256": round(at_256.ratio(lambda one: one.cpu_us), 3),
        "captures_per_s_64": round(statistics.median(one.per_s for one in at_64.capture)),
        "captures_per_s_256": round(statistics.median(one.per_s for one in at_256.capture)),
        "throughput_ratio_64": round(at_64.ratio(lambda one: one.per_s), 3),
        "throughput_ratio_256": round(at_256.ratio(lambda one: one.per_s), 3),
        "capture_p50_ms_64": round(statistics.median(one.p50_ms for one in at_64.capture), 2),
        "capture_p99_ms_64": round(statistics.median(one.p99_ms for one in at_64.capture), 2),
        "captures_stored": stored,
    }


def measure_latency(folder: Path, starts: int) -> dict[str, float]:
    """Measure the wait from the 200 to the job's start and print; returns the figures by their names."""
    waits = measure_start(folder / "latency", starts)
    p50, p99 = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    print(f"From the 200 to the job's start, {starts} calls at an idle system: p50 {p50:.1f} ms, p99 {p99:.1f} ms\n")
    return {"start_latency_p50_ms": round(p50, 1), "start_latency_p99_ms": round(p99, 1)}


def print_heading() -> None:
    """Print the head of the table."""
    print(
        f"{'connections':>11}  {'':<14}{'CPU us each':>12}{'min-max':>14}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}"
    )


def print_comparison(comparison: Comparison) -> None:
    """Print the lines of one number of connections: medians over the rounds."""
    for name, rounds in (("capture", comparison.capture), ("bare route", comparison.bare)):
        cpu, per_s, p50, p99 = (
            [getattr(one, key) for one in rounds] for key in ("cpu_us", "per_s", "p50_ms", "p99_ms")
        )
        spread = f"{min(cpu):.0f}-{max(cpu):.0f}"
        print(
            f"{comparison.connections:>11}  {name:<14}{statistics.median(cpu):>12.1f}{spread:>14}"
            f"{statistics.median(per_s):>12.0f}{statistics.median(p50):>9.1f}{statistics.median(p99):>9.1f}"
        )
    cpu_ratio, rate_ratio = comparison.ratio(lambda one: one.cpu_us), comparison.ratio(lambda one: one.per_s)
    print(f"{'':>11}  {'ratio':<14}{cpu_ratio:>12.2f}{'':>14}{rate_ratio:>12.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
