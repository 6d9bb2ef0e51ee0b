"""Where reports are mailed to, and a test that shows the mail server's words."""

from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stacklead import links
from stacklead.dashboard.delivery_pages import find_outcome, send_test
from stacklead.dashboard.forms import parse_address
from stacklead.dashboard.rendering import redirect, render_page
from stacklead.dashboard.session import PageRequest, Visit, check_origin, signed_in
from stacklead.dashboard.status import list_notes
from stacklead.errors import InvalidRequest
from stacklead.models import DeliveryMethod
from stacklead.storage import accounts, deliveries
from stacklead.storage.accounts import Account

EMAIL_PAGE = "/settings/email"


@signed_in
async def show_email(visit: Visit) -> Response:
    """Show the reply address, and what came of a test."""
    return await _render_email(visit)


@signed_in
async def save_reply_address(visit: Visit) -> Response:
    """Use another reply address from now on; reports that waited for one are sent."""
    typed = visit.form.get("reply_address", "")
    try:
        address = parse_address(typed)
    except InvalidRequest as exc:
        return await _render_email(visit, problem=exc.message, typed=typed)
    async with visit.database.write() as db:
        await accounts.save_account(db, visit.account.id, reply_address=address, pending_reply_address=None)
    released = await release_waiting(visit, DeliveryMethod.EMAIL)
    waited = f" {_count(released, 'report')} that waited for it {'is' if released == 1 else 'are'} sent now."
    return visit.redirect(EMAIL_PAGE, f"Reports go to {address}." + (waited if released else ""))


@signed_in
async def remove_reply_address(visit: Visit) -> Response:
    """Stop all mail."""
    async with visit.database.write() as db:
        await accounts.save_account(db, visit.account.id, reply_address=None, pending_reply_address=None)
    return visit.redirect(EMAIL_PAGE, "No mail is sent any more. Leads are on these pages as before.")


@signed_in
async def send_test_mail(visit: Visit) -> Response:
    """Send one mail that is tried once, and show what the mail server says."""
    if not visit.account.reply_address:
        return visit.redirect(EMAIL_PAGE, "Write down a reply address first.", tone="bad")
    return visit.redirect(f"{EMAIL_PAGE}?test={await send_test(visit, DeliveryMethod.EMAIL)}#outcome")


async def show_confirm(request: PageRequest) -> Response:
    """Show a button that confirms an address; opening the page does nothing, mail programs look at links too."""
    account, address = await _read_confirm_link(request)
    return render_page(request, "confirm_address.html", {"name": account.name, "address": address})


async def confirm_address(request: PageRequest) -> Response:
    """Use an address from now on that its owner has confirmed; needs the link, not a session."""
    check_origin(request)
    account, address = await _read_confirm_link(request)
    async with request.state["database"].write() as db:
        await accounts.save_account(db, account.id, reply_address=address, pending_reply_address=None)
        released = await deliveries.release_waiting(db, account.id, DeliveryMethod.EMAIL)
    for delivery_id in released:
        await request.state["queue"].enqueue_delivery(delivery_id, 0)
    return redirect(request, "/", f"Reports of {account.name} go to {address} from now on.")


async def _read_confirm_link(request: PageRequest) -> tuple[Account, str]:
    """Return the account and the address; raises InvalidRequest unless exactly this one waits to be confirmed."""
    settings = request.state["settings"]
    public_id, address, _ = links.parse_confirm_token(settings, request.path_params["token"])
    async with request.state["database"].read() as db:
        account = await accounts.get_account_by_public_id(db, public_id)
    if account.pending_reply_address != address:
        raise InvalidRequest("This link was used already, or another address was asked for since.", code="link_expired")
    return account, address


async def release_waiting(visit: Visit, method: DeliveryMethod) -> int:
    """Send what waited for an address of this method; returns how many."""
    async with visit.database.write() as db:
        released = await deliveries.release_waiting(db, visit.account.id, method)
    for delivery_id in released:
        await visit.queue.enqueue_delivery(delivery_id, 0)
    return len(released)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


async def _render_email(visit: Visit, *, problem: str = "", typed: str | None = None) -> Response:
    server = urlsplit(visit.settings.smtp_url)
    return visit.render(
        "settings_email.html",
        status=400 if problem else 200,
        reply_address=(visit.account.reply_address or "") if typed is None else typed,
        problems={"reply_address": problem} if problem else {},
        outcome=await find_outcome(visit),
        sender=visit.settings.mail_from,
        server=f"{server.hostname or '?'}:{server.port or (465 if server.scheme == 'smtps' else 25)}",
        notes=await list_notes(visit),
    )


routes: list[BaseRoute] = [
    Route(EMAIL_PAGE, show_email),
    Route(EMAIL_PAGE, save_reply_address, methods=["POST"]),
    Route(f"{EMAIL_PAGE}/remove", remove_reply_address, methods=["POST"]),
    Route(f"{EMAIL_PAGE}/test", send_test_mail, methods=["POST"]),
    Route("/confirm/{token}", show_confirm),
    Route("/confirm/{token}", confirm_address, methods=["POST"]),
]
