"""What the worker runs: merge captures, research a lead, deliver a lead; each loads, calls, saves and hands on.

Every job may run twice, and may find its work done: it claims a lease in SQL first. No exception leaves a job, because
arq drops a job that raises; what went wrong is written in SQL, and SQL says when to try again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from stacklead.deliver.body import make_webhook_body
from stacklead.deliver.schedule import next_wait_s
from stacklead.deliver.webhook import GONE
from stacklead.errors import DeliveryError, StorageFault, StorageUnavailable
from stacklead.models import DeliveryKind, DeliveryMethod, DeliveryState, Research, TagDelivery
from stacklead.outbound import Outbound
from stacklead.queue import MAX_DEFER_MS, Queue
from stacklead.research.pipeline import research
from stacklead.research.source import Kit
from stacklead.sending import WEBHOOK_GONE, NothingConfigured, Sent, send
from stacklead.settings import Settings
from stacklead.storage import accounts, deliveries, leads, merging
from stacklead.storage.accounts import Account
from stacklead.storage.database import Connection, Database, now_ms
from stacklead.storage.deliveries import Attempt, Delivery, NewDelivery, Tried
from stacklead.storage.grouping import Grouped
from stacklead.storage.leads import Finished, LeadRow
from stacklead.tally import Tally, timed

log = structlog.get_logger()


MAX_RESEARCHES = 50  # leads that a worker researches at once
TAKE_UP_S = 20.0  # how long a job with many leads or captures begins with further ones; a research takes at most 15 s

Researcher = Callable[..., Awaitable[Research]]  # as `research.pipeline.research`


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What jobs work with; made once per worker, handed over in arq's context as `tools`."""

    settings: Settings
    database: Database
    queue: Queue
    outbound: Outbound
    kit: Kit
    research: Researcher
    claims: Grouped[int, LeadRow | None]  # of leads, by their ids
    results: Grouped[Finished, list[int]]  # saved with their deliveries; gives the ids of those that are due
    parcels: Grouped[int, tuple[Delivery, Account] | None]  # claimed deliveries, by their ids
    attempts: Grouped[Tried, None]  # saved with what becomes of their deliveries
    merging: asyncio.Lock  # held by the one job that merges captures
    more_captures: asyncio.Event  # set when captures came that it may not have seen
    slots: asyncio.Semaphore  # leads that this worker researches at once
    stopping: asyncio.Event  # set while running jobs end and no others may begin
    tally: Tally = field(default_factory=Tally)


def make_tools(
    settings: Settings, database: Database, queue: Queue, outbound: Outbound, kit: Kit, research: Researcher = research
) -> Tools:
    """Return what jobs work with; must be called on the event loop that will use it."""
    return Tools(
        settings=settings,
        database=database,
        queue=queue,
        outbound=outbound,
        kit=kit,
        research=research,
        claims=Grouped(database, leads.claim_leads),
        results=Grouped(database, _save_results),
        parcels=Grouped(database, _claim_parcels),
        attempts=Grouped(database, _save_attempts),
        merging=asyncio.Lock(),
        more_captures=asyncio.Event(),
        slots=asyncio.Semaphore(MAX_RESEARCHES),
        stopping=asyncio.Event(),
    )


Context = dict[Any, Any]
Decided = tuple[DeliveryState, int | None, str | None]  # of a delivery: its state, when to try again, and why

MAX_LOST_ATTEMPTS = 5  # attempts of a delivery that ended with their worker, before it is given up


# --- captures -> leads ----------------------------------------------------------------------------------------------


@timed
async def merge_captures(context: Context, _last_id: int = 0) -> None:
    """Merge every capture that has no lead yet, and queue the leads that want research.

    One at a time in a worker: whoever comes meanwhile has it look once more. Each of them would merge everything, and
    under a steady stream of captures none would ever end, until no slot were left for research.
    """
    tools: Tools = context["tools"]
    tools.more_captures.set()
    if tools.merging.locked():
        return
    rules = merging.MergeRules(
        settle_ms=int(tools.settings.settle_s * 1000),
        repeat_window_ms=int(tools.settings.repeat_window_s * 1000),
        daily_leads=tools.settings.daily_leads,
    )
    until = time.monotonic() + TAKE_UP_S  # what is left then is the next job's, or the sweep's
    async with tools.merging:
        try:
            while tools.more_captures.is_set() and time.monotonic() < until:
                tools.more_captures.clear()
                while time.monotonic() < until and await _merge_batch(tools, rules):
                    pass
        except StorageFault as exc:
            log.error("merge_failed", reason=exc.reason)


async def _merge_batch(tools: Tools, rules: merging.MergeRules) -> int:
    """Merge one batch and return how many captures it took; one bad capture does not keep the others."""
    try:
        async with tools.database.write() as db:
            merged = await merging.merge_captures(db, rules)
    except StorageUnavailable:
        raise
    except Exception:
        log.exception("batch_not_merged")
        async with tools.database.write() as db:
            merged = await merging.merge_captures(db, rules, one_by_one=True)
    soon = now_ms() + MAX_DEFER_MS
    await tools.queue.enqueue_researches([(lead_id, 0, at) for lead_id, at in merged.due.items() if at < soon])
    return merged.captures


