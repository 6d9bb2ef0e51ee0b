"""From a capture to a delivery, over a real Redis, a real mail server and a real receiver."""

import asyncio
import io
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest
import redis.asyncio
import structlog
from arq.worker import Worker
from sqlalchemy import update

from stacklead.jobs import Tools, deliver_lead, merge_captures, research_lead
from stacklead.models import DeliveryKind, DeliveryMethod, LeadState
from stacklead.queue import WAKE_KEY, Queue
from stacklead.settings import SOURCES, Settings, read_source_settings
from stacklead.storage import accounts, deliveries, leads, tables
from stacklead.storage.database import now_ms
from stacklead.storage.heartbeats import list_alive
from stacklead.storage.intake import open_intake
from stacklead.sweep import Sweep
from stacklead.worker import WakeWorker, make_worker, open_tools, run_worker
from support.redis import RedisServer
from support.tenants import Tenant, make_tenant
from support.waiting import until
from unit.deliver.receivers import Inbox, Mailbox
from unit.storage.rows import append_api, append_tag, list_rows
from unit.storage.test_intake import make_row

pytestmark = pytest.mark.anyio

NO_SOURCES = read_source_settings({f"STACKLEAD_{source.name.upper()}_ENABLED": "0" for source in SOURCES})
EMAIL = "rebecca.schroeder@blueocean.example"


@pytest.fixture
def work_settings(each_settings: Settings, redis_server: RedisServer, mailbox: Mailbox) -> Settings:
    """Everything on loopback; the sources are off, so that nothing is asked of anybody."""
    changes = {
        "redis_url": redis_server.url,
        "smtp_url": mailbox.url,
        "allowed_networks": ("127.0.0.0/8",),
        "source_settings": NO_SOURCES,
        "settle_s": 0.0,
    }
    return each_settings.model_copy(update=changes)


@pytest.fixture
async def tools(work_settings: Settings) -> AsyncIterator[Tools]:
    async with open_tools(work_settings) as opened:
        yield opened


@pytest.fixture
async def owner(tools: Tools, inbox: Inbox) -> Tenant:
    async with tools.database.write() as db:
        return await make_tenant(
            db, "Blue Shop", reply_address="sales@shop.example", webhook_url=inbox.url, tag_delivery="both"
        )


async def append(tools: Tools, row: Callable[..., Awaitable[int]], tenant: Tenant, **values: Any) -> int:
    async with tools.database.write() as db:
        return await row(db, tenant, EMAIL, **values)


async def rows(tools: Tools, table: str) -> list[dict[str, Any]]:
    async with tools.database.read() as db:
        return await list_rows(db, table)


async def burst(tools: Tools) -> WakeWorker:
    """Run the worker until its queue is empty."""
    worker = make_worker(tools.settings, tools, burst=True)
    async with asyncio.timeout(30):
        await worker.main()
    for client in (worker.waker, worker.pool):
        await client.aclose(close_connection_pool=True)
    return worker


async def accept(tools: Tools, row: Callable[..., Awaitable[int]], tenant: Tenant, **values: Any) -> None:
    """Append a capture and tell the worker of it, as the web process does."""
    tools.queue.captures_committed([await append(tools, row, tenant, **values)])


# --- the whole way --------------------------------------------------------------------------------------------------


async def test_capture_by_tag_becomes_a_mail_and_a_webhook(
    tools: Tools, owner: Tenant, mailbox: Mailbox, inbox: Inbox
) -> None:
    await accept(tools, append_tag, owner, fields={"name": "Rebecca Schroeder"})
    await burst(tools)
    [lead] = await rows(tools, "leads")
    assert (lead["state"], lead["person_name"]) == ("done", "Rebecca Schroeder")
    assert [row["state"] for row in await rows(tools, "deliveries")] == ["sent", "sent"]
    assert [mail.rcpt_tos for mail in mailbox.mails] == [["sales@shop.example"]]
    [(_, headers, body)] = inbox.requests
    sent = json.loads(body)
    assert (sent["id"], sent["token"]) == (lead["public_id"], lead["token"])
    assert sent["data"]["person"]["email"] == EMAIL
    assert headers["webhook-id"] == (await rows(tools, "deliveries"))[1]["public_id"]
    assert [row["is_ok"] for row in await rows(tools, "attempts")] == [True, True]
    counted = tools.tally.take()
    assert (counted["deliveries", "email_sent"], counted["deliveries", "webhook_sent"]) == (1, 1)


