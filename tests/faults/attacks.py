"""Bodies and connections that mean no good (INTAKE.md 5.1), against a real web process while others hand in leads."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlencode

from faults.clients import Door
from faults.wire import API, CLIENT
from faults.wire_values import FORM, JSON, MULTIPART, basic

GIB, MIB = 1 << 30, 1 << 20
CUT_BYTES = 16 * MIB  # a cut connection took at most this, most of it in the system's own buffers
CUT_S = 40.0  # a slow one was cut after 10 to 15 s, on a machine that may be busy
SLOW_LINES = 100
MAX_PEAK_MIB = 48.0  # by which the server's memory may have grown at its worst


class Attack:
    """One connection to the web process."""

    def __init__(self, door: Door) -> None:
        self.door = door

    @contextmanager
    def line(self) -> Iterator[socket.socket]:
        with closing(socket.create_connection(("127.0.0.1", self.door.port), timeout=CUT_S)) as line:
            yield line

    def head(self, path: str, kind: str, *lines: str) -> bytes:
        more = [f"Authorization: {basic(self.door.api_key)}"] if path == API else []
        return "\r\n".join(
            [f"POST {path} HTTP/1.1", "Host: x", f"Content-Type: {kind}", *more, *lines, "", ""]
        ).encode()

    def post(self, path: str, kind: str, body: bytes, *lines: str) -> int:
        """Send one request; returns the status, 0 if the connection was cut without one."""
        with self.line() as line:
            with suppress(ConnectionError):
                line.sendall(self.head(path, kind, f"Content-Length: {len(body)}", *lines) + body)
            return read_status(line)


def read_status(line: socket.socket) -> int:
    data = b""
    try:
        while b"\r\n" not in data and (more := line.recv(4096)):
            data += more
    except (ConnectionError, TimeoutError):
        pass
    return int(data.split(b" ")[1]) if data.startswith(b"HTTP/1.1 ") else 0


def flood(line: socket.socket, piece: bytes) -> int:
    """Send a GiB, or as much of it as the server takes; returns how much that was."""
    sent = 0
    try:
        while sent < GIB:
            sent += line.send(piece)
    except (ConnectionError, TimeoutError):
        pass
    return sent


def is_refused(*statuses: int) -> list[str]:
    return [f"was answered with {status}" for status in statuses if not 400 <= status < 500]


# --- too much ---------------------------------------------------------------------------------------------------------


def endless_body(attack: Attack) -> list[str]:
    """A GiB in chunks, without a length."""
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    return [
        one
        for path in (API, CLIENT)
        for one in _endless(attack, attack.head(path, FORM, "Transfer-Encoding: chunked"), chunk)
    ]


def endless_head(attack: Attack) -> list[str]:
    """A GiB of path, of one header, of headers, of trailer."""
    starts = [
        (b"GET /", b"x" * 65536),
        (b"POST /api/client/leads HTTP/1.1\r\nX: ", b"x" * 65536),
        (b"POST /api/client/leads HTTP/1.1\r\n", b"X: y\r\n" * 10000),
        (attack.head(CLIENT, FORM, "Transfer-Encoding: chunked") + b"0\r\n", b"X: y\r\n" * 10000),
    ]
    return [one for start, piece in starts for one in _endless(attack, start, piece)]


def _endless(attack: Attack, start: bytes, piece: bytes) -> list[str]:
    with attack.line() as line:
        line.sendall(start)
        sent = flood(line, piece)
    return [f"{sent / MIB:.0f} MiB were taken after {start[:60]!r}"] if sent > CUT_BYTES else []


def large_bodies(attack: Attack) -> list[str]:
    """10^6 fields, 10^5 brackets, and what fits into 16 KiB of each."""
    bodies = [
        (FORM, b"a=b&" * 1_000_000),
        (FORM, b"&" * 16_000 + b"a=b&" * 90),
        (JSON, b"[" * 100_000),
        (JSON, b"[" * 16_000),
        (JSON, b'{"person":' * 1_500),
        (FORM, b"person=" + b"[" * 16_000),
        (
            MULTIPART + "; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 300 + b"--x--\r\n",
        ),
        (MULTIPART + "; boundary=x", b'--x\r\nContent-Disposition: form-data; name=a; filename="b"\r\n\r\n1\r\n' * 200),
    ]
    return is_refused(*(attack.post(path, kind, body) for path in (API, CLIENT) for kind, body in bodies))


def promised_gib(attack: Attack) -> list[str]:
    """A length of a GiB is refused before a byte of it comes."""
    with attack.line() as line:
        line.sendall(attack.head(CLIENT, FORM, f"Content-Length: {GIB}"))
        return is_refused(read_status(line))


def bomb(attack: Attack) -> list[str]:
    """A compressed body is not unpacked."""
    body = gzip.compress(bytes(10 * MIB))
    return is_refused(*(attack.post(path, JSON, body, "Content-Encoding: gzip") for path in (API, CLIENT)))


# --- too slow ---------------------------------------------------------------------------------------------------------


def slow(attack: Attack) -> list[str]:
    """Many connections that send a byte a second: of the head, or of the body."""
    starts = [b"POST /api/client/leads HTT", attack.head(CLIENT, FORM, "Content-Length: 1000")]
    lines = [socket.create_connection(("127.0.0.1", attack.door.port), timeout=CUT_S) for _ in range(SLOW_LINES)]
    try:
        for number, line in enumerate(lines):
            line.sendall(starts[number % 2])
        deadline = time.monotonic() + CUT_S
        left = lines
        while left and time.monotonic() < deadline:
            time.sleep(1)
            left = [line for line in left if not _is_cut(line)]
        return [f"{len(left)} slow connections are still there"] if left else []
    finally:
        for line in lines:
            line.close()


def _is_cut(line: socket.socket) -> bool:
    try:
        line.send(b"x")
        line.setblocking(False)
        return not line.recv(4096)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


# --- odd --------------------------------------------------------------------------------------------------------------


def odd_bodies(attack: Attack) -> list[str]:
    """Bytes that are no text, and addresses that are none."""
    key = f"client_key={attack.door.client_key}&".encode()
    bodies = [
        (FORM, key + b"email=q@example.com&name=\xff\xfe"),
        (FORM, key + b"email=a%00@example.com"),
        (FORM, key + b"email=" + b"a" * 15_000 + b"@example.com"),
        (FORM, key + b"email=a@" + b"b" * 15_000 + b".example"),
        (JSON, b'\xff\xfe{"email": "q@example.com"}'),
        (JSON, b"\x00" * 1000),
        (JSON, b'{"email": ' + b"9" * 15_000 + b"}"),
        (JSON, b'{"email": 1e999999}'),
    ]
    return is_refused(*(attack.post(path, kind, body) for path in (API, CLIENT) for kind, body in bodies))


def no_http(attack: Attack) -> list[str]:
    """What is no request at all is answered with 400, or cut."""
    wrong = []
    for raw in (
        b"\x16\x03\x01\x02\x00\x01\x00" + b"\x00" * 600,
        b"GET\r\n\r\n",
        b"\r\n" * 5000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ):
        with attack.line() as line:
            line.sendall(raw)
            line.shutdown(socket.SHUT_WR)
            status = read_status(line)
            wrong += [f"{raw[:20]!r} was answered with {status}"] if status not in (0, 400, 404, 405, 505) else []
    return wrong


ATTACKS: tuple[Callable[[Attack], list[str]], ...] = (
    slow, endless_body, endless_head, large_bodies, promised_gib, bomb, odd_bodies, no_http
)  # fmt: skip


def kept_requests(door: Door) -> list[tuple[bytes, dict[str, str]]]:
    """Odd requests that are accepted, and what must be kept of each: (body, fields) by capture id odd-0, odd-1, ..."""
    odd = "‏‮שלום 👩‍🚀 e\u0301"
    key = json.dumps(door.client_key)
    return [
        (urlencode({"client_key": door.client_key, "name": odd}).encode(), {"name": "שלום 👩‍🚀 e\u0301"}),
        (f"client_key={door.client_key}&name=first&name=second&name=".encode(), {"name": "second"}),
        (f'{{"client_key": {key}, "name": "first", "name": "second"}}'.encode(), {"name": "second"}),
        (f"client_key={door.client_key}&name={quote('a' + chr(0) + 'b')}".encode(), {"name": "ab"}),
        (urlencode({"client_key": door.client_key, "company": "x" * 5000}).encode(), {"company": "x" * 1000}),
    ]


def run_attacks(door: Door, say: Callable[[str], None]) -> list[str]:
    """Attack from all sides at once; meanwhile leads are handed in. Returns what went wrong."""
    attack = Attack(door)
    complaints: list[str] = []
    with ThreadPoolExecutor(len(ATTACKS)) as pool:
        running = {run.__name__: pool.submit(run, attack) for run in ATTACKS}
        served = 0
        while not all(one.done() for one in running.values()):
            status = attack.post(CLIENT, FORM, f"client_key={door.client_key}&email=fine@example.com".encode())
            complaints += [] if status == 200 else [f"a good call under attack was answered with {status}"]
            served += 1
            time.sleep(0.2)
        for name, one in running.items():
            complaints += [f"{name}: {complaint}" for complaint in one.result()]
    say(f"  requests  {len(ATTACKS)} attacks, {served} good calls meanwhile")
    return complaints


def peak_mib(pid: int) -> float:
    """Return the most memory that a process ever had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
