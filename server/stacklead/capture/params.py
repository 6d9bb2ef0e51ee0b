"""Request parameters to a LeadRequest: every rule about parameters lives here (WIRE.md 1 and 2, DESIGN.md 4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urlsplit

from stacklead.address import find_only_address, is_address
from stacklead.capture.body import parse_json_object
from stacklead.capture.secrets import is_secret_name, is_secret_value
from stacklead.errors import InvalidRequest
from stacklead.models import LEAD_FIELDS, DeliveryMethod, Stage

MAX_FIELD_CHARS = 1000  # a documented parameter is cut here
MAX_WORDS = 32  # unknown harmless fields that are kept
MAX_WORD_CHARS = 256
MAX_NAME_CHARS = 100
MAX_TOKEN_CHARS = 1000
MAX_URL_CHARS = 2000
MAX_SECONDS = 100_000_000_000  # a time beyond the year 5138 is one in milliseconds
MAIL_WINDOW_S = 86_400  # a lead created longer ago than this gets no mail

_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_PLACE = ("city", "state", "country")
# Parameters with a meaning of their own; everything else is the lead's own words.
_OWN = ("email", "person", "client_key", "api_key", "capture_id", "stage", "page", "referrer", "created", "token")
_DELIVERY = ("delivery_method", "webhook_url", "callback", "duplicates")
_KNOWN = frozenset((*_OWN, *_DELIVERY, *LEAD_FIELDS, *_UTM))
_MAX_INT_BITS = 512  # of a number that is read as text; longer ones are no values of anybody
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_CAPTURE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_STAGES = frozenset(Stage)
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]*)?(?:e\+?[0-9]{1,2})?")
_JS_DATE = re.compile(r"^\w{3} (\w{3} \d{1,2} \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})")


@dataclass(slots=True, kw_only=True)
class LeadRequest:
    """What a caller asked, parsed. `email` is None only in a page's follow-up that says nothing new.

    `fields` are documented parameters, `words` unknown harmless ones; `utm` campaign parameters.
    `webhook_url` is the caller's own, `token` None if we are to make one.
    """

    email: str | None
    fields: dict[str, str] = field(default_factory=dict[str, str])
    words: dict[str, str] = field(default_factory=dict[str, str])
    utm: dict[str, str] = field(default_factory=dict[str, str])
    page: str | None = None
    referrer: str | None = None
    capture_id: str | None = None
    stage: Stage | None = None
    is_mail_due: bool = True
    delivery_method: DeliveryMethod | None = None
    webhook_url: str | None = None
    token: str | None = None
    is_duplicate_ok: bool = True


def parse_api_request(parameters: Mapping[str, Any], now_s: float) -> LeadRequest:
    """Parse a server's call.

    Args:
        parameters: query and body together, values as they came.
        now_s: the time of acceptance, seconds since 1970.

    Raises:
        InvalidRequest: a parameter is missing or wrong; `param` names it.
    """
    asked = LeadRequest(email=_parse_email(parameters.get("email")))
    _read_lead(asked, parameters)
    asked.is_mail_due = is_mail_due(parse_created(parameters.get("created")), now_s)
    asked.webhook_url = _parse_url(parameters)
    asked.delivery_method = _parse_method(parameters.get("delivery_method"), asked.webhook_url)
    asked.token = _parse_token(parameters.get("token"))
    asked.is_duplicate_ok = to_text(parameters.get("duplicates")).lower() not in ("false", "0", "no")
    return asked


def parse_client_request(parameters: Mapping[str, Any], now_s: float) -> LeadRequest:
    """Parse a page's call: flat, or with `person` as an object or as JSON text.

    A public key may hand in a lead and nothing else: `token`, `webhook_url`, `callback` and `delivery_method` are
    ignored, and so is a `created` that is no time.

    Raises:
        InvalidRequest: there is no address and nothing that it could follow up, or `person` is no JSON object.
    """
    person = _find_person(parameters)
    said = {**parameters, **person}
    capture_id = to_text(parameters.get("capture_id"))
    stage = to_text(parameters.get("stage")).lower()
    asked = LeadRequest(email=None)
    asked.capture_id = capture_id if _CAPTURE_ID.fullmatch(capture_id) else None
    asked.stage = Stage(stage) if stage in _STAGES else None
    is_follow_up = asked.capture_id is not None and asked.stage is not None and not to_text(said.get("email"))
    if not is_follow_up:
        asked.email = _parse_client_email(said.get("email"))
    _read_lead(asked, said)
    asked.page = parse_page(parameters.get("page"))
    asked.referrer = parse_page(parameters.get("referrer"))
    try:
        asked.is_mail_due = is_mail_due(parse_created(parameters.get("created")), now_s)
    except InvalidRequest:
        asked.is_mail_due = True
    return asked


def _find_person(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    person = parameters.get("person")
    if person is None or person == "":
        return {}
    if isinstance(person, str):
        return parse_json_object(person, "person")
    if isinstance(person, dict):
        return person  # pyright: ignore[reportUnknownVariableType]
    raise InvalidRequest("person must be a JSON object.", param="person")


def restore_plus(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return a query's parameters with the pluses of `email` that nobody percent-encoded (WIRE.md 1, encoding)."""
    email = parameters.get("email")
    if not isinstance(email, str) or " " not in email:
        return dict(parameters)
    local, at, host = email.strip().rpartition("@")
    return {**parameters, "email": local.replace(" ", "+") + at + host}


