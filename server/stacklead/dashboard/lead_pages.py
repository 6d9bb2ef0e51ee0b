"""The leads of an account, and one lead with the proof of every field."""

from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stacklead.dashboard.session import Visit, signed_in
from stacklead.dashboard.status import list_notes
from stacklead.errors import InvalidRequest
from stacklead.models import LeadState
from stacklead.storage import leads
from stacklead.text import one_line

UNFINISHED = (LeadState.WAITING, LeadState.QUEUED, LeadState.RESEARCHING)
MAX_SEARCH = 200  # characters looked for


@signed_in
async def show_leads(visit: Visit) -> Response:
    """List leads, newest first; the list refreshes itself while something in it is unfinished."""
    params = visit.request.query_params
    q, state, cursor = one_line(params.get("q", ""), MAX_SEARCH), params.get("state", ""), params.get("cursor")
    if state and state not in list(LeadState):
        raise InvalidRequest(f"state must be one of {', '.join(LeadState)}.", param="state")
    async with visit.database.read() as db:
        rows, next_cursor = await leads.list_leads(db, visit.account.id, q=q, state=state, cursor=cursor)
    search = {name: value for name, value in (("q", q), ("state", state)) if value}
    return visit.render(
        "leads.html",
        leads=rows,
        q=q,
        state=state,
        has_unfinished=any(row.state in UNFINISHED for row in rows) or not (rows or search or cursor),
        this_page=_link(**search, **({"cursor": cursor} if cursor else {})),
        next_page=_link(**search, cursor=next_cursor) if next_cursor else None,
        first_page=_link(**search),
        is_later_page=bool(cursor),
        notes=await list_notes(visit),
    )


def _link(**params: str) -> str:
    return "/leads" + (f"?{urlencode(params)}" if params else "")


routes: list[BaseRoute] = [
    Route("/leads", show_leads),
]
