"""The research API for servers: hand in, look up, list and erase leads (product documentation, WIRE.md 1)."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stacklead.capture import body as bodies
from stacklead.capture.auth import authenticate_server
from stacklead.capture.params import LeadRequest, clean, parse_api_request, restore_plus, to_text
from stacklead.errors import AddressRefused, InvalidRequest, MethodNotAllowed, NotFound, UnprocessableRequest
from stacklead.keys import hash_key, make_public_id, make_token
from stacklead.models import DeliveryMethod, LeadState
from stacklead.outbound import Outbound
from stacklead.state import State
from stacklead.storage import captures, deliveries, leads
from stacklead.storage.account_keys import Key
from stacklead.storage.accounts import Account
from stacklead.storage.database import Database, now_ms
from stacklead.storage.intake import CaptureRow
from stacklead.wire import dump_json, escape_old_client_text

LEADS = "/api/leads"
MAX_IDEMPOTENCY_KEY = 255
MAX_PAGE = 200

ApiRequest = Request[State]


class OldClientJSON(Response):
    """A success body: JSON in which clients of 2014 find no text that they take for a failure."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the body's bytes."""
        return escape_old_client_text(dump_json(content))


async def _read_parameters(request: ApiRequest) -> bodies.Parameters:
    """Return query and body together; the body wins."""
    headers = dict(request.scope["headers"])
    body = await bodies.read_body(request.receive, headers.get(b"content-length"))
    query = restore_plus(bodies.parse_form(request.scope["query_string"]))
    return {**query, **await bodies.parse_body(headers, body, accept_plain=False)}


async def _authenticate(request: ApiRequest, parameters: bodies.Parameters) -> tuple[Account, Key]:
    return await authenticate_server(request.state["database"], request.headers.get("authorization"), parameters)


def by_method(path: str, **endpoints: Callable[[ApiRequest], Awaitable[Response]]) -> Route:
    """Return one route for several methods, so that a refusal of another one names them all."""

    async def answer(request: ApiRequest) -> Response:
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    answer.__qualname__ = path  # what the log calls it
    return Route(path, answer, methods=list(endpoints))


# --- POST /api/leads ------------------------------------------------------------------------------------------------


async def post_lead(request: ApiRequest) -> Response:
    """Take a lead: authenticate, parse, commit, answer."""
    parameters = await _read_parameters(request)
    account, key = await _authenticate(request, parameters)
    asked = parse_api_request(parameters, time.time())
    check_delivery(asked, account)
    if asked.webhook_url is not None and not key.is_test:
        name = "webhook_url" if to_text(parameters.get("webhook_url")) else "callback"
        await _check_url(request.state["outbound"], asked.webhook_url, name)
    idempotency_key = _read_idempotency_key(request)
    row = _make_row(asked, key, idempotency_key, _hash_parameters(parameters))
    earlier = await _find_answer(request.state["database"], asked, row)
    if earlier is None:
        earlier = await _append(request.state, row)
    request.state["tally"].count("captures", "accepted")
    token, public_id = earlier or (row.token, row.lead_public_id)
    return OldClientJSON(_make_answer(asked, account, str(token), str(public_id)))


def check_delivery(asked: LeadRequest, account: Account) -> None:
    """Refuse a delivery that nothing is configured for; raises InvalidRequest that names the settings page."""
    if asked.delivery_method == DeliveryMethod.WEBHOOK:
        if not (asked.webhook_url or account.webhook_url):
            raise InvalidRequest(
                "No webhook URL is configured: set one at /settings/api, or send webhook_url.",
                param="webhook_url",
                code="webhook_not_configured",
            )
    elif not account.reply_address:
        raise InvalidRequest(
            "No reply address is configured: set one at /settings/email, or ask for delivery_method=webhook.",
            param="delivery_method",
            code="reply_address_not_configured",
        )


async def _check_url(outbound: Outbound, url: str, name: str) -> None:
    """Refuse a webhook URL that the address guard refuses; AddressRefused names the parameter and the setting."""
    try:
        await outbound.check_url(url)
    except AddressRefused as exc:
        raise AddressRefused(exc.message, param=name) from exc


def _read_idempotency_key(request: ApiRequest) -> str | None:
    value = request.headers.get("idempotency-key", "").strip().strip('"')
    if len(value) > MAX_IDEMPOTENCY_KEY:
        raise InvalidRequest(
            f"Idempotency-Key must have at most {MAX_IDEMPOTENCY_KEY} characters.", param="Idempotency-Key"
        )
    return value or None