# --- lead -> research -----------------------------------------------------------------------------------------------


@timed
async def research_lead(context: Context, lead_id: int) -> None:
    """Claim a due lead, research it, and save the result with its deliveries in one transaction."""
    tools: Tools = context["tools"]
    try:
        lead = await tools.claims(lead_id)
        if lead is None:
            return
        if lead.attempts > leads.MAX_ATTEMPTS:  # each of them ended with its worker
            await _give_back(tools, lead, "no attempt came to its end")
            return
        await _research_claimed(tools, lead)
    except StorageFault as exc:
        log.error("research_not_saved", lead_id=lead_id, reason=exc.reason)


async def research_leads(context: Context, *lead_ids: int) -> None:
    """Research many leads, as many at once as the worker has slots.

    What has not begun when the worker stops, or after TAKE_UP_S, is left to the sweep: a job must be short, because
    arq holds back every job of a dead worker for as long as its longest one may last.
    """
    tools: Tools = context["tools"]
    until = time.monotonic() + TAKE_UP_S

    async def research_one(lead_id: int) -> None:
        async with tools.slots:
            if not tools.stopping.is_set() and time.monotonic() < until:
                await research_lead(context, lead_id)

    await asyncio.gather(*map(research_one, lead_ids))


async def _research_claimed(tools: Tools, lead: LeadRow) -> None:
    started = time.monotonic()
    try:
        found = await tools.research(lead.to_lead(), tools.kit, offline=lead.is_test)
        took_ms = int((time.monotonic() - started) * 1000)
        result = {**found.to_dict(), "runs": [{"source": run.source, "outcome": run.outcome} for run in found.runs]}
        due = await tools.results(Finished(lead=lead, result=result, took_ms=took_ms))
    except StorageUnavailable:
        raise
    except Exception as exc:
        log.exception("research_failed", lead_id=lead.id)
        await _give_back(tools, lead, type(exc).__name__)
        return
    for delivery_id in due:
        await tools.queue.enqueue_delivery(delivery_id, 0)
    log.info("lead_researched", lead_id=lead.id, took_ms=took_ms)


async def _save_results(db: Connection, finished: Sequence[Finished]) -> list[list[int]]:
    """Save results with their deliveries; return the ids of each lead's deliveries that are due."""
    held = await leads.save_results(db, finished)
    owners = {row_id: await accounts.get_account(db, row_id) for row_id in {one.lead.account_id for one in finished}}
    wanted = [
        (one.lead.account_id, one.lead.id, plan_deliveries(one.lead, owners[one.lead.account_id], one.result))
        for one in finished
        if one.lead.id in held
    ]
    due = await deliveries.create_many(db, wanted)
    return [due.get(one.lead.id, []) for one in finished]


async def _give_back(tools: Tools, lead: LeadRow, why: str) -> None:
    async with tools.database.write() as db:
        next_at = await leads.save_failure(db, lead, f"The research failed ({why}).")
    if next_at is not None and next_at - now_ms() < MAX_DEFER_MS:
        await tools.queue.enqueue_research(lead.id, lead.attempts, next_at)


def plan_deliveries(lead: LeadRow, account: Account, result: dict[str, Any]) -> list[NewDelivery]:
    """Return the deliveries that a finished lead wants; a webhook's bytes are made here, once."""
    wanted: list[NewDelivery] = []
    if lead.is_mail_due and _wants(lead, account, DeliveryMethod.EMAIL):
        wanted.append(NewDelivery(method=DeliveryMethod.EMAIL, **_state(lead, account.reply_address is not None)))
    if _wants(lead, account, DeliveryMethod.WEBHOOK):
        body = make_webhook_body(token=lead.token, id=lead.public_id, research=result)
        url = lead.webhook_url
        is_gone = url is None and account.webhook_off_at is not None
        state = _state(lead, bool(url or account.webhook_url), WEBHOOK_GONE if is_gone else None)
        wanted.append(NewDelivery(method=DeliveryMethod.WEBHOOK, webhook_url=url, body=body, **state))
    return wanted


def _wants(lead: LeadRow, account: Account, method: DeliveryMethod) -> bool:
    if lead.delivery_method is not None:
        return lead.delivery_method == method
    return account.tag_delivery in (TagDelivery.BOTH, method.value)


def _state(lead: LeadRow, is_configured: bool, why_off: str | None = None) -> dict[str, Any]:
    why_off = "Leads of a test key are never sent." if lead.is_test else why_off
    if why_off is not None:
        return {"state": DeliveryState.OFF, "state_reason": why_off}
    if not is_configured:
        return {"state": DeliveryState.WAITING_FOR_ADDRESS, "state_reason": "Nothing is configured to send it to."}
    return {"state": DeliveryState.DUE}


