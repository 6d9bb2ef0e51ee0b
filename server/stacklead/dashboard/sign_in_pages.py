"""Signing in by a mailed one-time link, and signing out."""

from starlette.background import BackgroundTask
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stacklead import links
from stacklead.dashboard.forms import START_PAGE, parse_address, read_form, safe_path
from stacklead.dashboard.rendering import redirect, render_page
from stacklead.dashboard.session import (
    PageRequest,
    Visit,
    check_origin,
    delete_session_cookie,
    find_visit,
    set_session_cookie,
    signed_in,
)
from stacklead.errors import InvalidRequest, NotFound
from stacklead.models import DeliveryKind
from stacklead.storage import accounts, deliveries, sessions
from stacklead.storage.accounts import Account
from stacklead.storage.database import now_ms

MAX_LINKS = 5  # mails with a sign-in link per account and hour
LINKS_WINDOW_MS = 3_600_000
NEXT_COOKIE = "stacklead_next"  # where to go after signing in; the mailed link does not carry it


async def show_sign_in(request: PageRequest) -> Response:
    """Ask for the reply address."""
    if await find_visit(request):
        return redirect(request, safe_path(request.query_params.get("next")))
    next_path = safe_path(request.query_params.get("next"))
    return render_page(request, "sign_in.html", {"next": next_path, "typed": "", "problems": {}})


async def send_link(request: PageRequest) -> Response:
    """Mail a link; the answer, and the time it takes, are the same whether the address is known or not."""
    check_origin(request)
    form = await read_form(request)
    next_path = safe_path(form.get("next"))
    try:
        address = parse_address(form.get("address", ""))
    except InvalidRequest as exc:
        typed = form.get("address", "")
        context = {"next": next_path, "typed": typed, "problems": {"address": exc.message}}
        return render_page(request, "sign_in.html", context, status=400)
    response = redirect(request, "/sign-in/sent")
    response.background = BackgroundTask(_mail_links, request, address)
    if next_path != START_PAGE:
        _remember_next(request, response, next_path)
    return response


async def show_link_sent(request: PageRequest) -> Response:
    """Say that a mail is on its way, if it is."""
    return render_page(request, "sign_in_sent.html", {"limit": MAX_LINKS})


async def show_link(request: PageRequest) -> Response:
    """Show a button; opening the page does not use the link up, mail programs look at links too."""
    try:
        account, _ = await _read_link(request)
    except InvalidRequest as exc:
        return _show_dead_link(request, exc.message)
    return render_page(request, "sign_in_link.html", {"name": account.name})


async def use_link(request: PageRequest) -> Response:
    """Use the link up and begin a session."""
    check_origin(request)
    before = await find_visit(request)
    try:
        account, nonce = await _read_link(request)
    except InvalidRequest as exc:
        return _show_dead_link(request, exc.message)
    next_path = safe_path(request.cookies.get(NEXT_COOKIE))
    async with request.state["database"].write() as db:
        if not await sessions.use_link(db, nonce):
            if before is not None and before.account.id == account.id:  # the button was pressed twice
                return redirect(request, next_path)
            return _show_dead_link(request, "It was used already. Each link works once.")
        if before is not None:
            await sessions.delete_session(db, before.session)
        _, session_id = await sessions.create_session(db, account.id)
    response = redirect(request, next_path)
    response.delete_cookie(NEXT_COOKIE)
    set_session_cookie(response, request.state["settings"], session_id)
    return response


@signed_in
async def sign_out(visit: Visit) -> Response:
    """End this session."""
    async with visit.database.write() as db:
        await sessions.delete_session(db, visit.session)
    return _leave(visit, "You are signed out.")


@signed_in
async def sign_out_everywhere(visit: Visit) -> Response:
    """End every session of the account."""
    async with visit.database.write() as db:
        await sessions.delete_sessions(db, visit.account.id)
    return _leave(visit, "Everybody who was signed in to this account is signed out.")


async def _mail_links(request: PageRequest, address: str) -> None:
    state = request.state
    since = now_ms() - LINKS_WINDOW_MS
    async with state["database"].read() as db:
        found = await accounts.find_accounts_by_reply_address(db, address)
    for account in found:
        async with state["database"].write() as db:
            if await deliveries.count_messages(db, account.id, DeliveryKind.SIGN_IN_LINK, since) >= MAX_LINKS:
                continue
            message = await deliveries.create_message(db, account.id, DeliveryKind.SIGN_IN_LINK)
        await state["queue"].enqueue_delivery(message.id, message.attempts)


async def _read_link(request: PageRequest) -> tuple[Account, str]:
    public_id, nonce = links.parse_sign_in_token(request.state["settings"], request.path_params["token"])
    try:
        async with request.state["database"].read() as db:
            return await accounts.get_account_by_public_id(db, public_id), nonce
    except NotFound as exc:
        raise InvalidRequest("The account does not exist any more.", code="link_expired") from exc


def _show_dead_link(request: PageRequest, problem: str) -> Response:
    return render_page(request, "sign_in_link.html", {"name": "", "problem": problem}, status=400)


def _remember_next(request: PageRequest, response: Response, path: str) -> None:
    is_https = request.state["settings"].is_https
    max_age = links.SIGN_IN_VALID_S
    response.set_cookie(NEXT_COOKIE, path, max_age=max_age, httponly=True, secure=is_https, samesite="lax")


def _leave(visit: Visit, message: str) -> Response:
    response = visit.redirect("/", message)
    delete_session_cookie(response, visit.settings)
    return response


routes: list[BaseRoute] = [
    Route("/sign-in", show_sign_in),
    Route("/sign-in", send_link, methods=["POST"]),
    Route("/sign-in/sent", show_link_sent),
    Route("/sign-in/{token}", show_link),
    Route("/sign-in/{token}", use_link, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/sign-out-everywhere", sign_out_everywhere, methods=["POST"]),
]
