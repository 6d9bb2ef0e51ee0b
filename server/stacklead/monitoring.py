"""GET /metrics: figures of the whole installation for Prometheus, the same from whichever process is asked.

No account, key or address stands in them.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stacklead.state import State
from stacklead.storage.counters import Backlog, get_backlog, list_counts, save_tally
from stacklead.storage.heartbeats import list_alive
from stacklead.tally import JOB_BUCKETS_MS, Counts


async def show_metrics(request: Request[State]) -> Response:
    """Show the sums over all processes; other processes' counts of the last seconds may be missing."""
    database = request.state["database"]
    await save_tally(database, request.state["tally"])
    async with database.read() as db:
        counts, backlog, workers = await list_counts(db), await get_backlog(db), await list_alive(db)
    registry = CollectorRegistry()
    registry.register(Figures(counts, backlog, len(workers)))
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


class Figures(Collector):
    """One reading of the sums, in Prometheus' words."""

    def __init__(self, counts: Counts, backlog: Backlog, workers: int) -> None:
        self.counts = counts
        self.backlog = backlog
        self.workers = workers

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        yield self._counter("captures", "Calls of pages and servers by outcome: accepted, or why not.", "outcome")
        yield self._counter("deliveries", "Delivery attempts by method and what came of them.", "outcome")
        waiting = GaugeMetricFamily("stacklead_waiting", "What is not finished, by kind.", labels=["kind"])
        oldest = GaugeMetricFamily(
            "stacklead_oldest_due_seconds", "For how long the oldest of them has been due.", labels=["kind"]
        )
        for kind, count in self.backlog.waiting.items():
            waiting.add_metric([kind], count)
            oldest.add_metric([kind], self.backlog.oldest_s[kind])
        yield waiting
        yield oldest
        yield GaugeMetricFamily("stacklead_workers", "Workers that are alive.", value=self.workers)
        yield self._job_times()

    def _counter(self, name: str, text: str, label: str) -> CounterMetricFamily:
        family = CounterMetricFamily(f"stacklead_{name}", text, labels=[label])
        for (counted, value), count in sorted(self.counts.items()):
            if counted == name:
                family.add_metric([value], count)
        return family

    def _job_times(self) -> HistogramMetricFamily:
        family = HistogramMetricFamily("stacklead_job_seconds", "How long jobs took.", labels=["job"])
        jobs = sorted(label for name, label in self.counts if name == "job_ms")
        for job in jobs:
            buckets: list[tuple[str, float]] = []
            total = 0
            for bound in (*JOB_BUCKETS_MS, "more"):
                total += self.counts.get(("job_bucket", f"{job}:{bound}"), 0)
                buckets.append((str(bound / 1000) if isinstance(bound, int) else "+Inf", total))
            family.add_metric([job], buckets, self.counts["job_ms", job] / 1000)
        return family


routes: list[BaseRoute] = [Route("/metrics", show_metrics)]
