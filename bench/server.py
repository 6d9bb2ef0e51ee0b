"""A server under load: one round of calls at it, and what the round cost."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from bench.processes import ROOT, Failed, cpu_seconds, environment, python


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round measured: processor time per call, calls per second, latencies."""

    cpu_us: float
    per_s: float
    p50_ms: float
    p99_ms: float


@dataclass(kw_only=True)
class Server:
    """A running server. `acknowledged` are the numbers of all calls that it answered with 200."""

    name: str
    port: int
    pid: int
    client_key: str
    environ: Mapping[str, str] = field(default_factory=environment)
    acknowledged: set[int] = field(default_factory=set[int])
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def round(self, connections: int, calls: int) -> Round:
        """Send `calls` calls over `connections` connections from a process of its own.

        Raises:
            Failed: not every call was answered with 200.
        """
        first = next(self.numbers)
        self.numbers = count(first + calls)
        arguments = [str(self.port), str(connections), str(first), str(calls), self.client_key]
        before = cpu_seconds(self.pid)
        done = subprocess.run(
            python("-m", "bench.load", *arguments), env=self.environ, cwd=ROOT, capture_output=True, text=True
        )
        cpu = cpu_seconds(self.pid) - before
        if done.returncode:
            raise Failed(f"the load process failed:\n{done.stderr[-2000:]}")
        result = json.loads(done.stdout)
        acknowledged = {number for low, high in result["acknowledged"] for number in range(low, high + 1)}
        self.acknowledged |= acknowledged
        if len(acknowledged) != calls:
            raise Failed(f"{self.name} answered {len(acknowledged)} of {calls} calls with 200: {result['refused']}")
        return Round(
            cpu_us=cpu / calls * 1e6,
            per_s=calls / result["seconds"],
            p50_ms=result["p50_ms"],
            p99_ms=result["p99_ms"],
        )
