"""What a stranger may keep a web process busy with has an end; over real sockets."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from stacklead.commands.connection import HEAD_S, LOOK_S, MAX_HEAD_BYTES, MAX_REST_BYTES, REST_S
from stacklead.settings import Settings
from support.product import answers, free_port, run_product

HEAD = b"POST /api/client/leads HTTP/1.1\r\nHost: x\r\n"
PIECE = b"x" * 16384


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("connection")
    number = free_port()
    server = run_product(Settings(data_dir=folder), folder / "log", "serve", "--port", str(number))
    try:
        server.wait_until(lambda: answers(number))
        yield number
    finally:
        server.stop()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def flood(line: socket.socket, piece: bytes, limit: int) -> int:
    """Send one piece after another until the server cuts the connection; returns how many bytes it took."""
    sent = 0
    try:
        while sent < limit:
            sent += line.send(piece)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return sent


def read_all(line: socket.socket) -> bytes:
    answer = b""
    try:
        while data := line.recv(65536):
            answer += data
    except ConnectionResetError:
        pass
    return answer


STARTS = {"nothing": b"", "half a line": b"POST /api", "half a head": HEAD}


@pytest.fixture(scope="module")
def waited(port: int) -> dict[str, tuple[bytes, float]]:
    """What came over connections that sent no whole head, and after how many seconds they were cut: all at once."""

    def wait(start: bytes) -> tuple[bytes, float]:
        with closing(connect(port)) as line:
            started = time.monotonic()
            line.sendall(start)
            return read_all(line), time.monotonic() - started

    with ThreadPoolExecutor(len(STARTS)) as pool:
        return dict(zip(STARTS, pool.map(wait, STARTS.values()), strict=True))


@pytest.mark.parametrize("start", STARTS)
def test_head_that_does_not_come_is_waited_for_so_long(start: str, waited: dict[str, tuple[bytes, float]]) -> None:
    answer, seconds = waited[start]
    assert answer == b""
    assert HEAD_S - 0.5 < seconds < HEAD_S + LOOK_S + 20  # of a machine that may be busy


@pytest.mark.parametrize(
    "start", [b"GET /", HEAD + b"X-Long: ", HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: "]
)
def test_head_and_trailer_that_never_end_are_cut(port: int, start: bytes) -> None:
    with closing(connect(port)) as line:
        line.sendall(start)
        assert flood(line, PIECE, 256 * 1024 * 1024) < 16 * 1024 * 1024  # most of it in the system's own buffers


def test_large_head_is_refused_readably(port: int) -> None:
    with closing(connect(port)) as line:
        line.sendall(HEAD)
        time.sleep(0.2)  # so that it comes in several pieces
        line.sendall(b"X-Long: " + b"x" * (MAX_HEAD_BYTES + 1))
        assert read_all(line).startswith(b"HTTP/1.1 431 ")


def test_refused_body_is_not_read_to_its_end(port: int) -> None:
    with closing(connect(port)) as line:
        line.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"4000\r\n" + PIECE + b"\r\n"
        assert flood(line, chunk, 256 * 1024 * 1024) < MAX_REST_BYTES + 16 * 1024 * 1024


def test_refusal_of_a_large_body_can_be_read_and_the_connection_ends(port: int) -> None:
    with closing(connect(port)) as line:
        line.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n" + PIECE)
        assert read_all(line).startswith(b"HTTP/1.1 413 ")


def read_answers(line: socket.socket, count: int) -> None:
    """Read so many answers of /healthz to their ends."""
    answer = b""
    while answer.count(b'{"status":"ok"}') < count:
        data = line.recv(65536)
        assert data, "the connection was cut"
        answer += data
    assert answer.count(b"HTTP/1.1 200 ") == count


def test_connection_that_behaves_is_kept(port: int) -> None:
    ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with closing(connect(port)) as line:
        for _ in range(3):
            line.sendall(ask)
            read_answers(line, 1)
        line.sendall(ask * 5 + ask[:10])
        read_answers(line, 5)
        time.sleep(REST_S + 0.5)  # a bit of the next request was there when these were answered
        line.sendall(ask[10:])
        read_answers(line, 1)
