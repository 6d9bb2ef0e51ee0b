"""GET and DELETE under /api/leads over HTTP: look-up before and after merging, list, erasure, and other accounts."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.testclient import TestClient

from stacklead.models import DeliveryMethod, DeliveryState
from stacklead.settings import Settings
from stacklead.storage import deliveries, leads, tables
from stacklead.storage.database import Database
from stacklead.storage.merging import MergeRules, merge_captures
from stacklead.storage.source_cache import SourceCache
from support.tenants import Tenant, run_in
from unit.capture.http import API, CLIENT, assert_refused, basic, hand_in
from unit.storage.rows import RESULT, finish

RULES = MergeRules(settle_ms=30_000, repeat_window_ms=86_400_000)


def merge(settings: Settings) -> None:
    run_in(settings, lambda db: merge_captures(db, RULES))


def get(client: TestClient, tenant: Tenant, path: str = "", **params: Any) -> Any:
    return client.get(API + path, headers=basic(tenant.api_key), params=params)


def research(settings: Settings, public_id: str, **result: Any) -> None:
    """Finish a lead's research, with a delivery and an attempt of it."""

    async def work(db: AsyncConnection) -> None:
        row = (await db.execute(select(tables.leads).where(tables.leads.c.public_id == public_id))).mappings().one()
        await finish(db, row["id"], **result)

    run_in(settings, work)


# --- look-up --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["id", "token"])
def test_lead_is_found_before_it_is_merged_and_after(
    client: TestClient, account: Tenant, settings: Settings, by: str
) -> None:
    made = hand_in(client, account.api_key, token="my/token ünï")
    before = get(client, account, f"/{made[by]}").json()
    merge(settings)
    after = get(client, account, f"/{made[by]}").json()
    assert before == after
    assert before["state"] == "queued"
    assert (before["id"], before["token"], before["email"]) == (made["id"], "my/token ünï", "rebecca@example.com")
    assert before["data"] is before["evidence"] is before["score_detail"] is None


def test_result_is_shown(client: TestClient, account: Tenant, settings: Settings) -> None:
    made = hand_in(client, account.api_key)
    merge(settings)
    research(settings, made["id"])
    shown = get(client, account, f"/{made['id']}").json()
    assert shown["state"] == "done"
    assert {part: shown[part] for part in RESULT} == RESULT
    assert shown["deliveries"] == [{"method": "email", "state": "due", "attempts": 0}]
    assert shown["created_at"].endswith("Z")
    assert shown["researched_at"].endswith("Z")


def test_result_never_contains_the_word_of_failure(client: TestClient, account: Tenant, settings: Settings) -> None:
    made = hand_in(client, account.api_key, email="error@example.com")
    merge(settings)
    research(settings, made["id"], name="Terror of errors")
    for answer in (get(client, account, f"/{made['id']}"), get(client, account)):
        assert answer.status_code == 200
        assert "error" not in answer.text
    assert get(client, account).json()["leads"][0]["name"] == "Terror of errors"


def test_token_finds_the_newest(client: TestClient, account: Tenant, settings: Settings) -> None:
    for merged in (True, False, True):
        newest = hand_in(client, account.api_key, token="same")
        if merged:
            merge(settings)
        assert get(client, account, "/same").json()["id"] == newest["id"]


@pytest.mark.parametrize("value", ["nothing", "lead_00000000000000000000000", "a\x00b", "%00", "💥", "x" * 5000, ""])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_unknown_lead_is_404(client: TestClient, account: Tenant, method: str, value: str) -> None:
    answer = client.request(method, f"{API}/" + value.replace("\x00", "%00"), headers=basic(account.api_key))
    assert_refused(answer, 404, "not_found", None)


