"""What one page says about the company: structured data first, then meta, links, icons and title."""

import re
from collections.abc import Iterator, Sequence

from stacklead.research.clean import clean_text, clean_url
from stacklead.research.domains import domain_label, registrable_domain
from stacklead.research.names import fold
from stacklead.research.site.document import Block, Document
from stacklead.research.site.organization import emails_of, facts_of_organization, find_organization, links_of, tags_of
from stacklead.research.site.reading import Fact
from stacklead.research.social import crunchbase_company, linkedin_company, twitter_profile

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{3,190}")
_SEPARATORS = re.compile(r"\s+[|\u2013\u2014·•»-]\s+|\s--\s|\uff5c|:\s+")
_NETWORK = re.compile(r"linkedin\.com|crunchbase\.com|twitter\.com|//(?:www\.)?x\.com")
_EDGES = " -\u2013\u2014|"
_COUNT = r"(\d{1,3}(?:[,.]\d{3})|\d{1,5})"
_CROWD = r"(?:people|employees|experts|specialists|colleagues|professionals)"
_OURS = r"(?:we are|we're|are now|team of|staff of|employs|employing)"
_GERMAN = r"(?:Mitarbeiterinnen und Mitarbeiter|Mitarbeiter(?:innen)?|Beschäftigte)"
_EMPLOYEES = (
    re.compile(rf"\b{_COUNT}\s?(?:\+\s?)?(?:employees|people work|staff members|team members)\b", re.IGNORECASE),
    re.compile(rf"\b{_OURS} (?:over |about |more than |around )?{_COUNT}\s?{_CROWD}\b", re.IGNORECASE),
    re.compile(r"^(\d{1,5}) of us\b"),
    re.compile(rf"\b{_COUNT}\s{_GERMAN}\b"),
    re.compile(r"従業員数\D{0,4}(\d{1,6})名|^(\d{1,6})名$"),
)
_FOUNDED = re.compile(
    r"\b(?:founded|established|started|since|seit|gegründet|fondée?|fundada?)(?: in| en)? (1[89]\d\d|20\d\d)\b",
    re.IGNORECASE,
)


def facts_of(document: Document, domain: str, *, is_home: bool) -> list[Fact]:
    """Return the facts of one page; title, description and icons are taken from the home page alone."""
    thing = find_organization(document, domain)
    facts = list(facts_of_organization(document, thing)) if thing else []
    facts += _profiles(document, list(links_of(thing.data)) if thing else [])
    facts += _emails(document, domain)
    facts += _from_text(document)
    if is_home:
        facts += [*_from_meta(document), *_from_title(document, domain), *_icons(document)]
        facts += _said(document, "company.website", document.url, "structured", 1.0, "the page that answered")
    return facts


def _said(document: Document, path: str, value: object, method: str, confidence: float, snippet: str) -> list[Fact]:
    if value is None or value == []:
        return []
    return [
        Fact(field=path, value=value, method=method, confidence=confidence, url=document.url, snippet=snippet[:600])
    ]


def _from_meta(document: Document) -> list[Fact]:
    meta = document.meta
    name = clean_text(meta.get("og:site_name") or meta.get("application-name"), 120)
    text = meta.get("description") or meta.get("og:description") or meta.get("twitter:description")
    return [
        *_said(document, "company.name", name, "text", 1.0, f"og:site_name: {name}"),
        *_said(document, "domain.description", text, "text", 1.0, f"meta description: {text}"),
        *_said(document, "company.description", text, "text", 0.8, f"meta description: {text}"),
        *_said(
            document,
            "company.tags_list",
            tags_of(meta.get("keywords")),
            "text",
            0.8,
            f"meta keywords: {meta.get('keywords')}",
        ),
        *_said(document, "company.headline", *_og_headline(document)),
    ]


def _og_headline(document: Document) -> tuple[str | None, str, float, str]:
    title = document.meta.get("og:title")
    rest = _without_name(title, document.meta.get("og:site_name")) if title else None
    return rest, "text", 0.9, f"og:title: {title}"


def _without_name(title: str, name: str | None) -> str | None:
    """Return the longest part of a title that is not the company's name, if it says more than one word."""
    parts = [part.strip() for part in _SEPARATORS.split(title)]
    rest = [part for part in parts if part and fold(part) != fold(name or "") and len(part.split()) > 1]
    return max(rest, key=len)[:200] if rest else None


