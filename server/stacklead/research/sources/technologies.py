"""Technologies on the company's pages, from the pages that the website source fetched."""

from collections.abc import Sequence
from typing import Any

import msgspec

from stacklead.models import Claim
from stacklead.research.claims import ClaimMaker, find_value, iso
from stacklead.research.site.reading import Tool
from stacklead.research.site.visit import fetch_page
from stacklead.research.source import Kit, Subject


class TechnologiesSource:
    """Matches fingerprints; fetches at most one page, when what the site says came from the cache."""

    name = "technologies"

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return the tools that the pages show, as one claim.

        Raises:
            SourceError: the pages could not be read.
        """
        if subject.domain is None or find_value(subject.claims, "signal.site") != "live":
            return []
        tools = await self._tools(subject, kit, subject.domain)
        sure = max((tool.confidence for tool in tools), default=0.0)
        snippet = "; ".join(f"{tool.name}: {tool.where} {tool.matched}" for tool in tools)
        maker = ClaimMaker(source=self.name, fetched_at=iso(kit.now()))
        claims = maker.make(
            "domain.tools",
            [tool.name for tool in tools],
            method="structured",
            confidence=sure,
            url=tools[0].url if tools else None,
            snippet=snippet,
        )
        return claims

    async def _tools(self, subject: Subject, kit: Kit, domain: str) -> list[Tool]:
        settings = kit.settings.source(self.name)
        kept: Any = await kit.cache.get(self.name, domain) if settings.ttl_s > 0 else None
        if isinstance(kept, dict) and "tools" in kept:
            return msgspec.convert(kept["tools"], list[Tool])
        pages = subject.pages
        if not pages:
            website = next((c.source_url for c in subject.claims if c.field == "signal.site"), None)
            page = await fetch_page(kit, website, subject.deadline) if website else None
            pages = [page] if page else []
        tools = await kit.reader.tools(pages) if pages else []
        if settings.ttl_s > 0 and pages:
            await kit.cache.put(self.name, domain, {"tools": msgspec.to_builtins(tools)}, settings.ttl_s)
        return tools
