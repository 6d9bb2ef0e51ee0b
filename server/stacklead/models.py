"""The things that travel through the flow: what a caller asks, what research finds, what is delivered.

Dataclasses only, no behaviour but `Research.to_dict`, which is the one place that makes the wire shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec


class DeliveryMethod(StrEnum):
    """How a caller wants the result (product documentation, "Delivery Methods")."""

    EMAIL = "email"
    WEBHOOK = "webhook"


# What stands in place of a delivery method where a lead's result is sent nowhere (`stacklead import`); stored.
NO_DELIVERY = "none"


class TagDelivery(StrEnum):
    """What the account chose for leads that come in by tag."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    BOTH = "both"


class LeadState(StrEnum):
    """Where a lead stands (DESIGN.md 1); stored, never renamed."""

    WAITING = "waiting"
    QUEUED = "queued"
    RESEARCHING = "researching"
    DONE = "done"
    HELD = "held"
    GAVE_UP = "gave_up"


class DeliveryState(StrEnum):
    """Where a delivery stands (DESIGN.md 1); stored, never renamed."""

    DUE = "due"
    SENT = "sent"
    FAILED = "failed"
    OFF = "off"
    WAITING_FOR_ADDRESS = "waiting_for_address"


class DeliveryKind(StrEnum):
    """What a delivery carries; stored, never renamed."""

    REPORT = "report"
    TEST = "test"
    SIGN_IN_LINK = "sign_in_link"
    CONFIRM_ADDRESS = "confirm_address"


class Stage(StrEnum):
    """When in a visit the script sent a capture (DESIGN.md 4)."""

    ENTRY = "entry"
    SUBMIT = "submit"
    LEAVE = "leave"


