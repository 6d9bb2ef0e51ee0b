"""Fetches a few pages of a company's site: robots.txt first, the home page, then what looks like team and contact."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from stacklead.errors import AddressRefused, OutboundError, SourceError
from stacklead.outbound import WEB_PORTS, Answer
from stacklead.research.claims import iso
from stacklead.research.clean import clean_url, host_of
from stacklead.research.domains import registrable_domain
from stacklead.research.site.decode import decode_html
from stacklead.research.site.page import Page
from stacklead.research.site.robots import Robots, parse_robots
from stacklead.research.source import Kit

MAX_PAGES = 5  # asked for in all, those that are not there included
MAX_BYTES = 1024 * 1024  # of one page
ROBOTS_BYTES = 128 * 1024
ATTEMPT_S = 4.0  # seconds for one answer of the home page and its robots.txt
MAX_LINKS = 3_000  # links of the home page that are looked at

_HREF = re.compile(r"""<a\s[^<>]{0,300}?href\s{0,5}=\s{0,5}["']?([^"'\s<>]{1,300})""", re.IGNORECASE)

# What a path says about its page, the most useful kind first; one page of each kind is read.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "team",
        re.compile(
            r"team|people|leadership|staff|members|crew|who-?we-?are|management|mitarbeiter|equipe|founders|\bmenschen"
        ),
    ),
    (
        "about",
        re.compile(
            r"about|company|studio|our-?story|our-?work|unternehmen|ue?ber-?uns|firma|qui-?sommes|quienes|chi-?siamo"
            r"|over-?ons|om-?oss"
        ),
    ),
    ("contact", re.compile(r"contact|kontakt|impressum|imprint|contatti|contacto|get-?in-?touch|say-?hello")),
)
_NO_TEXT = frozenset(range(0x20)) - frozenset(b"\t\n\r\f\x1b")
_USUAL_PATHS = {"team": "/team", "about": "/about", "contact": "/contact"}
_NOT_A_PAGE = re.compile(r"\.(pdf|jpe?g|png|gif|svg|webp|zip|mp4|xml|json|css|js|docx?|xlsx?|pptx?)$")


@dataclass(slots=True)
class Visit:
    """What was fetched: `pages` has the home page first; `elsewhere` is a registrable domain that it redirects to."""

    pages: list[Page] = field(default_factory=list[Page])
    elsewhere: str | None = None


async def visit_site(kit: Kit, domain: str, deadline: float) -> Visit:
    """Fetch the home page of a domain and up to four more of the same site.

    `deadline` is in seconds of the event loop's clock; what is there by then is returned.

    Raises:
        SourceError: `timeout`, `unavailable` or `refused` (by robots.txt, by the site, or by the address guard).
    """
    home, robots = await _open_home(kit, domain, deadline)
    own = registrable_domain(host_of(home.url)) or domain
    visit = Visit(pages=[home], elsewhere=own if own != domain else None)
    chosen = [url for url in choose_pages(home, own) if robots.allows(url)][: MAX_PAGES - 1]
    for page in await asyncio.gather(*(fetch_page(kit, url, deadline) for url in chosen)):
        is_own = page is not None and registrable_domain(host_of(page.url)) == own
        if page is not None and is_own and all(page.url != known.url for known in visit.pages):
            visit.pages.append(page)
    return visit


async def _open_home(kit: Kit, domain: str, deadline: float) -> tuple[Page, Robots]:
    failure = SourceError(f"{domain} could not be reached", reason="unavailable")
    for root in (f"https://{domain}", f"https://www.{domain}", f"http://{domain}", f"http://www.{domain}"):
        if _left(deadline) < 0.3:
            raise SourceError(f"{domain} did not answer in time", reason="timeout")
        try:
            robots = await _read_robots(kit, root, deadline)
            if not robots.allows(f"{root}/"):
                raise SourceError(f"robots.txt of {domain} asks not to be read", reason="refused")
            answer = await _get(kit, f"{root}/", deadline, max_bytes=MAX_BYTES)
        except AddressRefused as exc:
            failure = SourceError(f"the address of {domain} is refused", reason="refused")
            failure.__cause__ = exc
            continue
        except OutboundError as exc:
            timed_out = isinstance(exc.__cause__, TimeoutError)
            failure = SourceError(f"{domain} could not be reached", reason="timeout" if timed_out else "unavailable")
            failure.__cause__ = exc
            continue
        return _home_page(kit, domain, answer), robots
    raise failure


