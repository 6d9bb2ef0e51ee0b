"""The leads of an account, and one lead with the proof of every field."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stacklead.dashboard.evidence import list_facts, list_gaps, list_told
from stacklead.dashboard.rendering import add_headers
from stacklead.dashboard.session import Visit, signed_in
from stacklead.dashboard.status import list_notes
from stacklead.errors import InvalidRequest, NotFound
from stacklead.models import LeadState
from stacklead.report.reading import part, parts
from stacklead.report.view import ReportContext, make_view, strongest_reasons
from stacklead.storage import captures, deliveries, leads
from stacklead.storage.leads import LeadRow
from stacklead.text import one_line

UNFINISHED = (LeadState.WAITING, LeadState.QUEUED, LeadState.RESEARCHING)
MAX_SEARCH = 200  # characters looked for
MAX_WOKEN = 200  # released leads that are handed to the queue at once
MAX_REASONS = 100  # of the score; the mail shows three


@signed_in
async def show_leads(visit: Visit) -> Response:
    """List leads, newest first; the list refreshes itself while something in it is unfinished."""
    params = visit.request.query_params
    q, state, cursor = one_line(params.get("q", ""), MAX_SEARCH), params.get("state", ""), params.get("cursor")
    if state and state not in list(LeadState):
        raise InvalidRequest(f"state must be one of {', '.join(LeadState)}.", param="state")
    async with visit.database.read() as db:
        rows, next_cursor = await leads.list_leads(db, visit.account.id, q=q, state=state, cursor=cursor)
        held = await leads.count_held(db, visit.account.id)
    search = {name: value for name, value in (("q", q), ("state", state)) if value}
    return visit.render(
        "leads.html",
        leads=rows,
        held=held,
        q=q,
        state=state,
        has_unfinished=any(row.state in UNFINISHED for row in rows) or not (rows or search or cursor),
        this_page=_link(**search, **({"cursor": cursor} if cursor else {})),
        next_page=_link(**search, cursor=next_cursor) if next_cursor else None,
        first_page=_link(**search),
        is_later_page=bool(cursor),
        notes=await list_notes(visit),
    )


@signed_in
async def show_lead(visit: Visit) -> Response:
    """Show one lead as the report does, then everything that is known with its proof."""
    async with visit.database.read() as db:
        lead = await leads.get_lead(db, visit.account.id, _id_of(visit))
        result = await leads.find_result(db, visit.account.id, lead.id)
        sent = await deliveries.list_of_lead(db, visit.account.id, lead.id)
        visits = await captures.list_of_lead(db, visit.account.id, lead.id)
    is_unfinished = lead.state in UNFINISHED or any(each["state"] == "due" and not each["attempts"] for each in sent)
    return visit.render(
        "lead.html",
        lead=lead,
        told=list_told(lead.payload),
        deliveries=sent,
        visits=visits,
        is_unfinished=is_unfinished,
        can_restart=lead.state not in UNFINISHED,
        notes=await list_notes(visit) if is_unfinished else [],
        **_describe(lead, result),
    )


@signed_in
async def show_lead_json(visit: Visit) -> Response:
    """Show the result as a webhook carries it, laid out for reading."""
    async with visit.database.read() as db:
        lead = await leads.get_lead(db, visit.account.id, _id_of(visit))
        result = await leads.find_result(db, visit.account.id, lead.id)
    if result is None:
        raise NotFound("This lead has no result yet.")
    wire = {"token": lead.token, **{name: result[name] for name in ("data", "evidence", "score_detail")}}
    body = msgspec.json.format(msgspec.json.encode({**wire, "id": lead.public_id}), indent=2)
    return add_headers(Response(body, media_type="application/json"), visit.settings)


@signed_in
async def research_again(visit: Visit) -> Response:
    """Queue a finished, held or given-up lead for research."""
    public_id = _id_of(visit)
    async with visit.database.write() as db:
        lead = await leads.get_lead(db, visit.account.id, public_id)
        if lead.state in UNFINISHED:
            return visit.redirect(f"/leads/{public_id}", "This lead is being researched already.")
        await leads.restart_lead(db, visit.account.id, public_id)
        lead = await leads.get_lead(db, visit.account.id, public_id)
    await visit.queue.enqueue_research(lead.id, lead.attempts, lead.next_at)
    return visit.redirect(f"/leads/{public_id}", "The lead is researched again.")


@signed_in
async def release_leads(visit: Visit) -> Response:
    """Queue every held lead for research."""
    async with visit.database.write() as db:
        released = await leads.release_leads(db, visit.account.id)
    for lead_id in released[:MAX_WOKEN]:  # the sweep finds the others
        await visit.queue.enqueue_research(lead_id, 0)
    many = "1 lead is" if len(released) == 1 else f"{len(released)} leads are"
    return visit.redirect("/leads", f"{many} researched now.")


@signed_in
async def confirm_delete(visit: Visit) -> Response:
    """Ask before a lead is erased."""
    async with visit.database.read() as db:
        lead = await leads.get_lead(db, visit.account.id, _id_of(visit))
    return visit.render("lead_delete.html", lead=lead)


@signed_in
async def delete_lead(visit: Visit) -> Response:
    """Erase a lead with everything that is known of it."""
    async with visit.database.write() as db:
        await leads.delete_lead(db, visit.account.id, _id_of(visit))
    return visit.redirect("/leads", "The lead is deleted, with everything that was known of it.")


def _describe(lead: LeadRow, result: dict[str, Any] | None) -> dict[str, Any]:
    """Return what there is to show of a result; nothing is shown before there is one."""
    if result is None:
        return {"view": None, "reasons": [], "gates": [], "gaps": [], "facts": []}
    researched = None if lead.researched_at is None else datetime.fromtimestamp(lead.researched_at / 1000, UTC)
    detail = part(result, "score_detail")
    return {
        "view": make_view(result, ReportContext(researched_at=researched)),
        "reasons": strongest_reasons(parts(detail, "reasons"), most=MAX_REASONS),
        "gates": [one_line(gate.get("why", ""), 200) for gate in parts(detail, "gates")],
        "gaps": list_gaps(result),
        "facts": list_facts(result),
    }


def _id_of(visit: Visit) -> str:
    return str(visit.request.path_params["lead_id"])


def _link(**params: str) -> str:
    return "/leads" + (f"?{urlencode(params)}" if params else "")


routes: list[BaseRoute] = [
    Route("/leads", show_leads),
    Route("/leads/release", release_leads, methods=["POST"]),
    Route("/leads/{lead_id}", show_lead),
    Route("/leads/{lead_id}/json", show_lead_json),
    Route("/leads/{lead_id}/research", research_again, methods=["POST"]),
    Route("/leads/{lead_id}/delete", confirm_delete),
    Route("/leads/{lead_id}/delete", delete_lead, methods=["POST"]),
]
