"""Merges appended captures into leads: the one place that decides what is one lead (DESIGN.md 4).

Runs in the worker, one transaction for a batch, one merger at a time, so that it may read before it writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from sqlalchemy import ColumnElement, RowMapping, and_, delete, or_, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.keys import make_public_id, make_token
from stacklead.models import LeadState, Stage
from stacklead.storage import captures as capture_rows
from stacklead.storage.daily_leads import DailyCount, day_of
from stacklead.storage.database import is_database_away, now_ms
from stacklead.storage.merge_batch import Batch
from stacklead.storage.tables import leads

MAX_SETTLE_MS = 300_000  # entries keep a lead waiting for at most this long
ROBOT = "A known robot sent it, by what it calls itself."
_MERGE_LOCK = 0x57AC1EAE  # PostgreSQL advisory lock: one merger at a time

log = structlog.get_logger()

Payload = dict[str, Any]
Row = RowMapping | dict[str, Any]  # columns of one of our tables


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRules:
    """The operator's windows, in milliseconds."""

    settle_ms: int
    repeat_window_ms: int
    daily_leads: int = 2000  # leads per account and UTC day that are researched; more are held


@dataclass(slots=True, kw_only=True)
class Merged:
    """What one batch did: how many captures it took, and when each changed lead wants research (ms by lead id)."""

    captures: int = 0
    due: dict[int, int] = field(default_factory=dict[int, int])
    admitted: DailyCount = field(default_factory=DailyCount)
    batch: Batch = field(default_factory=Batch)


async def merge_captures(db: AsyncConnection, rules: MergeRules, *, one_by_one: bool = False) -> Merged:
    """Merge a batch of captures into leads; call again until it took none.

    With `one_by_one` a capture that cannot be merged is set aside, so that it does not stop the others: for a second
    try after a batch failed.
    """
    if db.dialect.name == "postgresql":
        await db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MERGE_LOCK})
    merged = Merged()
    unmerged = await capture_rows.list_unmerged(db)
    await merged.batch.open(db, unmerged)
    for capture in unmerged:
        if one_by_one:
            await _try_to_merge(db, capture, rules, merged)
        else:
            await _merge(db, capture, rules, merged)
        merged.captures += 1
    await merged.batch.write(db)
    await merged.admitted.save(db)
    return merged


async def _merge(db: AsyncConnection, capture: Row, rules: MergeRules, merged: Merged) -> None:
    if capture["via"] == "tag":
        lead_id = await _merge_tag(db, capture, rules, merged)
    elif capture["via"] == "import":
        lead_id = await _merge_import(db, capture, rules, merged)
    else:
        lead_id = await _merge_api(db, capture, rules, merged)
    merged.batch.add_merged(capture, lead_id, now_ms())


async def _try_to_merge(db: AsyncConnection, capture: Row, rules: MergeRules, merged: Merged) -> None:
    due = dict(merged.due)
    try:
        async with db.begin_nested():
            await _merge(db, capture, rules, merged)
            await merged.batch.write(db)
    except Exception as exc:
        if isinstance(exc, SQLAlchemyError | OSError) and is_database_away(exc):
            raise
        log.exception("capture_not_merged", capture_row_id=capture["id"])
        merged.due = due
        merged.batch.forget()
        merged.batch.add_merged(capture, None, now_ms())
        await merged.batch.write(db)


# --- calls of servers: one call, one lead ---------------------------------------------------------------------------


async def _merge_api(db: AsyncConnection, capture: Row, rules: MergeRules, merged: Merged) -> int:
    earlier = None if capture["is_duplicate_ok"] else await _find_duplicate(db, capture, merged)
    if earlier is not None:
        return earlier
    payload = _payload(capture)
    return await _create_lead(
        db, capture, rules, merged, payload=payload, state=LeadState.QUEUED, next_at=capture["received_at"]
    )


async def _find_duplicate(db: AsyncConnection, capture: Row, merged: Merged) -> int | None:
    """Return the lead of this address that was researched already, or that an earlier call asked for."""
    if not await merged.batch.knows_address(db, capture):
        return None
    since = capture["received_at"] - capture_rows.DUPLICATES_WINDOW_MS
    is_pending = and_(leads.c.via == "api", leads.c.state != LeadState.GAVE_UP, leads.c.created_at > since)
    query = select(leads.c.id).where(_is_same_address(capture), or_(leads.c.researched_at > since, is_pending))
    return (await db.execute(query.order_by(leads.c.id.desc()).limit(1))).scalar_one_or_none()