async def test_call_of_a_server_goes_where_it_said(tools: Tools, owner: Tenant, mailbox: Mailbox, inbox: Inbox) -> None:
    url = inbox.url.replace("/hook", "/mine")
    await accept(tools, append_api, owner, delivery_method="webhook", webhook_url=url, token="t1")
    await burst(tools)
    assert [(path, json.loads(body)["token"]) for path, _, body in inbox.requests] == [("/mine", "t1")]
    assert mailbox.mails == []


async def test_old_lead_gets_no_mail(tools: Tools, owner: Tenant, mailbox: Mailbox, inbox: Inbox) -> None:
    await accept(tools, append_api, owner, is_mail_due=False)
    await accept(tools, append_api, owner, is_mail_due=False, delivery_method="webhook")
    await burst(tools)
    assert (len(mailbox.mails), len(inbox.requests)) == (0, 1)
    assert [row["state"] for row in await rows(tools, "leads")] == ["done", "done"]


async def test_lead_of_a_test_key_is_never_sent(tools: Tools, owner: Tenant, mailbox: Mailbox, inbox: Inbox) -> None:
    for method in ("email", "webhook"):
        await accept(tools, append_api, owner, is_test=True, delivery_method=method)
    await burst(tools)
    made = await rows(tools, "deliveries")
    assert [row["state"] for row in made] == ["off", "off"]
    async with tools.database.write() as db:
        for row in made:
            with pytest.raises(Exception, match="no such delivery"):
                await deliveries.restart_delivery(db, owner.id, row["public_id"])
    assert (mailbox.mails, inbox.requests) == ([], [])


async def test_jobs_twice_and_at_once_send_once(tools: Tools, owner: Tenant, mailbox: Mailbox, inbox: Inbox) -> None:
    await append(tools, append_tag, owner)
    context = {"tools": tools}
    await asyncio.gather(*(merge_captures(context) for _ in range(3)))
    await asyncio.gather(*(research_lead(context, 1) for _ in range(3)))
    await asyncio.gather(*(deliver_lead(context, number) for number in (1, 2, 1, 2, 1, 2)))
    await burst(tools)
    assert (len(mailbox.mails), len(inbox.requests)) == (1, 1)
    assert len(await rows(tools, "attempts")) == 2


# --- failures -------------------------------------------------------------------------------------------------------


async def test_failing_receiver_is_tried_again(tools: Tools, owner: Tenant, inbox: Inbox) -> None:
    inbox.status, inbox.text = 500, "try later"
    await append(tools, append_api, owner, delivery_method="webhook")
    await merge_captures({"tools": tools})
    await research_lead({"tools": tools}, 1)
    before = now_ms()
    await deliver_lead({"tools": tools}, 1)
    [delivery] = await rows(tools, "deliveries")
    assert (delivery["state"], delivery["attempts"], delivery["lease_until"]) == ("due", 1, None)
    assert before + 5000 <= delivery["next_at"] <= before + 10_000
    inbox.status = 200
    async with tools.database.write() as db:
        await db.execute(update(tables.deliveries).values(next_at=0))
    await deliver_lead({"tools": tools}, 1)
    assert (await rows(tools, "deliveries"))[0]["state"] == "sent"
    assert [(row["status"], row["answer"]) for row in await rows(tools, "attempts")] == [
        (500, "try later"),
        (200, "try later"),
    ]
    first, second = inbox.requests
    assert first[2] == second[2]
    assert first[1]["webhook-id"] == second[1]["webhook-id"]


async def test_receiver_that_is_gone_is_switched_off(tools: Tools, owner: Tenant, inbox: Inbox) -> None:
    inbox.status = 410
    for _ in range(2):
        await append(tools, append_api, owner, delivery_method="webhook")
    await merge_captures({"tools": tools})
    for number in (1, 2):
        await research_lead({"tools": tools}, number)
    await deliver_lead({"tools": tools}, 1)
    await deliver_lead({"tools": tools}, 2)
    await append(tools, append_api, owner, delivery_method="webhook")
    await merge_captures({"tools": tools})
    await research_lead({"tools": tools}, 3)
    await deliver_lead({"tools": tools}, 3)
    assert [row["state"] for row in await rows(tools, "deliveries")] == ["failed", "off", "off"]
    assert len(inbox.requests) == 1
    async with tools.database.read() as db:
        assert (await accounts.get_account(db, owner.id)).webhook_off_at is not None