def _hash_parameters(parameters: bodies.Parameters) -> str:
    """Return a hash of what was asked, whichever way it travelled; the key that asked does not count."""
    asked = {name: value for name, value in parameters.items() if name != "api_key"}
    return hash_key(msgspec.json.encode(asked, order="deterministic").decode())


def _make_row(asked: LeadRequest, key: Key, idempotency_key: str | None, request_hash: str) -> CaptureRow:
    email = asked.email or ""
    now = now_ms()
    return CaptureRow(
        account_id=key.account_id,
        key_id=key.id,
        via="api",
        is_test=key.is_test,
        lead_public_id=make_public_id("lead_", now),
        token=asked.token or make_token(),
        email=email,
        email_key=email.lower(),
        capture_id=None,
        stage=None,
        delivery_method=asked.delivery_method,
        webhook_url=asked.webhook_url,
        is_mail_due=asked.is_mail_due,
        is_duplicate_ok=asked.is_duplicate_ok,
        idempotency_key=idempotency_key,
        request_hash=request_hash,
        payload=dump_json({"fields": asked.fields, "words": asked.words, "utm": asked.utm}).decode(),
        received_at=now,
    )


async def _find_answer(database: Database, asked: LeadRequest, row: CaptureRow) -> tuple[str, str] | None:
    """Return (token, id) of the call or lead that this call repeats, if it asked not to repeat one."""
    earlier = await _find_same_call(database, row)
    if earlier is not None or asked.is_duplicate_ok:
        return earlier
    since = row.received_at - captures.DUPLICATES_WINDOW_MS
    async with database.read() as db:
        lead = await leads.find_done_since(db, row.account_id, str(row.email_key), is_test=row.is_test, since=since)
    return None if lead is None else (lead.token, lead.public_id)


async def _find_same_call(database: Database, row: CaptureRow) -> tuple[str, str] | None:
    """Return (token, id) of the first call under this Idempotency-Key; raises UnprocessableRequest if it differs."""
    if row.idempotency_key is None:
        return None
    async with database.read() as db:
        first = await captures.find_first_call(db, row)
    return None if first is None else _repeat(first, row)


async def _append(state: State, row: CaptureRow) -> tuple[str, str] | None:
    """Commit a call; return (token, id) if another one under its Idempotency-Key came first, in any web process."""
    if row.idempotency_key is None:
        await state["intake"].append(row)
        return None
    first = await state["calls"](row)
    if not first.is_new:
        return _repeat(first, row)
    state["queue"].captures_committed([first.row_id])
    return None


def _repeat(first: captures.FirstCall, row: CaptureRow) -> tuple[str, str]:
    if first.request_hash != row.request_hash:
        raise UnprocessableRequest(
            "This Idempotency-Key was used with other parameters in the last 24 hours.", param="Idempotency-Key"
        )
    return str(first.token), str(first.lead_public_id)


def _make_answer(asked: LeadRequest, account: Account, token: str, public_id: str) -> dict[str, Any]:
    data = {"token": token, "id": public_id}
    if asked.delivery_method == DeliveryMethod.WEBHOOK:
        url = asked.webhook_url or account.webhook_url or ""
        return {"message": f"Research data will be POST-ed to {url}", "data": {**data, "callback": url}}
    return {"message": f"Research report will be emailed to {account.reply_address}", "data": data}


# --- GET and DELETE -------------------------------------------------------------------------------------------------


async def list_leads(request: ApiRequest) -> Response:
    """List an account's leads, newest first: `q`, `state`, `cursor`, `limit`."""
    parameters = bodies.parse_form(request.scope["query_string"])
    if "email" in parameters:
        raise MethodNotAllowed("Send leads with POST; GET lists them and takes q, state, cursor and limit.")
    account, _ = await _authenticate(request, parameters)
    async with request.state["database"].read() as db:
        found, cursor = await leads.list_leads(
            db,
            account.id,
            q=clean(parameters.get("q"), 200),
            state=_parse_state(parameters),
            cursor=to_text(parameters.get("cursor")) or None,
            limit=_parse_limit(parameters),
        )
    return OldClientJSON({"leads": [_show_short(lead) for lead in found], "next": cursor})


