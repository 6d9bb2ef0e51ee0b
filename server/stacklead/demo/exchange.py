"""A request to the demo internet and its answer, as the proxy hands them to websites and public APIs."""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that reached the demo internet; `headers` have lower-case names."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def host(self) -> str:
        """The host name, lower-case, without a port."""
        return (urlsplit(self.url).hostname or "").rstrip(".")

    @property
    def path(self) -> str:
        """The path, never empty."""
        return urlsplit(self.url).path or "/"

    @property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return dict(parse_qsl(urlsplit(self.url).query))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered: `body` whole, or `stream` in pieces without a known length; `delay_s` seconds late."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None
    delay_s: float = 0.0


def html_reply(text: str, status: int = 200) -> Reply:
    """Answer a page."""
    return Reply(status=status, headers={"Content-Type": "text/html; charset=utf-8"}, body=text.encode())


def text_reply(text: str, status: int = 200) -> Reply:
    """Answer plain text."""
    return Reply(status=status, headers={"Content-Type": "text/plain; charset=utf-8"}, body=text.encode())


def json_reply(value: Any, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """Answer JSON."""
    head = {"Content-Type": "application/json", **dict(headers)}
    return Reply(status=status, headers=head, body=json.dumps(value).encode())


def redirect_reply(location: str, status: int = 301) -> Reply:
    """Answer a redirect."""
    return Reply(status=status, headers={"Location": location, "Content-Type": "text/html"}, body=b"Moved")
