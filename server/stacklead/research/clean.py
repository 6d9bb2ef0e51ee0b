"""Makes hostile strings and URLs harmless: bounded, one line, no control or direction characters."""

import html
import re
import unicodedata
from urllib.parse import urljoin, urlsplit, urlunsplit

MAX_TEXT = 500  # characters of an ordinary value
MAX_URL = 2_000  # characters of a URL

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_SCRIPT = re.compile(r"<(script|style)\b[^<>]{0,300}>[^<]{0,5000}(</\1\s*>)?", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # control, format (bidi), surrogates, private, unassigned
_SEPARATORS = frozenset({"Zl", "Zp", "Zs"})


def words(text: str) -> frozenset[str]:
    """Return the words of a table written as one text."""
    return frozenset(text.split())


def clean_text(value: object, max_chars: int = MAX_TEXT) -> str | None:
    """Return a value as one harmless line of at most `max_chars` characters, or None if nothing is left.

    Strings and numbers are taken, everything else is None. HTML entities are decoded once, tags dropped.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = value if isinstance(value, str) else f"{value:.10g}" if isinstance(value, float) else str(value)[:40]
    text = _TAG.sub(" ", _SCRIPT.sub(" ", html.unescape(text[: max_chars * 4 + 200])))
    text = unicodedata.normalize("NFC", "".join(_harmless(char) for char in text))
    text = _SPACE.sub(" ", text).strip()
    if len(text) > max_chars:
        text = text[: max_chars - 1].rstrip() + "…"
    return text or None


def _harmless(char: str) -> str:
    if char.isprintable() and ord(char) < 0x300:
        return char
    category = unicodedata.category(char)
    if char in "\t\n\r\f\v" or category in _SEPARATORS:
        return " "
    return "" if category in _DROPPED else char


def clean_url(value: object, base: str | None = None) -> str | None:
    """Return an absolute http or https URL of at most `MAX_URL` characters, or None.

    URLs with a user name, without a host, or of another scheme (`javascript:`) are None.
    """
    if not isinstance(value, str) or len(value) > MAX_URL * 2:
        return None
    text = "".join(_harmless(char) for char in value).strip().replace(" ", "%20")
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        port = parts.port
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "." not in host or parts.username is not None:
        return None
    if not re.fullmatch(r"[^\s/?#@\\<>\"'`{}|^%]+", host):
        return None
    netloc = host if port is None else f"{host}:{port}"
    url = urlunsplit((parts.scheme, netloc, _escape(parts.path) or "/", _escape(parts.query), ""))
    return url if len(url) <= MAX_URL else None


def _escape(part: str) -> str:
    return part.replace('"', "%22").replace("<", "%3C").replace(">", "%3E").replace("'", "%27").replace("`", "%60")


def host_of(url: str) -> str:
    """Return the host of a URL in lower case without a leading `www.`, or an empty string."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.lower().removeprefix("www.")
