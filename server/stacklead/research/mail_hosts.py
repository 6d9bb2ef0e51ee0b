"""Which hosts take a domain's mail, and which of them say nothing by taking an address."""

import asyncio

import dns.exception
import dns.resolver

from stacklead.errors import SourceError
from stacklead.research.clean import words
from stacklead.research.source import Kit

LOOKUP_S = 3.0
MAX_HOSTS = 20  # of one domain that are read

# Hosts in front of the real mail server, and providers that judge after the message: most of them take whatever is
# asked for. What they refuse is refused, what they take says nothing.
_TAKE_ALL = words("""
    yahoodns.net pphosted.com ppe-hosted.com mimecast.com mimecast.co.za iphmx.com messagelabs.com barracudanetworks.com
    mailcontrol.com tmes.trendmicro.com tmems-mail.trendmicro.com antispamcloud.com hornetsecurity.com sophos.com
    fireeyecloud.com spamexperts.com mailspamprotection.com cloudfilter.net mxlogic.net retarus.com
    """)


async def find_mail_hosts(kit: Kit, domain: str) -> list[str]:
    """Return the hosts of a domain's MX records, best first; empty if it has none or says that it takes no mail.

    Raises:
        SourceError: `timeout` or `unavailable`, if no name server could answer.
    """
    try:
        answer = await asyncio.wait_for(kit.outbound.resolver.resolve(domain, "MX", lifetime=LOOKUP_S), LOOKUP_S)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (TimeoutError, dns.exception.Timeout) as exc:
        raise SourceError("no name server answered in time", reason="timeout") from exc
    except (dns.exception.DNSException, OSError) as exc:
        raise SourceError("the name servers could not answer", reason="unavailable") from exc
    records = [(record.preference, str(record.exchange).lower().rstrip(".")) for record in answer]
    return [host for _, host in sorted(records)[:MAX_HOSTS] if host]  # one MX of "." is no host (RFC 7505)


def takes_all(host: str) -> bool:
    """Return whether a mail host is known to take addresses that do not exist."""
    labels = host.split(".")
    return any(".".join(labels[start:]) in _TAKE_ALL for start in range(len(labels)))
