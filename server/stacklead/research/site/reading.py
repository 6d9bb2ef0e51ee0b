"""What reading a site gives: facts about its company, the people that it shows, the tools on its pages."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Fact:
    """One thing that a page says about the company: `field` is a documented path or a `signal.`."""

    field: str
    value: Any
    method: str
    confidence: float
    url: str | None = None
    snippet: str | None = None


@dataclass(slots=True, kw_only=True)
class Someone:
    """A person that a page shows; `other_company` is an employer that the page names and that is not this site's."""

    name: str
    method: str
    url: str
    snippet: str
    title: str | None = None
    email: str | None = None
    image: str | None = None
    linkedin: str | None = None
    twitter: str | None = None
    other_company: bool = False


@dataclass(slots=True, kw_only=True)
class Reading:
    """All that was read from a site: `state` is live, parked or elsewhere."""

    state: str = "live"
    home_url: str = ""
    facts: list[Fact] = field(default_factory=list[Fact])
    people: list[Someone] = field(default_factory=list[Someone])


@dataclass(slots=True, kw_only=True)
class Tool:
    """A technology found on a page: `where` (script, html, header, cookie, meta ...) and what `matched` there."""

    name: str
    where: str
    matched: str
    url: str
    confidence: float = 1.0
