"""Leads: claimed and finished by the worker, read by their owner.

Functions that take no `account_id` (`claim_lead`, `save_result`, `save_failure`, `list_due`, `count_due`) serve the
worker, which works for every account; all others see one account only.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.errors import InvalidRequest, NotFound
from stacklead.models import LEAD_FIELDS, Lead, LeadState
from stacklead.storage.database import now_ms
from stacklead.storage.source_cache import forget_person
from stacklead.storage.tables import attempts, captures, deliveries, leads, research

LEASE_MS = 25_000  # how long a worker may be silent with a lead before another one takes it; research takes 15 s
MAX_ATTEMPTS = 5  # research attempts before a lead is given up
RETRY_WAITS_MS = (5_000, 30_000, 120_000, 600_000)  # between those attempts
PAGE_SIZE = 50

_OPEN = (LeadState.WAITING, LeadState.QUEUED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """One lead with its payload decoded; columns as in `tables.leads`."""

    id: int
    public_id: str
    account_id: int
    key_id: int | None
    via: str
    is_test: bool
    token: str
    email: str
    email_key: str
    capture_id: str | None
    state: LeadState
    state_reason: str | None
    version: int
    attempts: int
    next_at: int
    lease_until: int | None
    first_entry_at: int
    delivery_method: str | None
    webhook_url: str | None
    is_mail_due: bool
    payload: dict[str, Any]
    score: int | None
    person_name: str | None
    company_name: str | None
    created_at: int
    updated_at: int
    researched_at: int | None

    def to_lead(self) -> Lead:
        """Return what research starts from: the address and the documented parameters."""
        said: dict[str, str] = self.payload.get("fields") or {}
        return Lead(email=self.email, fields={name: said[name] for name in LEAD_FIELDS if said.get(name)})


# --- the worker -----------------------------------------------------------------------------------------------------


async def list_due(db: AsyncConnection, *, until: int, limit: int = 500) -> Sequence[tuple[int, int, int]]:
    """Return (id, attempts, next_at) of leads whose research is due by then, expired leases included."""
    is_due = or_(
        and_(leads.c.state.in_(_OPEN), leads.c.next_at <= until),
        and_(leads.c.state == LeadState.RESEARCHING, leads.c.lease_until <= now_ms()),
    )
    query = select(leads.c.id, leads.c.attempts, leads.c.next_at).where(is_due).order_by(leads.c.next_at).limit(limit)
    return [(row[0], row[1], row[2]) for row in await db.execute(query)]


async def claim_lead(db: AsyncConnection, lead_id: int) -> LeadRow | None:
    """Take a due lead for LEASE_MS; None if it is not due, done, or another worker's."""
    return (await claim_leads(db, [lead_id]))[0]


