"""Who is looking: the session behind the cookie, and the proof that a form came from a page of ours."""

import functools
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from itsdangerous import BadSignature, Signer
from starlette.requests import Request
from starlette.responses import Response

from stacklead.dashboard.forms import read_form
from stacklead.dashboard.rendering import Tone, add_headers, redirect, render_page
from stacklead.errors import Forbidden
from stacklead.outbound import Outbound
from stacklead.queue import Queue
from stacklead.settings import Settings
from stacklead.state import State
from stacklead.storage import sessions
from stacklead.storage.accounts import Account, get_account
from stacklead.storage.database import Database, now_ms
from stacklead.storage.sessions import Session

SEEN_MS = 300_000  # how often a visit is noted

PageRequest = Request[State]
Endpoint = Callable[[PageRequest], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of a signed-in person; `form` is empty unless it is a POST."""

    request: PageRequest
    account: Account
    session: Session
    form: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def settings(self) -> Settings:
        """The operator's settings."""
        return self.request.state["settings"]

    @property
    def database(self) -> Database:
        """The record."""
        return self.request.state["database"]

    @property
    def queue(self) -> Queue:
        """The door to the worker."""
        return self.request.state["queue"]

    @property
    def outbound(self) -> Outbound:
        """The guarded client, to check addresses with."""
        return self.request.state["outbound"]

    def render(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """Return a page with the account's name, menu and form token."""
        mine = {"account": self.account, "form_token": self.session.form_token, **context}
        return render_page(self.request, template, mine, status=status)

    def redirect(self, path: str, message: str = "", *, tone: Tone = "good", secret: str = "") -> Response:
        """Answer a form: go to a page, which shows the message once."""
        return redirect(self.request, path, message, tone=tone, secret=secret)


def signed_in(endpoint: Callable[[Visit], Awaitable[Response]]) -> Endpoint:
    """Make an endpoint of a function that needs a signed-in person; others are sent to /sign-in.

    A POST is refused with Forbidden unless it carries the session's form token and comes from a page of ours.
    """

    @functools.wraps(endpoint)
    async def guarded(request: PageRequest) -> Response:
        found = await find_visit(request)
        if found is None:
            return _ask_to_sign_in(request)
        if request.method != "POST":
            return await endpoint(found)
        check_origin(request)
        form = await read_form(request)
        if not secrets.compare_digest(form.get("form_token", "").encode(), found.session.form_token.encode()):
            raise Forbidden("This form is out of date. Go back, load the page again and repeat what you did.")
        return await endpoint(Visit(request=request, account=found.account, session=found.session, form=form))

    return guarded


async def find_visit(request: PageRequest) -> Visit | None:
    """Return who is signed in, or None."""
    session_id = _read_cookie(request)
    if session_id is None:
        return None
    database = request.state["database"]
    async with database.read() as db:
        session = await sessions.find_session(db, session_id)
        if session is None:
            return None
        account = await get_account(db, session.account_id)
    if session.last_seen_at < now_ms() - SEEN_MS:
        async with database.write() as db:
            await sessions.save_session_seen(db, session)
    return Visit(request=request, account=account, session=session)


def check_origin(request: PageRequest) -> None:
    """Raise Forbidden if a form was sent by a page of somebody else's.

    Every browser in use says where a POST comes from; programs that say nothing carry no cookies of a victim.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    is_ours = site in (None, "same-origin", "none")
    if is_ours and origin is not None:
        base = urlsplit(request.state["settings"].base_url)
        is_ours = origin == f"{base.scheme}://{base.netloc}" or urlsplit(origin).netloc == request.headers.get("host")
    if not is_ours:
        raise Forbidden("This form was sent by another website, so nothing was done.")


def set_session_cookie(response: Response, settings: Settings, session_id: str) -> None:
    """Put a new session's id into the signed cookie."""
    response.set_cookie(
        cookie_name(settings),
        _signer(settings).sign(session_id).decode(),
        max_age=sessions.LIFETIME_MS // 1000,
        httponly=True,
        secure=settings.is_https,
        samesite="lax",
    )


def delete_session_cookie(response: Response, settings: Settings) -> None:
    """Forget the cookie."""
    response.delete_cookie(cookie_name(settings), httponly=True, secure=settings.is_https, samesite="lax")


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name; `__Host-` makes browsers insist on https and on this very host."""
    return "__Host-stacklead_session" if settings.is_https else "stacklead_session"


def _read_cookie(request: PageRequest) -> str | None:
    settings = request.state["settings"]
    cookie = request.cookies.get(cookie_name(settings))
    if not cookie:
        return None
    try:
        return _signer(settings).unsign(cookie).decode()
    except (BadSignature, UnicodeError):
        return None


def _signer(settings: Settings) -> Signer:
    return Signer(settings.signing_key(), salt="stacklead.session")


def _ask_to_sign_in(request: PageRequest) -> Response:
    path = request.url.path if request.method == "GET" else "/"
    target = f"/sign-in?next={quote(path)}"
    if "hx-request" in request.headers:  # a page that refreshes itself must go there as a whole
        return add_headers(Response(status_code=401, headers={"HX-Redirect": target}), request.state["settings"])
    return redirect(request, target)