def _home_page(kit: Kit, domain: str, answer: Answer) -> Page:
    if answer.status in (401, 403, 429, 451):
        raise SourceError(f"{domain} answered {answer.status}", reason="refused")
    if answer.status >= 300:
        raise SourceError(f"{domain} answered {answer.status}", reason="unavailable")
    page = _as_page(kit, answer)
    if page is None:
        raise SourceError(f"{domain} answered something that is no page", reason="unavailable")
    return page


async def _read_robots(kit: Kit, root: str, deadline: float) -> Robots:
    answer = await _get(kit, f"{root}/robots.txt", deadline, max_bytes=ROBOTS_BYTES)
    if answer.status >= 500:  # RFC 9309, 2.3.1.4: no permission while the server is in trouble
        raise SourceError(f"robots.txt answered {answer.status}", reason="unavailable")
    if answer.status != 200:
        return Robots()
    return parse_robots(answer.body.decode("utf-8", "replace"))


async def _get(kit: Kit, url: str, deadline: float, *, max_bytes: int) -> Answer:
    return await kit.outbound.fetch(
        "GET",
        url,
        timeout_s=max(0.1, min(ATTEMPT_S, _left(deadline))),
        max_bytes=max_bytes,
        headers={"Accept": "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.5"},
        max_redirects=3,
        ports=WEB_PORTS,
        truncate=True,
    )


async def fetch_page(kit: Kit, url: str, deadline: float) -> Page | None:
    """Return one page, or None if it is not there or not in time: the others still count."""
    try:
        answer = await _get(kit, url, deadline, max_bytes=MAX_BYTES)
    except (OutboundError, AddressRefused):
        return None
    return _as_page(kit, answer) if answer.status == 200 else None


def _as_page(kit: Kit, answer: Answer) -> Page | None:
    kind = answer.headers.get("content-type", "text/html").lower()
    if "html" not in kind and "xml" not in kind:
        return None
    if _is_binary(answer.body[:4_000]) and "utf-16" not in kind:
        return None  # something else that is called a page
    html = decode_html(answer.body, kind)
    moment = iso(kit.now())
    return Page(
        url=answer.url, html=html, headers=dict(answer.headers), cookies=dict(answer.cookies), fetched_at=moment
    )


def _is_binary(start: bytes) -> bool:
    """Return whether more than one byte in fifty is of a kind that no text has."""
    return sum(byte in _NO_TEXT for byte in start) * 50 > len(start)


def _left(deadline: float) -> float:
    return deadline - asyncio.get_running_loop().time()


def choose_pages(home: Page, own: str) -> list[str]:
    """Return the URLs of further pages to read, best first: linked ones by kind, then usual paths."""
    best: dict[str, str] = {}
    for url in _links(home, own):
        path = urlsplit(url).path.lower()
        if _NOT_A_PAGE.search(path) or path in ("", "/"):
            continue
        for kind, pattern in _KINDS:
            if pattern.search(path):
                known = best.get(kind)
                best[kind] = url if known is None or _weight(url) < _weight(known) else known
                break
    linked = [best[kind] for kind, _ in _KINDS if kind in best]
    usual = [clean_url(path, home.url) for kind, path in _USUAL_PATHS.items() if kind not in best]
    return list(dict.fromkeys([*linked, *(url for url in usual if url)]))


def _weight(url: str) -> tuple[int, int]:
    parts = urlsplit(url)
    return parts.path.strip("/").count("/"), len(url)


def _links(home: Page, own: str) -> Iterable[str]:
    for number, match in enumerate(_HREF.finditer(home.html)):
        if number >= MAX_LINKS:
            return
        url = clean_url(match[1].replace("&amp;", "&"), home.url)
        if url and registrable_domain(host_of(url)) == own:
            yield url.split("?", 1)[0]