async def claim_leads(db: AsyncConnection, lead_ids: Sequence[int]) -> list[LeadRow | None]:
    """Take many leads as `claim_lead` takes one; the result is in the order of the ids."""
    now = now_ms()
    is_free = or_(
        and_(leads.c.state.in_(_OPEN), leads.c.next_at <= now),
        and_(leads.c.state == LeadState.RESEARCHING, leads.c.lease_until <= now),
    )
    # Locked in one order, so that two workers with the same leads do not wait for each other.
    mine = select(leads.c.id).where(leads.c.id.in_(lead_ids), is_free).order_by(leads.c.id).with_for_update()
    query = (
        update(leads)
        .where(leads.c.id.in_(mine), is_free)
        .values(state=LeadState.RESEARCHING, lease_until=now + LEASE_MS, attempts=leads.c.attempts + 1, updated_at=now)
        .returning(*leads.c)
    )
    taken = {row["id"]: _lead(row) for row in (await db.execute(query)).mappings()}
    return [taken.pop(lead_id, None) for lead_id in lead_ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A claimed lead whose research came to its end, and how long that took."""

    lead: LeadRow
    result: dict[str, Any]
    took_ms: int


async def save_result(db: AsyncConnection, lead: LeadRow, result: dict[str, Any], took_ms: int) -> bool:
    """Store a result and finish the lead; False (and nothing stored) if the lease went to another worker.

    If the lead learned something while it was researched, it is queued again; the refresh makes no second report.
    """
    return lead.id in await save_results(db, [Finished(lead=lead, result=result, took_ms=took_ms)])


async def save_results(db: AsyncConnection, finished: Sequence[Finished]) -> set[int]:
    """Store many results as `save_result` stores one; return the ids of the leads that were still held."""
    now = now_ms()
    columns = (leads.c.id, leads.c.version, leads.c.state, leads.c.attempts, leads.c.lease_until)
    query = select(*columns).where(leads.c.id.in_([one.lead.id for one in finished]))
    # Locked from here to the commit: whoever was the holder stays it.
    now_held = {row[0]: row for row in await db.execute(query.order_by(leads.c.id).with_for_update())}
    held = {one.lead.id: one for one in finished if _is_holder(one.lead, now_held.get(one.lead.id))}
    if not held:
        return set()
    changes = [_finish(one, now, is_outdated=now_held[row_id][1] != one.lead.version) for row_id, one in held.items()]
    await db.execute(_FINISH, changes)
    await db.execute(delete(research).where(research.c.lead_id.in_(held)))
    rows = [
        {"lead_id": row_id, "result": msgspec.json.encode(one.result), "finished_at": now, "took_ms": one.took_ms}
        for row_id, one in held.items()
    ]
    await db.execute(insert(research), rows)
    return set(held)


def _is_holder(lead: LeadRow, row: Sequence[Any] | None) -> bool:
    """As `_is_still_held`, of a row that is locked: (id, version, state, attempts, lease_until)."""
    return row is not None and tuple(row[2:]) == (LeadState.RESEARCHING, lead.attempts, lead.lease_until)


def _finish(one: Finished, now: int, *, is_outdated: bool) -> dict[str, Any]:
    """Return the values of `_FINISH`; a lead that learned something meanwhile is queued again."""
    data = one.result["data"]
    return {
        "row_id": one.lead.id,
        "new_state": LeadState.QUEUED if is_outdated else LeadState.DONE,
        "new_attempts": 0 if is_outdated else one.lead.attempts,
        "new_next_at": now if is_outdated else one.lead.next_at,
        "now": now,
        "new_score": data["score"],
        "new_person_name": data["person"]["name"],
        "new_company_name": data["company"]["name"],
    }


_FINISH = (
    update(leads)
    .where(leads.c.id == bindparam("row_id"))
    .values(
        state=bindparam("new_state"),
        state_reason=None,
        lease_until=None,
        attempts=bindparam("new_attempts"),
        next_at=bindparam("new_next_at"),
        researched_at=bindparam("now"),
        updated_at=bindparam("now"),
        score=bindparam("new_score"),
        person_name=bindparam("new_person_name"),
        company_name=bindparam("new_company_name"),
    )
)


async def save_failure(db: AsyncConnection, lead: LeadRow, why: str) -> int | None:
    """Note that an attempt failed; return when the next one is due.

    None if the lead is given up, or if its lease went to another worker.
    """
    now = now_ms()
    if lead.attempts >= MAX_ATTEMPTS:
        changes: dict[str, Any] = {"state": LeadState.GAVE_UP, "state_reason": why}
    else:
        changes = {"state": LeadState.QUEUED, "next_at": now + RETRY_WAITS_MS[lead.attempts - 1]}
    query = update(leads).where(_is_still_held(lead)).values(lease_until=None, updated_at=now, **changes)
    is_noted = (await db.execute(query)).rowcount > 0
    return changes.get("next_at") if is_noted else None


def _is_still_held(lead: LeadRow) -> ColumnElement[bool]:
    """The claim that a worker made is still its own: attempts start anew with a restart, the lease's end does not."""
    return and_(
        leads.c.id == lead.id,
        leads.c.state == LeadState.RESEARCHING,
        leads.c.attempts == lead.attempts,
        leads.c.lease_until == lead.lease_until,
    )


async def count_by_state(db: AsyncConnection) -> dict[str, int]:
    """Return how many unfinished leads stand in each state, of every account."""
    states = (LeadState.WAITING, LeadState.QUEUED, LeadState.RESEARCHING)
    query = select(leads.c.state, func.count()).where(leads.c.state.in_(states)).group_by(leads.c.state)
    return {row[0]: row[1] for row in await db.execute(query)}


# --- the owner ------------------------------------------------------------------------------------------------------


async def get_lead(db: AsyncConnection, account_id: int, public_id: str) -> LeadRow:
    """Return one lead of this account by the id in URLs; raises NotFound."""
    row = await _find(db, account_id, leads.c.public_id == public_id)
    if row is None:
        raise NotFound("There is no such lead.")
    return row


async def get_lead_by_row_id(db: AsyncConnection, account_id: int, lead_id: int) -> LeadRow:
    """Return one lead of this account by its internal id; raises NotFound."""
    row = await _find(db, account_id, leads.c.id == lead_id)
    if row is None:
        raise NotFound("There is no such lead.")
    return row


async def find_by_public_id(db: AsyncConnection, account_id: int, public_id: str) -> LeadRow | None:
    """Return the lead with this id, or None if this account has none."""
    return await _find(db, account_id, leads.c.public_id == public_id)


async def find_by_token(db: AsyncConnection, account_id: int, token: str) -> LeadRow | None:
    """Return the account's newest lead with this token, or None."""
    return await _find(db, account_id, leads.c.token == token)


async def find_done_since(
    db: AsyncConnection, account_id: int, email_key: str, *, is_test: bool, since: int
) -> LeadRow | None:
    """Return the account's newest lead of this address researched since then (`duplicates=false`)."""
    is_same = and_(leads.c.email_key == email_key, leads.c.is_test == is_test, leads.c.researched_at > since)
    return await _find(db, account_id, is_same)


async def find_result(db: AsyncConnection, account_id: int, lead_id: int) -> dict[str, Any] | None:
    """Return a lead's result `{"data", "evidence", "score_detail", "runs"}`, or None while there is none."""
    query = (
        select(research.c.result)
        .join(leads, leads.c.id == research.c.lead_id)
        .where(research.c.lead_id == lead_id, leads.c.account_id == account_id)
    )
    result = (await db.execute(query)).scalar_one_or_none()
    return None if result is None else msgspec.json.decode(result)


async def list_leads(
    db: AsyncConnection,
    account_id: int,
    *,
    q: str = "",
    state: str = "",
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> tuple[list[LeadRow], str | None]:
    """Return an account's leads, newest first, and the cursor of the next page (None at the end).

    `q` is looked for in address, person and company, without regard to case.

    Raises:
        InvalidRequest: the cursor is none of ours.
    """
    query = select(leads).where(leads.c.account_id == account_id)
    if cursor:
        query = query.where(leads.c.id < _parse_cursor(cursor))
    if state:
        query = query.where(leads.c.state == state)
    if q:
        query = query.where(
            or_(
                leads.c.email_key.contains(q.lower(), autoescape=True),
                func.lower(leads.c.person_name).contains(q.lower(), autoescape=True),
                func.lower(leads.c.company_name).contains(q.lower(), autoescape=True),
            )
        )
    rows = (await db.execute(query.order_by(leads.c.id.desc()).limit(limit + 1))).mappings().all()
    found = [_lead(row) for row in rows[:limit]]
    return found, make_cursor(found[-1].id) if len(rows) > limit else None


async def restart_lead(db: AsyncConnection, account_id: int, public_id: str) -> int:
    """Queue a held, given-up or finished lead for research now and return its internal id; raises NotFound."""
    stopped = (LeadState.HELD, LeadState.GAVE_UP, LeadState.DONE)
    query = (
        update(leads)
        .where(leads.c.account_id == account_id, leads.c.public_id == public_id, leads.c.state.in_(stopped))
        .values(state=LeadState.QUEUED, state_reason=None, attempts=0, next_at=now_ms(), updated_at=now_ms())
        .returning(leads.c.id)
    )
    lead_id = (await db.execute(query)).scalar_one_or_none()
    if lead_id is None:
        raise NotFound("There is no such lead to restart.")
    return lead_id


async def release_leads(db: AsyncConnection, account_id: int) -> list[int]:
    """Queue every held lead of an account for research now and return their internal ids."""
    now = now_ms()
    query = (
        update(leads)
        .where(leads.c.account_id == account_id, leads.c.state == LeadState.HELD)
        .values(state=LeadState.QUEUED, state_reason=None, attempts=0, next_at=now, updated_at=now)
    )
    return list((await db.execute(query.returning(leads.c.id))).scalars())


async def count_held(db: AsyncConnection, account_id: int) -> int:
    """Return how many leads of an account are held."""
    query = select(func.count()).where(leads.c.account_id == account_id, leads.c.state == LeadState.HELD)
    return (await db.execute(query)).scalar_one()


async def delete_lead(db: AsyncConnection, account_id: int, public_id: str) -> None:
    """Erase a lead with everything known of it: captures, result, deliveries and attempts; raises NotFound."""
    lead = await get_lead(db, account_id, public_id)
    await _erase(db, [lead.id])


async def delete_older_than(db: AsyncConnection, before: int, limit: int = 200) -> int:
    """Erase leads created before then, of every account (retention); return how many, call again until 0."""
    query = select(leads.c.id).where(leads.c.created_at < before).order_by(leads.c.id).limit(limit)
    lead_ids = list((await db.execute(query)).scalars())
    await _erase(db, lead_ids)
    await db.execute(delete(captures).where(captures.c.lead_id.is_(None), captures.c.received_at < before))
    return len(lead_ids)


async def _erase(db: AsyncConnection, lead_ids: list[int]) -> None:
    addresses = select(leads.c.email_key).where(leads.c.id.in_(lead_ids))
    await forget_person(db, list((await db.execute(addresses)).scalars()))
    sent = select(deliveries.c.id).where(deliveries.c.lead_id.in_(lead_ids))
    await db.execute(delete(attempts).where(attempts.c.delivery_id.in_(sent)))
    await db.execute(delete(deliveries).where(deliveries.c.lead_id.in_(lead_ids)))
    await db.execute(delete(research).where(research.c.lead_id.in_(lead_ids)))
    await db.execute(delete(captures).where(captures.c.lead_id.in_(lead_ids)))
    await db.execute(delete(leads).where(leads.c.id.in_(lead_ids)))


async def _find(db: AsyncConnection, account_id: int, where: Any) -> LeadRow | None:
    query = select(leads).where(leads.c.account_id == account_id, where).order_by(leads.c.id.desc()).limit(1)
    row = (await db.execute(query)).mappings().one_or_none()
    return _lead(row) if row else None


def make_cursor(row_id: int) -> str:
    """Return an opaque cursor for a list page that ends with this row."""
    return base64.urlsafe_b64encode(f"before {row_id}".encode()).decode().rstrip("=")


def _parse_cursor(cursor: str) -> int:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        before = int(base64.urlsafe_b64decode(padded).decode().removeprefix("before "))
        if not 0 <= before < 2**63:
            raise ValueError("out of range")
        return before
    except ValueError as exc:
        raise InvalidRequest("cursor is not one that a list of ours gave.", param="cursor") from exc


def _lead(row: RowMapping) -> LeadRow:
    values: dict[str, Any] = dict(row)
    values["state"] = LeadState(row["state"])
    values["payload"] = msgspec.json.decode(row["payload"])
    return LeadRow(**values)
