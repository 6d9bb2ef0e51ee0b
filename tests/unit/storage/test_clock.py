"""A clock that was an hour ahead and is set back: what was written meanwhile is due now, not in an hour."""

from typing import Any

import pytest
from sqlalchemy import update

from stacklead.models import DeliveryMethod, DeliveryState
from stacklead.storage import deliveries, leads, tables
from stacklead.storage.clock import pull_back
from stacklead.storage.database import Database, now_ms
from stacklead.storage.deliveries import Attempt, NewDelivery, Tried
from stacklead.storage.merging import MergeRules, merge_captures
from support.tenants import Tenant
from unit.storage.rows import append_api

pytestmark = pytest.mark.anyio
RULES = MergeRules(settle_ms=30_000, repeat_window_ms=86_400_000)
HOUR_MS = 3_600_000


async def put_back(databases: Database, table: str, **columns: int) -> int:
    """Write moments into every row of a table, and put right what is astray."""
    async with databases.write() as db:
        await db.execute(update(tables.metadata.tables[table]).values(columns))
        return await pull_back(db)


async def claim(databases: Database, rows: Any, claim_one: str) -> Any:
    async with databases.write() as db:
        return await getattr(rows, claim_one)(db, 1)


@pytest.fixture
async def lead(databases: Database, shop: Tenant) -> None:
    async with databases.write() as db:
        await append_api(db, shop)
        await merge_captures(db, RULES)


@pytest.fixture
async def delivery(databases: Database, shop: Tenant, lead: None) -> None:
    async with databases.write() as db:
        new = NewDelivery(method=DeliveryMethod.EMAIL, state=DeliveryState.DUE)
        await deliveries.create_deliveries(db, shop.id, 1, [new])


async def test_lead_is_due_at_once(databases: Database, lead: None) -> None:
    assert await put_back(databases, "leads", next_at=now_ms() + HOUR_MS) == 1
    assert await claim(databases, leads, "claim_lead")


async def test_lease_of_a_lead_is_free(databases: Database, lead: None) -> None:
    await claim(databases, leads, "claim_lead")
    assert await put_back(databases, "leads", lease_until=now_ms() + HOUR_MS) == 1
    assert await claim(databases, leads, "claim_lead")


async def test_delivery_is_due_at_once(databases: Database, delivery: None) -> None:
    later = now_ms() + HOUR_MS
    assert await put_back(databases, "deliveries", next_at=later, updated_at=later) == 1
    assert await claim(databases, deliveries, "claim_delivery")


async def test_attempt_that_failed_before_the_clock_was_set_back_is_made_again(
    databases: Database, delivery: None
) -> None:
    """It was decided when to try again, the clock was set back, and then that was saved."""
    claimed = await claim(databases, deliveries, "claim_delivery")
    ahead = now_ms() + HOUR_MS
    attempt = Attempt(number=1, is_ok=False, status=503, answer="", took_ms=1, started_at=ahead - 1)
    tried = Tried(
        delivery=claimed, attempt=attempt, state=DeliveryState.DUE, next_at=ahead + 5000, reason="503", at=ahead
    )
    async with databases.write() as db:
        await deliveries.save_attempts(db, [tried])
    async with databases.write() as db:
        assert await pull_back(db) == 1
    assert await claim(databases, deliveries, "claim_delivery")


async def test_lease_of_a_delivery_is_free(databases: Database, delivery: None) -> None:
    await claim(databases, deliveries, "claim_delivery")
    assert await put_back(databases, "deliveries", lease_until=now_ms() + HOUR_MS) == 1
    assert await claim(databases, deliveries, "claim_delivery")


async def test_waits_of_our_own_are_left_alone(databases: Database, delivery: None) -> None:
    assert await put_back(databases, "leads", next_at=now_ms() + 600_000) == 0
    assert await put_back(databases, "deliveries", next_at=now_ms() + 24 * HOUR_MS) == 0
