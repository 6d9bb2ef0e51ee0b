"""What a schema.org Organization says, from JSON-LD with wrong types everywhere."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from stacklead.research.clean import clean_text, clean_url, host_of, words
from stacklead.research.domains import registrable_domain
from stacklead.research.site.document import Document, Thing
from stacklead.research.site.reading import Fact
from stacklead.research.site.values import founding_year, location_text, name_of, range_of, texts_of

TYPES = words(
    """
    organization corporation localbusiness onlinebusiness onlinestore store ngo educationalorganization school
    collegeoruniversity highschool governmentorganization medicalorganization hospital newsmediaorganization
    researchorganization sportsorganization airline consortium professionalservice legalservice financialservice
    realestateagent travelagency restaurant hotel lodgingbusiness autodealer softwarecompany organizationrole
    foodestablishment library museum performinggroup politicalparty project fundingagency workersunion attorney
    accountingservice insuranceagency employmentagency homeandconstructionbusiness entertainmentbusiness
    """
)
# Keys under which somebody else's organisation stands.
_OF_OTHERS = words(
    """
    review reviews author worksfor affiliation alumniof memberof member sponsor funder parentorganization brand
    itemreviewed client customer seller offers hiringorganization subjectof citation recipient award employee
    """
)

# First two digits of a NAICS code -> label.
_NAICS: dict[str, str] = {
    "11": "Farming", "21": "Mining & Metals", "22": "Utilities", "23": "Construction", "31": "Food Production",
    "32": "Manufacturing", "33": "Machinery", "42": "Wholesale", "44": "Retail", "45": "Retail",
    "48": "Transportation", "49": "Logistics and Supply Chain", "51": "Information Services",
    "52": "Financial Services",
    "53": "Real Estate", "54": "Professional Services", "55": "Holding Companies", "56": "Business Support Services",
    "61": "Education", "62": "Hospital & Health Care", "71": "Entertainment", "72": "Hospitality",
    "81": "Consumer Services", "92": "Government Administration",
}  # fmt: skip


def find_organization(document: Document, domain: str) -> Thing | None:
    """Return the page's organisation that is the site's own, or None.

    One whose `url` is on another domain is somebody else's; one without a `url` counts if it stands at the top.
    """
    ranked: list[tuple[int, int, Thing]] = []
    for number, thing in enumerate(document.things):
        if not thing.types & TYPES or not isinstance(thing.data.get("name") or thing.data.get("legalName"), str):
            continue
        url = first_url(thing.data.get("url"), document.url) or first_url(thing.data.get("@id"), document.url)
        own = registrable_domain(host_of(url)) == domain if url else None
        others = any(key.lower() in _OF_OTHERS for key in thing.path)
        if own is False or (others and own is not True):
            continue
        ranked.append((0 if own else 1, number, thing))
    return min(ranked, key=lambda row: row[:2])[2] if ranked else None


def facts_of_organization(document: Document, thing: Thing) -> Iterator[Fact]:
    """Yield what the organisation says about itself."""
    for path, value, shown in _values(document, thing.data):
        if value not in (None, "", []):
            yield Fact(
                field=path,
                value=value,
                method="structured",
                confidence=1.0,
                url=document.url,
                snippet=f"JSON-LD {shown}",
            )
    kind = sorted(thing.types & TYPES - {"organization", "corporation"})
    if kind:
        yield Fact(
            field="signal.kind", value=kind[0], method="structured", confidence=1.0, url=document.url, snippet="@type"
        )


def _values(document: Document, data: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    yield from _plain(data)
    logo = first_url(data.get("logo"), document.url) or first_url(data.get("image"), document.url)
    yield "company.image_url", logo, "logo"
    count = range_of(data.get("numberOfEmployees"))
    if count:
        shown = f"{count[0]}" if count[0] == count[1] else f"{count[0]}-{count[1]}"
        yield "company.employees", round(sum(count) / 2), f"numberOfEmployees: {shown}"
    place = location_text(data.get("address") or data.get("location"))
    yield "company.location", place, f"address: {place}"
    tags = tags_of(data.get("keywords"))
    yield "company.tags_list", tags, f"keywords: {', '.join(tags)}"
    year = founding_year(data.get("foundingDate"))
    yield "signal.founded", year, f"foundingDate: {year}"
    industry = _industry(data)
    yield "company.industry", industry, f"industry: {industry}"


def _plain(data: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    for path, key, max_chars in (
        ("company.name", "name", 120),
        ("signal.legal_name", "legalName", 160),
        ("company.headline", "slogan", 200),
        ("company.description", "description", 600),
        ("signal.ticker", "tickerSymbol", 20),
    ):
        value = name_of(data.get(key), max_chars)
        yield path, value, f"{key}: {value}"
    if not name_of(data.get("name")):
        legal = name_of(data.get("legalName"), 120)
        yield "company.name", legal, f"legalName: {legal}"


def _industry(data: dict[str, Any]) -> str | None:
    stated = next(iter(texts_of(data.get("industry"))), None)
    code = clean_text(data.get("naics"), 10) or ""
    return stated or _NAICS.get(code[:2])


def tags_of(value: Any) -> list[str]:
    """Return keywords, given as a list or as a text with commas, at most 20, without repeats."""
    found = [part.strip() for text in texts_of(value, 600) for part in re.split(r"[,;]", text)]
    return list(dict.fromkeys(tag[:60] for tag in found if tag))[:20]


def first_url(value: Any, base: str) -> str | None:
    """Return the first harmless URL in a string, an object with `url` or `contentUrl`, or a list of such."""
    rows = cast(list[Any], value)[:5] if isinstance(value, list) else [value]
    for row in rows:
        if isinstance(row, dict):
            entry = cast(dict[str, Any], row)
            row = entry.get("url") or entry.get("contentUrl") or entry.get("@id")
        url = clean_url(row, base)
        if url:
            return url
    return None


def links_of(data: dict[str, Any]) -> Iterable[str]:
    """Yield the addresses of profiles elsewhere (`sameAs`)."""
    yield from texts_of(data.get("sameAs"), 300)


def emails_of(things: Sequence[Thing]) -> Iterator[str]:
    """Yield every `email` of structured data."""
    for thing in things:
        yield from (text.removeprefix("mailto:") for text in texts_of(thing.data.get("email"), 260))