def _is_same_address(capture: Row) -> ColumnElement[bool]:
    return and_(
        leads.c.account_id == capture["account_id"],
        leads.c.email_key == capture["email_key"],
        leads.c.is_test == capture["is_test"],
    )


# --- rows of a file: a lead that is known already learns from them --------------------------------------------------


async def _merge_import(db: AsyncConnection, capture: Row, rules: MergeRules, merged: Merged) -> int:
    """Fold a row into the newest lead of its address, unless there is none or a delivery of its own was asked for."""
    known = None if capture["is_duplicate_ok"] else await _find_known(db, capture, merged)
    if known is not None:
        await _repeat(db, await _get_lead(db, known), capture, rules, merged)
        return known
    return await _create_lead(
        db, capture, rules, merged, payload=_payload(capture), state=LeadState.QUEUED, next_at=capture["received_at"]
    )


async def _find_known(db: AsyncConnection, capture: Row, merged: Merged) -> int | None:
    if not await merged.batch.knows_address(db, capture):
        return None
    since = capture["received_at"] - capture_rows.DUPLICATES_WINDOW_MS
    is_recent = or_(leads.c.researched_at > since, leads.c.created_at > since)
    query = select(leads.c.id).where(_is_same_address(capture), is_recent, leads.c.state != LeadState.GAVE_UP)
    return (await db.execute(query.order_by(leads.c.id.desc()).limit(1))).scalar_one_or_none()


# --- calls of pages: one visit, one address, one lead ---------------------------------------------------------------


async def _merge_tag(db: AsyncConnection, capture: Row, rules: MergeRules, merged: Merged) -> int | None:
    visit = await _find_visit(db, capture, merged)
    is_changed = capture["email"] is not None and (visit is None or visit["email_key"] != capture["email_key"])
    repeated = await _find_repeated(db, capture, rules, merged) if is_changed else None
    if visit is not None and _is_same_lead(visit, capture):
        if repeated is None:
            await _follow_up(db, visit, capture, rules, merged)
            return int(visit["id"])
        capture = await _fold(db, visit, repeated, capture, merged)
    if repeated is not None:
        await _repeat(db, await _get_lead(db, repeated), capture, rules, merged)
        return repeated
    return None if capture["email"] is None else await _begin(db, capture, rules, merged)


async def _fold(db: AsyncConnection, visit: Row, lead_id: int, capture: Row, merged: Merged) -> Row:
    """The address of a waiting lead was corrected to one that has a lead already, which takes over what was said.

    Returns the capture as if it had said everything.
    """
    await merged.batch.write(db)
    await capture_rows.move_to_lead(db, visit["id"], lead_id)
    await db.execute(delete(leads).where(leads.c.id == visit["id"]))
    merged.due.pop(visit["id"], None)
    payload, _ = merge_payload(_payload(visit), _payload(capture), overwrite=True)
    return {**capture, "payload": dump_payload(payload)}


async def _find_visit(db: AsyncConnection, capture: Row, merged: Merged) -> RowMapping | None:
    """Return the newest lead of the same capture id and client key; that is one form in one page view."""
    if capture["capture_id"] is None or not await merged.batch.knows_visit(db, capture):
        return None
    lead_id = await capture_rows.find_lead_of_visit(db, capture["key_id"], capture["capture_id"])
    return None if lead_id is None else await _get_lead(db, lead_id)


async def _find_repeated(db: AsyncConnection, capture: Row, rules: MergeRules, merged: Merged) -> int | None:
    """Return the newest lead by tag of the same address within the window, unless it was given up."""
    if not await merged.batch.knows_address(db, capture):
        return None
    query = select(leads.c.id).where(
        _is_same_address(capture),
        leads.c.via == "tag",
        leads.c.created_at > capture["received_at"] - rules.repeat_window_ms,
        leads.c.state != LeadState.GAVE_UP,
    )
    return (await db.execute(query.order_by(leads.c.id.desc()).limit(1))).scalar_one_or_none()


