"""Strangers' text made fit to show: one line, bounded, with nothing that hides or reorders characters."""

import unicodedata

from yarl import URL

MAX_LINK_LENGTH = 500  # characters; longer links are left out, not cut
MAX_MARKS = 4  # combining marks on one letter; more only serve to paint over other lines

_JOINERS = "\u200c\u200d"  # invisible, but some scripts cannot be spelt without them
_EMOJI_PARTS = frozenset("\ufe0e\ufe0f\u200d\u20e3") | frozenset(map(chr, range(0x1F3FB, 0x1F400)))


def one_line(value: object, limit: int) -> str:
    """Return `value` as one line of at most `limit` characters, cut with an ellipsis.

    Control, bidi and other invisible characters go, every run of white space becomes one blank.
    """
    raw = str(value)[: limit * 8]
    kept: list[str] = []
    marks = 0
    for char in raw:
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if char.isspace():
            kept.append(" ")
        elif marks <= MAX_MARKS and (category not in ("Cc", "Cf", "Cs", "Co") or char in _JOINERS):
            kept.append(char)
    return shorten(" ".join("".join(kept).split()), limit)


def shorten(line: str, limit: int) -> str:
    """Cut a line to `limit` characters, at a blank if one is near the end, and say so with an ellipsis."""
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head, blank, _ = line[:limit].rpartition(" ")
    return (head if blank and len(head) >= limit * 3 // 4 else cut).rstrip(" ,;:-") + "…"


def without_emoji(line: str) -> str:
    """Return a line without pictures: they look like advertising in a subject."""
    kept = "".join(char for char in line if unicodedata.category(char) != "So" and char not in _EMOJI_PARTS)
    return " ".join(kept.split())


def web_link(value: object) -> str | None:
    """Return `value` if it is an http(s) link with a host and no user-info, else None."""
    text = str(value or "").strip()
    if not text or len(text) > MAX_LINK_LENGTH or one_line(text, MAX_LINK_LENGTH) != text:
        return None
    try:
        url = URL(text)
        is_fit = url.scheme in ("http", "https") and bool(url.host) and url.user is None and url.password is None
    except ValueError:
        return None
    return str(url) if is_fit else None
