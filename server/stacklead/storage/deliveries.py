"""Deliveries and their attempts: the wish to send, and one row for every try.

Functions that take no `account_id` serve the worker, which works for every account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.errors import NotFound
from stacklead.keys import make_public_id
from stacklead.models import DeliveryKind, DeliveryMethod, DeliveryState
from stacklead.storage.database import now_ms
from stacklead.storage.tables import attempts, deliveries, leads

LEASE_MS = 45_000  # how long a worker may be silent with a delivery; one attempt takes at most 30 s
WAITING_WINDOW_MS = 7 * 86_400_000  # how long a delivery waits for an address that is not configured yet
MAX_ANSWER_CHARS = 4096
PAGE_SIZE = 50
LISTED_KINDS = (DeliveryKind.REPORT, DeliveryKind.TEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery; columns as in `tables.deliveries`."""

    id: int
    public_id: str
    account_id: int
    lead_id: int | None
    kind: DeliveryKind
    method: DeliveryMethod
    webhook_url: str | None
    state: DeliveryState
    state_reason: str | None
    attempts: int
    next_at: int
    lease_until: int | None
    body: bytes | None
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try: `status` is the HTTP or SMTP status, if there was one; `answer` the other side's words."""

    number: int
    is_ok: bool
    status: int | None
    answer: str
    took_ms: int
    started_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One try and what becomes of its delivery; `next_at` is when it is due again, if it is.

    `at` is when that was decided, by the clock that `next_at` goes by: a clock that is set back in between shows by it.
    """

    delivery: Delivery
    attempt: Attempt
    state: DeliveryState
    next_at: int | None
    reason: str | None
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A delivery to be: `state` is due, off or waiting_for_address; `webhook_url` None means the account's."""

    method: DeliveryMethod
    state: DeliveryState
    webhook_url: str | None = None
    body: bytes | None = None
    state_reason: str | None = None


async def create_deliveries(
    db: AsyncConnection, account_id: int, lead_id: int, wanted: Sequence[NewDelivery]
) -> list[int]:
    """Create the deliveries that a lead does not have yet; return the ids of the new ones that are due."""
    return (await create_many(db, [(account_id, lead_id, wanted)])).get(lead_id, [])


async def create_many(
    db: AsyncConnection, wanted: Sequence[tuple[int, int, Sequence[NewDelivery]]]
) -> dict[int, list[int]]:
    """Do what `create_deliveries` does for many leads, each (account_id, lead_id, deliveries), in one statement."""
    now = now_ms()
    rows = [_new_row(account_id, lead_id, one, now) for account_id, lead_id, ones in wanted for one in ones]
    due: dict[int, list[int]] = {}
    if rows:
        dialect = sqlite if db.dialect.name == "sqlite" else postgresql
        query = dialect.insert(deliveries).on_conflict_do_nothing(index_elements=["lead_id", "method"])
        created = await db.execute(query.returning(deliveries.c.id, deliveries.c.lead_id, deliveries.c.state), rows)
        for delivery_id, lead_id, state in created:
            if state == DeliveryState.DUE:
                due.setdefault(lead_id, []).append(delivery_id)
    return due


def _new_row(account_id: int, lead_id: int, delivery: NewDelivery, now: int) -> dict[str, Any]:
    return {
        "public_id": make_public_id("msg_"),
        "account_id": account_id,
        "lead_id": lead_id,
        "kind": DeliveryKind.REPORT,
        "method": delivery.method,
        "webhook_url": delivery.webhook_url,
        "state": delivery.state,
        "state_reason": delivery.state_reason,
        "attempts": 0,
        "next_at": now,
        "body": delivery.body,
        "created_at": now,
        "updated_at": now,
    }


async def create_message(
    db: AsyncConnection, account_id: int, kind: DeliveryKind, method: DeliveryMethod = DeliveryMethod.EMAIL
) -> Delivery:
    """Create a delivery that belongs to no lead and is due now: a test, a sign-in link, a confirmation.

    Hand its `id` and `attempts` to `Queue.enqueue_delivery` after the commit. A test is tried once only.
    """
    now = now_ms()
    query = insert(deliveries).values(
        public_id=make_public_id("msg_"),
        account_id=account_id,
        kind=kind,
        method=method,
        state=DeliveryState.DUE,
        attempts=0,
        next_at=now,
        created_at=now,
        updated_at=now,
    )
    return _delivery((await db.execute(query.returning(*deliveries.c))).mappings().one())


async def count_messages(db: AsyncConnection, account_id: int, kind: DeliveryKind, since: int) -> int:
    """Return how many deliveries of this kind an account has had since then; what limits sign-in mails."""
    mine = and_(deliveries.c.account_id == account_id, deliveries.c.kind == kind, deliveries.c.created_at > since)
    return (await db.execute(select(func.count()).select_from(deliveries).where(mine))).scalar_one()


# --- the worker -----------------------------------------------------------------------------------------------------