@pytest.mark.parametrize("by", ["id", "token"])
@pytest.mark.parametrize("merged", [False, True], ids=["before merging", "after merging"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_lead_of_another_account_is_404(
    client: TestClient, account: Tenant, other_account: Tenant, settings: Settings, method: str, merged: bool, by: str
) -> None:
    made = hand_in(client, account.api_key)
    if merged:
        merge(settings)
    assert_refused(client.request(method, f"{API}/{made[by]}", headers=basic(other_account.api_key)), 404)
    assert get(client, account, f"/{made['id']}").status_code == 200


def test_same_token_in_two_accounts_is_two_leads(client: TestClient, account: Tenant, other_account: Tenant) -> None:
    mine, theirs = (hand_in(client, tenant.api_key, token="same") for tenant in (account, other_account))
    assert get(client, account, "/same").json()["id"] == mine["id"]
    assert get(client, other_account, "/same").json()["id"] == theirs["id"]


# --- list -----------------------------------------------------------------------------------------------------------


def test_list_is_newest_first_in_pages(client: TestClient, account: Tenant, settings: Settings) -> None:
    made = [hand_in(client, account.api_key)["id"] for _ in range(5)]
    merge(settings)
    seen, cursor = [], ""
    while cursor is not None:
        page = get(client, account, cursor=cursor, limit=2).json()
        seen.append([lead["id"] for lead in page["leads"]])
        cursor = page["next"]
    assert seen == [made[:2:-1], made[2:0:-1], made[:1]]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("REBECCA", 1),
        ("example.com", 2),
        ("smith", 1),
        ("ocean", 1),
        ("%", 0),
        ("_", 0),
        ("nobody", 0),
        ("", 2),
        ("\x00", 2),
    ],
)
def test_list_is_searched(client: TestClient, account: Tenant, settings: Settings, q: str, found: int) -> None:
    hand_in(client, account.api_key)
    other = hand_in(client, account.api_key, email="john@example.com")
    merge(settings)
    research(settings, other["id"], name="John Smith", company="Blue Ocean")
    assert len(get(client, account, q=q).json()["leads"]) == found


def test_list_is_filtered_by_state(client: TestClient, account: Tenant, settings: Settings) -> None:
    done = hand_in(client, account.api_key)["id"]
    merge(settings)
    research(settings, done)
    hand_in(client, account.api_key)
    merge(settings)
    assert [lead["id"] for lead in get(client, account, state="done").json()["leads"]] == [done]
    assert len(get(client, account, state="queued").json()["leads"]) == 1


def test_list_shows_no_lead_of_another_account(
    client: TestClient, account: Tenant, other_account: Tenant, settings: Settings
) -> None:
    hand_in(client, account.api_key)
    merge(settings)
    assert get(client, other_account).json() == {"leads": [], "next": None}


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"limit": "9" * 50}, "limit"),
        ({"state": "lost"}, "state"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "💥"}, "cursor"),
        ({"cursor": "YmVmb3JlIDk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}, "cursor"),
    ],
)
def test_bad_parameter_of_the_list_is_named(
    client: TestClient, account: Tenant, params: dict[str, str], param: str
) -> None:
    assert_refused(get(client, account, **params), 400, "invalid_request", param)


def test_get_with_an_email_is_405_as_json(client: TestClient, account: Tenant) -> None:
    """What a client of 2014 sends that puts everything in the query (WIRE.md 1, bip.io)."""
    assert_refused(get(client, account, email="a@b.co"), 405, "method_not_allowed", None)


# --- erasure --------------------------------------------------------------------------------------------------------


def count_rows(settings: Settings, *names: str) -> dict[str, int]:
    async def count(db: AsyncConnection) -> dict[str, int]:
        found = {
            name: await db.execute(select(func.count()).select_from(tables.metadata.tables[name])) for name in names
        }
        return {name: result.scalar_one() for name, result in found.items()}

    return run_in(settings, count)


EVERYTHING = ("captures", "leads", "research", "deliveries", "attempts", "source_cache")
NOTHING = dict.fromkeys(EVERYTHING, 0)


def test_erasure_of_what_is_not_merged_leaves_nothing(client: TestClient, account: Tenant, settings: Settings) -> None:
    made = hand_in(client, account.api_key)
    answer = client.delete(f"{API}/{made['id']}", headers=basic(account.api_key))
    assert answer.json() == {"message": "deleted", "data": {"id": made["id"]}}
    assert count_rows(settings, *EVERYTHING) == NOTHING