async def test_receiver_given_by_the_caller_switches_nothing_off(tools: Tools, owner: Tenant, inbox: Inbox) -> None:
    inbox.status = 410
    await append(tools, append_api, owner, delivery_method="webhook", webhook_url=inbox.url)
    await merge_captures({"tools": tools})
    await research_lead({"tools": tools}, 1)
    await deliver_lead({"tools": tools}, 1)
    async with tools.database.read() as db:
        assert (await accounts.get_account(db, owner.id)).webhook_off_at is None


@pytest.mark.parametrize("method", list(DeliveryMethod))
async def test_capture_waits_for_the_setting_that_is_missing(
    tools: Tools, mailbox: Mailbox, inbox: Inbox, method: DeliveryMethod
) -> None:
    async with tools.database.write() as db:
        bare = await make_tenant(db, "Bare", tag_delivery=method)
    await accept(tools, append_tag, bare)
    await burst(tools)
    [delivery] = await rows(tools, "deliveries")
    assert (delivery["method"], delivery["state"]) == (method, "waiting_for_address")
    async with tools.database.write() as db:
        await accounts.save_account(db, bare.id, reply_address="sales@shop.example", webhook_url=inbox.url)
        released = await deliveries.release_waiting(db, bare.id, method)
    for delivery_id in released:
        await tools.queue.enqueue_delivery(delivery_id, 0)
    await burst(tools)
    assert (len(mailbox.mails), len(inbox.requests)) == ((1, 0) if method == "email" else (0, 1))


async def test_test_mail_is_tried_once_and_says_what_happened(tools: Tools, mailbox: Mailbox) -> None:
    async with tools.database.write() as db:
        bare = await make_tenant(db, "Bare")
        made = await deliveries.create_message(db, bare.id, DeliveryKind.TEST)
    await deliver_lead({"tools": tools}, made.id)
    [delivery] = await rows(tools, "deliveries")
    assert (delivery["state"], delivery["state_reason"]) == ("failed", "No reply address is configured.")
    assert len(await rows(tools, "attempts")) == 1


async def test_research_that_ends_with_its_worker_is_given_up(tools: Tools, owner: Tenant, mailbox: Mailbox) -> None:
    await append(tools, append_tag, owner)
    await merge_captures({"tools": tools})
    for _ in range(leads.MAX_ATTEMPTS):
        async with tools.database.write() as db:
            assert await leads.claim_lead(db, 1)
            await db.execute(update(tables.leads).values(lease_until=0))  # the worker died
    await research_lead({"tools": tools}, 1)
    [lead] = await rows(tools, "leads")
    assert (lead["state"], lead["lease_until"]) == ("gave_up", None)
    assert "came to its end" in lead["state_reason"]
    async with tools.database.write() as db:
        await leads.restart_lead(db, owner.id, lead["public_id"])
    await research_lead({"tools": tools}, 1)
    assert (await rows(tools, "leads"))[0]["state"] == "done"


async def test_delivery_that_ends_with_its_worker_is_given_up(tools: Tools, owner: Tenant, mailbox: Mailbox) -> None:
    await append(tools, append_api, owner)
    await merge_captures({"tools": tools})
    await research_lead({"tools": tools}, 1)
    for _ in range(6):
        async with tools.database.write() as db:
            assert await deliveries.claim_delivery(db, 1)
            await db.execute(update(tables.deliveries).values(lease_until=0))
    await deliver_lead({"tools": tools}, 1)
    assert (await rows(tools, "deliveries"))[0]["state"] == "failed"
    assert mailbox.mails == []


async def test_attempt_that_ended_with_its_worker_does_not_lengthen_the_wait(
    tools: Tools, owner: Tenant, inbox: Inbox
) -> None:
    inbox.status = 503
    await append(tools, append_api, owner, delivery_method="webhook")
    await merge_captures({"tools": tools})
    await research_lead({"tools": tools}, 1)
    async with tools.database.write() as db:
        assert await deliveries.claim_delivery(db, 1)
        await db.execute(update(tables.deliveries).values(lease_until=0))
    await deliver_lead({"tools": tools}, 1)
    [delivery] = await rows(tools, "deliveries")
    assert (delivery["state"], delivery["attempts"]) == ("due", 2)
    assert delivery["next_at"] - now_ms() <= 5_750  # the wait after a first failure


async def test_payload_that_cannot_be_researched_is_given_back(tools: Tools, owner: Tenant) -> None:
    await append(tools, append_tag, owner)
    await merge_captures({"tools": tools})
    async with tools.database.write() as db:
        await db.execute(update(tables.leads).values(payload='{"fields": {"name": 5}}'))
    await research_lead({"tools": tools}, 1)
    [lead] = await rows(tools, "leads")
    assert lead["state"] in ("queued", "done")
    assert lead["lease_until"] is None


