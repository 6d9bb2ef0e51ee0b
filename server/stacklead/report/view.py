"""What a report says, as plain bounded text: the mail's two forms and the lead's page are drawn from this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from stacklead.report.facts import (
    Section,
    company_section,
    count,
    full_name,
    mail_section,
    person_section,
    told_section,
)
from stacklead.report.missing import list_missing
from stacklead.report.proof import find_proof, moment, source_label
from stacklead.report.reading import Fields, number, part, parts, real, words
from stacklead.text import one_line, shorten, web_link

MAX_REASONS = 3  # the strongest; the lead's page has all
NEUTRAL_SHARE = 0.4  # of a reason's most points: what the score counts for a fact that is unknown
VERDICTS = ((8, "Strong lead", "high"), (6, "Good lead", "high"), (4, "Fair lead", "mid"), (2, "Weak lead", "low"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContext:
    """What the report needs beside the research; everything may be absent.

    `fields` are the lead's own words (documented parameters and others), `page` and `referrer` where they were
    typed, `notes` sentences of ours shown on top, `tried` the names of the sources that were asked.
    """

    lead_url: str | None = None
    settings_url: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    page: str | None = None
    referrer: str | None = None
    utm: Mapping[str, str] = field(default_factory=dict[str, str])
    received_at: datetime | str | None = None
    researched_at: datetime | str | None = None
    by_tag: bool = True
    notes: Sequence[str] = ()
    tried: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One line of the score: `points` is like "+2" or "-0.5"; `is_for` if it is better than not knowing."""

    points: str
    why: str
    is_for: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One button."""

    label: str
    url: str
    is_main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """The whole report as plain text; every string is one bounded line, every link http(s) or mailto."""

    email: str
    name: str | None
    is_name_maybe: bool
    title: str | None
    company: str | None
    employees: int | None
    role: str | None
    place: str | None
    initials: str
    score: int
    verdict: str
    level: str
    summary: str
    span: str | None
    reasons: list[Reason]
    caps: list[str]
    actions: list[Action]
    sections: list[Section]
    not_found: list[str]
    not_reached: list[str]
    notes: list[str]
    tried: list[str]
    sources: list[str]
    why_sent: str
    researched: str | None
    lead_url: str | None
    settings_url: str | None

    @property
    def heading(self) -> str:
        """Who this is: the name, else the address."""
        return self.name or self.email

    @property
    def has_profile(self) -> bool:
        """True if there is a name, a title or a company to show."""
        return bool(self.name or self.title or self.company)


def make_view(wire: Mapping[str, Any], context: ReportContext) -> ReportView:
    """Return what the report says.

    Args:
        wire: `Research.to_dict()`, or the same as stored.
        context: where the lead came from and where links lead to.
    """
    data, evidence, detail = part(wire, "data"), part(wire, "evidence"), part(wire, "score_detail")
    person, company = part(data, "person"), part(data, "company")
    email, name = words(person, "email", 120), full_name(person)
    title, firm = words(person, "job_title", 90), words(company, "name", 90)
    role = " at ".join(filter(None, (title, firm))) if title else f"at {firm}" if firm else ""
    place = words(person, "location", 80) or words(company, "location", 80)
    name_proof = find_proof(evidence, "person.name", "person.first_name", "person.last_name")
    score = min(max(number(data, "score") or 0, 0), 10)
    verdict, level = find_verdict(score)
    facts = [role, count(company, "employees", "people"), words(company, "industry", 60), place]
    summary = ", ".join(fact for fact in facts if fact)
    not_found, not_reached = list_missing(data, evidence)
    return ReportView(
        email=email,
        name=name or None,
        is_name_maybe=bool(name_proof and name_proof.is_maybe),
        title=title or None,
        company=firm or None,
        employees=number(company, "employees"),
        role=role or None,
        place=place or None,
        initials=_initials(name or email),
        score=score,
        verdict=verdict,
        level=level,
        summary=f"{verdict}: {summary or 'no public profile found'}.",
        span=_span(detail),
        reasons=strongest_reasons(parts(detail, "reasons")),
        caps=[words(gate, "why", 140) for gate in parts(detail, "gates")[:3]],
        actions=_actions(person, company, context, "" if name_proof and name_proof.is_maybe else name),
        sections=_sections(data, evidence, context),
        not_found=not_found,
        not_reached=not_reached,
        notes=[one_line(note, 200) for note in context.notes[:5]],
        tried=list(dict.fromkeys(source_label(source) for source in context.tried[:12])),
        sources=_list_sources(evidence),
        why_sent=_why_sent(context, email),
        researched=moment(context.researched_at),
        lead_url=web_link(context.lead_url),
        settings_url=web_link(context.settings_url),
    )


def find_verdict(score: int) -> tuple[str, str]:
    """Return a score in words, and its level: high, mid or low."""
    return next(((said, level) for least, said, level in VERDICTS if score >= least), ("Poor lead", "low"))


def strongest_reasons(reasons: Sequence[Fields], most: int = MAX_REASONS) -> list[Reason]:
    """Return the reasons that tell this lead from an unknown one, for and against, strongest first."""
    found = [
        (real(reason, "points"), max(real(reason, "max"), 0.0), words(reason, "why", 140)) for reason in reasons[:100]
    ]
    weighed = [(points - NEUTRAL_SHARE * full, points, full, why) for points, full, why in found if why]
    weighed.sort(key=lambda item: -abs(item[0]))
    return [_make_reason(*item) for item in weighed[:most] if abs(item[0]) >= 0.05]


def _make_reason(weight: float, points: float, full: float, why: str) -> Reason:
    said = why[:1].upper() + why[1:]
    if weight < 0 < full:
        said += f" (of {_number(full)} possible)"
    sign = "+" if points >= 0.05 else "-" if points <= -0.05 else ""
    return Reason(points=sign + _number(abs(points)), why=said, is_for=weight > 0)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _initials(text: str) -> str:
    names = [word for word in text.partition("@")[0].replace(".", " ").split() if word[0].isalpha()]
    letters = [names[0][0], names[-1][0]] if len(names) > 1 else [name[0] for name in names]
    return "".join(letters).upper() or "?"


def _span(detail: Fields) -> str | None:
    """Say how far the score could move, if that is worth saying."""
    least, most = round(real(detail, "low")), round(real(detail, "high"))
    if most - least < 2:
        return None
    return f"Between {least} and {most}: {real(detail, 'coverage'):.0%} of what counts is known."


def _actions(person: Fields, company: Fields, context: ReportContext, name: str) -> list[Action]:
    first = words(person, "first_name", 24) if name else ""
    first = first or shorten(name.partition(" ")[0], 24)
    whom = first if len(first.rstrip(".")) > 1 else "them"
    email = words(person, "email", 254)
    links = (
        ("View lead", web_link(context.lead_url)),
        (
            f"Write to {whom}",
            "mailto:" + quote(email, safe="@") if email else None,
        ),
        ("LinkedIn", web_link(part(person, "linkedin").get("url"))),
        ("Website", web_link(company.get("website"))),
    )
    return [Action(label=label, url=url, is_main=label == "View lead") for label, url in links if url]


def _sections(data: Fields, evidence: Fields, context: ReportContext) -> list[Section]:
    told = told_section(
        context.fields, page=context.page, referrer=context.referrer, utm=context.utm, received=context.received_at
    )
    sections = (person_section(data, evidence), company_section(data, evidence), told, mail_section(data, evidence))
    return [section for section in sections if section.rows or section.lead or section.chips]


def _list_sources(evidence: Fields) -> list[str]:
    found = (words(part(evidence, path), "source", 40).split(",") for path in evidence)
    return list(dict.fromkeys(source_label(name) for names in found for name in names if name.strip()))[:12]


def _why_sent(context: ReportContext, email: str) -> str:
    when = moment(context.received_at)
    at = f" on {when}" if when else ""
    if not context.by_tag:
        return f"You get this because your program asked for research on {email}{at}."
    page = one_line(context.page, 120) if context.page else "your website"
    return f"You get this because {email} was entered on {page}{at}."
