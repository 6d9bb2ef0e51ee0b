"""Leads and deliveries are worked on by one worker at a time; retention, restarts, and what waits for a setting."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from stacklead.errors import NotFound
from stacklead.models import DeliveryMethod, DeliveryState, LeadState
from stacklead.storage import deliveries, leads, tables
from stacklead.storage.database import Database, now_ms
from stacklead.storage.deliveries import Attempt, NewDelivery
from stacklead.storage.merging import MergeRules, merge_captures
from support.tenants import Tenant
from unit.storage.rows import RESULT, append_api, append_tag, finish, list_rows, make_result

pytestmark = pytest.mark.anyio
RULES = MergeRules(settle_ms=30_000, repeat_window_ms=86_400_000)
ATTEMPT = Attempt(number=1, is_ok=True, status=200, answer="ok", took_ms=1, started_at=0)


async def make_lead(databases: Database, tenant: Tenant, **values: Any) -> None:
    async with databases.write() as db:
        await append_api(db, tenant, **values)
        await merge_captures(db, RULES)


async def in_transaction(databases: Database, work: Callable[[Any], Any]) -> Any:
    async with databases.write() as db:
        return await work(db)


async def rows(databases: Database, table: str) -> list[dict[str, Any]]:
    async with databases.read() as db:
        return await list_rows(db, table)


async def change(databases: Database, table: str, **values: Any) -> None:
    await in_transaction(databases, lambda db: db.execute(update(tables.metadata.tables[table]).values(values)))


# --- leads ----------------------------------------------------------------------------------------------------------


async def test_lead_is_claimed_once(databases: Database, shop: Tenant) -> None:
    await make_lead(databases, shop)
    claims = [await in_transaction(databases, lambda db: leads.claim_lead(db, 1)) for _ in range(2)]
    assert claims[0] is not None
    assert (claims[0].state, claims[0].attempts, claims[1]) == (LeadState.RESEARCHING, 1, None)


async def test_lead_that_is_not_due_is_not_claimed(databases: Database, shop: Tenant) -> None:
    await make_lead(databases, shop, received_at=now_ms() + 60_000)
    assert await in_transaction(databases, lambda db: leads.claim_lead(db, 1)) is None
    assert await in_transaction(databases, lambda db: leads.list_due(db, until=now_ms())) == []
    assert len(await in_transaction(databases, lambda db: leads.list_due(db, until=now_ms() + 70_000))) == 1


async def test_stale_worker_saves_nothing(databases: Database, shop: Tenant) -> None:
    await make_lead(databases, shop)
    stale = await in_transaction(databases, lambda db: leads.claim_lead(db, 1))
    await change(databases, "leads", lease_until=0)
    assert [one[0] for one in await in_transaction(databases, lambda db: leads.list_due(db, until=0))] == [1]
    fresh = await in_transaction(databases, lambda db: leads.claim_lead(db, 1))
    save = lambda lead, name: in_transaction(databases, lambda db: leads.save_result(db, lead, make_result(name), 1))  # noqa: E731
    assert not await save(stale, "stale")
    assert await in_transaction(databases, lambda db: leads.save_failure(db, stale, "stale")) is None
    assert (await rows(databases, "leads"))[0]["state"] == "researching"
    assert await save(fresh, "fresh")
    assert not await save(fresh, "again")
    assert (await rows(databases, "leads"))[0]["person_name"] == "fresh"


async def test_stale_worker_saves_nothing_after_a_restart_either(databases: Database, shop: Tenant) -> None:
    """The count of attempts starts anew with a restart, so it alone would let the stale one in."""
    await make_lead(databases, shop)
    stale = await in_transaction(databases, lambda db: leads.claim_lead(db, 1))
    await change(databases, "leads", lease_until=0, state="gave_up")
    public_id = (await rows(databases, "leads"))[0]["public_id"]
    await in_transaction(databases, lambda db: leads.restart_lead(db, shop.id, public_id))
    fresh = await in_transaction(databases, lambda db: leads.claim_lead(db, 1))
    assert stale.attempts == fresh.attempts == 1
    await change(databases, "leads", lease_until=fresh.lease_until)
    if stale.lease_until != fresh.lease_until:
        assert not await in_transaction(databases, lambda db: leads.save_result(db, stale, RESULT, 1))
    assert await in_transaction(databases, lambda db: leads.save_result(db, fresh, RESULT, 1))


async def test_failed_research_is_tried_again_and_given_up(databases: Database, shop: Tenant) -> None:
    await make_lead(databases, shop)
    waits = []
    for _ in range(leads.MAX_ATTEMPTS):
        await change(databases, "leads", next_at=0)
        lead = await in_transaction(databases, lambda db: leads.claim_lead(db, 1))
        at = now_ms()
        next_at = await in_transaction(databases, lambda db, lead=lead: leads.save_failure(db, lead, "why"))
        waits.append(None if next_at is None else round((next_at - at) / 1000))
    assert waits == [5, 30, 120, 600, None]
    [lead] = await rows(databases, "leads")
    assert (lead["state"], lead["state_reason"]) == ("gave_up", "why")
    assert await in_transaction(databases, lambda db: leads.list_due(db, until=2**60)) == []


@pytest.mark.parametrize("state", ["held", "gave_up", "done"])
async def test_person_restarts_what_stopped(databases: Database, shop: Tenant, other_shop: Tenant, state: str) -> None:
    await make_lead(databases, shop)
    await change(databases, "leads", state=state, attempts=5, state_reason="why")
    public_id = (await rows(databases, "leads"))[0]["public_id"]
    with pytest.raises(NotFound):
        await in_transaction(databases, lambda db: leads.restart_lead(db, other_shop.id, public_id))
    assert await in_transaction(databases, lambda db: leads.restart_lead(db, shop.id, public_id)) == 1
    [lead] = await rows(databases, "leads")
    assert (lead["state"], lead["attempts"], lead["state_reason"]) == ("queued", 0, None)


async def test_lead_at_work_is_not_restarted(databases: Database, shop: Tenant) -> None:
    await make_lead(databases, shop)
    await in_transaction(databases, lambda db: leads.claim_lead(db, 1))
    public_id = (await rows(databases, "leads"))[0]["public_id"]
    with pytest.raises(NotFound):
        await in_transaction(databases, lambda db: leads.restart_lead(db, shop.id, public_id))


async def test_retention_erases_what_is_old(databases: Database, shop: Tenant) -> None:
    old = now_ms() - 1000
    await make_lead(databases, shop, received_at=old)
    async with databases.write() as db:
        await finish(db, 1)
        await append_tag(db, shop, None, stage="leave", capture_id="x" * 32, received_at=old)
        await merge_captures(db, RULES)
    await make_lead(databases, shop, received_at=old + 2000)
    async with databases.write() as db:
        assert await leads.delete_older_than(db, old + 1) == 1
        assert await leads.delete_older_than(db, old + 1) == 0
    assert [row["id"] for row in await rows(databases, "leads")] == [2]
    assert [row["lead_id"] for row in await rows(databases, "captures")] == [2]
    assert await rows(databases, "research") == await rows(databases, "deliveries") == []


# --- deliveries -----------------------------------------------------------------------------------------------------


async def make_delivery(databases: Database, tenant: Tenant, **values: Any) -> None:
    await make_lead(databases, tenant)
    wanted = NewDelivery(**{"method": DeliveryMethod.WEBHOOK, "state": DeliveryState.DUE, "body": b"{}", **values})
    for _ in range(2):  # the second time changes nothing
        await in_transaction(databases, lambda db: deliveries.create_deliveries(db, tenant.id, 1, [wanted]))


async def test_lead_has_one_delivery_of_each_method(databases: Database, shop: Tenant) -> None:
    await make_delivery(databases, shop)
    assert len(await rows(databases, "deliveries")) == 1


async def test_delivery_is_claimed_once_until_its_lease_ends(databases: Database, shop: Tenant) -> None:
    await make_delivery(databases, shop)
    claim = lambda: in_transaction(databases, lambda db: deliveries.claim_delivery(db, 1))  # noqa: E731
    stale = await claim()
    assert await claim() is None
    assert await in_transaction(databases, lambda db: deliveries.list_due(db, until=2**60)) == []
    await change(databases, "deliveries", lease_until=0)
    fresh = await claim()
    await in_transaction(databases, lambda db: deliveries.save_attempt(db, stale, ATTEMPT, state=DeliveryState.FAILED))
    assert (await rows(databases, "deliveries"))[0]["state"] == "due"
    await in_transaction(databases, lambda db: deliveries.save_waiting(db, stale, "stale"))
    assert (await rows(databases, "deliveries"))[0]["state"] == "due"
    await in_transaction(databases, lambda db: deliveries.save_attempt(db, fresh, ATTEMPT, state=DeliveryState.SENT))
    [delivery] = await rows(databases, "deliveries")
    assert (delivery["state"], delivery["attempts"], delivery["lease_until"]) == ("sent", 2, None)
    assert len(await rows(databases, "attempts")) == 2


@pytest.mark.parametrize(("age_days", "count"), [(0, 1), (6.9, 1), (7.1, 0)])
async def test_waiting_delivery_is_released_within_a_week(
    databases: Database, shop: Tenant, other_shop: Tenant, age_days: float, count: int
) -> None:
    await make_delivery(databases, shop, state=DeliveryState.WAITING_FOR_ADDRESS)
    await change(databases, "deliveries", created_at=now_ms() - int(age_days * 86_400_000))
    release = lambda tenant, method: in_transaction(  # noqa: E731
        databases, lambda db: deliveries.release_waiting(db, tenant.id, method)
    )
    assert await release(other_shop, DeliveryMethod.WEBHOOK) == []
    assert await release(shop, DeliveryMethod.EMAIL) == []
    assert len(await release(shop, DeliveryMethod.WEBHOOK)) == count


@pytest.mark.parametrize("state", ["sent", "failed", "off", "waiting_for_address", "due"])
async def test_person_sends_again(databases: Database, shop: Tenant, other_shop: Tenant, state: str) -> None:
    await make_delivery(databases, shop)
    await change(databases, "deliveries", state=state, next_at=2**50)
    public_id = (await rows(databases, "deliveries"))[0]["public_id"]
    with pytest.raises(NotFound):
        await in_transaction(databases, lambda db: deliveries.restart_delivery(db, other_shop.id, public_id))
    assert await in_transaction(databases, lambda db: deliveries.restart_delivery(db, shop.id, public_id)) == 1
    assert await in_transaction(databases, lambda db: deliveries.claim_delivery(db, 1))
    with pytest.raises(NotFound):  # a worker has it
        await in_transaction(databases, lambda db: deliveries.restart_delivery(db, shop.id, public_id))
