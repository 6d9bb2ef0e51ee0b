"""For developers: the webhook, its signing secret, API keys, and a test that shows the receiver's answer."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stacklead import keys
from stacklead.dashboard.delivery_pages import find_outcome, send_test
from stacklead.dashboard.email_page import release_waiting
from stacklead.dashboard.forms import parse_label
from stacklead.dashboard.session import Visit, signed_in
from stacklead.dashboard.settings_pages import check_key_count, key_id_of
from stacklead.dashboard.status import list_notes
from stacklead.errors import AddressRefused
from stacklead.models import DeliveryMethod, TagDelivery
from stacklead.storage import account_keys, accounts

API_PAGE = "/settings/api"
MAX_URL = 2000  # characters


@signed_in
async def show_api(visit: Visit) -> Response:
    """Show webhook and keys; the signing secret on demand (`?show=secret`)."""
    return await _render_api(visit)


@signed_in
async def save_webhook_url(visit: Visit) -> Response:
    """Use another webhook URL, or none; what waited for one is sent."""
    typed = visit.form.get("webhook_url", "").strip()
    if not typed:
        return await _remove_webhook_url(visit)
    try:
        if len(typed) > MAX_URL:
            raise AddressRefused(f"A webhook URL can have at most {MAX_URL} characters.")
        await visit.outbound.check_url(typed)
    except AddressRefused as exc:
        return await _render_api(visit, problem=exc.message, typed=typed)
    async with visit.database.write() as db:
        await accounts.save_account(db, visit.account.id, webhook_url=typed, webhook_off_at=None)
    released = await release_waiting(visit, DeliveryMethod.WEBHOOK)
    waited = f" Sent now, because they waited for it: {released}." if released else ""
    return visit.redirect(API_PAGE, "Webhooks go to this URL from now on." + waited)


@signed_in
async def switch_webhook_on(visit: Visit) -> Response:
    """Send webhooks again after the receiver had said that it is gone."""
    async with visit.database.write() as db:
        await accounts.save_account(db, visit.account.id, webhook_off_at=None)
    return visit.redirect(API_PAGE, "The webhook is on again. What was not sent meanwhile stands under Deliveries.")


@signed_in
async def send_test_webhook(visit: Visit) -> Response:
    """Post one signed test that is tried once, and show what the receiver answers."""
    if not visit.account.webhook_url:
        return visit.redirect(API_PAGE, "Write down a webhook URL first.", tone="bad")
    return visit.redirect(f"{API_PAGE}?test={await send_test(visit, DeliveryMethod.WEBHOOK)}#outcome")


@signed_in
async def renew_secret(visit: Visit) -> Response:
    """Make another signing secret."""
    async with visit.database.write() as db:
        await accounts.save_account(db, visit.account.id, webhook_secret=keys.make_webhook_secret())
    return visit.redirect(f"{API_PAGE}?show=secret#secret", "There is a new signing secret. Give it to your receiver.")


@signed_in
async def create_api_key(visit: Visit) -> Response:
    """Make an API key and show it this once."""
    await check_key_count(visit, "api")
    label = parse_label(visit.form) or "Key"
    is_test = visit.form.get("is_test") == "1"
    async with visit.database.write() as db:
        _, secret = await account_keys.create_key(db, visit.account.id, "api", label=label, is_test=is_test)
    said = f"The key \u201c{label}\u201d is made. Copy it now: it is shown this once and kept nowhere."
    return visit.redirect(f"{API_PAGE}#keys", said, secret=secret)


@signed_in
async def revoke_api_key(visit: Visit) -> Response:
    """Revoke an API key for good."""
    async with visit.database.write() as db:
        await account_keys.revoke_key(db, visit.account.id, key_id_of(visit))
    return visit.redirect(f"{API_PAGE}#keys", "The key is revoked.")


async def _remove_webhook_url(visit: Visit) -> Response:
    if visit.account.tag_delivery == TagDelivery.WEBHOOK:
        said = (
            "Leads from your website go to this webhook alone. Choose another way on the page \u201cWebsite tag\u201d."
        )
        return visit.redirect(API_PAGE, said, tone="bad")
    async with visit.database.write() as db:
        changes = {"webhook_url": None, "webhook_off_at": None, "tag_delivery": TagDelivery.EMAIL}
        await accounts.save_account(db, visit.account.id, **changes)
    return visit.redirect(API_PAGE, "There is no webhook URL any more.")


async def _render_api(visit: Visit, *, problem: str = "", typed: str | None = None) -> Response:
    async with visit.database.read() as db:
        api_keys = await account_keys.list_keys(db, visit.account.id, "api")
    return visit.render(
        "settings_api.html",
        status=400 if problem else 200,
        keys=[key for key in api_keys if key.revoked_at is None],
        revoked=[key for key in api_keys if key.revoked_at is not None],
        webhook_url=(visit.account.webhook_url or "") if typed is None else typed,
        problems={"webhook_url": problem} if problem else {},
        outcome=await find_outcome(visit),
        shows_secret=visit.request.query_params.get("show") == "secret",
        base_url=visit.settings.base_url.rstrip("/"),
        notes=await list_notes(visit),
    )


routes: list[BaseRoute] = [
    Route(API_PAGE, show_api),
    Route(f"{API_PAGE}/webhook", save_webhook_url, methods=["POST"]),
    Route(f"{API_PAGE}/webhook/on", switch_webhook_on, methods=["POST"]),
    Route(f"{API_PAGE}/webhook/test", send_test_webhook, methods=["POST"]),
    Route(f"{API_PAGE}/secret", renew_secret, methods=["POST"]),
    Route(f"{API_PAGE}/keys", create_api_key, methods=["POST"]),
    Route(f"{API_PAGE}/keys/{{key_id}}/revoke", revoke_api_key, methods=["POST"]),
]