async def list_due(db: AsyncConnection, *, until: int, limit: int = 500) -> Sequence[tuple[int, int, int]]:
    """Return (id, attempts, next_at) of deliveries due by then that no worker holds."""
    query = (
        select(deliveries.c.id, deliveries.c.attempts, deliveries.c.next_at)
        .where(deliveries.c.state == DeliveryState.DUE, deliveries.c.next_at <= until, _is_free(now_ms()))
        .order_by(deliveries.c.next_at)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in await db.execute(query)]


async def claim_delivery(db: AsyncConnection, delivery_id: int) -> Delivery | None:
    """Take a due delivery for LEASE_MS; None if it is not due or another worker's."""
    return (await claim_deliveries(db, [delivery_id]))[0]


async def claim_deliveries(db: AsyncConnection, delivery_ids: Sequence[int]) -> list[Delivery | None]:
    """Take many deliveries as `claim_delivery` takes one; the result is in the order of the ids."""
    now = now_ms()
    is_due = and_(deliveries.c.state == DeliveryState.DUE, deliveries.c.next_at <= now, _is_free(now))
    # Locked in one order, so that two workers with the same deliveries do not wait for each other.
    mine = select(deliveries.c.id).where(deliveries.c.id.in_(delivery_ids), is_due).order_by(deliveries.c.id)
    query = (
        update(deliveries)
        .where(deliveries.c.id.in_(mine.with_for_update()), is_due)
        .values(lease_until=now + LEASE_MS, attempts=deliveries.c.attempts + 1, updated_at=now)
        .returning(*deliveries.c)
    )
    taken = {row["id"]: _delivery(row) for row in (await db.execute(query)).mappings()}
    return [taken.pop(delivery_id, None) for delivery_id in delivery_ids]


async def count_lost_attempts(db: AsyncConnection, delivery: Delivery) -> int:
    """Return how many attempts before this claimed one left no record, because their worker ended."""
    query = select(func.count()).select_from(attempts).where(attempts.c.delivery_id == delivery.id)
    return delivery.attempts - 1 - (await db.execute(query)).scalar_one()


async def save_attempt(
    db: AsyncConnection,
    delivery: Delivery,
    attempt: Attempt,
    *,
    state: DeliveryState,
    next_at: int | None = None,
    reason: str | None = None,
) -> None:
    """Record one try and what becomes of the delivery: sent, due again at `next_at`, failed, or off."""
    one = Tried(delivery=delivery, attempt=attempt, state=state, next_at=next_at, reason=reason, at=now_ms())
    await save_attempts(db, [one])


async def save_attempts(db: AsyncConnection, tried: Sequence[Tried]) -> None:
    """Record many tries, each of another delivery, as `save_attempt` records one."""
    await db.execute(insert(attempts), [_attempt_row(one) for one in tried])
    changes = [
        {
            **_hold(one.delivery),
            "new_state": one.state,
            "new_reason": one.reason,
            "new_next_at": one.delivery.next_at if one.next_at is None else one.next_at,
            "now": one.at,
        }
        for one in tried
    ]
    await db.execute(_TRIED, changes)


def _attempt_row(one: Tried) -> dict[str, Any]:
    return {
        "delivery_id": one.delivery.id,
        "number": one.attempt.number,
        "is_ok": one.attempt.is_ok,
        "status": one.attempt.status,
        "answer": one.attempt.answer[:MAX_ANSWER_CHARS].replace("\0", ""),
        "took_ms": one.attempt.took_ms,
        "started_at": one.attempt.started_at,
    }


async def save_waiting(db: AsyncConnection, delivery: Delivery, reason: str) -> None:
    """Put a claimed delivery back until its account has an address for it."""
    changes = {"state": DeliveryState.WAITING_FOR_ADDRESS, "state_reason": reason, "lease_until": None}
    query = update(deliveries).where(_IS_STILL_HELD)
    query = query.values({**changes, "attempts": delivery.attempts - 1, "updated_at": now_ms()})
    await db.execute(query, _hold(delivery))


def _hold(delivery: Delivery) -> dict[str, Any]:
    """Return the values of `_IS_STILL_HELD`."""
    return {"row_id": delivery.id, "held_attempts": delivery.attempts, "held_until": delivery.lease_until}


# The claim that a worker made is still its own.
_IS_STILL_HELD = and_(
    deliveries.c.id == bindparam("row_id"),
    deliveries.c.attempts == bindparam("held_attempts"),
    deliveries.c.lease_until == bindparam("held_until"),
)
_TRIED = (
    update(deliveries)
    .where(_IS_STILL_HELD)
    .values(
        state=bindparam("new_state"),
        state_reason=bindparam("new_reason"),
        next_at=bindparam("new_next_at"),
        lease_until=None,
        updated_at=bindparam("now"),
    )
)


async def switch_off_webhooks(db: AsyncConnection, account_id: int, reason: str) -> None:
    """Take the account's other webhook deliveries off the list: the receiver said that it is gone."""
    mine = and_(
        deliveries.c.account_id == account_id,
        deliveries.c.method == DeliveryMethod.WEBHOOK,
        deliveries.c.webhook_url.is_(None),
        deliveries.c.state == DeliveryState.DUE,
    )
    await db.execute(update(deliveries).where(mine).values(state=DeliveryState.OFF, state_reason=reason))