# --- the address ----------------------------------------------------------------------------------------------------


def _parse_email(value: Any) -> str:
    text = to_text(value)
    if not text and not isinstance(value, list | dict):
        raise InvalidRequest("email is required: the lead's address.", param="email", code="missing_email")
    if not is_address(text):
        raise InvalidRequest(
            "email must be one address, such as rebecca@example.com.", param="email", code="invalid_email"
        )
    return text


def _parse_client_email(value: Any) -> str:
    text = to_text(value)
    if text and is_address(text):
        return text
    return find_only_address(text) or _parse_email(value)


# --- what the lead said ---------------------------------------------------------------------------------------------


def _read_lead(asked: LeadRequest, said: Mapping[str, Any]) -> None:
    for name in LEAD_FIELDS:
        if name in said and (text := clean(said[name], MAX_FIELD_CHARS)) and not is_secret_value(text):
            asked.fields[name] = text
    for name in _UTM:
        if name in said and (text := clean(said[name], MAX_WORD_CHARS)):
            asked.utm[name] = text
    asked.words = _read_words(said)
    if "location" not in asked.fields:
        place = _read_place(said)
        if place:
            asked.fields["location"] = place


def _read_words(said: Mapping[str, Any]) -> dict[str, str]:
    """Keep what is unknown and harmless: at most MAX_WORDS short texts, no secrets by name or by value."""
    words: dict[str, str] = {}
    for name, value in said.items():
        if name in _KNOWN or not name:
            continue
        text = clean(_join(value), MAX_WORD_CHARS)
        shown_name = clean(name, MAX_NAME_CHARS)
        if not text or not shown_name or is_secret_name(name) or is_secret_value(text):
            continue
        words[shown_name] = text
        if len(words) == MAX_WORDS:
            break
    return words


def _join(value: Any) -> Any:
    """Return several choices of one field as one text."""
    if not isinstance(value, list):
        return value
    return ", ".join(text for item in cast("list[Any]", value)[:MAX_WORDS] if (text := to_text(item)))


def _read_place(said: Mapping[str, Any]) -> str:
    """Compose a location from city, state and country, given flat or as an `address` object."""
    address: Any = said.get("address")
    parts: Mapping[str, Any] = said
    if isinstance(address, dict):
        parts = cast("Mapping[str, Any]", address)
    return ", ".join(text for name in _PLACE if name in parts and (text := clean(parts[name], 100)))


