"""Rows that tests of storage start from: captures as the accept path appends them, and finished leads."""

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.keys import make_public_id, make_token
from stacklead.models import DeliveryMethod, DeliveryState
from stacklead.storage import deliveries, leads, tables
from stacklead.storage.database import now_ms
from stacklead.wire import dump_json
from support.tenants import Tenant

RESULT: dict[str, Any] = {
    "data": {"score": 7, "person": {"name": "Rebecca"}, "company": {"name": "Blue Ocean"}, "domain": {}},
    "evidence": {},
    "score_detail": {},
}


def make_result(name: str = "Rebecca", company: str = "Blue Ocean") -> dict[str, Any]:
    return {**RESULT, "data": {**RESULT["data"], "person": {"name": name}, "company": {"name": company}}}


async def append_tag(
    db: AsyncConnection, tenant: Tenant, email: str | None = "rebecca@example.com", **values: Any
) -> int:
    """Append a page's capture; `fields` and `words` go into the payload, all else are columns."""
    payload = {name: values.pop(name) for name in ("fields", "words", "page", "utm", "robot") if name in values}
    return await _append(db, tenant, email, via="tag", key_id=tenant.client_key_id, payload=payload, **values)


async def append_api(db: AsyncConnection, tenant: Tenant, email: str = "rebecca@example.com", **values: Any) -> int:
    """Append a server's call."""
    payload = {name: values.pop(name) for name in ("fields", "words") if name in values}
    made = {"lead_public_id": make_public_id("lead_"), "token": make_token(), "delivery_method": "email"}
    return await _append(db, tenant, email, via="api", key_id=None, payload=payload, **(made | values))


async def _append(db: AsyncConnection, tenant: Tenant, email: str | None, payload: Any, **values: Any) -> int:
    row = {
        "account_id": tenant.id,
        "is_test": False,
        "email": email,
        "email_key": email and email.lower(),
        "is_mail_due": True,
        "is_duplicate_ok": True,
        "payload": dump_json({"fields": {}, **payload}).decode(),
        "received_at": now_ms(),
        **values,
    }
    query = insert(tables.captures).values(row).returning(tables.captures.c.id)
    return (await db.execute(query)).scalar_one()


async def list_rows(db: AsyncConnection, table: str) -> list[dict[str, Any]]:
    """Return a table's rows in the order of their ids."""
    columns = tables.metadata.tables[table]
    return [dict(row) for row in (await db.execute(select(columns).order_by(*columns.primary_key))).mappings()]


async def finish(db: AsyncConnection, lead_id: int, **result: str) -> None:
    """Research a due lead: its result is saved, and a mail is due."""
    lead = await leads.claim_lead(db, lead_id)
    assert lead is not None
    assert await leads.save_result(db, lead, make_result(**result), 1)
    wanted = deliveries.NewDelivery(method=DeliveryMethod.EMAIL, state=DeliveryState.DUE)
    await deliveries.create_deliveries(db, lead.account_id, lead.id, [wanted])