def _is_same_lead(visit: Row, capture: Row) -> bool:
    """A changed address corrects the first one of its own visit until that is submitted or researched."""
    if capture["email"] is None or visit["email_key"] == capture["email_key"]:
        return True
    is_own = visit["key_id"] == capture["key_id"] and visit["capture_id"] == capture["capture_id"]
    return is_own and visit["state"] == LeadState.WAITING


async def _begin(db: AsyncConnection, capture: Row, rules: MergeRules, merged: Merged) -> int:
    """Make a lead of the first call of a visit, with whatever follow-ups overtook that call."""
    overtook: Sequence[RowMapping] = ()
    if capture["capture_id"] is not None and await merged.batch.knows_visit(db, capture):
        overtook = await capture_rows.list_orphans(db, capture["key_id"], capture["capture_id"])
    payload = _payload(capture)
    for follow_up in overtook:
        payload, _ = merge_payload(payload, _payload(follow_up), overwrite=True)
    if all(call["stage"] == Stage.ENTRY for call in (capture, *overtook)):
        state, next_at = LeadState.WAITING, capture["received_at"] + min(rules.settle_ms, MAX_SETTLE_MS)
    else:
        state, next_at = LeadState.QUEUED, capture["received_at"]
    lead_id = await _create_lead(db, capture, rules, merged, payload=payload, state=state, next_at=next_at)
    for follow_up in overtook:
        merged.batch.add_merged(follow_up, lead_id, follow_up["merged_at"])
    return lead_id


async def _is_later(db: AsyncConnection, capture: Row) -> bool:
    """Say whether what a call says is newer than what its visit said before: an entry is not after a submit."""
    if capture["stage"] != Stage.ENTRY:
        return True
    return await capture_rows.has_only_entries(db, capture["key_id"], capture["capture_id"])


async def _follow_up(db: AsyncConnection, lead: Row, capture: Row, rules: MergeRules, merged: Merged) -> None:
    """The same visit again: what is later overwrites, an entry prolongs the wait, anything else ends it."""
    overwrite = await _is_later(db, capture)
    payload, is_changed = merge_payload(_payload(lead), _payload(capture), overwrite=overwrite)
    changes: dict[str, Any] = {}
    if capture["email"] is not None and capture["email_key"] != lead["email_key"]:
        changes |= {"email": capture["email"], "email_key": capture["email_key"]}
    if is_changed:
        changes |= {"payload": dump_payload(payload), "version": lead["version"] + 1}
    changes |= _settle(lead, capture, rules) or (_refresh(lead, capture) if is_changed else {})
    changes |= await _vouch(db, lead, capture, rules, merged, payload)
    await _change(db, lead, changes, merged)


async def _repeat(db: AsyncConnection, lead: Row, capture: Row, rules: MergeRules, merged: Merged) -> None:
    """The same address again within the window: new fields fill blanks and refresh the research, no second report."""
    payload, is_changed = merge_payload(_payload(lead), _payload(capture), overwrite=False)
    changes: dict[str, Any] = {}
    if is_changed:
        changes |= {"payload": dump_payload(payload), "version": lead["version"] + 1}
    changes |= _settle(lead, capture, rules) or (_refresh(lead, capture) if is_changed else {})
    changes |= await _vouch(db, lead, capture, rules, merged, payload)
    await _change(db, lead, changes, merged)


def _settle(lead: Row, capture: Row, rules: MergeRules) -> dict[str, Any]:
    """Return how this capture changes the wait of a waiting lead."""
    if lead["state"] != LeadState.WAITING:
        return {}
    if capture["stage"] != Stage.ENTRY:
        return {"state": LeadState.QUEUED, "next_at": capture["received_at"]}
    latest = lead["first_entry_at"] + MAX_SETTLE_MS
    return {"next_at": max(lead["next_at"], min(capture["received_at"] + rules.settle_ms, latest))}


async def _vouch(
    db: AsyncConnection, lead: Row, capture: Row, rules: MergeRules, merged: Merged, payload: Payload
) -> dict[str, Any]:
    """Let a lead go on that was held as a robot's, when the same address comes from a visitor."""
    if lead["state"] != LeadState.HELD or not payload.get("robot") or _payload(capture).get("robot"):
        return {}
    payload = {name: value for name, value in payload.items() if name != "robot"}
    changes: dict[str, Any] = {"payload": dump_payload(payload)}
    held = await _find_reason_to_hold(db, capture, rules, merged, payload)
    if held:
        return {**changes, "state_reason": held}
    return {**changes, "state": LeadState.QUEUED, "state_reason": None, "next_at": capture["received_at"]}