# --- delivery -> mail or webhook --------------------------------------------------------------------------------------


@timed
async def deliver_lead(context: Context, delivery_id: int) -> None:
    """Make one attempt of a due delivery and record what came of it."""
    tools: Tools = context["tools"]
    try:
        parcel = await tools.parcels(delivery_id)
        if parcel is not None:
            await _deliver_claimed(tools, *parcel)
    except StorageFault as exc:
        log.error("delivery_not_saved", delivery_id=delivery_id, reason=exc.reason)


async def _claim_parcels(db: Connection, delivery_ids: Sequence[int]) -> list[tuple[Delivery, Account] | None]:
    """Claim deliveries, each with the account that it is sent for."""
    claimed = await deliveries.claim_deliveries(db, delivery_ids)
    owners = {row_id: await accounts.get_account(db, row_id) for row_id in {one.account_id for one in claimed if one}}
    return [(one, owners[one.account_id]) if one else None for one in claimed]


async def _count_lost(tools: Tools, delivery: Delivery) -> int:
    """Return how many attempts before this one ended with their worker."""
    if delivery.attempts == 1:
        return 0
    async with tools.database.read() as db:
        return await deliveries.count_lost_attempts(db, delivery)


async def _deliver_claimed(tools: Tools, delivery: Delivery, account: Account) -> None:
    """Send a claimed delivery and save what came of it."""
    started_at, started = now_ms(), time.monotonic()
    lost = await _count_lost(tools, delivery)
    outcome: Sent | DeliveryError
    try:
        if lost > MAX_LOST_ATTEMPTS:
            raise DeliveryError("No attempt came to its end.", permanent=True)
        outcome = await send(tools.settings, tools.database, tools.outbound, account, delivery)
    except NothingConfigured as exc:
        if delivery.kind == DeliveryKind.REPORT:
            async with tools.database.write() as db:
                await deliveries.save_waiting(db, delivery, str(exc))
            return
        outcome = DeliveryError(str(exc), permanent=True)
    except DeliveryError as exc:
        outcome = exc
    except StorageUnavailable:
        raise
    except Exception as exc:
        log.exception("delivery_failed", delivery_id=delivery.id)
        outcome = DeliveryError(f"Something went wrong on our side ({type(exc).__name__}).")
    attempt = Attempt(
        number=delivery.attempts,
        is_ok=isinstance(outcome, Sent),
        status=outcome.status if isinstance(outcome, Sent) else outcome.status_code,
        answer=outcome.answer if isinstance(outcome, Sent) else (outcome.answer or outcome.message),
        took_ms=int((time.monotonic() - started) * 1000),
        started_at=started_at,
    )
    await _save_attempt(tools, delivery, attempt, outcome, lost)


async def _save_attempt(
    tools: Tools, delivery: Delivery, attempt: Attempt, outcome: Sent | DeliveryError, lost: int
) -> None:
    at = now_ms()
    state, next_at, reason = _decide(delivery, outcome, lost, at)
    await tools.attempts(Tried(delivery=delivery, attempt=attempt, state=state, next_at=next_at, reason=reason, at=at))
    if next_at is not None and next_at - now_ms() < MAX_DEFER_MS:
        await tools.queue.enqueue_delivery(delivery.id, delivery.attempts, next_at)
    tools.tally.count("deliveries", f"{delivery.method}_{'again' if state == DeliveryState.DUE else state}")
    log.info("delivery_attempted", delivery_id=delivery.id, state=state, status=attempt.status)


async def _save_attempts(db: Connection, tried: Sequence[Tried]) -> list[None]:
    """Save attempts; an account whose webhook is gone sends no more to it."""
    await deliveries.save_attempts(db, tried)
    for one in tried:
        is_ours = one.delivery.method == DeliveryMethod.WEBHOOK and one.delivery.webhook_url is None
        if is_ours and not one.attempt.is_ok and one.attempt.status == GONE:
            await accounts.save_account(db, one.delivery.account_id, webhook_off_at=now_ms())
            await deliveries.switch_off_webhooks(db, one.delivery.account_id, WEBHOOK_GONE)
    return [None] * len(tried)


def _decide(delivery: Delivery, outcome: Sent | DeliveryError, lost: int, at: int) -> Decided:
    """Return what becomes of a delivery after this attempt; the `lost` ones before it say nothing of the receiver."""
    if isinstance(outcome, Sent):
        return DeliveryState.SENT, None, None
    if outcome.permanent or delivery.kind == DeliveryKind.TEST:
        return DeliveryState.FAILED, None, outcome.message
    wait_s = next_wait_s(delivery.attempts - lost, outcome.retry_after_s)
    if wait_s is None:
        return DeliveryState.FAILED, None, f"Gave up after {delivery.attempts - lost} attempts: {outcome.message}"
    return DeliveryState.DUE, at + int(wait_s * 1000), outcome.message
