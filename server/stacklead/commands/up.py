"""`stacklead up`: web, worker and an embedded Redis in one command, each a child that is started again if it dies."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from stacklead.commands.children import PARENT_VARIABLE, Child, stop_on_signal, supervise
from stacklead.commands.redis_server import (
    find_redis_server,
    is_redis_alive,
    redis_command,
    redis_socket,
    socket_path,
    stop_redis,
)
from stacklead.logs import set_up_logging
from stacklead.settings import Settings, read_environment
from stacklead.storage.database import migrate
from stacklead.watchdog import SignsOfLife

OWN_END = 1.5  # a worker that hangs is given so many times its patience to end by itself

log = structlog.get_logger()


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
    supervise(children, stop_on_signal().wait)
    for child in children:
        if child.signs_of_life is not None:
            child.signs_of_life.close()
    if children[0].name == "redis":
        stop_redis(settings.data_dir)  # if it was an orphan of an earlier run, it is nobody's child


def make_children(settings: Settings, host: str, port: int) -> list[Child]:
    """Return the processes to run: Redis first, unless one is configured or none can be had."""
    env = {**read_environment(), "STACKLEAD_DATA_DIR": str(settings.data_dir), "STACKLEAD_BASE_URL": settings.base_url}
    children: list[Child] = []
    binary = None if settings.redis_url else find_redis_server()
    if binary is not None:
        command = redis_command(binary, settings.data_dir)
        children.append(Child("redis", command, env, lambda: is_redis_alive(settings.data_dir)))
        env["STACKLEAD_REDIS_URL"] = f"unix://{redis_socket(settings.data_dir)}"
    env[PARENT_VARIABLE] = str(os.getpid())
    program = [sys.executable, "-m", "stacklead"]
    signs_of_life = SignsOfLife(str(socket_path(settings.data_dir, "worker.sock")), OWN_END * settings.hang_s)
    worker_env = {**env, "NOTIFY_SOCKET": signs_of_life.path}
    children.append(Child("worker", [*program, "worker"], worker_env, signs_of_life=signs_of_life))
    children.append(Child("web", [*program, "serve", "--host", host, "--port", str(port)], env))
    return children


def _announce(settings: Settings, host: str, port: int, *, with_redis: bool) -> None:
    typer.echo(f"StackLead listens on http://{host}:{port} and calls itself {settings.base_url}.")
    typer.echo(f"Data: {settings.data_dir.resolve() if settings.is_sqlite else 'PostgreSQL'}")
    if not with_redis and not settings.redis_url:
        typer.echo(
            "No Redis: jobs start within a second instead of at once. "
            "Install redis-server, or set STACKLEAD_REDIS_URL, to change that."
        )