def _refresh(lead: Row, capture: Row) -> dict[str, Any]:
    """A finished lead that learned something is researched again; one being researched notices by its version."""
    if lead["state"] != LeadState.DONE:
        return {}
    return {"state": LeadState.QUEUED, "attempts": 0, "next_at": capture["received_at"]}


def merge_payload(old: Mapping[str, Any], new: Mapping[str, Any], *, overwrite: bool) -> tuple[Payload, bool]:
    """Return the two payloads as one, and whether anything that the lead said is new.

    Blanks are filled; with `overwrite` what the newer one says wins. Where a visit came from (page, referrer,
    campaign) stays as it was first seen.
    """
    merged: Payload = {**new, **old}
    if not old.get("robot"):
        merged.pop("robot", None)  # a robot that repeats what a visitor sent makes no robot of the visitor
    is_changed = False
    for part in ("fields", "words"):
        mine, theirs = dict(old.get(part) or {}), dict(new.get(part) or {})
        both = {**mine, **theirs} if overwrite else {**theirs, **mine}
        is_changed = is_changed or both != mine
        merged[part] = both
    return merged, is_changed


# --- rows -----------------------------------------------------------------------------------------------------------


async def _create_lead(
    db: AsyncConnection,
    capture: Row,
    rules: MergeRules,
    merged: Merged,
    *,
    payload: Payload,
    state: LeadState,
    next_at: int,
) -> int:
    held = await _find_reason_to_hold(db, capture, rules, merged, payload)
    values = {
        "public_id": capture["lead_public_id"] or make_public_id("lead_", capture["received_at"]),
        "account_id": capture["account_id"],
        "key_id": capture["key_id"],
        "via": capture["via"],
        "is_test": capture["is_test"],
        "token": capture["token"] or make_token(),
        "email": capture["email"],
        "email_key": capture["email_key"],
        "capture_id": capture["capture_id"],
        "state": LeadState.HELD if held else state,
        "state_reason": held,
        "version": 1,
        "attempts": 0,
        "next_at": next_at,
        "first_entry_at": capture["received_at"],
        "delivery_method": capture["delivery_method"],
        "webhook_url": capture["webhook_url"],
        "is_mail_due": capture["is_mail_due"],
        "payload": dump_payload(payload),
        "created_at": capture["received_at"],
        "updated_at": now_ms(),
    }
    lead_id = merged.batch.add_lead(values)
    if not held:
        merged.due[lead_id] = next_at
    return lead_id


async def _find_reason_to_hold(
    db: AsyncConnection, capture: Row, rules: MergeRules, merged: Merged, payload: Payload
) -> str | None:
    """Return why a lead is kept but not researched, or None, in which case it counts for its day."""
    if payload.get("robot"):
        return ROBOT
    day = day_of(capture["received_at"])
    if await merged.admitted.find(db, capture["account_id"], day) >= rules.daily_leads:
        return f"More than {rules.daily_leads} leads came on this day (UTC), which is the limit of this server."
    merged.admitted.add(capture["account_id"], day)
    return None


async def _get_lead(db: AsyncConnection, lead_id: int) -> RowMapping:
    # The row stays locked to the end of this transaction, so that a worker cannot claim it in between.
    return (await db.execute(select(leads).where(leads.c.id == lead_id).with_for_update())).mappings().one()


async def _change(db: AsyncConnection, lead: Row, changes: dict[str, Any], merged: Merged) -> None:
    if not changes:
        return
    await db.execute(update(leads).where(leads.c.id == lead["id"]).values(updated_at=now_ms(), **changes))
    merged.batch.note_address({**lead, **changes})
    if "next_at" in changes:
        merged.due[lead["id"]] = changes["next_at"]


def _payload(row: Row) -> Payload:
    return msgspec.json.decode(row["payload"])


def dump_payload(payload: Payload) -> str:
    """Return a payload as the JSON text that `captures` and `leads` keep."""
    return msgspec.json.encode(payload).decode()
