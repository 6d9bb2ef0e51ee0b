"""Leads that are kept but not researched: over the ceiling of the day, or a robot's."""

from typing import Any

import pytest

from stacklead.models import LeadState
from stacklead.storage import leads
from stacklead.storage.daily_leads import DAY_MS, DailyCount, day_of, delete_old_counts
from stacklead.storage.database import Database, now_ms
from stacklead.storage.merging import ROBOT, Merged, MergeRules, merge_captures
from support.tenants import Tenant
from unit.storage.rows import append_api, append_tag, list_rows

pytestmark = pytest.mark.anyio

RULES = MergeRules(settle_ms=0, repeat_window_ms=DAY_MS, daily_leads=2)
NOW = now_ms()


async def tag(databases: Database, tenant: Tenant, email: str, **values: Any) -> None:
    async with databases.write() as db:
        await append_tag(db, tenant, email, received_at=values.pop("received_at", NOW), **values)


async def merge(databases: Database) -> Merged:
    async with databases.write() as db:
        return await merge_captures(db, RULES)


async def rows(databases: Database) -> list[dict[str, Any]]:
    async with databases.read() as db:
        return await list_rows(db, "leads")


async def test_leads_over_the_ceiling_are_held(databases: Database, shop: Tenant, other_shop: Tenant) -> None:
    for number in range(2):
        await tag(databases, shop, f"{number}@example.com")
    await merge(databases)
    await tag(databases, shop, "2@example.com")
    await tag(databases, other_shop, "2@example.com")
    async with databases.write() as db:
        await append_api(db, shop, "3@example.com", received_at=NOW)
    merged = await merge(databases)
    states = [(row["account_id"], row["state"]) for row in await rows(databases)]
    assert states == [
        (shop.id, "queued"),
        (shop.id, "queued"),
        (shop.id, "held"),
        (other_shop.id, "queued"),
        (shop.id, "held"),
    ]
    assert len(merged.due) == 1
    assert "More than 2 leads" in (await rows(databases))[2]["state_reason"]


async def test_next_day_begins_anew(databases: Database, shop: Tenant) -> None:
    for number in range(3):
        await tag(databases, shop, f"{number}@example.com")
    await tag(databases, shop, "next@example.com", received_at=NOW + DAY_MS)
    await merge(databases)
    assert [row["state"] for row in await rows(databases)] == ["queued", "queued", "held", "queued"]


async def test_repeats_do_not_count(databases: Database, shop: Tenant) -> None:
    for _ in range(5):
        await tag(databases, shop, "a@example.com")
    await tag(databases, shop, "b@example.com")
    await merge(databases)
    assert [row["state"] for row in await rows(databases)] == ["queued", "queued"]


async def test_robots_are_held_and_do_not_count(databases: Database, shop: Tenant) -> None:
    for number in range(3):
        await tag(databases, shop, f"{number}@example.com", robot=True)
    await tag(databases, shop, "a@example.com")
    await merge(databases)
    found = await rows(databases)
    assert [row["state"] for row in found] == ["held", "held", "held", "queued"]
    assert found[0]["state_reason"] == ROBOT


async def test_visitor_vouches_for_an_address_that_a_robot_sent(databases: Database, shop: Tenant) -> None:
    await tag(databases, shop, "a@example.com", robot=True)
    await merge(databases)
    await tag(databases, shop, "a@example.com")
    merged = await merge(databases)
    [row] = await rows(databases)
    assert (row["state"], row["state_reason"]) == ("queued", None)
    assert "robot" not in row["payload"]
    assert merged.due == {row["id"]: NOW}


async def test_robot_that_repeats_a_visitor_changes_nothing(databases: Database, shop: Tenant) -> None:
    await tag(databases, shop, "a@example.com")
    await tag(databases, shop, "a@example.com", robot=True, fields={"company": "Blue Ocean"})
    await merge(databases)
    [row] = await rows(databases)
    assert row["state"] == "queued"
    assert "robot" not in row["payload"]


async def test_all_held_leads_of_an_account_are_released(databases: Database, shop: Tenant, other_shop: Tenant) -> None:
    for tenant in (shop, other_shop):
        for number in range(2):
            await tag(databases, tenant, f"{number}@example.com", robot=True)
    await merge(databases)
    async with databases.write() as db:
        assert await leads.count_held(db, shop.id) == 2
        released = await leads.release_leads(db, shop.id)
        assert await leads.count_held(db, shop.id) == 0
        assert await leads.count_held(db, other_shop.id) == 2
    assert {row["id"] for row in await rows(databases) if row["state"] == LeadState.QUEUED} == set(released)
    async with databases.write() as db:
        claimed = await leads.claim_lead(db, released[0])
    assert claimed is not None


async def test_old_counts_are_forgotten(databases: Database, shop: Tenant) -> None:
    count = DailyCount()
    async with databases.write() as db:
        for day in (day_of(NOW) - 31, day_of(NOW)):
            assert await count.find(db, shop.id, day) == 0
            count.add(shop.id, day)
        await count.save(db)
        await delete_old_counts(db, NOW)
        assert [row["day"] for row in await list_rows(db, "daily_leads")] == [day_of(NOW)]
