"""One page taken apart, once: meta, links, structured data, and the text in reading order; everything bounded."""

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from selectolax.lexbor import LexborHTMLParser, LexborNode

from stacklead.research.clean import clean_text, clean_url, words
from stacklead.research.site.page import Page

MAX_TAGS = 15_000  # tags of a page that are looked at: the parser's time grows with the square of their depth
MAX_CHARS = 1_000_000
MAX_LINKS = 3_000
MAX_BLOCKS = 4_000  # pieces of text
MAX_NODES = 3_000  # objects of structured data
MAX_DEPTH = 12  # of structured data
MAX_SCRIPTS = 30  # scripts of structured data

_OPENING = re.compile(r"<[a-zA-Z]")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$"
)
_SKIPPED = words("script style noscript template svg iframe textarea select")
# Bold is not among them: names and titles often stand in one line, one of them bold.
_INLINE = words("a abbr bdi bdo cite code em font i kbd mark q s small span sub sup u time")


@dataclass(slots=True)
class Block:
    """A piece of text as it stands on the page, with the links and pictures in and directly around it.

    `element` is the number of the innermost element around it that is not merely inline.
    """

    text: str
    tag: str
    links: list[str] = field(default_factory=list[str])
    image: str | None = None
    element: int = 0


@dataclass(slots=True)
class Element:
    """Where an element stands: the number of the one around it, and the blocks inside it, `first` to before `end`."""

    parent: int
    first: int
    end: int = 0


@dataclass(slots=True)
class Thing:
    """One object of structured data: `path` are the keys that lead to it from the top."""

    data: dict[str, Any]
    path: tuple[str, ...]

    @property
    def types(self) -> frozenset[str]:
        """Its schema.org types, in lower case without a namespace."""
        raw = self.data.get("@type")
        names = cast(list[Any], raw) if isinstance(raw, list) else [raw]
        return frozenset(re.split(r"[/:#]", n)[-1].lower() for n in names[:5] if isinstance(n, str) and len(n) < 200)


@dataclass(slots=True)
class Document:
    """A page in parts; URLs are absolute and harmless, texts are clean."""

    url: str
    title: str | None
    meta: dict[str, str]
    icons: list[tuple[str, str]]  # (rel, URL)
    links: list[str]  # URLs, and mailto: with an address; each once
    things: list[Thing]
    blocks: list[Block]
    elements: list[Element]  # the first one is the body, its own parent


def read_document(page: Page) -> Document:
    """Take a page apart. The work is bounded, whatever the page is."""
    tree = LexborHTMLParser(cut(page.html))
    blocks, elements = _blocks(tree, page.url)
    return Document(
        url=page.url,
        title=_title(tree),
        meta=_meta(tree),
        icons=_icons(tree, page.url),
        links=_links(tree, page.url),
        things=_things(tree),
        blocks=blocks,
        elements=elements,
    )


def cut(html: str) -> str:
    """Return the page up to its `MAX_TAGS`-th tag."""
    text = html[:MAX_CHARS]
    for number, match in enumerate(_OPENING.finditer(text)):
        if number >= MAX_TAGS:
            return text[: match.start()]
    return text


def _title(tree: LexborHTMLParser) -> str | None:
    node = tree.css_first("head title") or tree.css_first("title")
    return clean_text(node.text(), 300) if node else None


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta")[:300]:
        key = _attribute(node, "property") or _attribute(node, "name") or _attribute(node, "itemprop")
        value = clean_text(_attribute(node, "content"), 1_000)
        if key and value:
            found.setdefault(key.strip().lower()[:100], value)
    return found


def _attribute(node: LexborNode, name: str) -> str | None:
    return node.attributes.get(name)