# --- the owner ------------------------------------------------------------------------------------------------------


async def release_waiting(db: AsyncConnection, account_id: int, method: DeliveryMethod) -> list[int]:
    """Make deliveries that waited for this setting due, if they are not older than a week; return their ids."""
    now = now_ms()
    query = (
        update(deliveries)
        .where(
            deliveries.c.account_id == account_id,
            deliveries.c.method == method,
            deliveries.c.state == DeliveryState.WAITING_FOR_ADDRESS,
            deliveries.c.created_at > now - WAITING_WINDOW_MS,
        )
        .values(state=DeliveryState.DUE, state_reason=None, next_at=now, updated_at=now)
        .returning(deliveries.c.id)
    )
    return list((await db.execute(query)).scalars())


async def restart_delivery(db: AsyncConnection, account_id: int, public_id: str) -> int:
    """Make a delivery due again now ("send again"), whatever became of it; return its id.

    Raises:
        NotFound: there is none, a worker has it, or it is of a test key's lead, which is never sent.
    """
    now = now_ms()
    of_tests = select(leads.c.id).where(leads.c.account_id == account_id, leads.c.is_test)
    is_sendable = deliveries.c.lead_id.is_(None) | deliveries.c.lead_id.not_in(of_tests)
    query = (
        update(deliveries)
        .where(deliveries.c.account_id == account_id, deliveries.c.public_id == public_id, _is_free(now), is_sendable)
        .values(state=DeliveryState.DUE, state_reason=None, next_at=now, updated_at=now)
        .returning(deliveries.c.id)
    )
    delivery_id = (await db.execute(query)).scalar_one_or_none()
    if delivery_id is None:
        raise NotFound("There is no such delivery.")
    return delivery_id


async def get_delivery(db: AsyncConnection, account_id: int, public_id: str) -> Delivery:
    """Return one delivery of this account; raises NotFound."""
    query = select(deliveries).where(deliveries.c.account_id == account_id, deliveries.c.public_id == public_id)
    row = (await db.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such delivery.")
    return _delivery(row)


async def list_deliveries(
    db: AsyncConnection, account_id: int, *, before_id: int | None = None, limit: int = PAGE_SIZE
) -> list[dict[str, Any]]:
    """Return an account's deliveries, newest first.

    Each is a dict of the columns of `deliveries` but `body`, and of `lead_public_id`, `lead_email`, `last_status` and
    `last_answer` (both None before the first attempt). Sign-in links and the like are left out.
    """
    query = select(*_LISTED).join(leads, leads.c.id == deliveries.c.lead_id, isouter=True)
    query = query.where(deliveries.c.account_id == account_id, deliveries.c.kind.in_(LISTED_KINDS))
    if before_id is not None:
        query = query.where(deliveries.c.id < before_id)
    rows = (await db.execute(query.order_by(deliveries.c.id.desc()).limit(limit))).mappings()
    return [dict(row) for row in rows]


async def list_of_lead(db: AsyncConnection, account_id: int, lead_id: int) -> list[dict[str, Any]]:
    """Return a lead's deliveries, as `list_deliveries` does."""
    query = select(*_LISTED).join(leads, leads.c.id == deliveries.c.lead_id)
    query = query.where(deliveries.c.account_id == account_id, deliveries.c.lead_id == lead_id)
    return [dict(row) for row in (await db.execute(query.order_by(deliveries.c.id))).mappings()]


async def list_attempts(db: AsyncConnection, account_id: int, delivery_id: int) -> list[Attempt]:
    """Return the attempts of one delivery of this account, oldest first."""
    query = (
        select(attempts)
        .join(deliveries, deliveries.c.id == attempts.c.delivery_id)
        .where(attempts.c.delivery_id == delivery_id, deliveries.c.account_id == account_id)
        .order_by(attempts.c.id)
    )
    rows = (await db.execute(query)).mappings()
    return [Attempt(**{name: row[name] for name in Attempt.__slots__}) for row in rows]


def _last(column: Any) -> Any:
    """Return this column of a delivery's newest attempt as a scalar subquery."""
    query = select(column).where(attempts.c.delivery_id == deliveries.c.id).order_by(attempts.c.id.desc()).limit(1)
    return query.correlate(deliveries).scalar_subquery()


_LISTED: tuple[Any, ...] = (
    *(column for column in deliveries.c if column.name != "body"),
    leads.c.public_id.label("lead_public_id"),
    leads.c.email.label("lead_email"),
    _last(attempts.c.status).label("last_status"),
    _last(attempts.c.answer).label("last_answer"),
)


def _is_free(now: int) -> Any:
    return deliveries.c.lease_until.is_(None) | (deliveries.c.lease_until <= now)


def _delivery(row: RowMapping) -> Delivery:
    values: dict[str, Any] = dict(row)
    values["kind"] = DeliveryKind(row["kind"])
    values["method"] = DeliveryMethod(row["method"])
    values["state"] = DeliveryState(row["state"])
    return Delivery(**values)
