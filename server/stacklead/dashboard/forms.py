"""Reads what people type: bounded, and judged before it is stored."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from stacklead.address import is_address
from stacklead.errors import InvalidRequest, PayloadTooLarge, UnsupportedMediaType
from stacklead.state import State
from stacklead.text import one_line

MAX_FORM_BYTES = 65_536
MAX_FORM_FIELDS = 100
MAX_ORIGINS = 100  # in the list of one client key
LABEL_LENGTH = 60  # characters of a key's label
START_PAGE = "/"  # sends on to what the account needs next

_HOST = re.compile(r"(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]{2,45}\]")


async def read_form(request: Request[State]) -> dict[str, str]:
    """Return the fields of a posted form; of a repeated one the last.

    Raises:
        UnsupportedMediaType: it is not what an HTML form sends.
        PayloadTooLarge: more than MAX_FORM_BYTES or MAX_FORM_FIELDS.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType("Use the form on the page.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise PayloadTooLarge("This is more than a form of ours can hold.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except ValueError as exc:
        raise PayloadTooLarge("The form has too many fields, or is not UTF-8.") from exc
    return {name: value.replace("\0", "") for name, value in pairs}


def parse_address(text: str) -> str:
    """Return an email address as it was typed, without the blanks around it; judged by syntax only.

    Raises:
        InvalidRequest: it is none.
    """
    typed = text.strip()
    if not is_address(typed):
        raise InvalidRequest("This is not an email address. It should look like sales@company.com.", param="address")
    return typed


def parse_origins(text: str) -> tuple[str, ...] | None:
    """Return the allowed origins of a text with one on each line; None (every origin) if it is empty.

    An address of a page is cut down to its origin; `*.shop.com` stands for every host below it.

    Raises:
        InvalidRequest: a line is neither an origin nor `*.host`, or there are more than MAX_ORIGINS.
    """
    lines = [line.strip().lower() for line in text.replace(",", "\n").splitlines()]
    origins = tuple(dict.fromkeys(_parse_origin(line) for line in lines if line))
    if len(origins) > MAX_ORIGINS:
        raise InvalidRequest(f"A key can have at most {MAX_ORIGINS} allowed origins.", param="origins")
    return origins or None


def _parse_origin(line: str) -> str:
    if line.startswith("*."):
        if _HOST.fullmatch(line):
            return line
    else:
        try:
            parts = urlsplit(line)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        if parts.scheme in ("http", "https") and _HOST.fullmatch(host) and "*" not in host and "@" not in parts.netloc:
            is_usual = port is None or port == {"http": 80, "https": 443}[parts.scheme]
            return f"{parts.scheme}://{host}" + ("" if is_usual else f":{port}")
    raise InvalidRequest(
        f"\u201c{one_line(line, 60)}\u201d is no origin. Write https://www.shop.com, or *.shop.com for all its hosts.",
        param="origins",
    )


def parse_label(form: Mapping[str, str]) -> str:
    """Return the label that a person gave a key, as one short line; may be empty."""
    return one_line(form.get("label", ""), LABEL_LENGTH)


def safe_path(text: str | None) -> str:
    """Return `text` if it is a path of ours to go to after signing in, else the start page (no open redirect)."""
    if not text or len(text) > 500 or not text.startswith("/") or text.startswith("//"):
        return START_PAGE
    if "\\" in text or not text.isprintable() or not text.isascii():
        return START_PAGE
    return text