# The documented parameters about a person, by tag and by API (product documentation, "Optional Parameters").
LEAD_FIELDS: tuple[str, ...] = (
    "name",
    "first_name",
    "last_name",
    "location",
    "linkedin",
    "twitter",
    "company",
    "company_website",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What research starts from.

    `fields` holds documented parameters only (keys of LEAD_FIELDS), each a non-empty string of at most
    1,000 characters, as the lead typed it.
    """

    email: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One fact that one source states; nothing else writes the profile.

    `field` is a path of the documented object, `person.job_title`, `company.twitter.username`,
    `domain.tools`; `value` has that path's documented type (a list for list fields: one claim carries the
    whole list of this source). `method` is one of stated, structured, text, derived, guessed.
    `confidence` is 0 to 1. Sources of one `group` are not independent of each other (default: the source).
    `observed_at` is when the fact was true at the source, `fetched_at` when we read it (ISO 8601, UTC).
    """

    field: str
    value: Any
    source: str
    method: str
    confidence: float
    source_url: str | None = None
    snippet: str | None = None
    observed_at: str | None = None
    fetched_at: str | None = None
    group: str | None = None


@dataclass(slots=True, kw_only=True)
class LinkedinLink:
    """`linkedin` of a company or an experience: {url}."""

    url: str | None = None


@dataclass(slots=True, kw_only=True)
class LinkedinProfile:
    """`person.linkedin`: {url, username, connections}."""

    url: str | None = None
    username: str | None = None
    connections: int | None = None


@dataclass(slots=True, kw_only=True)
class TwitterProfile:
    """`twitter` of a person or a company: {url, username, followers}."""

    url: str | None = None
    username: str | None = None
    followers: int | None = None


@dataclass(slots=True, kw_only=True)
class CrunchbaseLink:
    """`company.crunchbase`: {url}."""

    url: str | None = None


@dataclass(slots=True, kw_only=True)
class Experience:
    """One job: `start` and `end` as in 2014, "October 2013" and "Present", `duration` "(5 months)"."""

    title: str | None = None
    name: str | None = None
    description: str | None = None
    duration: str | None = None
    start: str | None = None
    end: str | None = None
    linkedin: LinkedinLink = field(default_factory=LinkedinLink)


@dataclass(slots=True, kw_only=True)
class Education:
    """One school: `begin` and `end` are YYYY-MM-DD."""

    name: str | None = None
    degree: str | None = None
    major: str | None = None
    begin: str | None = None
    end: str | None = None
    details: str | None = None


@dataclass(slots=True, kw_only=True)
class Person:
    """`data.person` of the documented object; `email` is the submitted address, spelt as it was sent."""

    email: str
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    headline: str | None = None
    location: str | None = None
    job_title: str | None = None
    image_url: str | None = None
    experiences: list[Experience] = field(default_factory=list[Experience])
    education: list[Education] = field(default_factory=list[Education])
    age: int | None = None
    linkedin: LinkedinProfile = field(default_factory=LinkedinProfile)
    twitter: TwitterProfile = field(default_factory=TwitterProfile)


@dataclass(slots=True, kw_only=True)
class Company:
    """`data.company` of the documented object; `tags` is one comma-separated string, `tags_list` its twin."""

    name: str | None = None
    headline: str | None = None
    description: str | None = None
    employees: int | None = None
    industry: str | None = None
    category: str | None = None
    image_url: str | None = None
    website: str | None = None
    type: str | None = None
    funding: str | None = None
    tags: str | None = None
    linkedin: LinkedinLink = field(default_factory=LinkedinLink)
    crunchbase: CrunchbaseLink = field(default_factory=CrunchbaseLink)
    twitter: TwitterProfile = field(default_factory=TwitterProfile)
    location: str | None = None
    funding_usd: int | None = None
    tags_list: list[str] = field(default_factory=list[str])


@dataclass(slots=True, kw_only=True)
class GlobalRank:
    """`domain.alexa.global`: `change` is a sentence as in 2014, `rank` counts from 1."""

    change: str | None = None
    rank: int | None = None


@dataclass(slots=True, kw_only=True)
class Alexa:
    """`domain.alexa`: the popularity rank, under the name that it had in 2014; `rank_source` says whose it is."""

    global_: GlobalRank = field(default_factory=GlobalRank)
    rank_source: str | None = None


@dataclass(slots=True, kw_only=True)
class Domain:
    """`data.domain` of the documented object; `tools` are names of technologies."""

    name: str | None = None
    personal: bool | None = None
    disposable: bool | None = None
    interesting: bool | None = None
    description: str | None = None
    alexa: Alexa = field(default_factory=Alexa)
    tools: list[str] = field(default_factory=list[str])


@dataclass(slots=True, kw_only=True)
class Alternative:
    """A value that lost to another one, kept in the evidence."""

    value: Any
    confidence: float
    source: str


@dataclass(slots=True, kw_only=True)
class Evidence:
    """Proof of one field, or the reason why it is null.

    With a value: `confidence` (0 to 1), `source`, `url`, `snippet`, dates and `method`.
    Without: `reason` (`not_found`, `source_disabled`, `source_failed`, `low_confidence`, `no_source`) and `why`,
    a sentence for people.
    """

    value: Any = None
    confidence: float | None = None
    source: str | None = None
    url: str | None = None
    snippet: str | None = None
    method: str | None = None
    observed_at: str | None = None
    fetched_at: str | None = None
    alternatives: list[Alternative] = field(default_factory=list[Alternative])
    reason: str | None = None
    why: str | None = None


@dataclass(slots=True, kw_only=True)
class ScoreReason:
    """One line of the score: `points` of at most `max`, and why, in words."""

    code: str
    points: float
    max: float
    why: str
    field: str | None = None
    source: str | None = None
    confidence: float | None = None


@dataclass(slots=True, kw_only=True)
class ScoreGate:
    """A cap on the score: it can only lower."""

    code: str
    cap: int
    why: str


@dataclass(slots=True, kw_only=True)
class ScoreMissing:
    """What is unknown, and how many points knowing it could add."""

    code: str
    could_add: float


@dataclass(slots=True, kw_only=True)
class ScoreDetail:
    """Why the score is what it is: `raw`, `low` and `high` are 0 to 10, `coverage` 0 to 1."""

    raw: float
    low: float
    high: float
    coverage: float
    profile: str
    reasons: list[ScoreReason] = field(default_factory=list[ScoreReason])
    gates: list[ScoreGate] = field(default_factory=list[ScoreGate])
    missing: list[ScoreMissing] = field(default_factory=list[ScoreMissing])


@dataclass(slots=True, kw_only=True)
class SourceRun:
    """How one source fared: `outcome` is ok, empty, disabled, or a SourceError's reason; `took_ms` is wall time."""

    source: str
    outcome: str
    took_ms: int = 0


@dataclass(slots=True, kw_only=True)
class Research:
    """The result. `score` is 0 to 10; `evidence` is keyed by field path (`person.job_title`)."""

    score: int
    person: Person
    company: Company
    domain: Domain
    emails: list[str]
    email_catchall: bool | None
    evidence: dict[str, Evidence]
    score_detail: ScoreDetail
    runs: list[SourceRun] = field(default_factory=list[SourceRun])
    researched_at: str = ""  # ISO 8601, UTC

    def to_dict(self) -> dict[str, Any]:
        """Return the wire shape `{"data": {...}, "evidence": {...}, "score_detail": {...}}` (DESIGN.md 5).

        `data` is exactly the documented object: score, person, company, domain, emails, email_catchall.
        """
        domain = msgspec.to_builtins(self.domain)
        domain["alexa"]["global"] = domain["alexa"].pop("global_")
        return {
            "data": {
                "score": self.score,
                "person": msgspec.to_builtins(self.person),
                "company": msgspec.to_builtins(self.company),
                "domain": domain,
                "emails": list(self.emails),
                "email_catchall": self.email_catchall,
            },
            "evidence": msgspec.to_builtins(self.evidence),
            "score_detail": msgspec.to_builtins(self.score_detail),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The rendered form for people: one mail's subject and its two bodies."""

    subject: str
    text: str
    html: str
