"""Many leads are claimed and finished in one transaction, each as if it were alone."""

from typing import Any

import pytest
from sqlalchemy import update

from stacklead.storage import leads, merging, tables
from stacklead.storage.database import Database
from stacklead.storage.leads import Finished, LeadRow
from support.tenants import Tenant
from unit.storage.rows import append_api, list_rows, make_result

pytestmark = pytest.mark.anyio

RULES = merging.MergeRules(settle_ms=0, repeat_window_ms=1000)


async def queue_leads(databases: Database, shop: Tenant, count: int) -> list[int]:
    async with databases.write() as db:
        for number in range(count):
            await append_api(db, shop, email=f"lead{number}@example.com")
        return list((await merging.merge_captures(db, RULES)).due)


async def claim(databases: Database, lead_ids: list[int]) -> list[LeadRow | None]:
    async with databases.write() as db:
        return await leads.claim_leads(db, lead_ids)


def finish(lead: LeadRow, **result: Any) -> Finished:
    return Finished(lead=lead, result=make_result(**result), took_ms=1)


async def test_claims_come_in_the_order_of_the_ids(databases: Database, shop: Tenant) -> None:
    first, second, third = await queue_leads(databases, shop, 3)
    assert await claim(databases, [second]) != [None]
    found = await claim(databases, [third, second, first, third])
    assert [lead and lead.id for lead in found] == [third, None, first, None]


async def test_results_of_lost_leases_are_dropped(databases: Database, shop: Tenant) -> None:
    first, second = [lead for lead in await claim(databases, await queue_leads(databases, shop, 2)) if lead]
    async with databases.write() as db:
        await db.execute(update(tables.leads).where(tables.leads.c.id == first.id).values(lease_until=1))
    [again] = [lead for lead in await claim(databases, [first.id]) if lead]
    async with databases.write() as db:
        assert await leads.save_results(db, [finish(first, name="Late"), finish(second)]) == {second.id}
        assert [row["lead_id"] for row in await list_rows(db, "research")] == [second.id]
        assert await leads.save_results(db, [finish(again)]) == {first.id}
        assert {row["state"] for row in await list_rows(db, "leads")} == {"done"}


async def test_only_the_lead_that_learned_something_is_queued_again(databases: Database, shop: Tenant) -> None:
    first, second = [lead for lead in await claim(databases, await queue_leads(databases, shop, 2)) if lead]
    async with databases.write() as db:
        await db.execute(update(tables.leads).where(tables.leads.c.id == first.id).values(version=first.version + 1))
        assert await leads.save_results(db, [finish(first), finish(second)]) == {first.id, second.id}
        rows = {row["id"]: row for row in await list_rows(db, "leads")}
    assert (rows[first.id]["state"], rows[first.id]["attempts"]) == ("queued", 0)
    assert (rows[second.id]["state"], rows[second.id]["attempts"]) == ("done", 1)
