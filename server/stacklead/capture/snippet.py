"""POST /api/client/leads: captures from browsers. Raw ASGI, because it stands in other people's pages (INTAKE.md 1).

Everything under /api/client/ passes here, and so does the operator's own path of the endpoint, so that every answer,
refusals and faults included, carries the CORS header.
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from stacklead.capture import body as bodies
from stacklead.capture.auth import authenticate_page, check_origin
from stacklead.capture.params import LeadRequest, parse_client_request, to_text
from stacklead.capture.refusals import Refusals
from stacklead.capture.robots import compile_patterns, is_robot
from stacklead.errors import (
    MethodNotAllowed,
    NotFound,
    StackLeadError,
    StorageUnavailable,
    TooBusy,
    TooManyRequests,
    UnsupportedMediaType,
)
from stacklead.limits import ClientAddress, Limits
from stacklead.settings import CAPTURE_PATH, Settings
from stacklead.state import State
from stacklead.storage.account_keys import Key
from stacklead.storage.intake import CaptureRow
from stacklead.tally import Tally
from stacklead.wire import dump_json

PREFIX = "/api/client/"
_OK = b'{"message":"ok"}'  # the same bytes whatever was known before

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_CORS: Headers = [(b"access-control-allow-origin", b"*"), (b"cache-control", b"no-store")]
_JSON: Headers = [*_CORS, (b"content-type", b"application/json"), (b"x-content-type-options", b"nosniff")]
# Nobody keeps or guesses at the answer to a POST of these few bytes: each header less is time saved on the hot path.
_OK_HEADERS: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"content-type", b"application/json"),
    (b"content-length", str(len(_OK)).encode()),
]
_PREFLIGHT: Headers = [
    *_CORS,
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"Content-Type"),
    (b"access-control-max-age", b"86400"),
]

log = structlog.get_logger()


class ClientRoutes:
    """ASGI application: answers everything under PREFIX, and the operator's own path."""

    def __init__(self, settings: Settings) -> None:
        self.own_path = settings.capture_path
        self.limits = Limits(settings)
        self.client_address = ClientAddress(settings.trusted_proxies)
        self.refusals = Refusals()
        self.tally = Tally()
        compile_patterns()

    def has(self, path: str) -> bool:
        """Return True if this path is answered here."""
        return path.startswith(PREFIX) or path == self.own_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        try:
            if scope["state"].get("is_too_busy"):
                raise TooBusy
            if scope["method"] == "OPTIONS":  # on any path, so that a page can read what is wrong with it
                await _respond(send, 204, b"", _PREFLIGHT)
                return
            if scope["path"] not in (CAPTURE_PATH, self.own_path):
                raise NotFound("There is no such route.")
            if scope["method"] != "POST":
                raise MethodNotAllowed("Send captures with POST.")
            await self._capture(scope, receive)
        except StackLeadError as exc:
            self.tally.count("captures", exc.code)
            await _refuse(send, exc)
        except Exception:  # a fault of ours must still reach the page with its CORS header
            log.exception("capture_failed")
            self.tally.count("captures", "internal")
            await _refuse(send, StackLeadError("Something went wrong on our side."))
        else:
            self.tally.count("captures", "accepted")
            await send({"type": "http.response.start", "status": 200, "headers": _OK_HEADERS})
            await send({"type": "http.response.body", "body": _OK})

    async def _capture(self, scope: Scope, receive: Receive) -> None:
        """Parse, authenticate, commit: returns when the capture is durable."""
        headers = dict(scope["headers"])
        body = await bodies.read_body(receive, headers.get(b"content-length"))
        parameters = await _parse(scope, headers, body)
        origin = _decode(headers.get(b"origin"))
        try:
            await self._accept(scope, headers, parameters, origin)
        except StackLeadError as exc:
            if exc.status < 500:
                key_text = to_text(parameters.get("client_key"))
                self.refusals.note(key_text, exc.code, origin, parameters.get("page"))
            raise

    async def _accept(
        self, scope: Scope, headers: dict[bytes, bytes], parameters: bodies.Parameters, origin: str | None
    ) -> None:
        state: State = scope["state"]
        key = await authenticate_page(state["client_keys"], to_text(parameters.get("client_key")))
        check_origin(key, origin)
        self.limits.check(key.id, self._find_address(scope, headers))
        asked = parse_client_request(parameters, time.time())
        by_robot = is_robot(headers.get(b"user-agent", b""))
        await state["intake"].append(make_row(asked, key, origin, by_robot=by_robot))

    def _find_address(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        peer = scope["client"][0] if scope.get("client") else ""
        return self.client_address.find(peer, _decode(headers.get(b"x-forwarded-for")))


async def _parse(scope: Scope, headers: dict[bytes, bytes], body: bytes) -> bodies.Parameters:
    if headers.get(b"content-encoding", b"identity") not in (b"identity", b""):
        raise UnsupportedMediaType("The body must come without Content-Encoding.")
    if headers.get(b"content-type", b"").startswith(bodies.FORM):
        parameters = bodies.parse_form(body)
    else:
        parameters = await bodies.parse_body(headers, body, accept_plain=True)
    if scope["query_string"]:
        return {**bodies.parse_form(scope["query_string"]), **parameters}
    return parameters


def make_row(asked: LeadRequest, key: Key, origin: str | None, *, by_robot: bool = False) -> CaptureRow:
    """Return the row that a page's capture appends; of the User-Agent nothing is kept but that it is a robot's."""
    payload: dict[str, Any] = {"fields": asked.fields}
    for name in ("words", "utm", "page", "referrer"):
        if value := getattr(asked, name):
            payload[name] = value
    if origin:
        payload["origin"] = origin[:300]
    if by_robot:
        payload["robot"] = True
    return CaptureRow(
        account_id=key.account_id,
        key_id=key.id,
        via="tag",
        is_test=key.is_test,
        lead_public_id=None,
        token=None,
        email=asked.email,
        email_key=asked.email.lower() if asked.email else None,
        capture_id=asked.capture_id,
        stage=asked.stage,
        delivery_method=None,
        webhook_url=None,
        is_mail_due=asked.is_mail_due,
        is_duplicate_ok=True,
        idempotency_key=None,
        request_hash=None,
        payload=dump_json(payload).decode(),
        received_at=int(time.time() * 1000),
    )


def _decode(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")


async def _refuse(send: Send, exc: StackLeadError) -> None:
    body = {"error": {"code": exc.code, "message": exc.message, "param": exc.param}}
    headers = [*_JSON, (b"x-stacklead-reason", exc.code.encode())]
    if isinstance(exc, TooManyRequests | TooBusy | StorageUnavailable):
        headers.append((b"retry-after", str(exc.retry_after_s).encode()))
    if isinstance(exc, TooBusy):
        headers.append((b"connection", b"close"))
    if exc.status == 405:
        headers.append((b"allow", b"POST, OPTIONS"))
    await _respond(send, exc.status, dump_json(body), headers)


async def _respond(send: Send, status: int, body: bytes, headers: Headers) -> None:
    if status != 204:
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
