"""How soon after the 200 the worker starts: one call at a time at an idle system."""

import http.client
import random
import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path

from bench.body import NUMBER_DIGITS, PATH, body_parts, email_of
from bench.captures import check_sqlite_rows, database_of, start_product
from bench.processes import Failed, python, running
from bench.server import Server

WORKER_TIMEOUT_S = 30.0
WARM_UP_CALLS = 5


def measure_start(folder: Path, calls: int) -> list[float]:
    """Run a product and a worker that have nothing to do, and send `calls` calls with pauses between.

    Returns the milliseconds from the moment the caller has the 200 to the moment the job takes the capture up, one
    per call; both are read from this machine's clock, the latter from the row.
    """
    with ExitStack() as stack:
        product = start_product(stack, folder)
        stack.enter_context(running("worker", python("-m", "stacklead", "worker"), product.environ, folder))
        send(product, WARM_UP_CALLS)  # ends with a worker that has come up
        wait_until_merged(database_of(folder))
        answered = send(product, calls)
        wait_until_merged(database_of(folder))
        check_sqlite_rows(database_of(folder), product.acknowledged)
    started = started_at(database_of(folder), set(answered))
    return sorted(max(0.0, started[email] - at) for email, at in answered.items())


def send(product: Server, calls: int) -> dict[str, float]:
    """Send calls one after the other; returns when each was answered, by address, in milliseconds since 1970."""
    before, after = body_parts(product.client_key)
    connection = http.client.HTTPConnection("127.0.0.1", product.port)
    answered: dict[str, float] = {}
    for _ in range(calls):
        number = next(product.numbers)
        body = b"%b%0*d%b" % (before, NUMBER_DIGITS, number, after)
        connection.request("POST", PATH, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answered[email_of(number)] = time.time() * 1000
        answer.read()
        if answer.status != 200:
            raise Failed(f"a capture was answered with {answer.status}")
        product.acknowledged.add(number)
        time.sleep(random.uniform(0.05, 0.15))
    connection.close()
    return answered


def wait_until_merged(database: Path) -> None:
    """Wait until the worker has taken up every capture.

    Raises:
        Failed: it did not in time.
    """
    last_progress, left_before = time.monotonic(), -1
    while left := count_unmerged(database):
        if left != left_before:
            last_progress, left_before = time.monotonic(), left
        elif time.monotonic() - last_progress > WORKER_TIMEOUT_S:
            raise Failed(f"the worker leaves {left} captures untouched")
        time.sleep(0.1)


def count_unmerged(database: Path) -> int:
    """Return how many captures no job has taken up."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT count(*) FROM captures WHERE merged_at IS NULL").fetchone()[0]


def started_at(database: Path, emails: set[str]) -> dict[str, float]:
    """Return when the job took up each of these captures, in milliseconds since 1970."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        query = "SELECT email, merged_at FROM captures ORDER BY id DESC LIMIT ?"
        return {email: at for email, at in connection.execute(query, (len(emails),)) if email in emails}