def to_text(value: Any) -> str:
    """Return a scalar as trimmed text; what is no scalar, and null, is the empty text: an absent parameter."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value.bit_length() <= _MAX_INT_BITS else ""
    return str(value) if isinstance(value, float) else ""


def clean(value: Any, limit: int) -> str:
    """Return a scalar as text without control and direction characters, cut to `limit` characters."""
    text = to_text(value)
    if not text.isprintable():
        text = _CONTROL.sub("", text).strip()
    return text[:limit]


def parse_page(value: Any) -> str | None:
    """Return origin and path of a page's address; query and fragment may hold what the visitor typed."""
    text = clean(value, MAX_URL_CHARS)
    if not text:
        return None
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    netloc = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{netloc}{parts.path}"[:500]


# --- delivery -------------------------------------------------------------------------------------------------------


def _parse_url(parameters: Mapping[str, Any]) -> str | None:
    """Return the caller's webhook URL; `callback` is its older name."""
    for name in ("webhook_url", "callback"):
        value = parameters.get(name)
        text = to_text(value)
        if not text and not isinstance(value, list | dict):
            continue
        is_printable = text.isprintable() and len(text) <= MAX_URL_CHARS
        if not is_printable or not re.fullmatch(r"https?://[^\s/]\S*", text, re.IGNORECASE):
            raise InvalidRequest(f"{name} must be an http or https address.", param=name)
        return text
    return None


def _parse_method(value: Any, webhook_url: str | None) -> DeliveryMethod:
    text = to_text(value).lower()
    is_absent = not text and not isinstance(value, list | dict)
    if not is_absent and text not in tuple(DeliveryMethod):
        raise InvalidRequest("delivery_method must be email or webhook.", param="delivery_method")
    if webhook_url is not None:
        return DeliveryMethod.WEBHOOK
    return DeliveryMethod(text) if text else DeliveryMethod.EMAIL


def _parse_token(value: Any) -> str | None:
    """Return the caller's token unchanged, or None if it is absent."""
    text: str = value if isinstance(value, str) else to_text(value)
    if not text.strip() and not isinstance(value, list | dict):
        return None
    if not text or len(text) > MAX_TOKEN_CHARS or "\0" in text:
        raise InvalidRequest(f"token must be a text of at most {MAX_TOKEN_CHARS} characters.", param="token")
    return text


# --- time -----------------------------------------------------------------------------------------------------------


def is_mail_due(created_s: float | None, now_s: float) -> bool:
    """Return whether a report is mailed: not if the lead was created 24 hours or more ago."""
    return created_s is None or now_s - created_s < MAIL_WINDOW_S


def parse_created(value: Any) -> float | None:
    """Return the time in seconds since 1970, or None if it is absent.

    Seconds, milliseconds, ISO 8601, RFC 2822 and JavaScript's date text are understood.

    Raises:
        InvalidRequest: it is no time.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    seconds = None if isinstance(value, bool) else _parse_time(to_text(value))
    if seconds is None or not 0 <= seconds < 253_402_300_800:  # up to the year 9999
        raise InvalidRequest("created must be a time in seconds since 1970, such as 1401825429.", param="created")
    return seconds


def _parse_time(text: str) -> float | None:
    if not _NUMBER.fullmatch(text):
        return _parse_date(text)
    number = float(text)
    return number / 1000 if number > MAX_SECONDS else number


def _parse_date(text: str) -> float | None:
    for parse in (datetime.fromisoformat, _parse_js_date, parsedate_to_datetime):
        try:
            date = parse(text)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    return None


def _parse_js_date(text: str) -> datetime:
    match = _JS_DATE.match(text)
    if match is None:
        raise ValueError(text)
    return datetime.strptime(f"{match[1]} {match[2]}", "%b %d %Y %H:%M:%S %z")
