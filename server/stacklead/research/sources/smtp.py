"""Whether the company's mail server takes any address: asked of the server itself, once per domain and day.

Off by default (`STACKLEAD_SMTP_PROBE`), because a careless probe harms the reputation of the address that it comes
from. Three answers: it takes any, it does not, or it is unknown, with the reason in words.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from email.utils import parseaddr
from urllib.parse import urlsplit

import msgspec

from stacklead.errors import AddressRefused, OutboundError
from stacklead.models import Claim
from stacklead.research import mailboxes, rcpt
from stacklead.research.claims import ClaimMaker, iso
from stacklead.research.domains import registrable_domain
from stacklead.research.mail_hosts import find_mail_hosts, takes_all
from stacklead.research.rcpt import Kind, Reply
from stacklead.research.source import Kit, Subject
from stacklead.settings import Settings

NAME = "smtp_probe"
FIELD = "email_catchall"
UNKNOWN = "signal.catchall"  # its value is a reason of `evidence`, its snippet the reason in words
CONNECT_S = 4.0  # seconds for one mail host
MAX_HOSTS = 2  # of one domain that are tried
RETRY_S = 3600  # no mail host could be reached: that may be our network, and is asked again sooner


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a domain: `value` None is unknown, and `reason` the code for that; `why` says it in words.

    `said` is what the server said; with `is_known` nobody was asked. `keep_s` is how long it is kept at most.
    """

    value: bool | None = None
    why: str
    said: str = ""
    reason: str = "source_failed"
    is_known: bool = False
    keep_s: int = 86_400


class SmtpSource:
    """Asks the domain's mail host for two addresses that nobody can have."""

    name = NAME

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return whether any address is taken, or why that is unknown.

        Raises:
            SourceError: no name server answered, or mail servers are left alone for the moment.
        """
        domain = subject.mail_domain
        if domain is None or registrable_domain(domain) is None:
            return []
        verdict = _known(domain) or await self._find_kept(domain, kit)
        maker = ClaimMaker(source=self.name, fetched_at=iso(kit.now()))
        if verdict.value is None:
            return maker.make(UNKNOWN, verdict.reason, method="structured", snippet=_sentence(verdict))
        method = "derived" if verdict.is_known else "structured"
        return maker.make(FIELD, verdict.value, method=method, snippet=_sentence(verdict))

    async def _find_kept(self, domain: str, kit: Kit) -> Verdict:
        """Return what the server said earlier today, else ask; leads of one domain that come at once ask once."""
        async with kit.guard.alone(self.name, domain):
            settings = kit.settings.source(self.name)
            kept = await kit.cache.get(self.name, domain) if settings.ttl_s > 0 else None
            if kept is not None:
                return msgspec.convert(kept, Verdict)
            hosts = await find_mail_hosts(kit, domain)
            verdict = await _ask_hosts(domain, hosts, kit)
            keep_s = min(settings.ttl_s, verdict.keep_s)
            if keep_s > 0:
                await kit.cache.put(self.name, domain, msgspec.to_builtins(verdict), keep_s)
            return verdict


def _known(domain: str) -> Verdict | None:
    """Return what needs no question."""
    if mailboxes.is_relay(domain):
        why = "The address belongs to a forwarding service, which says nothing of the mailbox behind it."
        return Verdict(why=why, reason="not_found", is_known=True)
    if mailboxes.is_disposable(domain):
        return Verdict(value=True, why="A throw-away service takes any address.", is_known=True)
    if mailboxes.is_personal(domain):
        why = "A provider of private mailboxes refuses addresses that nobody has."
        return Verdict(value=False, why=why, is_known=True)
    return None


async def _ask_hosts(domain: str, hosts: Sequence[str], kit: Kit) -> Verdict:
    if not hosts:
        return Verdict(why=f"{domain} names no mail host that could be asked.", reason="not_found")
    name = own_name(kit.settings)
    if name is None:
        why = "StackLead has no public name to introduce itself with: set STACKLEAD_BASE_URL or STACKLEAD_MAIL_FROM."
        return Verdict(why=why, keep_s=0)
    settings = kit.settings.source(NAME)
    await kit.guard.wait_turn(NAME, settings.rate_per_s, settings.timeout_s)
    try:
        async with asyncio.timeout(settings.timeout_s):
            return await _ask_first(domain, hosts[:MAX_HOSTS], name, kit)
    except TimeoutError:
        return Verdict(why=f"{hosts[0]} did not answer in time, as servers that let strangers wait do.")


async def _ask_first(domain: str, hosts: Sequence[str], name: str, kit: Kit) -> Verdict:
    """Ask the first host that can be reached."""
    for host in hosts:
        try:
            connection = await kit.outbound.dial(host, kit.settings.source(NAME).port, timeout_s=CONNECT_S)
        except AddressRefused:
            return Verdict(why=f"{host} is on a private or special network, which is not called.")
        except OutboundError:
            continue
        kit.guard.succeeded(NAME)
        return _judge(host, await _talk(connection, domain, name))
    kit.guard.failed(NAME)
    port = kit.settings.source(NAME).port
    why = f"{hosts[0]} could not be reached on port {port}, which many networks close."
    return Verdict(why=why, keep_s=RETRY_S)


async def _talk(connection: socket.socket, domain: str, name: str) -> list[Reply]:
    try:
        return await rcpt.ask(connection, domain=domain, name=name)
    finally:
        connection.close()


_UNKNOWN_WHY: dict[Kind, str] = {
    Kind.BLOCKED: "{host} refuses to talk to this machine; it said nothing of the address.",
    Kind.LATER: "{host} lets strangers come back later, and is not asked twice in a day.",
    Kind.UNCLEAR: "{host} gave an answer that says nothing of the address.",
    Kind.SILENT: "{host} did not answer in time, or closed the connection.",
}


def _judge(host: str, replies: Sequence[Reply]) -> Verdict:
    """Return the verdict on a domain from the answers of its mail host: yes and no only if all agree."""
    said = f"{host}: {'; '.join(reply.said for reply in replies if reply.said)}".removesuffix(": ")
    kinds = {reply.kind for reply in replies}
    if kinds == {Kind.REFUSED}:
        return Verdict(value=False, why=f"{host} refused addresses that nobody can have.", said=said)
    if kinds == {Kind.TAKEN}:
        if takes_all(host):
            why = f"{host} takes every address and judges later, so its yes says nothing."
            return Verdict(why=why, said=said, reason="not_found")
        return Verdict(value=True, why=f"{host} took addresses that nobody can have.", said=said)
    if kinds == {Kind.REFUSED, Kind.TAKEN}:
        why = f"{host} took one address that nobody can have and refused another."
        return Verdict(why=why, said=said, reason="not_found")
    return Verdict(why=_UNKNOWN_WHY[replies[-1].kind].format(host=host), said=said)


def _sentence(verdict: Verdict) -> str:
    return f"{verdict.why} ({verdict.said})" if verdict.said else verdict.why


def own_name(settings: Settings) -> str | None:
    """Return the name that mail servers are told (EHLO): the host of the base URL, else the domain of our mail.

    None if neither is a name of the open internet: an improper greeting looks like that of a spammer.
    """
    try:
        host = urlsplit(settings.base_url).hostname or ""
    except ValueError:
        host = ""
    senders = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    return next((name for name in (host.lower(), senders.lower()) if _is_public_name(name)), None)


def _is_public_name(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return registrable_domain(name) is not None and not name.endswith((".local", ".localhost", ".internal"))
    return False
