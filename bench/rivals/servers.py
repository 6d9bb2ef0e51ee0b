"""Starts the rivals, each in a virtual environment of its own: Celery and arq need different releases of redis-py."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from bench.captures import UVICORN
from bench.processes import Failed, free_port, redis_server, running, wait_for_http
from bench.server import Server

HERE = Path(__file__).resolve().parent
NAMES = {"arq": "FastAPI + arq", "celery": "FastAPI + Celery"}


def start_rival(stack: ExitStack, name: str, folder: Path) -> Server:
    """Start one of NAMES with a Redis of its own; its environment is made at the first use."""
    program = _prepare(name)
    folder.mkdir()
    redis = stack.enter_context(redis_server(folder)).removeprefix("unix://")
    environ = {**os.environ, "REDIS_SOCKET": redis}
    environ.pop("PYTHONPATH", None)
    port = free_port()
    place = ["--app-dir", str(HERE / name), "--host", "127.0.0.1", "--port", str(port)]
    process = stack.enter_context(
        running(name, [str(program), "-m", "uvicorn", "app:app", *place, *UVICORN], environ, folder)
    )
    wait_for_http(f"http://127.0.0.1:{port}/none", process)
    return Server(name=NAMES[name], port=port, pid=process.pid, client_key="client_" + "x" * 20)


def _prepare(name: str) -> Path:
    """Return the Python of a rival's environment: exactly what its lock says."""
    folder = HERE / name
    lock, environment = folder / "requirements.lock", folder / ".venv"
    program, stamp = environment / "bin" / "python", environment / "installed.lock"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return program
    print(f"Setting up {NAMES[name]} (once) ...", flush=True)
    install = [str(program), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
    for command in ([sys.executable, "-m", "venv", "--clear", str(environment)], install):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"{NAMES[name]} could not be set up:\n{done.stdout}{done.stderr}")
    stamp.write_bytes(lock.read_bytes())
    return program
