"""The company's own pages: what they say about the company; the people on them are for `team.py`."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import msgspec

from stacklead.models import Claim
from stacklead.research.claims import ClaimMaker, iso
from stacklead.research.clean import words
from stacklead.research.site.reading import Reading
from stacklead.research.site.visit import visit_site
from stacklead.research.source import Kit, Subject

_ELSEWHERE = 0.75  # how sure we are that a site on another domain, redirected to, is the same company's
_MARGIN_S = 0.7  # before the deadline: reading and answering take time too
_READ_S = 2.0

# Sites that companies without one of their own redirect to; what they say is not the company's.
_NOT_OWN = words(
    "facebook.com instagram.com linkedin.com twitter.com x.com youtube.com etsy.com amazon.com linktr.ee google.com"
)


class WebsiteSource:
    """Reads the home page and up to four more, robots.txt respected."""

    name = "website"

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return what the pages say.

        Raises:
            SourceError: the site could not be reached, may not be read, or took too long.
        """
        if subject.domain is None:
            return []
        reading, elsewhere = await self._reading(subject, kit, subject.domain)
        maker = ClaimMaker(source=self.name, fetched_at=iso(kit.now()))
        state = reading.state
        claims = maker.make(
            "signal.site", state, method="structured", url=reading.home_url, snippet=f"the site is {state}"
        )
        if state != "live":
            return claims
        subject.people = reading.people
        sure = _ELSEWHERE if elsewhere else 1.0
        if elsewhere:
            claims += maker.make("signal.redirect", elsewhere, method="structured", url=reading.home_url)
        for fact in reading.facts:
            claims += maker.make(
                fact.field,
                fact.value,
                method=fact.method,
                confidence=fact.confidence * sure,
                url=fact.url,
                snippet=fact.snippet,
            )
        return claims

    async def _reading(self, subject: Subject, kit: Kit, domain: str) -> tuple[Reading, str | None]:
        """Return what was read and the domain that the site redirects to, from the cache if it is there."""
        settings = kit.settings.source(self.name)
        kept: Any = await kit.cache.get(self.name, domain) if settings.ttl_s > 0 else None
        if isinstance(kept, dict) and "reading" in kept:
            known = cast(dict[str, Any], kept)
            return msgspec.convert(known["reading"], Reading), known.get("elsewhere")
        now = asyncio.get_running_loop().time()
        deadline = min(now + settings.timeout_s - _READ_S, subject.deadline - _READ_S - _MARGIN_S)
        visit = await visit_site(kit, domain, deadline)
        if visit.elsewhere in _NOT_OWN:
            reading = Reading(state="elsewhere", home_url=visit.pages[0].url)
        else:
            reading = await kit.reader.facts(visit.pages, visit.elsewhere or domain)
            subject.pages = visit.pages if reading.state == "live" else []
        if settings.ttl_s > 0:
            answer = {"reading": msgspec.to_builtins(reading), "elsewhere": visit.elsewhere}
            await kit.cache.put(self.name, domain, answer, settings.ttl_s)
        return reading, visit.elsewhere
