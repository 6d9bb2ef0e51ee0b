"""Finds technologies on pages: fingerprints over scripts, HTML, headers, cookies and meta, and our own overlay."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from stacklead.research.clean import clean_text
from stacklead.research.site.document import cut
from stacklead.research.site.fingerprints import ALIASES, Fingerprints, PatternSet, load_fingerprints
from stacklead.research.site.page import Page
from stacklead.research.site.reading import Tool

MAX_HTML = 300_000  # characters of a page that are matched
MAX_SCRIPTS = 400  # script addresses per page
MAX_TOOLS = 150
MIN_CONFIDENCE = 50  # of 100, summed over the hits of one technology
IMPLIED = 0.6  # how sure we are of what another technology implies

_SCRIPT_SRC = re.compile(r"""<script\b[^<>]{0,2000}?\bsrc\s{0,5}=\s{0,5}["']?([^"'\s<>]{1,1000})""", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b[^<>]{0,2000}>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)
_HOST = re.compile(r"""//([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6})(/[^\s"'<>\\]{0,120})?""", re.IGNORECASE)
_ANCHOR = re.compile(r"<a\s[^<>]{0,2000}>", re.IGNORECASE)
_META = re.compile(r"<meta\b[^<>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""\b(name|property|content)\s{0,5}=\s{0,5}(?:"([^"<>]{0,500})"|'([^'<>]{0,500})')""", re.IGNORECASE
)


@dataclass(slots=True)
class _Hit:
    name: str
    sure: int
    where: str
    matched: str
    url: str


def find_tools(pages: Sequence[Page]) -> list[Tool]:
    """Return the technologies on the pages of one site, sorted by name; the first page is the home page.

    What is a 2014 name of a tool is given beside today's.
    """
    prints = load_fingerprints()
    hits = [hit for number, page in enumerate(pages[:5]) for hit in _hits(page, prints, is_home=number == 0)]
    best: dict[str, _Hit] = {}
    sums: dict[str, int] = {}
    for hit in hits:
        sums[hit.name] = min(100, sums.get(hit.name, 0) + hit.sure)
        best.setdefault(hit.name, hit)
    sure = {name: hit for name, hit in best.items() if sums[name] >= MIN_CONFIDENCE}
    _apply_relations(sure, prints)
    tools = [_tool(hit, sums.get(name, 100) / 100) for name, hit in sure.items()]
    tools += _implied(sure, prints)
    named = {tool.name for tool in tools}
    for tool in list(tools):
        alias = ALIASES.get(tool.name)
        if alias and alias not in named:
            named.add(alias)
            tools.append(
                Tool(name=alias, where=tool.where, matched=tool.matched, url=tool.url, confidence=tool.confidence)
            )
    return sorted(tools, key=lambda tool: (tool.name.casefold(), tool.name))[:MAX_TOOLS]


def _tool(hit: _Hit, sure: float) -> Tool:
    return Tool(
        name=hit.name, where=hit.where, matched=clean_text(hit.matched, 120) or "", url=hit.url, confidence=sure
    )


def _hits(page: Page, prints: Fingerprints, *, is_home: bool) -> Iterator[_Hit]:
    html = page.html[:MAX_HTML]

    def found(rows: Iterator[tuple[str, int]], where: str, matched: str) -> Iterator[_Hit]:
        for name, sure in rows:
            yield _Hit(name, sure, where, matched, page.url)

    for match, _ in zip(_SCRIPT_SRC.finditer(html), range(MAX_SCRIPTS), strict=False):
        yield from found(prints.sets["script"].search(match[1]), "script", match[1])
    yield from _overlay(page, html, prints)
    yield from _metas(html, prints, found)
    if not is_home:
        return
    yield from found(prints.sets["html"].search(html), "html", "pattern in the page")
    yield from found(prints.sets["inline"].search(inline_scripts(html)), "script text", "pattern in a script")
    yield from found(prints.sets["url"].search(page.url), "url", page.url)
    for kind, values in (("header", page.headers), ("cookie", page.cookies)):
        yield from _named(kind, values, prints, found)
    yield from _by_selectors(page, html, prints)


def inline_scripts(html: str) -> str:
    """Return the text of all scripts that stand in the page itself."""
    texts: list[str] = []
    place = 0
    while start := _SCRIPT.search(html, place):
        end = _SCRIPT_END.search(html, start.end())
        place = end.start() if end else len(html)
        texts.append(html[start.end() : place])
    return "\n".join(texts)


_Found = Callable[[Iterator[tuple[str, int]], str, str], Iterator[_Hit]]


def _named(kind: str, values: Any, prints: Fingerprints, found: _Found) -> Iterator[_Hit]:
    rules = prints.named[kind]
    stars = [(name[:-1], rule) for name, rule in rules.items() if name.endswith("*")]
    for name, value in list(values.items())[:200]:
        lowered = name.lower()
        if lowered in rules:
            yield from found(rules[lowered].search(value[:2_000]), kind, f"{name}: {value}")
        for start, rule in stars:
            if lowered.startswith(start):
                yield from found(rule.search(value[:2_000]), kind, name)


def _metas(html: str, prints: Fingerprints, found: _Found) -> Iterator[_Hit]:
    for match, _ in zip(_META.finditer(html), range(300), strict=False):
        parts = {row[1].lower(): row[2] or row[3] or "" for row in _ATTRIBUTE.finditer(match[0])}
        name = (parts.get("name") or parts.get("property") or "").lower()
        rule = prints.named["meta"].get(name)
        if rule is not None:
            content = parts.get("content", "")
            yield from found(rule.search(content), "meta", f"{name}: {content}")


def _overlay(page: Page, html: str, prints: Fingerprints) -> Iterator[_Hit]:
    """Yield the hits of our own rules; links that people click say nothing about what the page uses."""
    text = _ANCHOR.sub(" ", html)
    for host, path in sorted({(m[1].lower(), m[2] or "") for m in _HOST.finditer(text)}):
        labels = host.split(".")
        for start in range(len(labels) - 1):
            for prefix, name in prints.hosts.get(".".join(labels[start:]), []):
                if path.startswith(prefix):
                    yield _Hit(name, 100, "address", f"{host}{path}", page.url)
    for needle, name in prints.inline:
        if needle in text:
            yield _Hit(name, 100, "script text", needle, page.url)


def _by_selectors(page: Page, html: str, prints: Fingerprints) -> Iterator[_Hit]:
    lowered = html.lower()
    wanted = [row for row in prints.selectors if row[1] and all(literal in lowered for literal in row[1])]
    if not wanted:
        return
    tree = LexborHTMLParser(cut(html))
    for name, _, attribute, pattern, selector in wanted:
        try:
            nodes = tree.css(selector)[:20]
        except Exception:  # noqa: BLE001, S112 - a selector that this parser does not know
            continue
        for node in nodes:
            value = _value(node, attribute)
            if value is not None and (pattern is None or _fits(pattern, value)):
                yield _Hit(name, 100 if pattern is None else pattern_confidence(pattern), "element", selector, page.url)
                break


def _value(node: LexborNode, attribute: str) -> str | None:
    if attribute == "text":
        return (node.text() or "")[:5_000]
    return (node.attributes.get(attribute) or "")[:5_000] if not attribute or attribute in node.attributes else None


def _fits(pattern: PatternSet, value: str) -> bool:
    return next(pattern.search(value), None) is not None


def pattern_confidence(pattern: PatternSet) -> int:
    """Return the confidence of a set of one pattern."""
    return pattern.rows[0][1] if pattern.rows else pattern.slow[0][1][1]


def _apply_relations(found: dict[str, _Hit], prints: Fingerprints) -> None:
    """Drop technologies that need another one which is not there, or that another one rules out."""
    categories = {str(cat) for name in found for cat in prints.entries.get(name, {}).get("cats", [])}
    for name in list(found):
        entry = prints.entries.get(name, {})
        needs, needs_category = entry.get("requires", []), entry.get("requiresCategory", [])
        if (needs and not any(one in found for one in needs)) or (
            needs_category and not any(one in categories for one in needs_category)
        ):
            del found[name]
    for name in list(found):
        for other in prints.entries.get(name, {}).get("excludes", []):
            found.pop(other, None)


def _implied(found: dict[str, _Hit], prints: Fingerprints) -> list[Tool]:
    """Return what the found technologies rest on, two steps deep."""
    tools: dict[str, Tool] = {}
    edge = list(found)
    for _ in range(2):
        following: list[str] = []
        for name in edge:
            for other in prints.entries.get(name, {}).get("implies", []):
                if other not in found and other not in tools:
                    hit = found.get(name)
                    url = hit.url if hit else tools[name].url
                    tools[other] = Tool(name=other, where="implied", matched=name, url=url, confidence=IMPLIED)
                    following.append(other)
        edge = following
    return list(tools.values())