def _from_title(document: Document, domain: str) -> list[Fact]:
    title, label = document.title or "", domain_label(domain).replace("-", "")
    parts = [part.strip(_EDGES) for part in _SEPARATORS.split(title) if part.strip(_EDGES)]
    name = next((part for part in parts if _fits_label(part, label)), None)
    facts = _said(document, "company.name", name, "derived", 1.0, f"title: {title}")
    if name is None and label:
        facts += _said(document, "company.name", label.capitalize(), "guessed", 1.0, f"made from {domain}")
    rest = _without_name(title, name) if name else None
    facts += _said(document, "company.headline", rest, "derived", 1.0, f"title: {title}")
    heading = next((block.text for block in document.blocks if block.tag == "h1"), None)
    if heading and len(heading.split()) > 2 and not _fits_label(heading, label):
        facts += _said(document, "company.headline", heading, "derived", 0.9, f"first heading: {heading}")
    return facts


def _fits_label(part: str, label: str) -> bool:
    name = fold(part).replace(" ", "")
    return len(part) <= 60 and len(name) >= 3 and (name.startswith(label) or label.startswith(name))


def _icons(document: Document) -> list[Fact]:
    apple = next((url for rel, url in document.icons if "apple-touch" in rel), None)
    image = clean_url(document.meta.get("og:image"), document.url)
    icon = next((url for rel, url in document.icons if "apple-touch" not in rel and "mask" not in rel), None)
    return [
        *_said(document, "company.image_url", apple, "text", 0.9, "apple-touch-icon"),
        *_said(document, "company.image_url", image, "text", 0.8, "og:image"),
        *_said(document, "company.image_url", icon, "text", 0.7, "icon"),
    ]


def _profiles(document: Document, stated: Sequence[str]) -> list[Fact]:
    """Return the company's profiles elsewhere: those that it states, those that it links to if they are unique."""
    linked = [url for url in document.links if _NETWORK.search(url)]
    facts: list[Fact] = []
    for parse, paths in (
        (linkedin_company, ("company.linkedin.url", None)),
        (_crunchbase, ("company.crunchbase.url", None)),
        (_twitter_of_company, ("company.twitter.url", "company.twitter.username")),
    ):
        for rows, method, words in ((stated, "structured", "sameAs"), (linked, "text", "link")):
            found = list(dict.fromkeys(one for url in rows if (one := parse(url))))
            sure = 1.0 if len(found) == 1 else 0.7
            for url, name in found[:2]:
                facts += _said(document, paths[0], url, method, sure, f"{words}: {url}")
                facts += _said(document, paths[1], name, method, sure, f"{words}: {url}") if paths[1] else []
    handle = document.meta.get("twitter:site") or document.meta.get("twitter:creator")
    own = twitter_profile(handle) if handle else None
    if own:
        facts += _said(document, "company.twitter.url", own[0], "text", 1.0, f"twitter:site: {handle}")
        facts += _said(document, "company.twitter.username", own[1], "text", 1.0, f"twitter:site: {handle}")
    return facts


def _crunchbase(url: str) -> tuple[str, str] | None:
    found = crunchbase_company(url)
    return (found, found) if found else None


def _twitter_of_company(url: str) -> tuple[str, str] | None:
    return twitter_profile(url) if "/" in url else None


def _emails(document: Document, domain: str) -> list[Fact]:
    raw = [url.removeprefix("mailto:") for url in document.links if url.startswith("mailto:")]
    found = [address for text in (*raw, *emails_of(document.things)) if (address := own_address(text, domain))]
    unique = list(dict.fromkeys(found))[:50]
    return _said(document, "emails", unique, "structured", 1.0, f"on the page: {', '.join(unique)}")


def own_address(text: str | None, domain: str) -> str | None:
    """Return an address of the site's own domain in lower case, or None."""
    address = (clean_text(text, 260) or "").strip().lower()
    if not _EMAIL.fullmatch(address):
        return None
    return address if registrable_domain(address.rpartition("@")[2]) == domain else None


def _from_text(document: Document) -> Iterator[Fact]:
    """Yield what a sentence says of employees and founding."""
    for block in document.blocks[:600]:
        count = _employees(block)
        if count:
            yield from _said(document, "company.employees", count, "text", 0.8, block.text)
        year = _FOUNDED.search(block.text)
        if year:
            yield from _said(document, "signal.founded", int(year[1]), "text", 0.9, block.text)


def _employees(block: Block) -> int | None:
    for pattern in _EMPLOYEES:
        match = pattern.search(block.text)
        if match:
            number = int(re.sub(r"\D", "", next(group for group in match.groups() if group)))
            return number if 0 < number < 1_000_000 else None
    return None
