"""The website tag: the lines to paste, whether they work, client keys and where leads by tag are sent."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stacklead.dashboard.forms import parse_label, parse_origins
from stacklead.dashboard.session import Visit, signed_in
from stacklead.dashboard.status import list_notes
from stacklead.dashboard.tag import TagOptions, list_tag_forms, make_tag, parse_options
from stacklead.errors import InvalidRequest, NotFound
from stacklead.models import TagDelivery
from stacklead.storage import account_keys, accounts, seen
from stacklead.storage.account_keys import Key
from stacklead.storage.database import now_ms
from stacklead.storage.refusals import RefusalSeen, list_refusals
from stacklead.text import web_link

SNIPPET_PAGE = "/settings/snippet"
REFUSAL_WORDS: Mapping[str, str] = {  # by the code of the answer
    "forbidden": "This website is not on the list of the key",
    "unauthorized": "The client key was not known",
    "too_many_requests": "Too many at once",
    "invalid_request": "What was sent could not be read as a lead",
}
NOTHING: Mapping[str, str] = MappingProxyType({})
MAX_KEYS = 50  # live keys of one kind


@signed_in
async def show_snippet(visit: Visit) -> Response:
    """Show the tag of one client key (`?key=`, else the first made), its other forms, and what has been seen of it."""
    try:
        options = parse_options(visit.request.query_params)
    except InvalidRequest as exc:
        typed = visit.request.query_params.get("origin", "")
        return await _render_snippet(visit, problems={"origin": exc.message}, typed={"origin": typed})
    return await _render_snippet(visit, options)


@signed_in
async def create_client_key(visit: Visit) -> Response:
    """Make another client key."""
    label = parse_label(visit.form) or "Website"
    await check_key_count(visit, "client")
    async with visit.database.write() as db:
        key, _ = await account_keys.create_key(db, visit.account.id, "client", label=label)
    return visit.redirect(f"{SNIPPET_PAGE}?key={key.id}", f"The key \u201c{label}\u201d is made. Its tag stands below.")


@signed_in
async def revoke_client_key(visit: Visit) -> Response:
    """Revoke a client key for good."""
    async with visit.database.write() as db:
        await account_keys.revoke_key(db, visit.account.id, key_id_of(visit))
    return visit.redirect(SNIPPET_PAGE, "The key is revoked: within seconds, tags that carry it hand in nothing.")


@signed_in
async def save_origins(visit: Visit) -> Response:
    """Allow only some origins for a client key, or every one."""
    typed = visit.form.get("origins", "")
    try:
        origins = parse_origins(typed)
    except InvalidRequest as exc:
        return await _render_snippet(visit, problems={"origins": exc.message}, typed={"origins": typed})
    async with visit.database.write() as db:
        await account_keys.save_allowed_origins(db, visit.account.id, key_id_of(visit), origins)
    said = "Only the origins in the list may use this key now." if origins else "Every website may use this key now."
    return visit.redirect(f"{SNIPPET_PAGE}?key={key_id_of(visit)}", said)


@signed_in
async def allow_origin(visit: Visit) -> Response:
    """Add one origin, of which captures were refused, to the list of a client key."""
    origins = parse_origins(visit.form.get("origin", "")) or ()
    async with visit.database.write() as db:
        keys = await account_keys.list_keys(db, visit.account.id, "client")
        key = next((key for key in keys if key.id == key_id_of(visit) and key.revoked_at is None), None)
        if key is None:
            raise NotFound("There is no such key.")
        if key.allowed_origins is not None:
            allowed = parse_origins("\n".join((*key.allowed_origins, *origins)))
            await account_keys.save_allowed_origins(db, visit.account.id, key.id, allowed)
    return visit.redirect(
        f"{SNIPPET_PAGE}?key={key_id_of(visit)}", "The origin is allowed: captures count from now on."
    )


@signed_in
async def save_tag_delivery(visit: Visit) -> Response:
    """Choose where leads by tag are sent."""
    choice = visit.form.get("tag_delivery", "")
    if choice not in list(TagDelivery):
        raise InvalidRequest(f"tag_delivery must be one of {', '.join(TagDelivery)}.", param="tag_delivery")
    if choice != TagDelivery.EMAIL and not visit.account.webhook_url:
        said = "There is no webhook URL yet. Write it on the page \u201cAPI and webhook\u201d first."
        return visit.redirect(SNIPPET_PAGE, said, tone="bad")
    async with visit.database.write() as db:
        await accounts.save_account(db, visit.account.id, tag_delivery=choice)
    return visit.redirect(SNIPPET_PAGE, "Saved. It counts from the next lead on.")


async def check_key_count(visit: Visit, kind: account_keys.Kind) -> None:
    """Raise InvalidRequest if the account has as many keys as it can have."""
    async with visit.database.read() as db:
        keys = await account_keys.list_keys(db, visit.account.id, kind)
    if sum(key.revoked_at is None for key in keys) >= MAX_KEYS:
        raise InvalidRequest(f"An account can have at most {MAX_KEYS} keys. Revoke one that is not used any more.")


def key_id_of(visit: Visit) -> int:
    """Return the key that the address names; raises NotFound if that is no number."""
    text = str(visit.request.path_params["key_id"])
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise NotFound("There is no such key.")
    return int(text)


async def _render_snippet(
    visit: Visit,
    options: TagOptions = TagOptions(),  # noqa: B008 - frozen
    *,
    problems: Mapping[str, str] = NOTHING,
    typed: Mapping[str, str] = NOTHING,
) -> Response:
    async with visit.database.read() as db:
        keys = await account_keys.list_keys(db, visit.account.id, "client")
        live = [key for key in keys if key.revoked_at is None]
        chosen = _choose(visit, live)
        origins = await seen.list_origins_seen(db, visit.account.id, chosen.id) if chosen else []
        last = await seen.find_last_seen(db, visit.account.id)
        refused = await list_refusals(db, visit.account.id, now_ms())
    allowed = (chosen.allowed_origins if chosen else None) or ()
    return visit.render(
        "settings_snippet.html",
        status=400 if problems else 200,
        keys=live,
        revoked=[key for key in keys if key.revoked_at is not None],
        chosen=chosen,
        tag=make_tag(visit.settings, chosen.key_text or "") if chosen else "",
        options=options,
        forms=list_tag_forms(visit.settings, chosen.key_text or "", options) if chosen else [],
        last=last,
        inspected=list_inspector_links([last.page if last else "", *origins]),
        suggested=[origin for origin in origins if origin not in allowed],
        typed={"origins": "\n".join(allowed), "origin": options.origin, **typed},
        problems=problems,
        tag_delivery=visit.account.tag_delivery,
        refused=[_describe_refusal(each, live) for each in refused],
        notes=await list_notes(visit),
    )


def list_inspector_links(pages: Sequence[str]) -> list[tuple[str, str]]:
    """Return (page, link) of pages that were seen: the link opens the field inspector there."""
    found = {page: link for page in pages[:6] if (link := web_link(page.partition("?")[0].partition("#")[0]))}
    return [(page, f"{link}?sl-debug=1") for page, link in found.items()]


def _describe_refusal(refusal: RefusalSeen, live: Sequence[Key]) -> dict[str, Any]:
    """Return a row of the page: what was refused and why, and the origin if one click can allow it."""
    key = next((key for key in live if key.id == refusal.key_id), None)
    why = REFUSAL_WORDS.get(refusal.code, REFUSAL_WORDS["invalid_request"])
    if refusal.code == "unauthorized" and key is None:
        why = "The client key was revoked"
    return {
        "why": why,
        "place": refusal.page or refusal.origin or "an unknown page",
        "count": refusal.count,
        "last_at": refusal.last_at,
        "key_id": refusal.key_id,
        "origin": refusal.origin if _can_be_allowed(refusal, key) else None,
    }


def _can_be_allowed(refusal: RefusalSeen, key: Key | None) -> bool:
    if refusal.code != "forbidden" or key is None or key.allowed_origins is None:
        return False
    try:
        return parse_origins(refusal.origin) == (refusal.origin,) and refusal.origin not in key.allowed_origins
    except InvalidRequest:
        return False


def _choose(visit: Visit, live: Sequence[Key]) -> Key | None:
    """Return the key that the address asks for, else the account's first."""
    wanted = visit.request.path_params.get("key_id") or visit.request.query_params.get("key")
    found = next((key for key in live if str(key.id) == str(wanted)), None)
    if wanted and found is None:
        raise NotFound("There is no such key.")
    return found or (live[-1] if live else None)


routes: list[BaseRoute] = [
    Route(SNIPPET_PAGE, show_snippet),
    Route(f"{SNIPPET_PAGE}/keys", create_client_key, methods=["POST"]),
    Route(f"{SNIPPET_PAGE}/keys/{{key_id}}/revoke", revoke_client_key, methods=["POST"]),
    Route(f"{SNIPPET_PAGE}/keys/{{key_id}}/origins", save_origins, methods=["POST"]),
    Route(f"{SNIPPET_PAGE}/keys/{{key_id}}/allow", allow_origin, methods=["POST"]),
    Route(f"{SNIPPET_PAGE}/delivery", save_tag_delivery, methods=["POST"]),
]
