"""Prints what was measured as lines of a table."""

import statistics

from bench.captures import Comparison


def print_heading(what: str) -> None:
    """Print the head of a table."""
    print(f"\n{what}")
    print(
        f"{'connections':>11}  {'':<16}{'CPU us each':>12}{'min-max':>14}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}"
    )


def print_comparison(comparison: Comparison, one: str = "capture", other: str = "bare route") -> None:
    """Print the lines of one number of connections: medians over the rounds."""
    for name, rounds in ((one, comparison.capture), (other, comparison.bare)):
        cpu, per_s, p50, p99 = (
            [getattr(found, key) for found in rounds] for key in ("cpu_us", "per_s", "p50_ms", "p99_ms")
        )
        spread = f"{min(cpu):.0f}-{max(cpu):.0f}"
        print(
            f"{comparison.connections:>11}  {name:<16}{statistics.median(cpu):>12.1f}{spread:>14}"
            f"{statistics.median(per_s):>12.0f}{statistics.median(p50):>9.1f}{statistics.median(p99):>9.1f}"
        )
    cpu_ratio, rate_ratio = comparison.ratio(lambda one: one.cpu_us), comparison.ratio(lambda one: one.per_s)
    print(f"{'':>11}  {'ratio':<16}{cpu_ratio:>12.2f}{'':>14}{rate_ratio:>12.2f}", flush=True)
