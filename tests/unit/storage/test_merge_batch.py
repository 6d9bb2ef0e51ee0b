"""A batch makes the leads that its captures make one by one, with far fewer statements."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.settings import Settings
from stacklead.storage.captures import MERGE_BATCH
from stacklead.storage.database import Database, now_ms
from stacklead.storage.merging import MergeRules, merge_captures
from support.tenants import Tenant, make_tenant
from unit.storage.rows import append_api, append_tag, list_rows

pytestmark = pytest.mark.anyio

RULES = MergeRules(settle_ms=30_000, repeat_window_ms=86_400_000)
A, B = "a@example.com", "b@example.com"
VISIT, VISIT_2, VISIT_3 = "a" * 32, "b" * 32, "c" * 32

Step = tuple[str | None, str | None, str | None, str]  # stage or way, address, visit, name


async def rows(database: Database, table: str) -> list[dict[str, Any]]:
    async with database.read() as db:
        return await list_rows(db, table)


async def append(db: AsyncConnection, tenant: Tenant, step: Step, received_at: int) -> None:
    way, email, visit, name = step
    fields = {"name": name} if name else {}
    if way in ("api", "once"):
        await append_api(db, tenant, email or A, fields=fields, is_duplicate_ok=way == "api", received_at=received_at)
    else:
        await append_tag(db, tenant, email, stage=way, capture_id=visit, fields=fields, received_at=received_at)


async def merge_all(database: Database, tenant: Tenant, steps: list[Step], at: int, *, together: bool) -> None:
    for number, step in enumerate(steps):
        async with database.write() as db:
            await append(db, tenant, step, at + number)
            if not together:
                await merge_captures(db, RULES)
    async with database.write() as db:
        await merge_captures(db, RULES)


async def outcome(database: Database, tenant: Tenant) -> tuple[list[Any], list[Any]]:
    """Return an account's leads, and for each of its captures which of them it went into."""
    leads = [row for row in await rows(database, "leads") if row["account_id"] == tenant.id]
    captures = [row for row in await rows(database, "captures") if row["account_id"] == tenant.id]
    places = {row["id"]: place for place, row in enumerate(leads)} | {None: None}
    said = [
        (row["email"], row["via"], row["state"], row["next_at"], row["version"], msgspec.json.decode(row["payload"]))
        for row in leads
    ]
    return said, [places[row["lead_id"]] for row in captures]


STEPS = st.tuples(
    st.sampled_from(["entry", "submit", "leave", None, "api", "once"]),
    st.sampled_from([A, B, None]),
    st.sampled_from([VISIT, VISIT_2, VISIT_3, None]),
    st.sampled_from(["", "Rebecca", "Reb"]),
)
_RUNS = itertools.count()


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=2, max_size=12))
def test_a_batch_does_what_its_captures_do_one_by_one(settings: Settings, steps: list[Step]) -> None:
    asyncio.run(_compare(settings, steps))


async def _compare(settings: Settings, steps: list[Step]) -> None:
    database, at = Database(settings), now_ms()
    async with database.write() as db:
        tenants = [await make_tenant(db, f"Run {next(_RUNS)} {number}") for number in range(2)]
    for tenant, together in zip(tenants, (True, False), strict=True):
        await merge_all(database, tenant, steps, at, together=together)
    together, alone = [await outcome(database, tenant) for tenant in tenants]
    await database.close()
    assert together == alone


async def test_captures_of_a_lead_that_is_folded_go_with_it(databases: Database, shop: Tenant) -> None:
    """Another visit's capture went into the lead in the same batch, before its address was corrected."""
    steps: list[Step] = [
        ("submit", A, VISIT, ""),
        ("entry", B, VISIT_2, ""),
        ("entry", B, VISIT_3, ""),
        ("entry", A, VISIT_2, ""),
    ]
    await merge_all(databases, shop, steps, now_ms(), together=True)
    leads, places = await outcome(databases, shop)
    assert [lead[0] for lead in leads] == [A]
    assert places == [0, 0, 0, 0]


async def count_statements(db: AsyncConnection, work: Callable[[], Awaitable[Any]]) -> int:
    """Return how many statements a piece of work executes."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    connection = db.sync_connection
    event.listen(connection, "before_cursor_execute", note)
    await work()
    event.remove(connection, "before_cursor_execute", note)
    return len(statements)


async def test_new_captures_take_as_many_statements_as_one(databases: Database, shop: Tenant) -> None:
    counts: list[int] = []
    for count in (1, MERGE_BATCH):
        async with databases.write() as db:
            for number in range(count):
                step: Step = ("submit", f"lead{number}.of{count}@example.com", f"{count}-{number}".ljust(32, "x"), "")
                await append(db, shop, step, now_ms())
        async with databases.write() as db:
            counts.append(await count_statements(db, lambda db=db: merge_captures(db, RULES)))
        assert len(await rows(databases, "leads")) == (1 if count == 1 else 1 + MERGE_BATCH)
    assert counts[0] == counts[1]
