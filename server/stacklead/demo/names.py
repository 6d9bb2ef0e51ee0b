"""The DNS server of the demo internet: UDP and TCP on loopback, answering from the world.

Websites and public APIs resolve into 198.51.100.0/24 (RFC 5737, for documentation), `localhost` to this machine,
and every other name does not exist.
"""

import asyncio
import struct
import zlib
from collections.abc import Collection, Iterator
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

from stacklead.demo.streams import StreamServer
from stacklead.demo.world import Company, World

TTL_S = 5  # short: a test changes a record and asks again
MAX_MESSAGE_BYTES = 4096
IDLE_S = 10.0  # a TCP client that says nothing is dropped
API_HOSTS = ("api.gravatar.com", "www.gravatar.com", "gravatar.com", "0.gravatar.com", "tranco-list.eu")


def address_of(host: str) -> str:
    """Return the made-up address of a host in 198.51.100.0/24; the same name always has the same one."""
    return f"198.51.100.{10 + zlib.crc32(host.encode()) % 240}"


class Zone:
    """Answers questions about names from the world as it is at this moment."""

    def __init__(self, world: World) -> None:
        self._world = world

    def records(self, name: str) -> dict[str, list[str]] | None:
        """Return the records of a name by type, in zone-file text; None if the name does not exist."""
        name = name.lower().rstrip(".")
        if name == "localhost" or name.endswith(".localhost"):
            return {"A": ["127.0.0.1"], "AAAA": ["::1"]}
        company = self._world.find_by_host(name)
        if company is not None:
            return _company_records(company, name)
        if name in API_HOSTS or name in self._mail_hosts():
            return {"A": [address_of(name)]}
        parents = (c for c in self._world.companies for host in (c.domain, *c.records) if host.endswith(f".{name}"))
        return {} if next(parents, None) else None

    def _mail_hosts(self) -> set[str]:
        return {record.split()[-1] for c in self._world.companies for record in c.mx}

    def answer(self, message: bytes) -> bytes | None:
        """Return the answer to one DNS message, or None for something that is none."""
        try:
            question = dns.message.from_wire(message)
            reply = dns.message.make_response(question, recursion_available=True)
        except (dns.exception.DNSException, ValueError):
            return None
        reply.flags |= dns.flags.AA
        if len(question.question) != 1:
            reply.set_rcode(dns.rcode.FORMERR)
            return reply.to_wire()
        name, kind = question.question[0].name.to_text(), dns.rdatatype.to_text(question.question[0].rdtype)
        records = self.records(name)
        if records is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        else:
            reply.answer.extend(self._follow(name, kind, records))
        return reply.to_wire()

    def _follow(self, name: str, kind: str, records: dict[str, list[str]]) -> Iterator[dns.rrset.RRset]:
        for _ in range(5):  # a chain of aliases ends somewhere
            if kind == "CNAME" or "CNAME" not in records:
                yield from _record_sets(name, kind, records.get(kind, ()))
                return
            yield from _record_sets(name, "CNAME", records["CNAME"])
            name = records["CNAME"][0]
            records = self.records(name) or {}


def _company_records(company: Company, name: str) -> dict[str, list[str]] | None:
    if name in company.records:
        return company.records[name]
    found: dict[str, list[str]] = {}
    if company.has_website:
        found["A"] = [company.address_record or address_of(company.domain)]
    if name == company.domain:
        found["MX"] = company.mx
        found["TXT"] = company.txt
    elif not company.has_website:
        return None
    return {kind: values for kind, values in found.items() if values}


def _record_sets(name: str, kind: str, values: Collection[str]) -> Iterator[dns.rrset.RRset]:
    if values:
        owner = dns.name.from_text(name)
        yield dns.rrset.from_rdata(owner, TTL_S, *(_rdata(kind, value) for value in values))


def _rdata(kind: str, value: str) -> dns.rdata.Rdata:
    if kind == "TXT":
        raw = value.encode()
        parts = [raw[at : at + 255] for at in range(0, len(raw), 255)] or [b""]
        return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, parts)
    if kind == "MX" and " " not in value:
        value = f"10 {value}"
    return dns.rdata.from_text(dns.rdataclass.IN, kind, value, origin=dns.name.root, relativize=False)


class NameServer:
    """Serves a zone over UDP and TCP on one port of loopback."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp = StreamServer(self._talk)

    @property
    def address(self) -> str:
        """The value for `STACKLEAD_DNS_SERVERS`."""
        return f"127.0.0.1:{self._tcp.port}"

    async def start(self, port: int = 0) -> None:
        """Listen; port 0 takes one that is free for both TCP and UDP.

        Raises:
            OSError: the port is taken.
        """
        for tries_left in reversed(range(1 if port else 10)):
            await self._tcp.start(port)
            try:
                self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                    lambda: _Datagrams(self._zone), local_addr=("127.0.0.1", self._tcp.port)
                )
            except OSError:
                await self._tcp.close()
                if not tries_left:
                    raise
            else:
                return

    async def close(self) -> None:
        """Stop listening."""
        if self._udp:
            self._udp.close()
        await self._tcp.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(IDLE_S):
                (size,) = struct.unpack("!H", await reader.readexactly(2))
                answer = self._zone.answer(await reader.readexactly(size))
            if answer is None:
                return
            writer.write(struct.pack("!H", len(answer)) + answer)
            await writer.drain()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # 3.11's is none by class, but by behaviour

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._zone.answer(data[:MAX_MESSAGE_BYTES])
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)
