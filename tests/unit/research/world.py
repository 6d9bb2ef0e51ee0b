"""A small internet for tests of research: addresses and their answers, DNS names and their records."""

from datetime import UTC, datetime

import dns.rdata
import dns.resolver

from stacklead.errors import OutboundError
from stacklead.outbound import Answer
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


def make_kit(answers=None, records=None, env=None, **settings):
    environ = {"STACKLEAD_GRAVATAR_RATE_PER_S": "0", "STACKLEAD_TRANCO_RATE_PER_S": "0"} | (env or {})
    made = Settings(source_settings=read_source_settings(environ), **settings)
    return Kit(settings=made, outbound=FakeWeb(answers, records), cache=DictCache(), now=lambda: NOW)