async def test_capture_that_cannot_be_merged_does_not_keep_the_others(tools: Tools, owner: Tenant) -> None:
    bad = await append(tools, append_tag, owner)
    async with tools.database.write() as db:
        await db.execute(update(tables.captures).where(tables.captures.c.id == bad).values(payload="{"))
    await append(tools, append_api, owner)
    await merge_captures({"tools": tools})
    assert len(await rows(tools, "leads")) == 1
    assert all(row["merged_at"] for row in await rows(tools, "captures"))


async def test_merging_at_once_is_one_merging(tools: Tools, owner: Tenant) -> None:
    """Captures that come while others are merged are seen by the job that merges, and by no second one."""
    await append(tools, append_api, owner)
    first = asyncio.create_task(merge_captures({"tools": tools}))
    await asyncio.sleep(0)  # it has begun
    assert tools.merging.locked()
    await append(tools, append_api, owner)
    await merge_captures({"tools": tools})
    await first
    assert len(await rows(tools, "leads")) == 2


# --- the queue and the sweep ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["FLUSHALL", "nobody was told"])
async def test_sweep_finds_what_redis_lost(
    tools: Tools, owner: Tenant, redis_server: RedisServer, mailbox: Mailbox, inbox: Inbox, lost: str
) -> None:
    if lost == "FLUSHALL":
        await accept(tools, append_tag, owner)
        redis_server.command("FLUSHALL")
    else:
        await append(tools, append_tag, owner)
    for _ in range(3):
        await Sweep(tools).sweep_once()
        await burst(tools)
    assert (len(mailbox.mails), len(inbox.requests)) == (1, 1)


@pytest.mark.parametrize("redis_is", ["not configured", "away"])
async def test_sweep_alone_does_the_work(
    work_settings: Settings, inbox: Inbox, mailbox: Mailbox, redis_is: str
) -> None:
    url = "" if redis_is == "not configured" else "unix:///nowhere/redis.sock"
    async with open_tools(work_settings.model_copy(update={"redis_url": url})) as tools:
        async with tools.database.write() as db:
            owner = await make_tenant(
                db, "Blue", reply_address="a@b.example", webhook_url=inbox.url, tag_delivery="both"
            )
        await accept(tools, append_tag, owner)
        sweep = Sweep(tools)
        for _ in range(3):
            await sweep.sweep_once()
            await sweep.drain()
        assert sweep.is_alone
        assert (len(mailbox.mails), len(inbox.requests)) == (1, 1)


async def test_expired_lease_is_found_by_the_sweep(tools: Tools, owner: Tenant, mailbox: Mailbox) -> None:
    await append(tools, append_api, owner)
    await merge_captures({"tools": tools})
    async with tools.database.write() as db:
        assert await leads.claim_lead(db, 1)
        await db.execute(update(tables.leads).values(lease_until=0))
    for _ in range(2):
        await Sweep(tools).sweep_once()
        await burst(tools)
    assert (await rows(tools, "leads"))[0]["state"] == LeadState.DONE
    assert len(mailbox.mails) == 1


async def test_queue_survives_a_restart_of_redis(tools: Tools, redis_server: RedisServer) -> None:
    assert await tools.queue.enqueue_research(1, 0)
    redis_server.stop()
    assert not await tools.queue.enqueue_research(1, 0)
    assert not await tools.queue.is_up()
    redis_server.start()
    assert await tools.queue.enqueue_research(1, 0)


async def test_queue_without_redis_says_no(settings: Settings) -> None:
    queue = Queue(settings)
    queue.captures_committed([1])
    assert not await queue.enqueue_research(1, 0)
    assert not await queue.is_up()
    await queue.close()


async def test_no_personal_data_in_redis_or_logs(
    tools: Tools, owner: Tenant, redis_server: RedisServer, capfd: pytest.CaptureFixture[str], inbox: Inbox
) -> None:
    inbox.status = 500
    log = io.StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(log))
    try:
        await accept(tools, append_tag, owner, fields={"name": "Rebecca Schroeder"}, words={"note": "Rebecca"})
        for _ in range(20):
            client: Any = redis.asyncio.Redis.from_url(redis_server.url)
            for key in await client.keys("*"):
                assert await _dump(client, key)
                for hidden in (b"ebecca", b"chroeder", b"blueocean", b"shop.example"):
                    assert hidden not in key
                    assert hidden not in await _dump(client, key)
            await client.aclose()
            await Sweep(tools).sweep_once()
            if (await rows(tools, "attempts"))[1:]:
                break
            await _step(tools)
    finally:
        structlog.reset_defaults()
    output = capfd.readouterr()
    written = log.getvalue() + output.out + output.err
    assert "lead_researched" in written
    for hidden in ("ebecca", "chroeder", "blueocean"):
        assert hidden not in written


