"""`stacklead serve`, `worker`, `migrate` and `backup`: the parts, for several machines."""

import asyncio
import os
import resource
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from stacklead.app import create_app
from stacklead.commands.children import PARENT_VARIABLE
from stacklead.commands.connection import Connection
from stacklead.commands.many import SHARE_VARIABLE, open_shared_socket, serve_many
from stacklead.garbage import spare_what_stays
from stacklead.logs import set_up_logging
from stacklead.settings import Settings, read_environment
from stacklead.storage.database import IngestTaken, hold_ingest
from stacklead.storage.database import migrate as migrate_database
from stacklead.worker import work

MAX_CONNECTIONS = 2000
OTHER_FILES = 200  # that a web process has open beside its connections
PARENT_CHECK_S = 0.5
GRACE_S = 10  # how long a stopping web process waits for its requests


def follow_parent() -> None:
    """Stop when `stacklead up` is gone, so that a killed one leaves no web process or worker behind."""
    parent = read_environment().get(PARENT_VARIABLE, "")
    if not parent.isdigit():
        return

    def watch() -> None:
        while os.getppid() == int(parent):
            time.sleep(PARENT_CHECK_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Web processes; more than one needs PostgreSQL.")] = 1,
) -> None:
    """Run the web process alone: pages, API and captures."""
    set_up_logging()
    settings = Settings.from_env(port=port)
    if processes > 1:
        serve_many(settings, host, port, processes)
        return
    follow_parent()
    try:
        with hold_ingest(settings):
            _serve_one(settings, host, port)
    except IngestTaken as exc:
        typer.echo(str(exc), err=True)
        raise typer.Exit(1) from None


def _serve_one(settings: Settings, host: str, port: int) -> None:
    shares_port = SHARE_VARIABLE in read_environment()
    config = uvicorn.Config(
        create_app(settings),
        host=host,
        port=port,
        loop="uvloop",
        http=Connection,
        lifespan="on",
        access_log=False,
        log_config=None,  # set_up_logging has the handlers
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_allow_connections(),
        timeout_graceful_shutdown=GRACE_S,
    )
    spare_what_stays()
    # Processes of one `serve` listen on the same port, and the system deals the connections out.
    sockets = [open_shared_socket(host, port)] if shares_port else None
    uvicorn.Server(config).run(sockets=sockets)


def _allow_connections() -> int:
    """Have the system allow as many files as MAX_CONNECTIONS need; return how many connections it allows.

    Many systems allow 1,024 files at first; beyond them no connection is accepted, and nobody told to come back.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(soft - OTHER_FILES, 1)
    return MAX_CONNECTIONS


def worker() -> None:
    """Run a worker: research and deliveries."""
    set_up_logging()
    follow_parent()
    work(Settings.from_env(), notify_socket=read_environment().get("NOTIFY_SOCKET", ""))


def migrate() -> None:
    """Bring the database up to date (the other commands do it by themselves)."""
    asyncio.run(migrate_database(Settings.from_env()))
    typer.echo("The database is up to date.")


def backup(file: Annotated[Path, typer.Argument(help="Where to; must not exist yet.")]) -> None:
    """Write a consistent copy of the database while everything runs."""
    settings = Settings.from_env()
    if not settings.is_sqlite:
        typer.echo("Leads are kept in PostgreSQL; back it up with: pg_dump --format=custom --file FILE", err=True)
        raise typer.Exit(1)
    if file.exists():
        typer.echo(f"{file} exists already; nothing was written.", err=True)
        raise typer.Exit(1)
    if not settings.sqlite_path.exists():
        typer.echo(f"There is no database at {settings.sqlite_path}.", err=True)
        raise typer.Exit(1)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    with closing(sqlite3.connect(settings.sqlite_path)) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
    typer.echo(f"Wrote {file} ({file.stat().st_size:,} bytes). Keep the secret_key file of the data directory with it.")
