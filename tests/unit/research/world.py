"""A small internet for tests of research: addresses and their answers, DNS names and their records."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import urljoin

import dns.rdata
import dns.resolver
import msgspec

from stacklead.demo.exchange import Request
from stacklead.demo.names import Zone
from stacklead.demo.public_apis import PublicApis
from stacklead.demo.websites import Websites
from stacklead.errors import OutboundError
from stacklead.outbound import Answer
from stacklead.research.pipeline import make_subject, research
from stacklead.research.reader import found_in
from stacklead.research.site import child
from stacklead.research.site.reading import Reading, Tool
from stacklead.research.source import Kit
from stacklead.settings import Settings, read_source_settings

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class FakeResolver:
    """`records` maps (name, type) to record texts, or to an exception; unknown names do not exist."""

    def __init__(self, records):
        self.records = records
        self.names = {name for name, _ in records}

    async def resolve(self, qname, rdtype="A", *, lifetime=None):
        found = self.records.get((qname, rdtype))
        if isinstance(found, Exception):
            raise found
        if found is None:
            raise dns.resolver.NoAnswer if qname in self.names else dns.resolver.NXDOMAIN
        return [dns.rdata.from_text("IN", rdtype, text) for text in found]


class FakeWeb:
    """`answers` maps a URL to a body, an Answer or an exception; whatever is not in it cannot be reached."""

    def __init__(self, answers=None, records=None):
        self.answers = answers or {}
        self.resolver = FakeResolver(records or {})
        self.calls = []

    async def fetch(self, method, url, *, timeout_s, max_bytes, headers=None, truncate=False, **_):
        self.calls.append((url, dict(headers or {})))
        found = self.answers.get(url)
        if found is None:
            raise OutboundError("no connection")
        if isinstance(found, Exception):
            raise found
        if callable(found):
            found = await found()
        if isinstance(found, str | bytes):
            found = page(found, url=url)
        if len(found.body) > max_bytes:
            if not truncate:
                raise OutboundError("too large")
            return page(found.body[:max_bytes], url=found.url, status=found.status, headers=found.headers)
        return found

    @property
    def urls(self):
        return [url for url, _ in self.calls]


class DictCache:
    """Keeps answers in memory, for ever."""

    def __init__(self):
        self.kept = {}

    async def get(self, source, subject):
        return self.kept.get((source, subject))

    async def put(self, source, subject, answer, ttl_s):
        self.kept[source, subject] = answer


def page(body, *, url="https://site.example/", status=200, headers=None, cookies=None):
    content = body.encode() if isinstance(body, str) else body
    headers = headers or {"content-type": "text/html; charset=utf-8"}
    return Answer(url=url, status=status, headers=headers, body=content, took_ms=1, cookies=cookies or {})


class InlineReader:
    """Reads pages in this process, through the same JSON as the child."""

    async def facts(self, pages, domain):
        return msgspec.convert(self._ask("facts", pages, domain), Reading)

    async def tools(self, pages):
        return msgspec.convert(self._ask("tools", pages, ""), list[Tool])

    def _ask(self, task, pages, domain):
        return found_in(child.answer(msgspec.json.encode(child.Question(task=task, domain=domain, pages=list(pages)))))


class DemoWeb(FakeWeb):
    """The demo internet without a network: its websites, public APIs and zone, called directly."""

    def __init__(self, world):
        super().__init__()
        self.websites, self.apis = Websites(world), PublicApis(world, clock=NOW.timestamp)
        self.resolver = ZoneResolver(Zone(world))

    async def fetch(self, method, url, *, timeout_s, max_bytes, headers=None, truncate=False, max_redirects=0, **_):
        self.calls.append((url, dict(headers or {})))
        for _ in range(max_redirects + 1):
            request = Request(method=method, url=url, headers={})
            reply = self.apis.answer(request) or self.websites.answer(request)
            if reply is None or reply.stream or reply.delay_s:
                raise OutboundError("no connection") from (TimeoutError() if reply and reply.delay_s else None)
            location = reply.headers.get("Location")
            if not location:
                break
            url = urljoin(url, location)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return page(reply.body[:max_bytes], url=url, status=reply.status, headers=headers)


class ZoneResolver:
    def __init__(self, zone):
        self.zone = zone

    async def resolve(self, qname, rdtype="A", *, lifetime=None):
        records = self.zone.records(qname)
        if records is None:
            raise dns.resolver.NXDOMAIN
        if not records.get(rdtype):
            raise dns.resolver.NoAnswer
        quoted = [f'"{text}"' if rdtype == "TXT" else text for text in records[rdtype]]
        return [dns.rdata.from_text("IN", rdtype, text) for text in quoted]


def make_kit(answers=None, records=None, env=None, web=None, **settings):
    environ = {"STACKLEAD_GRAVATAR_RATE_PER_S": "0", "STACKLEAD_TRANCO_RATE_PER_S": "0"} | (env or {})
    made = Settings(source_settings=read_source_settings(environ), **settings)
    return Kit(
        settings=made,
        outbound=web or FakeWeb(answers, records),
        cache=DictCache(),
        now=lambda: NOW,
        reader=InlineReader(),
    )


def research_now(lead, kit=None, **options):
    return asyncio.run(research(lead, kit or make_kit(), **options))


def find(source, lead, kit=None, claims=()):
    """Run one source over a lead."""

    async def run():
        subject = make_subject(lead)
        subject.claims.extend(claims)
        return list(await source.find(subject, kit or make_kit()))

    return asyncio.run(run())


def values(claims):
    """Return the first value of each field."""
    found = {}
    for claim in claims:
        found.setdefault(claim.field, claim.value)
    return found
