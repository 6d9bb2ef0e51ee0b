"""Runs the demo's web applications (uvicorn) inside the running event loop, and finds ports for them."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

STOP_S = 1.0  # requests that still run then (somebody waits for news) are cut off


def listen(port: int) -> socket.socket:
    """Return a listening socket on 127.0.0.1: the port that was asked for, else one a little above, else any."""
    near = [port + step for step in range(0, 60, 10)] if port else []
    for wanted in (*near, 0):
        listener = listen_exactly(wanted)
        if listener is not None:
            return listener
    raise OSError("no free port on 127.0.0.1")


def listen_exactly(port: int) -> socket.socket | None:
    """Return a listening socket on 127.0.0.1, or None if the port is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except (OSError, OverflowError):
        listener.close()
        return None
    listener.setblocking(False)
    return listener


def free_port(port: int) -> int:
    """Return the port if nothing listens on it, else any free one."""
    with listen(port) as listener:
        return listener.getsockname()[1]


class _Server(uvicorn.Server):
    """Says when it serves, and leaves signals to the program that it runs in."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.serving.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


class WebServer:
    """One application on one port of loopback."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(
            app,
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=int(STOP_S),
            ws="none",
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The address of the application, without a slash at its end."""
        return f"http://localhost:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Serve on the port, or on a free one if it is taken; `port` tells which it became."""
        await self.serve(listen(port))

    async def serve(self, listener: socket.socket) -> None:
        """Serve on a socket that listens already."""
        self.port = listener.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.serving.wait()

    async def close(self) -> None:
        """Stop serving."""
        if self._task is not None:
            self._server.should_exit = True
            await self._task
