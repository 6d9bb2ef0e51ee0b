"""Runs the demo's web applications (uvicorn) inside the running event loop, and finds ports for them."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

STOP_S = 1.0  # requests that still run then (somebody waits for news) are cut off


def listen(port: int) -> socket.socket:
    """Return a listening socket on 127.0.0.1: the port that was asked for, else any free one."""
    for wanted in (port, 0):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", wanted))
        except OSError:
            listener.close()
            continue
        listener.listen(128)
        listener.setblocking(False)
        return listener
    raise OSError("no free port on 127.0.0.1")


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
        listener = listen(port)
        self.port = listener.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.serving.wait()

    async def close(self) -> None:
        """Stop serving."""
        if self._task is not None:
            self._server.should_exit = True
            await self._task
