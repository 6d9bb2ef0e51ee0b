"""Request to account: Basic user name or `api_key` for servers, `client_key` for pages (DESIGN.md 2)."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from stacklead.capture.params import to_text
from stacklead.errors import Forbidden, Unauthorized
from stacklead.storage.account_keys import Key, find_key, note_last_used
from stacklead.storage.accounts import Account, get_account
from stacklead.storage.client_keys import ClientKeys
from stacklead.storage.database import Database, now_ms

LAST_USED_STEP_MS = 60_000  # the last use of a key is noted at most once a minute


async def authenticate_server(
    database: Database, authorization: str | None, parameters: Mapping[str, Any]
) -> tuple[Account, Key]:
    """Return the account of an API key; Basic beats the parameter.

    Raises:
        Unauthorized: no key, an unknown or revoked one, or a client key.
    """
    secret = _read_basic(authorization) or to_text(parameters.get("api_key"))
    if not secret:
        raise Unauthorized("An API key is required: as the user name of HTTP Basic, or as api_key.", param="api_key")
    async with database.read() as db:
        key = await find_key(db, secret)
        if key is None or key.kind != "api":
            raise Unauthorized(_wrong_key(secret), param="api_key")
        account = await get_account(db, key.account_id)
    now = now_ms()
    if key.last_used_at is None or now - key.last_used_at > LAST_USED_STEP_MS:
        await note_last_used(database, key.id, now)
    return account, key


def _read_basic(authorization: str | None) -> str:
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        user, _, _ = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return ""
    return user.strip()


def _wrong_key(secret: str) -> str:
    if secret.startswith("client_"):
        return "This is a client key, which is public and may only hand in leads from pages; use an API key."
    return "This API key is unknown or was revoked; see the API settings page."


async def authenticate_page(client_keys: ClientKeys, text: str) -> Key:
    """Return the client key of a page.

    Raises:
        Unauthorized: no key, an unknown or revoked one, or an API key.
    """
    if not text:
        raise Unauthorized("client_key is required; copy it from the snippet settings page.", param="client_key")
    key = client_keys.get(text) or await client_keys.find(text)
    if key is None:
        raise Unauthorized(
            "This client_key is unknown or was revoked; copy the one on the snippet settings page.",
            param="client_key",
        )
    return key


def check_origin(key: Key, origin: str | None) -> None:
    """Refuse an origin that is not on the key's list, if it has one.

    Raises:
        Forbidden: it says which origin was refused and where to allow it.
    """
    if key.allowed_origins is None or is_origin_allowed(key.allowed_origins, origin):
        return
    raise Forbidden(
        f"The origin {_shown(origin)} is not allowed for this client_key; add it on the snippet settings page.",
        param="origin",
    )


def is_origin_allowed(allowed: tuple[str, ...], origin: str | None) -> bool:
    """Match an Origin header against exact origins and `*.host` patterns; a missing or `null` one never matches."""
    if not origin or origin == "null":
        return False
    lowered = origin.lower()
    host = urlsplit(lowered).hostname if re.fullmatch(r"https?://[^/\s@]+", lowered) else None
    return any(lowered == pattern or _matches_host(pattern, host) for pattern in map(str.lower, allowed))


def _matches_host(pattern: str, host: str | None) -> bool:
    return host is not None and pattern.startswith("*.") and host.endswith(pattern[1:])


def _shown(origin: str | None) -> str:
    if not origin:
        return "(none)"
    return re.sub(r"[^\w.:/\[\]-]", "", origin)[:200]
