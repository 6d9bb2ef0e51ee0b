"""`stacklead serve --processes N`: several web processes on one port, each started again if it dies."""

import asyncio
import os
import socket
import sys

import typer

from stacklead.commands.children import PARENT_VARIABLE, Child, stop_on_signal, supervise
from stacklead.settings import Settings, read_environment
from stacklead.storage.database import migrate

SHARE_VARIABLE = "STACKLEAD_SHARE_PORT"  # set for web processes that share their port


def serve_many(settings: Settings, host: str, port: int, processes: int) -> None:
    """Run that many web processes until a signal comes; raises typer.Exit if they cannot share what they need."""
    if settings.is_sqlite:
        typer.echo(
            "SQLite has room for one web process. Leave --processes away, "
            "or set STACKLEAD_DATABASE_URL to a PostgreSQL database, which takes any number.",
            err=True,
        )
        raise typer.Exit(1)
    if not settings.secret_key:
        settings.signing_key()
    if not settings.redis_url:
        typer.echo("Without STACKLEAD_REDIS_URL each process has rate limits of its own.", err=True)
    stop = stop_on_signal()
    asyncio.run(migrate(settings))
    with open_shared_socket(host, port) as probe:  # never listens: it keeps others from taking the port
        env = {**read_environment(), PARENT_VARIABLE: str(os.getpid()), SHARE_VARIABLE: "1"}
        env["STACKLEAD_BASE_URL"] = settings.base_url
        port = probe.getsockname()[1]
        command = [sys.executable, "-m", "stacklead", "serve", "--host", host, "--port", str(port)]
        supervise([Child(f"web-{number}", command, env) for number in range(1, processes + 1)], stop.wait)


def open_shared_socket(host: str, port: int) -> socket.socket:
    """Return a socket bound to a port that other processes of this user may bind too."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(address)
    return bound
