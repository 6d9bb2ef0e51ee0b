"""Refused captures are counted with the place they came from, and with nothing of the visitor."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from stacklead.app import create_app
from stacklead.capture.refusals import MAX_PENDING, Refusals
from stacklead.settings import Settings
from stacklead.storage.account_keys import revoke_key, save_allowed_origins
from stacklead.storage.database import Database, now_ms
from stacklead.storage.refusals import MAX_ROWS, Refusal, delete_old_refusals, list_refusals, save_refusals
from support.tenants import Tenant, run_in
from unit.capture.http import CLIENT
from unit.storage.rows import list_rows

NOW = now_ms()
DAY_MS = 86_400_000


def refusal(key: str, **values: Any) -> Refusal:
    made: dict[str, Any] = {"code": "forbidden", "origin": "https://a.example", "page": "", "count": 1, "last_at": NOW}
    return Refusal(key_text=key, **(made | values))


def test_refused_origin_is_kept_and_the_visitor_is_not(settings: Settings, account: Tenant) -> None:
    run_in(settings, lambda db: save_allowed_origins(db, account.id, account.client_key_id, ("https://ok.example",)))
    with TestClient(create_app(settings)) as client:
        for _ in range(3):
            data = {"client_key": account.client_key, "email": "a@example.com"}
            data["page"] = "https://shop.example/contact?email=a@example.com#x"
            answer = client.post(CLIENT, data=data, headers={"origin": "https://shop.example"})
            assert answer.status_code == 403
    [row] = run_in(settings, lambda db: list_rows(db, "refusals"))
    assert (row["account_id"], row["key_id"]) == (account.id, account.client_key_id)
    assert (row["code"], row["origin"], row["count"]) == ("forbidden", "https://shop.example", 3)
    assert row["page"] == "https://shop.example/contact"


def test_revoked_key_bad_input_and_rate_are_kept(settings: Settings, account: Tenant) -> None:
    slow = settings.model_copy(update={"rate_address": 0.001})
    with TestClient(create_app(slow)) as client:
        statuses = [
            client.post(CLIENT, data={"client_key": account.client_key, "email": "no address"}).status_code
            for _ in range(32)
        ]
    run_in(settings, lambda db: revoke_key(db, account.id, account.client_key_id))
    with TestClient(create_app(settings)) as client:
        client.post(CLIENT, data={"client_key": account.client_key, "email": "a@example.com"})
        client.post(CLIENT, data={"client_key": "client_madeup", "email": "a@example.com"})
    assert set(statuses) == {400, 429}
    rows = run_in(settings, lambda db: list_rows(db, "refusals"))
    kept = {row["code"]: row["count"] for row in rows}
    assert kept == {"invalid_email": 30, "too_many_requests": 2, "unauthorized": 1}


@pytest.mark.anyio
async def test_places_are_bounded_per_account_and_day(databases: Database, shop: Tenant, other_shop: Tenant) -> None:
    many = [refusal(shop.client_key, origin=f"https://{number:04}.example") for number in range(MAX_ROWS + 50)]
    async with databases.write() as db:
        await save_refusals(db, many)
        await save_refusals(db, [*many, refusal(other_shop.client_key), refusal(shop.api_key)])
        rows = await list_rows(db, "refusals")
        mine = [row for row in rows if row["account_id"] == shop.id]
        assert len(mine) == MAX_ROWS + 1
        assert sum(row["count"] for row in mine) == 2 * (MAX_ROWS + 50)
        assert [row["count"] for row in rows if row["account_id"] == other_shop.id] == [1]
        assert [each.origin for each in await list_refusals(db, other_shop.id, NOW)] == ["https://a.example"]


@pytest.mark.anyio
async def test_days_are_summed_and_old_ones_forgotten(databases: Database, shop: Tenant) -> None:
    async with databases.write() as db:
        await save_refusals(
            db,
            [
                refusal(shop.client_key, last_at=NOW - age * DAY_MS, code=code)
                for age, code in ((0, "forbidden"), (1, "forbidden"), (40, "x"))
            ],
        )
        [seen] = await list_refusals(db, shop.id, NOW)
        assert (seen.count, seen.last_at) == (2, NOW)
        await delete_old_refusals(db, NOW)
        assert len(await list_rows(db, "refusals")) == 2


@pytest.mark.anyio
async def test_flood_of_places_is_bounded_in_memory(databases: Database, shop: Tenant) -> None:
    refusals = Refusals()
    for number in range(MAX_PENDING + 100):
        refusals.note(shop.client_key, "forbidden", f"https://{number}.example", "x" * 100_000)
    await refusals.save(databases)
    async with databases.read() as db:
        assert sum(row["count"] for row in await list_rows(db, "refusals")) == MAX_PENDING
