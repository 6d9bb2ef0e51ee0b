"""What a capture costs: the endpoint and the bare route in turns, on the same machine at the same time."""

import sqlite3
import statistics
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.body import email_of
from bench.processes import (
    Failed,
    create_account,
    environment,
    free_port,
    python,
    redis_server,
    running,
    wait_for_http,
)
from bench.server import Round, Server
from stacklead.settings import SOURCES

UVICORN = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning", "--workers", "1"]
WARM_UP_CALLS = 2_000


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The rounds of the endpoint and of the bare route at one number of connections."""

    connections: int
    capture: Sequence[Round]
    bare: Sequence[Round]

    def ratio(self, of: Callable[[Round], float]) -> float:
        """Return the median over the rounds of endpoint divided by bare route."""
        return statistics.median(of(mine) / of(theirs) for mine, theirs in zip(self.capture, self.bare, strict=True))


def start_bare(stack: ExitStack, folder: Path) -> Server:
    """Start the route that keeps nothing."""
    port = free_port()
    environ = environment()
    command = python("-m", "uvicorn", "bench.baseline:app", "--host", "127.0.0.1", "--port", str(port), *UVICORN)
    process = stack.enter_context(running("bare", command, environ, folder))
    wait_for_http(f"http://127.0.0.1:{port}/", process)
    return Server(name="the bare route", port=port, pid=process.pid, client_key="client_" + "x" * 20, environ=environ)


def start_product(stack: ExitStack, folder: Path, **settings: str) -> Server:
    """Start `stacklead serve` in `folder` as people run it: limits on but raised, a Redis beside it.

    The sources are off: nothing that is made up here may reach an outside host.
    """
    folder.mkdir(exist_ok=True)
    environ = product_environment(folder, redis_url=stack.enter_context(redis_server(folder)), **settings)
    key = create_account(environ)["client_key"]
    port = free_port()
    command = python("-m", "stacklead", "serve", "--host", "127.0.0.1", "--port", str(port))
    process = stack.enter_context(running("serve", command, environ, folder))
    wait_for_http(f"http://127.0.0.1:{port}/healthz", process)
    return Server(name="the endpoint", port=port, pid=process.pid, client_key=key, environ=environ)


def product_environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a product that keeps its data in `folder`."""
    return environment(
        **{f"{source.name}_enabled": "false" for source in SOURCES},
        data_dir=str(folder / "data"),
        rate_key="10000000",
        rate_address="10000000",
        daily_leads="1000000000",
        **settings,
    )


def compare(product: Server, bare: Server, *, connections: int, calls: int, rounds: int) -> Comparison:
    """Let the two take turns. Each round is `calls` calls at each of them."""
    capture_rounds: list[Round] = []
    bare_rounds: list[Round] = []
    for turn in range(rounds):
        pair = [(product, capture_rounds), (bare, bare_rounds)]
        for server, results in pair if turn % 2 else reversed(pair):
            results.append(server.round(connections, calls))
    return Comparison(connections=connections, capture=capture_rounds, bare=bare_rounds)


def warm_up(*servers: Server) -> None:
    """Let each server take some calls that are not counted."""
    for server in servers:
        server.round(16, WARM_UP_CALLS)


def database_of(folder: Path) -> Path:
    """Return the database of a product that was started in `folder`."""
    return folder / "data" / "stacklead.db"


def check_sqlite_rows(path: Path, acknowledged: set[int]) -> int:
    """Return how many captures the database holds: exactly the acknowledged ones.

    Raises:
        Failed: one is missing, doubled, or was never acknowledged.
    """
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return check_emails([email for (email,) in database.execute("SELECT email FROM captures")], acknowledged)


def check_emails(emails: Sequence[str], acknowledged: set[int]) -> int:
    """Return how many captures these are, as `check_sqlite_rows` does."""
    wanted = {email_of(number) for number in acknowledged}
    if len(emails) != len(wanted) or set(emails) != wanted:
        missing, strange = len(wanted - set(emails)), len(set(emails) - wanted)
        doubled = len(emails) - len(set(emails))
        raise Failed(
            f"of {len(wanted)} acknowledged captures {missing} are missing, {doubled} doubled, {strange} unasked"
        )
    return len(emails)
