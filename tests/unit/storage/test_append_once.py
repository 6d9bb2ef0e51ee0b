"""Of calls under one Idempotency-Key one is stored, however many come at once, from however many processes."""

import asyncio
from typing import Any

import pytest

from stacklead.keys import make_public_id
from stacklead.settings import Settings
from stacklead.storage.captures import IDEMPOTENCY_WINDOW_MS, append_once, delete_unmerged, find_first_call
from stacklead.storage.database import Database, now_ms
from stacklead.storage.grouping import Grouped
from stacklead.storage.intake import CaptureRow
from support.tenants import Tenant
from unit.storage.rows import list_rows

pytestmark = pytest.mark.anyio
NOW = now_ms()
DAY_MS = IDEMPOTENCY_WINDOW_MS


def call(tenant: Tenant, key: str = "k", **values: Any) -> CaptureRow:
    made: dict[str, Any] = dict.fromkeys(CaptureRow._fields)
    made |= {"account_id": tenant.id, "via": "api", "is_test": False, "is_mail_due": True, "is_duplicate_ok": True}
    made |= {"email": "a@example.com", "email_key": "a@example.com", "payload": "{}", "received_at": NOW}
    made |= {"idempotency_key": key, "request_hash": "h", "lead_public_id": make_public_id("lead_"), "token": "t"}
    return CaptureRow(**(made | values))


async def append(database: Database, *calls: CaptureRow) -> list[tuple[bool, str | None]]:
    """Append in one transaction; returns for each whether it counts, and whose id answers it."""
    async with database.write() as db:
        return [(first.is_new, first.lead_public_id) for first in await append_once(db, calls)]


async def count(database: Database) -> int:
    async with database.read() as db:
        return len(await list_rows(db, "captures"))


async def test_second_call_gets_the_first_ones_answer(databases: Database, shop: Tenant) -> None:
    first, second = call(shop), call(shop)
    assert await append(databases, first) == [(True, first.lead_public_id)]
    assert await append(databases, second) == [(False, first.lead_public_id)]
    assert await count(databases) == 1
    async with databases.read() as db:
        found = await find_first_call(db, second)
    assert found is not None
    assert (found.lead_public_id, found.request_hash) == (first.lead_public_id, "h")


async def test_order_of_answers_is_that_of_the_calls(databases: Database, shop: Tenant) -> None:
    calls = [call(shop, key) for key in ("z", "a", "z", "m")]
    ids = [one.lead_public_id for one in calls]
    assert await append(databases, *calls) == [(True, ids[0]), (True, ids[1]), (False, ids[0]), (True, ids[3])]


async def test_other_accounts_and_test_keys_have_nothing_in_common(
    databases: Database, shop: Tenant, other_shop: Tenant
) -> None:
    calls = [call(shop), call(other_shop), call(shop, is_test=True)]
    assert [is_new for is_new, _ in await append(databases, *calls)] == [True] * 3


async def test_key_is_free_again_after_a_day(databases: Database, shop: Tenant) -> None:
    first, late, next_day = call(shop), call(shop, received_at=NOW + DAY_MS - 1), call(shop, received_at=NOW + DAY_MS)
    await append(databases, first)
    assert await append(databases, late) == [(False, first.lead_public_id)]
    async with databases.read() as db:
        assert await find_first_call(db, next_day) is None
    assert await append(databases, next_day) == [(True, next_day.lead_public_id)]
    assert await append(databases, call(shop, received_at=NOW + DAY_MS + 1)) == [(False, next_day.lead_public_id)]
    assert await count(databases) == 2


async def test_erased_call_frees_its_key(databases: Database, shop: Tenant) -> None:
    await append(databases, call(shop))
    async with databases.write() as db:
        [row] = await list_rows(db, "captures")
        await delete_unmerged(db, shop.id, row["id"])
    second = call(shop)
    assert await append(databases, second) == [(True, second.lead_public_id)]


@pytest.mark.parametrize("age_ms", [0, DAY_MS], ids=["a fresh key", "a key that has run out"])
async def test_calls_at_once_in_two_processes_are_one(
    each_settings: Settings, databases: Database, shop: Tenant, age_ms: int
) -> None:
    """Two pools of connections, as two web processes have them."""
    if age_ms:
        await append(databases, *(call(shop, f"k{number}", received_at=NOW - age_ms) for number in range(20)))
    before = await count(databases)
    other = Database(each_settings)
    ways = [Grouped(one, append_once) for one in (databases, other)]
    calls = [call(shop, f"k{number % 20}") for number in range(80)]
    answers = await asyncio.gather(*(ways[number // 20 % 2](one) for number, one in enumerate(calls)))
    await other.close()
    assert sum(answer.is_new for answer in answers) == 20
    assert len({answer.lead_public_id for answer in answers}) == 20
    assert await count(databases) - before == 20
    for number in range(20):
        assert len({answers[at].lead_public_id for at in range(number, 80, 20)}) == 1
