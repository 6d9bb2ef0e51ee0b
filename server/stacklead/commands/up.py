"""`stacklead up`: web, worker and an embedded Redis in one command, each a child that is started again if it dies."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Annotated

import structlog
import typer

from stacklead.commands.redis_server import find_redis_server, is_redis_alive, redis_command, redis_socket, stop_redis
from stacklead.commands.serve import PARENT_VARIABLE, set_up_logging
from stacklead.settings import Settings
from stacklead.storage.database import migrate

RESTART_S = (0.2, 0.5, 1.0, 2.0, 5.0)  # waits before a dead child is started again
STABLE_S = 10.0  # a child that lived this long starts from the first wait again
ORPHAN_CHECK_S = 1.0  # between two looks at a process that an earlier run left
STOP_S = 30.0  # how long a child may take to stop

log = structlog.get_logger()


class Child:
    """One supervised process.

    Args:
        name: what the log calls it.
        command: the command line.
        env: the whole environment.
        is_alive_elsewhere: says that an orphan of an earlier run does this work already, so that none is started.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        env: Mapping[str, str],
        is_alive_elsewhere: Callable[[], bool] | None = None,
    ) -> None:
        self.name = name
        self.command = command
        self.env = dict(env)
        self.is_alive_elsewhere = is_alive_elsewhere
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.deaths = 0
        self.start_at = 0.0

    def start(self) -> None:
        """Start it now."""
        self.started_at = time.monotonic()
        # A group of its own, so that Ctrl-C reaches us alone and we stop the children in order.
        self.process = subprocess.Popen(self.command, env=self.env, start_new_session=True)  # noqa: S603

    def tend(self) -> None:
        """Start it again if it died and its wait is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.deaths = 0 if now - self.started_at > STABLE_S else self.deaths
            wait_s = RESTART_S[min(self.deaths, len(RESTART_S) - 1)]
            log.warning("child_died", child=self.name, code=self.process.returncode, again_in_s=wait_s)
            self.deaths += 1
            self.start_at, self.process = now + wait_s, None
        if self.process is None and now >= self.start_at:
            self.start_at = now + ORPHAN_CHECK_S
            if self.is_alive_elsewhere is None or not self.is_alive_elsewhere():
                self.start()

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to stop, and insist after STOP_S."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signum)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def up(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept.")] = None,
) -> None:
    """Run everything: web, worker and an embedded Redis. The default way."""
    set_up_logging()
    overrides = {"data_dir": data_dir} if data_dir else {}
    settings = Settings.from_env(port=port, **overrides)
    settings.signing_key()
    asyncio.run(migrate(settings))
    children = make_children(settings, host, port)
    _announce(settings, host, port, with_redis=any(child.name == "redis" for child in children))
    stop = threading.Event()

    def ask_to_stop(_signum: int, _frame: FrameType | None) -> None:
        stop.set()

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, ask_to_stop)
    supervise(children, stop.wait)
    if children[0].name == "redis":
        stop_redis(settings.data_dir)  # if it was an orphan of an earlier run, it is nobody's child


def make_children(settings: Settings, host: str, port: int) -> list[Child]:
    """Return the processes to run: Redis first, unless one is configured or none can be had."""
    env = {**os.environ, "STACKLEAD_DATA_DIR": str(settings.data_dir), "STACKLEAD_BASE_URL": settings.base_url}
    children: list[Child] = []
    binary = None if settings.redis_url else find_redis_server()
    if binary is not None:
        command = redis_command(binary, settings.data_dir)
        children.append(Child("redis", command, env, lambda: is_redis_alive(settings.data_dir)))
        env["STACKLEAD_REDIS_URL"] = f"unix://{redis_socket(settings.data_dir)}"
    env[PARENT_VARIABLE] = str(os.getpid())
    program = [sys.executable, "-m", "stacklead"]
    children.append(Child("worker", [*program, "worker"], env))
    children.append(Child("web", [*program, "serve", "--host", host, "--port", str(port)], env))
    return children


def supervise(children: list[Child], wait: Callable[[float], bool]) -> None:
    """Keep the children running until `wait` returns True; then stop them, the last one started first."""
    while True:
        for child in children:
            child.tend()
        if wait(0.2):
            break
    for child in reversed(children):
        child.stop()


def _announce(settings: Settings, host: str, port: int, *, with_redis: bool) -> None:
    typer.echo(f"StackLead listens on http://{host}:{port} and calls itself {settings.base_url}.")
    typer.echo(f"Data: {settings.data_dir.resolve() if settings.is_sqlite else 'PostgreSQL'}")
    if not with_redis and not settings.redis_url:
        typer.echo(
            "No Redis: jobs start within a second instead of at once. "
            "Install redis-server, or set STACKLEAD_REDIS_URL, to change that."
        )
