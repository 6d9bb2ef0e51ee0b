"""What was sent, what the other side answered, and "send again"."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stacklead.dashboard.session import Visit, signed_in
from stacklead.dashboard.status import list_notes
from stacklead.errors import NotFound
from stacklead.models import DeliveryKind, DeliveryMethod, DeliveryState
from stacklead.storage import deliveries, leads
from stacklead.storage.database import now_ms
from stacklead.storage.deliveries import Attempt, Delivery

MAX_BODY_SHOWN = 20_000  # bytes of a webhook's body
SOON_MS = 30_000  # an attempt within this time is waited for by the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a test: `attempt` is None until it was made."""

    delivery: Delivery
    attempt: Attempt | None

    @property
    def is_pending(self) -> bool:
        """True while nothing has come of it, and something still may."""
        return self.attempt is None and self.delivery.state == DeliveryState.DUE


@signed_in
async def show_deliveries(visit: Visit) -> Response:
    """List deliveries, newest first; `?before=` is the last one of the page before."""
    before = visit.request.query_params.get("before")
    async with visit.database.read() as db:
        before_id = (await deliveries.get_delivery(db, visit.account.id, before)).id if before else None
        rows = await deliveries.list_deliveries(
            db, visit.account.id, before_id=before_id, limit=deliveries.PAGE_SIZE + 1
        )
    shown = rows[: deliveries.PAGE_SIZE]
    return visit.render(
        "deliveries.html",
        deliveries=shown,
        this_page=f"/deliveries?before={before}" if before else "/deliveries",
        next_page=f"/deliveries?before={shown[-1]['public_id']}" if len(rows) > len(shown) else None,
        is_later_page=bool(before),
        has_unfinished=any(is_first_try_due(row) for row in shown),
        notes=await list_notes(visit),
    )


@signed_in
async def show_delivery(visit: Visit) -> Response:
    """Show one delivery with every attempt."""
    async with visit.database.read() as db:
        delivery = await deliveries.get_delivery(db, visit.account.id, _id_of(visit))
        attempts = await deliveries.list_attempts(db, visit.account.id, delivery.id)
        lead = None
        if delivery.lead_id is not None:
            lead = await leads.get_lead_by_row_id(db, visit.account.id, delivery.lead_id)
    is_pending = delivery.state == DeliveryState.DUE and delivery.next_at < now_ms() + SOON_MS
    return visit.render(
        "delivery.html",
        delivery=delivery,
        attempts=attempts,
        lead=lead,
        target=_target(visit, delivery),
        body=(delivery.body or b"")[:MAX_BODY_SHOWN].decode(errors="replace"),
        is_pending=is_pending,
        notes=await list_notes(visit) if delivery.state == DeliveryState.DUE else [],
    )


@signed_in
async def send_again(visit: Visit) -> Response:
    """Make a delivery due now, whatever became of it."""
    public_id = _id_of(visit)
    path = f"/deliveries/{public_id}"
    async with visit.database.write() as db:
        await deliveries.get_delivery(db, visit.account.id, public_id)
        try:
            await deliveries.restart_delivery(db, visit.account.id, public_id)
        except NotFound:  # a worker holds it
            return visit.redirect(path, "It is being sent at this moment.")
        delivery = await deliveries.get_delivery(db, visit.account.id, public_id)
    await visit.queue.enqueue_delivery(delivery.id, delivery.attempts, delivery.next_at)
    return visit.redirect(path, "It is being sent again.")


async def send_test(visit: Visit, method: DeliveryMethod) -> str:
    """Queue one attempt that never retries; return the id under which `find_outcome` finds what came of it."""
    async with visit.database.write() as db:
        delivery = await deliveries.create_message(db, visit.account.id, DeliveryKind.TEST, method)
    await visit.queue.enqueue_delivery(delivery.id, delivery.attempts)
    return delivery.public_id


async def find_outcome(visit: Visit) -> Outcome | None:
    """Return what came of the test that the address names (`?test=`); None if it names none."""
    public_id = visit.request.query_params.get("test")
    if not public_id:
        return None
    async with visit.database.read() as db:
        delivery = await deliveries.get_delivery(db, visit.account.id, public_id)
        attempts = await deliveries.list_attempts(db, visit.account.id, delivery.id)
    return Outcome(delivery=delivery, attempt=attempts[-1] if attempts else None)


def is_first_try_due(row: Mapping[str, Any]) -> bool:
    """Return whether a delivery is on its way for the first time, so that looking again soon is worth it."""
    return row["state"] == DeliveryState.DUE and row["last_answer"] is None


def _target(visit: Visit, delivery: Delivery) -> str:
    if delivery.method == DeliveryMethod.EMAIL:
        return visit.account.reply_address or "no reply address"
    return delivery.webhook_url or visit.account.webhook_url or "no webhook URL"


def _id_of(visit: Visit) -> str:
    return str(visit.request.path_params["delivery_id"])


routes: list[BaseRoute] = [
    Route("/deliveries", show_deliveries),
    Route("/deliveries/{delivery_id}", show_delivery),
    Route("/deliveries/{delivery_id}/send", send_again, methods=["POST"]),
]