def test_erasure_leaves_nothing_in_any_table(client: TestClient, account: Tenant, settings: Settings) -> None:
    data = {"client_key": account.client_key, "capture_id": "a" * 32}
    person = {"email": "rebecca@example.com", "first_name": "Rebecca"}
    client.post(CLIENT, data={**data, "stage": "leave", "first_name": "Early"})  # came before its first call
    client.post(CLIENT, data={**data, **person, "stage": "entry"})
    client.post(CLIENT, data={**data, **person, "stage": "submit", "company": "Blue Ocean"})
    merge(settings)
    [lead] = get(client, account).json()["leads"]
    research(settings, lead["id"])

    async def send(db: AsyncConnection) -> None:
        [due] = await deliveries.list_due(db, until=2**62)
        claimed = await deliveries.claim_delivery(db, due[0])
        assert claimed is not None
        attempt = deliveries.Attempt(number=1, is_ok=True, status=250, answer="ok", took_ms=1, started_at=0)
        await deliveries.save_attempt(db, claimed, attempt, state=DeliveryState.SENT)

    async def cache() -> None:
        database = Database(settings)
        await SourceCache(database).put("gravatar", "rebecca@example.com", {"name": "Rebecca"}, 3600)
        await database.close()

    run_in(settings, send)
    asyncio.run(cache())
    assert 0 not in count_rows(settings, *EVERYTHING).values()
    answer = client.delete(f"{API}/{lead['id']}", headers=basic(account.api_key))
    assert answer.status_code == 200
    assert count_rows(settings, *EVERYTHING) == NOTHING
    assert_refused(get(client, account, f"/{lead['id']}"), 404)


def test_erasure_leaves_others_alone(
    client: TestClient, account: Tenant, other_account: Tenant, settings: Settings
) -> None:
    made = hand_in(client, account.api_key)
    hand_in(client, account.api_key)
    hand_in(client, other_account.api_key)
    merge(settings)
    client.delete(f"{API}/{made['id']}", headers=basic(account.api_key))
    assert count_rows(settings, "leads", "captures") == {"leads": 2, "captures": 2}


# --- duplicates=false -----------------------------------------------------------------------------------------------


def test_duplicates_false_answers_with_the_finished_lead(
    client: TestClient, account: Tenant, settings: Settings
) -> None:
    first = hand_in(client, account.api_key)
    merge(settings)
    research(settings, first["id"])
    again = hand_in(client, account.api_key, email="REBECCA@example.com", duplicates="false", token="other")
    assert again == first
    assert count_rows(settings, "captures") == {"captures": 1}


def test_duplicates_false_is_new_where_there_is_none(
    client: TestClient, account: Tenant, other_account: Tenant, settings: Settings
) -> None:
    theirs = hand_in(client, other_account.api_key)
    test = hand_in(client, account.test_key)
    merge(settings)
    research(settings, theirs["id"])
    research(settings, test["id"])
    mine = hand_in(client, account.api_key, duplicates="false")
    merge(settings)
    assert get(client, account, f"/{mine['id']}").json()["id"] == mine["id"]


def test_duplicates_false_three_times_at_once_is_one_lead(
    client: TestClient, account: Tenant, settings: Settings
) -> None:
    """Segment sends a call again at once when it was answered 502 or not at all."""
    made = [hand_in(client, account.api_key, duplicates="false") for _ in range(3)]
    merge(settings)
    assert count_rows(settings, "leads") == {"leads": 1}
    for one in made:
        assert get(client, account, f"/{one['id']}").json()["id"] == made[0]["id"]
        assert get(client, account, f"/{one['token']}").json()["id"] == made[0]["id"]


def test_listed_states_of_deliveries_are_those_of_the_lead(
    client: TestClient, account: Tenant, settings: Settings
) -> None:
    made = hand_in(client, account.api_key)
    merge(settings)
    research(settings, made["id"])

    async def fail(db: AsyncConnection) -> None:
        lead = await leads.get_lead(db, account.id, made["id"])
        wanted = deliveries.NewDelivery(method=DeliveryMethod.WEBHOOK, state=DeliveryState.OFF, state_reason="gone")
        await deliveries.create_deliveries(db, account.id, lead.id, [wanted])

    run_in(settings, fail)
    shown = get(client, account, f"/{made['id']}").json()["deliveries"]
    assert shown == [
        {"method": "email", "state": "due", "attempts": 0},
        {"method": "webhook", "state": "off", "attempts": 0},
    ]
