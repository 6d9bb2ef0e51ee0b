"""Turns merged evidence into the documented object, and adds what follows from it."""

from collections.abc import Mapping
from typing import Any

from stacklead.models import (
    Alexa,
    Company,
    CrunchbaseLink,
    Domain,
    Evidence,
    Experience,
    GlobalRank,
    LinkedinLink,
    LinkedinProfile,
    Person,
    TwitterProfile,
)
from stacklead.research import rules
from stacklead.research.evidence import value_of

Proofs = dict[str, Evidence]


def add_derived(evidence: Mapping[str, Evidence]) -> Proofs:
    """Return the evidence with what follows from it: full name, headline, job, category, type, tags, verdict."""
    proofs = dict(evidence)
    _add_name(proofs)
    _add_headline(proofs)
    _add_experience(proofs)
    tags = value_of(proofs, "company.tags_list")
    if tags:
        _derive(
            proofs, "company.tags", ", ".join(str(tag) for tag in tags), "company.tags_list", "the tags as one string"
        )
    usd = value_of(proofs, "company.funding_usd")
    if usd:
        _derive(proofs, "company.funding", rules.funding_label(usd), "company.funding_usd", f"{usd:,} US dollars")
    for path, rule in (
        ("company.category", rules.category),
        ("company.type", rules.company_type),
        ("domain.interesting", rules.interesting),
    ):
        found = None if value_of(proofs, path) is not None else rule(proofs)
        if found:
            _derive(proofs, path, found[0], found[2], found[1])
    return proofs


def _derive(proofs: Proofs, path: str, value: Any, origin: str, why: str, confidence: float | None = None) -> None:
    base = proofs.get(origin) or Evidence(source="rules", confidence=0.5)
    proofs[path] = Evidence(
        value=value,
        confidence=base.confidence if confidence is None else round(confidence, 3),
        source=base.source,
        url=base.url,
        snippet=why,
        method="derived",
        observed_at=base.observed_at,
        fetched_at=base.fetched_at,
    )


def _add_name(proofs: Proofs) -> None:
    first, last = proofs.get("person.first_name"), proofs.get("person.last_name")
    known = value_of(proofs, "person.name")
    if first and last and first.value and last.value and (known is None or " " not in known):
        sure = min(first.confidence or 0.0, last.confidence or 0.0)
        _derive(proofs, "person.name", f"{first.value} {last.value}", "person.last_name", "first and last name", sure)


def _add_headline(proofs: Proofs) -> None:
    title, company = proofs.get("person.job_title"), proofs.get("company.name")
    if not title or not title.value:
        return
    text, sure = str(title.value), title.confidence or 0.0
    if company and company.value:
        text, sure = f"{text} at {company.value}", min(sure, company.confidence or 0.0)
    _derive(proofs, "person.headline", text, "person.job_title", "made from job title and company", sure)


def _add_experience(proofs: Proofs) -> None:
    title = proofs.get("person.job_title")
    if not title or not title.value:
        return
    job = Experience(
        title=title.value,
        name=value_of(proofs, "company.name"),
        description=value_of(proofs, "company.description"),
        end="Present",
        linkedin=LinkedinLink(url=value_of(proofs, "company.linkedin.url")),
    )
    _derive(proofs, "person.experiences", [job], "person.job_title", "the present job, from job title and company")


def build_person(email: str, evidence: Mapping[str, Evidence]) -> Person:
    """Return the documented person; `email` stays as it was submitted."""

    def get(path: str) -> Any:
        return value_of(evidence, f"person.{path}")

    return Person(
        email=email,
        name=get("name"),
        first_name=get("first_name"),
        last_name=get("last_name"),
        headline=get("headline"),
        location=get("location"),
        job_title=get("job_title"),
        image_url=get("image_url"),
        experiences=get("experiences") or [],
        education=get("education") or [],
        age=get("age"),
        linkedin=LinkedinProfile(
            url=get("linkedin.url"), username=get("linkedin.username"), connections=get("linkedin.connections")
        ),
        twitter=_twitter(evidence, "person"),
    )


def build_company(evidence: Mapping[str, Evidence]) -> Company:
    """Return the documented company."""

    def get(path: str) -> Any:
        return value_of(evidence, f"company.{path}")

    return Company(
        name=get("name"),
        headline=get("headline"),
        description=get("description"),
        employees=get("employees"),
        industry=get("industry"),
        category=get("category"),
        image_url=get("image_url"),
        website=get("website"),
        type=get("type"),
        funding=get("funding"),
        tags=get("tags"),
        linkedin=LinkedinLink(url=get("linkedin.url")),
        crunchbase=CrunchbaseLink(url=get("crunchbase.url")),
        twitter=_twitter(evidence, "company"),
        location=get("location"),
        funding_usd=get("funding_usd"),
        tags_list=get("tags_list") or [],
    )


def build_domain(evidence: Mapping[str, Evidence]) -> Domain:
    """Return the documented domain."""

    def get(path: str) -> Any:
        return value_of(evidence, f"domain.{path}")

    return Domain(
        name=get("name"),
        personal=get("personal"),
        disposable=get("disposable"),
        interesting=get("interesting"),
        description=get("description"),
        alexa=Alexa(
            global_=GlobalRank(change=get("alexa.global.change"), rank=get("alexa.global.rank")),
            rank_source=get("alexa.rank_source"),
        ),
        tools=get("tools") or [],
    )


def _twitter(evidence: Mapping[str, Evidence], whose: str) -> TwitterProfile:
    return TwitterProfile(
        url=value_of(evidence, f"{whose}.twitter.url"),
        username=value_of(evidence, f"{whose}.twitter.username"),
        followers=value_of(evidence, f"{whose}.twitter.followers"),
    )
