"""One fetched page as the readers see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a company's site: `url` after redirects, `html` decoded and capped, header names in lower case."""

    url: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cookies: Mapping[str, str] = field(default_factory=dict[str, str])
    fetched_at: str | None = None
