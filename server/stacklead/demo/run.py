"""`stacklead demo`: starts the demo internet, sample site, mailbox and inbox, then the product, and keeps them up."""

import asyncio
import contextlib
import os
import signal
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stacklead.demo.notebook import only_one, read_notes, write_notes
from stacklead.demo.product import Product, ProductFailed
from stacklead.demo.sample import sample_world
from stacklead.demo.screen import show_running, show_starting, show_stopping
from stacklead.demo.serving import free_port
from stacklead.demo.site import EXAMPLES
from stacklead.demo.stage import Ports, Stage, stage

ACCOUNT_NAME = "Fieldnote (demo)"
REPLY_ADDRESS = "sales@fieldnote.example"


async def run_demo(data_dir: Path, ports: Ports) -> None:
    """Run everything until a signal says stop.

    Raises:
        AlreadyRunning: another demo uses `data_dir`.
        ProductFailed: the product did not start, or stopped by itself.
    """
    stop = _stop_signal()
    with only_one(data_dir):
        notes = read_notes(data_dir)
        show_starting(data_dir)
        async with AsyncExitStack() as stack:
            starting = asyncio.create_task(_start(stack, data_dir, ports, notes))
            if not await _first(starting, stop):
                return
            product, notes = starting.result()
            write_notes(data_dir, notes)
            stack.callback(write_notes, data_dir, {**notes, "ready": False})
            show_running(notes, data_dir)
            ended = asyncio.create_task(product.wait())
            if await _first(ended, stop):
                raise ProductFailed(f"StackLead stopped by itself.\n{product.last_words()}")
            show_stopping()


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _first(work: asyncio.Task[Any], stop: asyncio.Event) -> bool:
    """Wait for work or for the stop; True if the work ended first. Work that was overtaken is cancelled."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if stop.is_set():
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        return False
    return True


async def _start(
    stack: AsyncExitStack, data_dir: Path, ports: Ports, notes: dict[str, Any]
) -> tuple[Product, dict[str, Any]]:
    """Start every part; leaving the stack stops them in turn. Returns the product and the notes for `demo.json`."""
    before = urlsplit(str(notes.get("webhook_url", ""))).port or 0
    around = await stack.enter_async_context(stage(sample_world(), data_dir, replace(ports, desk_before=before)))
    product = Product(free_port(ports.product), data_dir / "product", data_dir / "product.log", around.env)
    stack.push_async_callback(product.stop)
    await product.start()

    account = await _account(product, notes, around.inbox_url)
    around.links.product_url = product.url
    around.links.client_key = account["client_key"]
    around.inbox.secrets.append(account["webhook_secret"])
    return product, {
        "ready": True,
        "pid": os.getpid(),
        "product_url": product.url,
        "site_url": around.site.url,
        "mailbox_url": around.mailbox_url,
        "inbox_url": around.inbox_url,
        "control_url": around.net.control.url,
        **account,
        "curl": _curl(product.url, account["api_key"]),
        "example_emails": [email for email, *_ in EXAMPLES],
        "env": around.env,
        "moved_ports": _moved(ports, around, product),
    }


def _moved(ports: Ports, around: Stage, product: Product) -> dict[str, int]:
    """Return the ports that were taken, each with the one that stands in for it."""
    got = (
        (ports.product, product.port),
        (ports.site, around.site.port),
        (ports.desk, around.desk.port),
        (ports.control, around.net.control.port),
    )
    return {str(wanted): port for wanted, port in got if wanted not in (0, port)}


async def _account(product: Product, notes: dict[str, Any], webhook_url: str) -> dict[str, str]:
    """Return the demo's account: the one of the last start with a fresh sign-in link, else a new one."""
    kept = {name: str(notes.get(name, "")) for name in _ACCOUNT_NOTES}
    if all(kept.values()):
        with contextlib.suppress(ProductFailed):  # the database was thrown away, or the account in it
            return {**kept, "sign_in_url": await product.sign_in_url(kept["account_id"])}
    made = await product.create_account(ACCOUNT_NAME, REPLY_ADDRESS, webhook_url)
    return {
        **{name: str(made[name]) for name in ("account_id", "client_key", "api_key", "webhook_secret", "sign_in_url")},
        "reply_address": REPLY_ADDRESS,
        "webhook_url": webhook_url,
    }


_ACCOUNT_NOTES = ("account_id", "client_key", "api_key", "webhook_secret", "reply_address", "webhook_url")


def _curl(product_url: str, api_key: str) -> str:
    return f"curl -u {api_key}: -d email={EXAMPLES[0][0]} -d delivery_method=webhook {product_url}/api/leads"
