"""A small site of the dashboard's pages alone, with a real database and two accounts."""

import asyncio
import re
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from stacklead import links
from stacklead.dashboard.pages import render_error, routes
from stacklead.errors import StackLeadError
from stacklead.keys import make_public_id, make_token
from stacklead.outbound import Outbound
from stacklead.settings import Settings
from stacklead.storage.account_keys import Key, create_key
from stacklead.storage.accounts import Account, create_account
from stacklead.storage.database import Database, now_ms
from stacklead.storage.tables import captures, leads


@dataclass
class RecordingQueue:
    """Stands in for the queue: keeps what was handed on."""

    research: list[int] = field(default_factory=list[int])
    deliveries: list[int] = field(default_factory=list[int])
    is_reachable: bool = True

    async def enqueue_research(self, lead_id: int, attempts: int, due_at: int | None = None) -> bool:
        self.research.append(lead_id)
        return True

    async def enqueue_delivery(self, delivery_id: int, attempts: int, due_at: int | None = None) -> bool:
        self.deliveries.append(delivery_id)
        return True

    async def is_up(self) -> bool:
        return self.is_reachable


def make_app(settings: Settings, queue: RecordingQueue) -> Starlette:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[dict[str, Any], None]:
        database, outbound = Database(settings), Outbound(settings)
        yield {"settings": settings, "database": database, "queue": queue, "outbound": outbound}
        await outbound.close()
        await database.close()

    async def show_failure(request: Request, exc: Exception) -> Response:
        if isinstance(exc, StackLeadError):
            return render_error(request, exc.status, exc.message)
        assert isinstance(exc, HTTPException)
        return render_error(request, exc.status_code, exc.detail)

    handlers: Any = {StackLeadError: show_failure, HTTPException: show_failure}
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers)


class Site:
    """The running pages, and a way into the database behind them."""

    def __init__(self, settings: Settings, empty_database: Path) -> None:
        self.settings = settings
        self.queue = RecordingQueue()
        self.app = make_app(settings, self.queue)
        shutil.copy(empty_database, settings.sqlite_path)
        self.database = Database(settings)
        self.runner = asyncio.Runner()

    def run(self, work: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
        """Run one transaction on the site's database and return what it returns."""

        async def run() -> Any:
            async with self.database.write() as db:
                return await work(db)

        return self.runner.run(run())

    def close(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()

    def add_account(self, name: str, **values: Any) -> Account:
        return self.run(lambda db: create_account(db, name=name, **values))

    def add_key(self, account: Account, kind: Any = "client", **values: Any) -> Key:
        return self.run(lambda db: create_key(db, account.id, kind, **{"label": "Shop", **values}))[0]

    def add_lead(self, account: Account, email: str = "rebecca@blueocean.example", **values: Any) -> str:
        """Add a lead by tag and the capture that it came from; return its public id."""
        payload = values.pop("payload", {"fields": {}, "page": "https://shop.example/contact"})
        row: dict[str, Any] = {
            "public_id": make_public_id("lead_"),
            "account_id": account.id,
            "via": "tag",
            "is_test": False,
            "token": make_token(),
            "email": email,
            "email_key": email.lower(),
            "state": "queued",
            "version": 1,
            "attempts": 0,
            "next_at": now_ms(),
            "first_entry_at": now_ms(),
            "is_mail_due": True,
            "payload": msgspec.json.encode(payload).decode(),
            "created_at": now_ms(),
            "updated_at": now_ms(),
        } | values
        capture = {name: row[name] for name in ("account_id", "via", "is_test", "email", "email_key", "payload")}
        capture |= {"is_mail_due": True, "is_duplicate_ok": True, "received_at": now_ms(), "merged_at": now_ms()}

        async def add(db: AsyncConnection) -> None:
            lead_id = (await db.execute(insert(leads).values(row).returning(leads.c.id))).scalar_one()
            await db.execute(insert(captures).values(capture | {"lead_id": lead_id, "key_id": row.get("key_id")}))

        self.run(add)
        return row["public_id"]


class Browser:
    """A browser that is signed in to an account (or to none), and fills in forms as a person would."""

    def __init__(self, client: TestClient, settings: Settings) -> None:
        self.client = client
        self.settings = settings

    def sign_in(self, account: Account) -> "Browser":
        link = links.make_sign_in_link(self.settings, account.public_id)
        answer = self.client.post("/sign-in/" + link.rpartition("/")[2], data={})
        assert answer.status_code == 303, answer.text
        return self

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.client.get(path, **kwargs)

    def form_token(self) -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', self.client.get("/settings/snippet").text)
        assert found is not None
        return found[1]

    def post(self, path: str, form: Mapping[str, str] | None = None, **kwargs: Any) -> Any:
        return self.client.post(path, data={"form_token": self.form_token(), **(form or {})}, **kwargs)
