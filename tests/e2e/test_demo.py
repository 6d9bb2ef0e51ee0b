"""`stacklead demo` as `make demo` runs it: it comes up, shows both ways, stops cleanly, and knows its keys again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from e2e.product import wait_for
from machine import need_redis

START_S = 120.0


@contextmanager
def running_demo(folder: Path) -> Iterator[dict[str, Any]]:
    ports = [word for name in ("--port", "--site-port", "--desk-port", "--control-port") for word in (name, "0")]
    env = {name: value for name, value in os.environ.items() if not name.startswith("STACKLEAD_")}
    env |= {"PYTHONPATH": str(Path(__file__).parents[2] / "server"), "STACKLEAD_SETTLE_S": "0.5"}
    command = [sys.executable, "-m", "stacklead", "demo", "--data-dir", str(folder), *ports]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def ready() -> dict[str, Any] | None:
        if process.poll() is not None:
            raise AssertionError(f"the demo ended:\n{process.stdout.read() if process.stdout else ''}")
        path = folder / "demo.json"
        told = json.loads(path.read_text()) if path.exists() else {}
        return told if told.get("ready") and told.get("pid") == process.pid else None

    try:
        yield wait_for("the demo", ready, START_S)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        if process.stdout:
            process.stdout.close()


def wait_news(url: str, part: str, count: int) -> list[Any]:
    return wait_for(f"{count} {part}", lambda: n if len(n := httpx2.get(url).json()[part]) >= count else None, 60)


def test_the_demo_shows_both_ways_and_survives_a_restart(tmp_path: Path) -> None:
    need_redis()
    with running_demo(tmp_path) as told:
        page = httpx2.get(told["site_url"]).text
        assert told["client_key"] in page
        assert f"{told['product_url']}/stacklead.js" in page
        lead = {"email": "rebecca@blueocean.example", "delivery_method": "webhook"}
        answer = httpx2.post(f"{told['product_url']}/api/leads", auth=(told["api_key"], ""), data=lead)
        assert answer.status_code == 200
        capture = {"client_key": told["client_key"], "email": "rita@kitebird.example"}
        assert httpx2.post(f"{told['product_url']}/api/client/leads", data=capture).status_code == 200
        posts = wait_news(f"{told['inbox_url']}.json", "posts", 1)
        assert posts[0]["signature"] == "valid"
        assert posts[0]["json"]["data"]["company"]["employees"] == 127
        assert "Kitebird" in wait_news(f"{told['mailbox_url']}.json", "mails", 1)[0]["subject"]
        assert httpx2.get(told["sign_in_url"]).status_code == 200
    with running_demo(tmp_path) as again:
        for name in ("account_id", "client_key", "api_key", "webhook_secret"):
            assert again[name] == told[name]
        assert len(wait_news(f"{again['mailbox_url']}.json", "mails", 1)) == 1
        leads = httpx2.get(f"{again['product_url']}/api/leads", auth=(again["api_key"], "")).json()["leads"]
        assert len(leads) == 2
