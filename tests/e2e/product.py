"""The product as its users run it: `stacklead up` in a process of its own, asked over HTTP and by its command line."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from stacklead.commands.account import make_account
from stacklead.demo.stage import Stage
from stacklead.settings import Settings

START_S = 60.0
WAIT_S = 30.0

T = TypeVar("T")


def wait_for(what: str, check: Callable[[], T | None], timeout_s: float = WAIT_S) -> T:
    """Return the first truthy answer of `check`; fail with `what` if there is none in time."""
    end = time.monotonic() + timeout_s
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout_s} s in vain for {what}")
        time.sleep(0.05)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: Playwright's sync API keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """`stacklead up` over one data directory."""

    def __init__(self, data_dir: Path, env: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.data_dir = data_dir
        self.log = data_dir.with_suffix(".log")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("STACKLEAD_")}
        source = str(Path(__file__).parents[2] / "server")
        own = {"STACKLEAD_DATA_DIR": str(data_dir), "STACKLEAD_BASE_URL": self.url, "PYTHONPATH": source}
        self.env = {**clean, **env, **own}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "stacklead", "up", "--port", str(self.port), "--data-dir", str(self.data_dir)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)
        wait_for("the product to be ready", self.is_ready, START_S)

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the product ended:\n{self.last_words()}"
        try:
            answer = httpx2.get(f"{self.url}/readyz", timeout=5)
        except httpx2.HTTPError:
            return False
        return answer.status_code == 200 and answer.json()["status"] == "ready"

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(40)

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def run(self, *words: str) -> str:
        """Run a command of the command line and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "stacklead", *words], env=self.env, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def child(self, word: str) -> int:
        """Return the process id of the child (worker, serve, redis-server) with this word in its command line."""
        assert self.process is not None
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for pid in path.read_text().split():
            try:
                title = Path(f"/proc/{pid}/cmdline").read_text()
            except FileNotFoundError:
                continue
            words = title.replace("\0", " ").split()  # Redis writes its title with blanks
            if any(part == word or part.endswith(f"/{word}") for part in words):
                return int(pid)
        return 0

    def kill(self, word: str) -> None:
        """Kill a child at once, and return when it was started again."""
        pid = wait_for(f"a running {word}", lambda: self.child(word))
        os.kill(pid, signal.SIGKILL)
        wait_for(f"another {word}", lambda: self.child(word) not in (0, pid))


@dataclass(frozen=True, slots=True)
class Account:
    """An account of its own for each test, with its own mailbox and its own webhook address."""

    product: Product
    stage: Stage
    reply_address: str
    webhook_path: str
    webhook_url: str
    account_id: str
    api_key: str
    client_key: str
    webhook_secret: str
    tag: str
    sign_in_url: str

    def post(self, path: str = "/api/leads", **options: Any) -> httpx2.Response:
        return httpx2.post(self.product.url + path, timeout=20, **options)

    def hand_in(self, email: str, **parameters: Any) -> dict[str, Any]:
        """Hand in a lead by API and return the answer's data."""
        answer = self.post(auth=(self.api_key, ""), data={"email": email, **parameters})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def capture(self, **fields: str) -> None:
        """Hand in a lead as a page does."""
        answer = self.post("/api/client/leads", data={"client_key": self.client_key, **fields})
        assert (answer.status_code, answer.text) == (200, '{"message":"ok"}')

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(self.product.url + path, auth=(self.api_key, ""), timeout=20)

    def lead(self, value: str) -> dict[str, Any]:
        answer = self.get(f"/api/leads/{value}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_done(self, value: str, timeout_s: float = WAIT_S) -> dict[str, Any]:
        return wait_for(
            "the research", lambda: found if (found := self.lead(value))["state"] == "done" else None, timeout_s
        )

    def mails(self) -> list[dict[str, Any]]:
        """Return the mails that reached this account's reply address, whole, oldest first."""
        url = f"{self.stage.mailbox_url}.json"
        listed = httpx2.get(url, params={"to": self.reply_address}, timeout=20).json()["mails"]
        return [httpx2.get(f"{self.stage.mailbox_url}/{mail['n']}.json", timeout=20).json() for mail in listed]

    def wait_mails(self, count: int = 1, timeout_s: float = WAIT_S) -> list[dict[str, Any]]:
        return wait_for(f"{count} mails", lambda: found if len(found := self.mails()) >= count else None, timeout_s)

    def posts(self, path: str | None = None) -> list[dict[str, Any]]:
        """Return the webhooks that reached this account's address (or another path), oldest first."""
        url = f"{self.stage.inbox_url}.json"
        return httpx2.get(url, params={"path": path or self.webhook_path}, timeout=20).json()["posts"]

    def wait_posts(self, count: int = 1, path: str | None = None, timeout_s: float = WAIT_S) -> list[dict[str, Any]]:
        return wait_for(
            f"{count} webhooks", lambda: found if len(found := self.posts(path)) >= count else None, timeout_s
        )


def open_account(product: Product, stage: Stage, *, with_mail: bool = True, with_webhook: bool = True) -> Account:
    name = uuid.uuid4().hex[:12]
    path = f"/inbox/{name}"
    settings = Settings(data_dir=product.data_dir, base_url=product.url)
    reply_address = f"{name}@fieldnote.example"
    made = run(
        make_account(
            settings,
            f"Account {name}",
            reply_address if with_mail else None,
            stage.desk.url + path if with_webhook else None,
        )
    )
    stage.inbox.secrets.append(made["webhook_secret"])
    return Account(product, stage, reply_address, path, stage.desk.url + path, **made)