def _parse_state(parameters: bodies.Parameters) -> str:
    state = to_text(parameters.get("state"))
    if state and state not in tuple(LeadState):
        raise InvalidRequest(f"state must be one of {', '.join(LeadState)}.", param="state")
    return state


def _parse_limit(parameters: bodies.Parameters) -> int:
    text = to_text(parameters.get("limit")) or str(leads.PAGE_SIZE)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_PAGE):
        raise InvalidRequest(f"limit must be a number from 1 to {MAX_PAGE}.", param="limit")
    return int(text)


async def get_lead(request: ApiRequest) -> Response:
    """Show one lead by its id or token: its state, and the result so far."""
    account, _ = await _authenticate(request, bodies.parse_form(request.scope["query_string"]))
    async with request.state["database"].read() as db:
        lead = await _get(db, account.id, request.path_params["value"])
        if not isinstance(lead, leads.LeadRow):
            return OldClientJSON(_show_unmerged(lead))
        result = await leads.find_result(db, account.id, lead.id)
        sent = await deliveries.list_of_lead(db, account.id, lead.id)
    return OldClientJSON(_show(lead, result, sent))


async def delete_lead(request: ApiRequest) -> Response:
    """Erase a lead with everything known of it."""
    account, _ = await _authenticate(request, bodies.parse_form(request.scope["query_string"]))
    async with request.state["database"].write() as db:
        lead = await _get(db, account.id, request.path_params["value"])
        if isinstance(lead, leads.LeadRow):
            await leads.delete_lead(db, account.id, lead.public_id)
            public_id = lead.public_id
        else:
            await captures.delete_unmerged(db, account.id, lead["id"])
            public_id = lead["lead_public_id"]
    return OldClientJSON({"message": "deleted", "data": {"id": public_id}})


async def _get(db: Any, account_id: int, value: str) -> leads.LeadRow | captures.CaptureRecord:
    """Return the lead with this id, else the newest with this token; the capture, where it is no lead yet.

    Raises:
        NotFound: this account has none.
    """
    if "\0" in value:
        raise NotFound("There is no lead with this id or token.")
    capture = await captures.find_by_lead_public_id(db, account_id, value)
    if capture is None:
        lead = await leads.find_by_public_id(db, account_id, value)
        if lead is not None:
            return lead
        capture = await captures.find_unmerged_by_token(db, account_id, value)
    capture = capture or await captures.find_merged_by_token(db, account_id, value)
    if capture is not None:
        return (
            capture
            if capture["lead_id"] is None
            else await leads.get_lead_by_row_id(db, account_id, capture["lead_id"])
        )
    lead = await leads.find_by_token(db, account_id, value)
    if lead is None:
        raise NotFound("There is no lead with this id or token.")
    return lead


def _show_short(lead: leads.LeadRow) -> dict[str, Any]:
    return {
        "id": lead.public_id,
        "token": lead.token,
        "state": lead.state,
        "email": lead.email,
        "name": lead.person_name,
        "company": lead.company_name,
        "score": lead.score,
        "created_at": _iso(lead.created_at),
        "researched_at": None if lead.researched_at is None else _iso(lead.researched_at),
    }


def _show(lead: leads.LeadRow, result: dict[str, Any] | None, sent: list[dict[str, Any]]) -> dict[str, Any]:
    found = result or {}
    return {
        **_show_short(lead),
        "state_reason": lead.state_reason,
        "deliveries": [{"method": one["method"], "state": one["state"], "attempts": one["attempts"]} for one in sent],
        **{part: found.get(part) for part in ("data", "evidence", "score_detail")},
    }


def _show_unmerged(capture: captures.CaptureRecord) -> dict[str, Any]:
    return {
        "id": capture["lead_public_id"],
        "token": capture["token"],
        "state": LeadState.QUEUED if capture["merged_at"] is None else LeadState.GAVE_UP,
        "email": capture["email"],
        "name": None,
        "company": None,
        "score": None,
        "created_at": _iso(capture["received_at"]),
        "researched_at": None,
        "state_reason": None,
        "deliveries": [],
        **dict.fromkeys(("data", "evidence", "score_detail")),
    }


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


routes = [
    by_method(LEADS, POST=post_lead, GET=list_leads),
    by_method("/api/leads/{value:path}", GET=get_lead, DELETE=delete_lead),
]
