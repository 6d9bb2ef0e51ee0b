"""The load: a process of its own that sends calls over keep-alive connections, one at a time on each.

    python -m bench.load PORT CONNECTIONS FIRST COUNT CLIENT_KEY

Sends the calls numbered from FIRST and prints one JSON object: `acknowledged` (numbers answered with 200, as spans of a
first and a last one, so that the answer stays short), `refused`
(other answers, by status), `seconds` (first byte sent to last answer), and the latencies in milliseconds.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import cast

import uvloop

from bench.body import NUMBER_DIGITS, request_parts


class Work:
    """What is still to be sent, and what came of it."""

    def __init__(self, port: int, first: int, count: int, client_key: str) -> None:
        self.before, self.after = request_parts(client_key, port)
        self.next = first
        self.end = first + count
        self.acknowledged: list[int] = []
        self.refused: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.open = 0
        self.done = asyncio.get_running_loop().create_future()


class Caller(asyncio.Protocol):
    """One connection: sends a call, waits for the whole answer, sends the next."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.buffer = b""
        self.number = 0
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class
        self.work.open += 1

    def send(self) -> None:
        """Send the next call, or close if there is none left."""
        work = self.work
        if work.next == work.end:
            self.transport.close()
            return
        self.number = work.next
        work.next += 1
        self.sent_at = time.perf_counter()
        self.transport.write(b"%b%0*d%b" % (work.before, NUMBER_DIGITS, self.number, work.after))

    def data_received(self, data: bytes) -> None:
        """Note a whole answer and send the next call."""
        self.buffer = self.buffer + data if self.buffer else data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < content_length(head):
            return
        self.buffer = b""
        self.work.latencies.append(time.perf_counter() - self.sent_at)
        if head.startswith(b"HTTP/1.1 200"):
            self.work.acknowledged.append(self.number)
        else:
            self.work.refused[head[9:12].decode()] += 1
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the work with the last connection."""
        work = self.work
        if exc is not None or work.next < work.end:
            work.refused["connection lost"] += 1
        work.open -= 1
        if work.open == 0 and not work.done.done():
            work.done.set_result(None)


def content_length(head: bytes) -> int:
    """Return the length of the answer's body."""
    start = head.lower().index(b"content-length:") + 15
    end = head.find(b"\r\n", start)
    return int(head[start : end if end >= 0 else len(head)])


async def run(port: int, connections: int, first: int, count: int, client_key: str) -> dict[str, object]:
    """Send the calls and return what came of them."""
    work = Work(port, first, count, client_key)
    loop = asyncio.get_running_loop()
    callers = [(await loop.create_connection(lambda: Caller(work), "127.0.0.1", port))[1] for _ in range(connections)]
    started = time.perf_counter()
    for caller in callers:
        caller.send()
    await work.done
    seconds = time.perf_counter() - started
    latencies = sorted(work.latencies) or [0.0]
    return {
        "acknowledged": spans(work.acknowledged),
        "refused": work.refused,
        "seconds": seconds,
        "p50_ms": 1000 * latencies[len(latencies) // 2],
        "p99_ms": 1000 * latencies[len(latencies) * 99 // 100],
    }


def spans(numbers: list[int]) -> list[list[int]]:
    """Return numbers as spans without a gap, each its first and its last one."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


if __name__ == "__main__":
    port, connections, first, count = map(int, sys.argv[1:5])
    print(json.dumps(uvloop.run(run(port, connections, first, count, sys.argv[5]))))
