"""One-time links that stand in mails and on terminals: signed, with an end, used up by the page that they open."""

import secrets
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from stacklead.errors import InvalidRequest
from stacklead.settings import Settings

SIGN_IN_VALID_S = 3600  # a link in a mail
OPERATOR_VALID_S = 86_400  # a link that the operator's terminal shows
CONFIRM_VALID_S = 7 * 86_400

_SIGN_IN = "sign-in"
_CONFIRM = "confirm-reply-address"


def make_sign_in_link(settings: Settings, account_public_id: str, *, valid_s: int = SIGN_IN_VALID_S) -> str:
    """Return a fresh one-time link that signs a person in to this account; it ends after `valid_s` seconds."""
    token = _sign(settings, _SIGN_IN, {"account": account_public_id, "valid_s": valid_s})
    return f"{settings.base_url.rstrip('/')}/sign-in/{token}"


def parse_sign_in_token(settings: Settings, token: str) -> tuple[str, str]:
    """Return (account_public_id, nonce) of a sign-in link's last part; the nonce is for `sessions.use_link`.

    Raises:
        InvalidRequest: `link_expired`: it is too old, or none of ours.
    """
    payload = _parse(settings, _SIGN_IN, token)
    return payload["account"], payload["nonce"]


def make_confirm_link(settings: Settings, account_public_id: str, address: str) -> str:
    """Return a link that confirms that reports of this account may go to this address."""
    token = _sign(settings, _CONFIRM, {"account": account_public_id, "address": address, "valid_s": CONFIRM_VALID_S})
    return f"{settings.base_url.rstrip('/')}/confirm/{token}"


def parse_confirm_token(settings: Settings, token: str) -> tuple[str, str, str]:
    """Return (account_public_id, address, nonce) of a confirmation link's last part.

    Raises:
        InvalidRequest: `link_expired`: it is too old, or none of ours.
    """
    payload = _parse(settings, _CONFIRM, token)
    return payload["account"], payload["address"], payload["nonce"]


def _sign(settings: Settings, purpose: str, payload: dict[str, Any]) -> str:
    return _serializer(settings, purpose).dumps({**payload, "nonce": secrets.token_urlsafe(16)})


def _parse(settings: Settings, purpose: str, token: str) -> dict[str, Any]:
    serializer = _serializer(settings, purpose)
    try:
        payload: dict[str, Any] = serializer.loads(token)
        return serializer.loads(token, max_age=payload["valid_s"])
    except BadData as exc:
        raise InvalidRequest("This link has expired. Ask for a new one.", code="link_expired") from exc


def _serializer(settings: Settings, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.signing_key(), salt=f"stacklead.{purpose}")
