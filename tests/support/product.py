"""Commands of the product in processes of their own."""

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from stacklead.settings import Settings
from support.process import Server


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_environ(settings: Settings, **more: object) -> Mapping[str, str]:
    """Return the environment in which a command works on the same data as `settings`; `more` are further settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STACKLEAD_")}
    own = {
        "data_dir": settings.data_dir,
        "secret_key": settings.secret_key,
        "database_url": settings.database_url,
        "redis_url": settings.redis_url,
        **more,
    }
    named = {f"STACKLEAD_{name.upper()}": str(value) for name, value in own.items() if value != ""}
    return {**kept, "PYTHONPATH": os.pathsep.join(sys.path), **named}


def run_product(settings: Settings, log: Path, *words: str, **more: object) -> Server:
    """Start a command of the product, such as `serve`; the caller stops it."""
    command = [sys.executable, "-m", "stacklead", *words]
    return Server(command, log, env=make_environ(settings, **more))


def answers(port: int) -> bool:
    """Return whether a web process answers on this port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return client.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