async def _dump(client: Any, key: bytes) -> bytes:
    kind = await client.type(key)
    if kind == b"zset":
        return repr(await client.zrange(key, 0, -1)).encode()
    return repr(await client.lrange(key, 0, -1)).encode() if kind == b"list" else repr(await client.get(key)).encode()


async def _step(tools: Tools) -> None:
    worker = make_worker(tools.settings, tools, burst=True)
    await worker._poll_iteration()
    await asyncio.gather(*worker.tasks.values())
    for client in (worker.waker, worker.pool):
        await client.aclose(close_connection_pool=True)


# --- the worker -----------------------------------------------------------------------------------------------------


def test_arq_still_has_what_the_worker_overrides() -> None:
    overridden = {"main", "start_jobs", "_release_sem_dec_counter_on_complete"}
    for name in (*overridden, "_poll_iteration"):
        assert callable(getattr(Worker, name))
    assert overridden <= set(vars(WakeWorker))


async def test_jobs_of_a_dead_worker_are_free_within_a_minute(tools: Tools) -> None:
    """arq holds every one of them back for as long as the longest job may last, and ten seconds."""
    assert make_worker(tools.settings, tools).in_progress_timeout_s <= 60


async def test_idle_worker_starts_at_once(tools: Tools, owner: Tenant, mailbox: Mailbox) -> None:
    worker = make_worker(tools.settings, tools)
    worker.poll_delay_s = 60  # so that only a wake-up can be the reason
    running = asyncio.create_task(worker.main())
    client: Any = redis.asyncio.Redis.from_url(tools.settings.redis_url)

    async def is_blocked() -> bool:
        return (await client.info("clients"))["blocked_clients"] > 0

    async def has_mail() -> bool:
        return bool(mailbox.mails)

    try:
        await until(is_blocked)
        await accept(tools, append_api, owner)
        await until(has_mail)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
        for one in (worker.waker, worker.pool, client):
            await one.aclose(close_connection_pool=True)


async def test_worker_goes_on_after_a_restart_of_redis(
    tools: Tools, owner: Tenant, redis_server: RedisServer, mailbox: Mailbox
) -> None:
    running = asyncio.create_task(run_worker(tools.settings))

    async def is_alive() -> bool:
        async with tools.database.read() as db:
            return bool(await list_alive(db))

    for round_ in (1, 2, 3):

        async def has_mail(count: int = round_) -> bool:
            return len(mailbox.mails) == count

        await until(is_alive)
        await accept(tools, append_api, owner)
        await until(has_mail)
        redis_server.stop()
        redis_server.start()
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(10):
        await running
    assert not await is_alive()


async def test_full_worker_is_refilled_without_a_poll(tools: Tools) -> None:
    worker = make_worker(tools.settings, tools, burst=True)
    worker.job_counter = worker.max_jobs
    await worker.sem.acquire()
    worker._release_sem_dec_counter_on_complete()
    assert worker.woken.is_set()
    for one in (worker.waker, worker.pool):
        await one.aclose(close_connection_pool=True)


async def test_captures_of_one_commit_are_one_wake_up(tools: Tools, owner: Tenant, redis_server: RedisServer) -> None:
    committed: list[int] = []

    def note(ids: Sequence[int]) -> None:
        committed.append(len(ids))
        tools.queue.captures_committed(ids)

    redis_server.command("CONFIG RESETSTAT")
    intake = open_intake(tools.settings, note)
    await asyncio.gather(*(intake.append(make_row(owner)) for _ in range(500)))
    await intake.close()
    await tools.queue.close()  # what it began is done
    client: Any = redis.asyncio.Redis.from_url(tools.settings.redis_url)
    stats = await client.info("commandstats")
    await client.aclose()
    assert sum(committed) == 500
    assert 1 <= stats["cmdstat_zadd"]["calls"] <= len(committed) < 100


async def test_wake_list_stays_short(tools: Tools, redis_server: RedisServer) -> None:
    for number in range(150):
        await tools.queue.enqueue_research(number, 0)
    assert redis_server.command(f"LLEN {WAKE_KEY}") == b":100\r\n"