def _icons(tree: LexborHTMLParser, base: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for node in tree.css("link[rel][href]")[:200]:
        rel = (_attribute(node, "rel") or "").lower()
        url = clean_url(_attribute(node, "href"), base)
        if "icon" in rel and url:
            found.append((rel, url))
    return found


def _links(tree: LexborHTMLParser, base: str) -> list[str]:
    found = (link_target(_attribute(node, "href"), base) for node in tree.css("a[href]")[:MAX_LINKS])
    return list(dict.fromkeys(url for url in found if url))


@lru_cache(maxsize=4_096)  # menus repeat their links on every page
def link_target(href: str | None, base: str) -> str | None:
    """Return a link's absolute http(s) URL, or `mailto:` and its address, or None."""
    text = (href or "").strip()
    if text[:7].lower() == "mailto:":
        return "mailto:" + text[7:].split("?", 1)[0][:254]
    return clean_url(text, base) if text else None


def _things(tree: LexborHTMLParser) -> list[Thing]:
    found: list[Thing] = []
    scripts = [n for n in tree.css("script[type]") if "ld+json" in (_attribute(n, "type") or "").lower()]
    for node in scripts[:MAX_SCRIPTS]:
        text = _WRAPPING.sub("", (node.text() or "")[:MAX_CHARS].strip())
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        found.extend(_walk(data, MAX_NODES - len(found)))
    return found


def _walk(data: Any, limit: int) -> Iterator[Thing]:
    """Yield the typed objects, outer ones first, at most `limit` and not deeper than `MAX_DEPTH`."""
    waiting: deque[tuple[Any, tuple[str, ...]]] = deque([(data, ())])
    seen = yielded = 0
    while waiting and yielded < limit and seen < MAX_NODES * 20:
        value, path = waiting.popleft()
        seen += 1
        if isinstance(value, dict):
            row = cast(dict[str, Any], value)
            if "@type" in row:
                yielded += 1
                yield Thing(row, path)
            if len(path) < MAX_DEPTH:
                waiting.extend((inner, (*path, key)) for key, inner in list(row.items())[:100])
        elif isinstance(value, list):
            waiting.extend((inner, path) for inner in cast(list[Any], value)[:500])


def _blocks(tree: LexborHTMLParser, base: str) -> tuple[list[Block], list[Element]]:
    """Return the text of the body, one block per element that is not merely inline, and those elements."""
    if tree.body is None:
        return [], []
    writer = _BlockWriter(base)
    stack: list[tuple[LexborNode, bool]] = [(tree.body, False)]
    while stack and len(writer.found) < MAX_BLOCKS:
        node, is_end = stack.pop()
        tag = node.tag or ""
        if tag == "-text":
            writer.pieces.append(node.text_content or "")
            continue
        if tag in _SKIPPED or tag.startswith(("_", "-", "!")):
            continue
        if tag not in _INLINE:
            writer.close(tag)
        if is_end:
            writer.leave(tag)
            continue
        writer.enter(tag, node)
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(list(_children(node))))
    for element in writer.elements:
        element.end = element.end or len(writer.found)
    return writer.found, writer.elements


@dataclass(slots=True)
class _BlockWriter:
    """Collects text until the block that it stands in ends."""

    base: str
    found: list[Block] = field(default_factory=list[Block])
    elements: list[Element] = field(default_factory=list[Element])
    inside: int = 0  # the innermost element that is open
    pieces: list[str] = field(default_factory=list[str])
    links: list[str] = field(default_factory=list[str])
    image: str | None = None

    def close(self, tag: str) -> None:
        """End a block; links without a text of their own belong to the one before, if that is in the same element."""
        text = clean_text("".join(self.pieces)[:2_000], 300)
        self.pieces = []
        if text:
            self.found.append(Block(text, tag, self.links, self.image, self.inside))
            self.links, self.image = [], None
        elif self.links and self._has_blocks():
            self.found[-1].links.extend(self.links)
            self.links = []

    def leave(self, tag: str) -> None:
        """End an element; a picture below its text is not that of the next one."""
        if tag in _INLINE:
            return
        if self.image and tag != "img" and self._has_blocks():
            self.found[-1].image = self.found[-1].image or self.image
            self.image = None
        element = self.elements[self.inside]
        element.end = len(self.found)
        self.inside = element.parent

    def _has_blocks(self) -> bool:
        return bool(self.elements) and len(self.found) > self.elements[self.inside].first

    def enter(self, tag: str, node: LexborNode) -> None:
        """Note what an element brings besides text."""
        if tag not in _INLINE:
            self.elements.append(Element(parent=self.inside, first=len(self.found)))
            self.inside = len(self.elements) - 1
        if tag == "a":
            target = link_target(_attribute(node, "href"), self.base)
            self.links += [target] if target else []
        elif tag == "img":
            self.image = clean_url(_attribute(node, "src"), self.base) or self.image
            alt = clean_text(_attribute(node, "alt"), 200)
            if alt:
                self.found.append(Block(alt, "img", element=self.inside))


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next
