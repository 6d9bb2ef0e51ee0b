"""Runs the product as its users do, `stacklead up` in a process of its own, and asks its command line for accounts."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from stacklead.settings import read_environment

READY_S = 120.0  # a first start makes the database, and the machine may be busy
STOP_S = 20.0  # then it is killed
COMMAND_S = 60.0
MAX_LOG_BYTES = 5_000_000  # an older log than this is dropped at start
_TAIL_LINES = 25

# What the caller's environment may tune; everything else of STACKLEAD_* is the demo's own.
TUNABLE = (
    "STACKLEAD_SETTLE_S",
    "STACKLEAD_REPEAT_WINDOW_S",
    "STACKLEAD_RATE_KEY",
    "STACKLEAD_RATE_ADDRESS",
    "STACKLEAD_DAILY_LEADS",
    "STACKLEAD_RETENTION_DAYS",
)


class ProductFailed(Exception):
    """The product did not start, stopped by itself, or refused a command; the text has its last words."""


class Product:
    """`stacklead up` as a child process; its output goes to `log`."""

    def __init__(self, port: int, data_dir: Path, log: Path, settings: Mapping[str, str]) -> None:
        self.port = port
        self.url = f"http://localhost:{port}"
        self._data_dir = data_dir
        self._log = log
        self._env = _environment({**settings, "STACKLEAD_BASE_URL": self.url, "STACKLEAD_DATA_DIR": str(data_dir)})
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it takes leads.

        Raises:
            ProductFailed: it ended, or was not ready within READY_S.
        """
        self._data_dir.mkdir(parents=True, exist_ok=True)
        if self._log.exists() and self._log.stat().st_size > MAX_LOG_BYTES:
            self._log.unlink()
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "stacklead", "up", "--host", "127.0.0.1", "--port", str(self.port)),
                *("--data-dir", str(self._data_dir)),
                env=self._env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the demo alone, which then stops its child in order
            )
        ready = asyncio.create_task(self._wait_ready())
        ended = asyncio.create_task(self._process.wait())
        await asyncio.wait({ready, ended}, timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not ready.done():
            ready.cancel()
            raise ProductFailed(f"StackLead did not come up.\n{self.last_words()}")

    async def _wait_ready(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/readyz") as response:
                        if response.status == 200:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass  # not listening yet
                await asyncio.sleep(0.1)

    async def wait(self) -> None:
        """Return when the process has ended."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """End the process: politely first, then it and its children by force."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except TimeoutError:
            os.killpg(self._process.pid, signal.SIGKILL)  # it leads a group of its own
            await self._process.wait()

    def last_words(self) -> str:
        """Return the end of the log."""
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return "\n".join(lines[-_TAIL_LINES:])

    async def create_account(self, name: str, reply_address: str, webhook_url: str) -> dict[str, Any]:
        """Make an account; returns `account_id`, `api_key`, `client_key`, `webhook_secret`, `sign_in_url`.

        Raises:
            ProductFailed: the command failed.
        """
        options = ("--name", name, "--reply-address", reply_address, "--webhook-url", webhook_url, "--json")
        return json.loads(await self._run("account", "create", *options))

    async def sign_in_url(self, account_id: str) -> str:
        """Return a fresh sign-in link.

        Raises:
            ProductFailed: the command failed, for example because there is no such account.
        """
        said = await self._run("account", "sign-in-link", account_id)
        found = re.search(r"https?://[^\s\"']+", said)
        if found is None:
            raise ProductFailed(f"no link in: {said}")
        return found[0]

    async def _run(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "stacklead", *arguments),
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            said, complaints = await asyncio.wait_for(process.communicate(), COMMAND_S)
        except BaseException:
            process.kill()
            await process.wait()
            raise
        if process.returncode != 0:
            raise ProductFailed(f"stacklead {' '.join(arguments[:2])}: {complaints.decode(errors='replace').strip()}")
        return said.decode()


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    environment = read_environment()
    kept = {name: value for name, value in environment.items() if not name.startswith("STACKLEAD_")}
    tuned = {name: environment[name] for name in TUNABLE if name in environment}
    return {**kept, "STACKLEAD_SETTLE_S": "3", "STACKLEAD_REPEAT_WINDOW_S": "60", **tuned, **settings}
