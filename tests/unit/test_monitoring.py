"""GET /metrics: what is counted, by which processes, and what must not stand in it."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update
from starlette.testclient import TestClient

from stacklead.app import create_app
from stacklead.settings import Settings
from stacklead.storage.counters import add_counts, list_counts, save_tally
from stacklead.storage.database import Database, now_ms
from stacklead.storage.heartbeats import ALIVE_MS, save_heartbeat
from stacklead.storage.tables import heartbeats
from stacklead.tally import Tally, timed
from support.tenants import Tenant, run_in
from unit.capture.http import API, CLIENT, basic

Sample = tuple[str, str]


def read(client: TestClient) -> dict[Sample, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_captures_are_counted_by_outcome(client: TestClient, account: Tenant) -> None:
    for email in ("a@example.com", "b@example.com", "no address"):
        client.post(CLIENT, data={"client_key": account.client_key, "email": email})
    client.post(CLIENT, data={"client_key": "client_unknown", "email": "a@example.com"})
    client.post(API, data={"email": "c@example.com"}, headers=basic(account.api_key))
    client.post(API, data={"email": "c@example.com"})
    found = read(client)
    assert found["stacklead_captures_total", "accepted"] == 3
    assert found["stacklead_captures_total", "invalid_email"] == 1
    assert found["stacklead_captures_total", "unauthorized"] == 2
    assert found["stacklead_waiting", "captures"] == 3
    assert found["stacklead_oldest_due_seconds", "captures"] >= 0
    assert found["stacklead_workers", ""] == 0


def test_deliveries_are_counted_by_outcome(settings: Settings, client: TestClient) -> None:
    tally = Tally()
    for outcome in ("email_sent", "webhook_again", "webhook_again", "webhook_failed"):
        tally.count("deliveries", outcome)
    run_in(settings, lambda db: add_counts(db, tally.take()))
    found = read(client)
    assert found["stacklead_deliveries_total", "email_sent"] == 1
    assert found["stacklead_deliveries_total", "webhook_again"] == 2
    assert found["stacklead_deliveries_total", "webhook_failed"] == 1


def test_worker_that_lives_is_seen_everywhere(settings: Settings, client: TestClient) -> None:
    run_in(settings, lambda db: save_heartbeat(db, "host:1", {"is_redis_up": True, "has_redis": True}))
    assert read(client)["stacklead_workers", ""] == 1
    assert client.get("/readyz").json() == {"status": "ready"}
    silent = update(heartbeats).values(seen_at=now_ms() - ALIVE_MS - 1)
    run_in(settings, lambda db: db.execute(silent))
    assert read(client)["stacklead_workers", ""] == 0
    assert client.get("/readyz").json()["status"] == "degraded"


def test_no_account_key_or_address_is_named(client: TestClient, account: Tenant) -> None:
    client.post(CLIENT, data={"client_key": account.client_key, "email": "a@example.com"})
    text = client.get("/metrics").text
    for secret in (account.client_key, account.api_key, account.account.public_id, "example.com", "Blue Shop"):
        assert secret not in text


def test_sums_survive_a_restart(settings: Settings, account: Tenant) -> None:
    for total in (1, 2):
        with TestClient(create_app(settings)) as client:
            client.post(CLIENT, data={"client_key": account.client_key, "email": "a@example.com"})
            assert read(client)["stacklead_captures_total", "accepted"] == total


def test_job_times_are_a_histogram(settings: Settings, client: TestClient) -> None:
    tally = Tally()
    for took_ms in (5, 700, 90_000):
        tally.observe_job("research_lead", took_ms)
    run_in(settings, lambda db: add_counts(db, tally.take()))
    found = read(client)
    assert found["stacklead_job_seconds_count", "research_lead"] == 3
    assert found["stacklead_job_seconds_sum", "research_lead"] == pytest.approx(90.705)
    assert found["stacklead_job_seconds_bucket", "research_lead,0.01"] == 1
    assert found["stacklead_job_seconds_bucket", "research_lead,1.0"] == 2


@pytest.mark.anyio
async def test_two_processes_add_to_the_same_sums(databases: Database) -> None:
    one, two = Tally(), Tally()
    one.count("captures", "accepted", 3)
    two.count("captures", "accepted", 4)
    for tally in (one, two, one):
        await save_tally(databases, tally)
    async with databases.read() as db:
        assert await list_counts(db) == {("captures", "accepted"): 7}


@pytest.mark.anyio
async def test_counts_that_cannot_be_saved_are_kept(settings: Settings) -> None:
    tally = Tally()
    tally.count("captures", "accepted")
    broken = Database(settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"}))
    await save_tally(broken, tally)
    assert tally.take() == {("captures", "accepted"): 1}


@pytest.mark.anyio
async def test_failing_job_is_timed_too() -> None:
    class Tools:
        tally = Tally()

    @timed
    async def fail(_context: dict[str, object]) -> None:
        raise ValueError

    with pytest.raises(ValueError):
        await fail({"tools": Tools})
    assert Tools.tally.take()["job_bucket", "fail:10"] == 1
