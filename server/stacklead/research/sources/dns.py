"""The domain's public DNS records: who hosts its mail, and which services it has verified itself with."""

import asyncio
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import dns.exception
import dns.resolver

from stacklead.errors import SourceError
from stacklead.models import Claim
from stacklead.research.claims import ClaimMaker, iso
from stacklead.research.domains import registrable_domain
from stacklead.research.source import Kit, Subject

_DATA = Path(__file__).parents[1] / "data" / "dns_tools.json"
_MAX_RECORDS = 100  # per question; more is not a mail set-up but an attack
_MAX_CHARS = 1_000  # per record

Records = list[str] | None  # None: the name does not exist


class DnsSource:
    """Asks MX, TXT and the CNAME of `www`, at once, of the resolver that everything outward uses."""

    name = "dns"

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return mail host, tools, and whether mail can arrive.

        Raises:
            SourceError: no name server answered in time.
        """
        mail_domain = subject.mail_domain
        if mail_domain is None or registrable_domain(mail_domain) is None:
            return []
        own = _own_domains(subject, mail_domain)
        (mx, address), *records = await asyncio.gather(
            _ask_all(kit, [(mail_domain, "MX"), (mail_domain, "A")]),
            *(_ask_all(kit, [(name, "MX"), (name, "TXT"), (f"www.{name}", "CNAME")]) for name in own),
        )
        maker = ClaimMaker(source=self.name, fetched_at=iso(kit.now()))
        return _mail(maker, mail_domain, mx, address) + _tool_claim(maker, _tools(records))


def _own_domains(subject: Subject, mail_domain: str) -> list[str]:
    """Return the domains whose records speak of the company: a mail provider's do not."""
    is_provider = subject.is_true("domain.personal") or subject.is_true("domain.disposable")
    names = {subject.domain} if is_provider else {mail_domain, subject.domain}
    return sorted(name for name in names if name)


async def _ask_all(kit: Kit, questions: Sequence[tuple[str, str]]) -> list[Records]:
    return list(await asyncio.gather(*(_ask(kit, name, kind) for name, kind in questions)))


async def _ask(kit: Kit, name: str, kind: str) -> Records:
    timeout_s = kit.settings.source("dns").timeout_s
    try:
        answer = await asyncio.wait_for(kit.outbound.resolver.resolve(name, kind, lifetime=timeout_s), timeout_s)
    except dns.resolver.NXDOMAIN:
        return None
    except dns.resolver.NoAnswer:
        return []
    except TimeoutError as exc:
        raise SourceError("no name server answered in time", reason="timeout") from exc
    except dns.exception.Timeout as exc:
        raise SourceError("no name server answered in time", reason="timeout") from exc
    except (dns.exception.DNSException, OSError) as exc:
        raise SourceError("the name servers could not answer", reason="unavailable") from exc
    return [_text(record, kind) for record, _ in zip(answer, range(_MAX_RECORDS), strict=False)]


def _text(record: Any, kind: str) -> str:
    if kind == "TXT":
        return b"".join(record.strings).decode("utf-8", "replace")[:_MAX_CHARS]
    if kind == "MX":
        return str(record.exchange).lower().rstrip(".")
    if kind == "CNAME":
        return str(record.target).lower().rstrip(".")
    return str(record)


def _mail(maker: ClaimMaker, domain: str, mx: Records, address: Records) -> list[Claim]:
    if mx is None:
        return maker.make("signal.mail", "no_domain", method="structured", snippet=f"{domain} does not exist")
    if mx and any(host for host in mx):
        return maker.make("signal.mail", "ok", method="structured", snippet=f"{domain} MX {', '.join(mx[:3])}")
    if mx or not address:  # one MX of "." says: no mail here (RFC 7505)
        return maker.make("signal.mail", "none", method="structured", snippet=f"{domain} has no mail host")
    return maker.make("signal.mail", "implicit", method="structured", snippet=f"{domain} has no MX, but an address")


@cache
def _table() -> dict[str, dict[str, str]]:
    return json.loads(_DATA.read_text(encoding="utf-8"))


def _tools(records: Sequence[Sequence[Records]]) -> dict[str, str]:
    """Return tool names with the record that shows each, from (MX, TXT, CNAME) records of each domain."""
    table = _table()
    found: dict[str, str] = {}
    for mx, txt, cname in records:
        for host in sorted(mx or []):
            _note(found, _by_suffix(table["mx"], host), f"MX {host}")
        for record in sorted(txt or []):
            _from_text(found, table, record)
        for target in sorted(cname or []):
            _note(found, _by_suffix(table["cname"], target), f"CNAME www {target}")
    return found


def _from_text(found: dict[str, str], table: dict[str, dict[str, str]], record: str) -> None:
    lowered = record.lower().strip()
    if not lowered.startswith("v=spf1"):
        name = next((tool for token, tool in table["txt"].items() if lowered.startswith(token)), None)
        _note(found, name, f"TXT {record[:40]}")
        return
    for word in lowered.split()[:60]:
        kind, _, host = word.lstrip("+").replace("redirect=", "include:").partition(":")
        if kind == "include":
            _note(found, _by_suffix(table["spf"], host), f"SPF include:{host}")


def _note(found: dict[str, str], tool: str | None, shown: str) -> None:
    if tool:
        found.setdefault(tool, shown)


def _by_suffix(table: dict[str, str], host: str) -> str | None:
    labels = host.split(".")
    return next((table[name] for i in range(len(labels)) if (name := ".".join(labels[i:])) in table), None)


def _tool_claim(maker: ClaimMaker, found: dict[str, str]) -> list[Claim]:
    snippet = "; ".join(f"{tool}: {shown}" for tool, shown in sorted(found.items()))
    return maker.make("domain.tools", sorted(found), method="structured", snippet=snippet)
