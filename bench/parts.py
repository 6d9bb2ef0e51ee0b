"""The parts of the measurement, each selectable: what it runs, what it prints, and its figures by their names."""

import asyncio
import statistics
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.captures import (
    Comparison,
    check_emails,
    check_sqlite_rows,
    compare,
    database_of,
    start_bare,
    start_product,
    warm_up,
)
from bench.jobs import measure_jobs
from bench.latency import measure_start
from bench.postgres import Postgres
from bench.processes import resident_mib
from bench.rivals.servers import NAMES, start_rival
from bench.server import Server
from bench.stored import FEW, measure_stored
from bench.tables import print_comparison, print_heading

Figures = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured: calls in a round, rounds, single calls, leads of the worker, stored leads."""

    calls: int
    rounds: int
    starts: int
    jobs: int
    stored: int
    memory: int


FULL = Size(calls=20_000, rounds=5, starts=100, jobs=20_000, stored=1_000_000, memory=200_000)
QUICK = Size(calls=2_000, rounds=3, starts=20, jobs=1_000, stored=50_000, memory=10_000)


def measure_captures(folder: Path, size: Size) -> Figures:
    """Captures on SQLite against the bare route."""
    with ExitStack() as stack:
        bare, product = start_bare(stack, folder), start_product(stack, folder)
        warm_up(product, bare)
        print_heading("captures on SQLite")
        at_64 = _compare(product, bare, 64, size)
        at_256 = _compare(product, bare, 256, size)
        stored = check_sqlite_rows(database_of(folder), product.acknowledged)
    print(f"\nThe database holds exactly the {stored} captures that were acknowledged.")
    return {
        "capture_cpu_us": _median(at_64, "capture", "cpu_us"),
        "bare_cpu_us": _median(at_64, "bare", "cpu_us"),
        "capture_cpu_ratio_sqlite": _cpu_ratio(at_64),
        "capture_cpu_ratio_sqlite_256": _cpu_ratio(at_256),
        "captures_per_s_64": _median(at_64, "capture", "per_s"),
        "captures_per_s_256": _median(at_256, "capture", "per_s"),
        "throughput_ratio_64": round(at_64.ratio(lambda one: one.per_s), 3),
        "throughput_ratio_256": round(at_256.ratio(lambda one: one.per_s), 3),
        "capture_p50_ms_64": _median(at_64, "capture", "p50_ms"),
        "capture_p99_ms_64": _median(at_64, "capture", "p99_ms"),
        "captures_stored": stored,
    }


def measure_postgres(folder: Path, size: Size) -> Figures:
    """Captures on PostgreSQL against the bare route, and the database server's own processor time."""
    with ExitStack() as stack:
        postgres = Postgres(stack)
        bare = start_bare(stack, folder)
        product = start_product(stack, folder, database_url=postgres.create_database("bench"))
        warm_up(product, bare)
        print_heading("captures on PostgreSQL")
        before = postgres.cpu_seconds()
        at_64 = _compare(product, bare, 64, size)
        server_us = (postgres.cpu_seconds() - before) / (size.calls * size.rounds) * 1e6
        rows = asyncio.run(postgres.query("bench", "SELECT email FROM captures"))
        stored = check_emails([row[0] for row in rows], product.acknowledged)
    print(f"\nPostgreSQL itself took {server_us:.1f} us per capture. It holds exactly the {stored} acknowledged ones.")
    return {"capture_cpu_ratio_postgres": _cpu_ratio(at_64), "postgres_server_cpu_us": round(server_us, 1)}


def measure_rivals(folder: Path, size: Size) -> Figures:
    """The same call to what FastAPI and a task queue make of it."""
    figures: Figures = {}
    for name in NAMES:
        with ExitStack() as stack:
            rival = start_rival(stack, name, folder / name)
            product = start_product(stack, folder / f"against-{name}")
            warm_up(rival, product)
            print_heading(f"{NAMES[name]} (first line) and captures on SQLite (second)")
            found = compare(rival, product, connections=64, calls=size.calls // 2, rounds=size.rounds)
            print_comparison(found, NAMES[name], "capture")
        figures[f"fastapi_{name}_times_dearer"] = _cpu_ratio(found)
    return figures


def measure_latency(folder: Path, size: Size) -> Figures:
    """From the 200 to the start of the job, at an idle system."""
    waits = measure_start(folder, size.starts)
    p50, p99 = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    print(
        f"\nFrom the 200 to the job's start, {size.starts} calls at an idle system: p50 {p50:.1f} ms, p99 {p99:.1f} ms"
    )
    return {"start_latency_p50_ms": round(p50, 1), "start_latency_p99_ms": round(p99, 1)}


def measure_worker(folder: Path, size: Size) -> Figures:
    """Leads through one worker whose research does nothing."""
    per_s = measure_jobs(folder, size.jobs)
    print(f"\nOne worker claimed and finished {size.jobs} leads, result and delivery committed: {per_s:.0f} per second")
    return {"jobs_per_s": round(per_s)}


def measure_many(folder: Path, size: Size) -> Figures:
    """A capture beside many stored leads against one beside few."""
    found = measure_stored(folder, leads=size.stored, calls=size.calls, rounds=size.rounds)
    print_heading(f"captures beside {size.stored} stored leads, and beside {FEW}")
    print_comparison(found, f"{size.stored}", f"{FEW}")
    return {"cost_ratio_1m_leads": _cpu_ratio(found)}


def measure_memory(folder: Path, size: Size) -> Figures:
    """What the web process holds after many captures, compared with after its warm-up."""
    with ExitStack() as stack:
        product = start_product(stack, folder)
        product.round(256, 10_000)
        before = resident_mib(product.pid)
        product.round(256, size.memory)
        growth = resident_mib(product.pid) - before
    print(f"\nOver {size.memory} captures the web process grew by {growth:.1f} MiB, from {before:.1f} MiB")
    return {"memory_growth_mib": round(growth, 1)}


PARTS: dict[str, Callable[[Path, Size], Figures]] = {
    "capture": measure_captures,
    "postgres": measure_postgres,
    "rivals": measure_rivals,
    "latency": measure_latency,
    "jobs": measure_worker,
    "stored": measure_many,
    "memory": measure_memory,
}


def _compare(product: Server, bare: Server, connections: int, size: Size) -> Comparison:
    found = compare(product, bare, connections=connections, calls=size.calls, rounds=size.rounds)
    print_comparison(found)
    return found


def _cpu_ratio(found: Comparison) -> float:
    return round(found.ratio(lambda one: one.cpu_us), 3)


def _median(found: Comparison, side: str, figure: str) -> float:
    return round(statistics.median(getattr(one, figure) for one in getattr(found, side)), 2)
