"""Which URLs may be called: decisions without dialling."""

import asyncio
import ipaddress

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from stacklead.errors import AddressRefused, OutboundError
from stacklead.outbound import WEB_PORTS
from stacklead.outbound.addresses import parse_networks
from stacklead.outbound.resolve import make_resolver, parse_url, resolve_target
from unit.outbound.servers import LOOPBACK, dns_server, make_outbound

pytestmark = pytest.mark.anyio


HOSTILE_URLS = [
    "http://127.0.0.1/", "http://127.8.8.8/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://127.1/", "http://0/",
    "http://0.0.0.0/", "http://127.0.0.1./", "http://169.254.169.254/latest/", "http://100.100.100.200/",
    "http://[fd00:ec2::254]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://\uff11\uff12\uff17.0.0.1/",
    "http://①②⑦.⓪.⓪.①/", "http://\uff18.\uff18.\uff18.\uff18/", "http://[fe80::1%25lo]/", "http://[fe80::1%lo]/", "http://[v1.x]/",
    "http://localhost/", "http://x.localhost/", "http://LOCALHOST./", "http://%31%32%37.0.0.1/", "http://a b.com/",
    "http://a..b/", "http://-/", "http:///path", "http://", "", "x", "//example.com/", "ftp://example.com/",
    "file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)", "http://user@example.com/",
    "http://user:word@example.com/", "http://:@example.com/", "http://@example.com/", "http://example.com\\@x.com/",
    "http://example.com:0/", "http://example.com:99999/", "http://example.com:x/", "http://exa\nmple.com/",
    "http://example.com/\r\nX: y", "http://\ud800.com/", "http://" + "a" * 300 + ".com/",
    "http://1.1.1.1/" + "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE_URLS)
async def test_hostile_urls_are_refused_without_dialling(url: str) -> None:
    with pytest.raises(AddressRefused):
        await make_outbound().check_url(url)
    with pytest.raises(AddressRefused):
        await make_outbound().fetch("GET", url, timeout_s=1, max_bytes=1)


@pytest.mark.parametrize("url", ["http://1.1.1.1/", "https://[2606:4700::1111]:8443/a?b#c", "http://8.8.8.8:81/a b"])
async def test_public_literals_pass_the_check(url: str) -> None:
    await make_outbound().check_url(url)


async def test_ports_are_restricted_when_asked() -> None:
    await make_outbound().check_url("https://1.1.1.1/", ports=WEB_PORTS)
    with pytest.raises(AddressRefused, match="port"):
        await make_outbound().check_url("https://1.1.1.1:8443/", ports=WEB_PORTS)


def test_the_fragment_is_dropped() -> None:
    assert str(parse_url("http://example.com/a?b=1#c", None)[0]) == "http://example.com/a?b=1"


async def test_a_refusal_names_the_setting_and_hides_the_address() -> None:
    async with dns_server({"inside.example": [["10.9.8.7"]]}) as server:
        outbound = make_outbound(dns_servers=(f"127.0.0.1:{server.port}",))
        with pytest.raises(AddressRefused, match="STACKLEAD_ALLOWED_NETWORKS") as caught:
            await outbound.check_url("http://inside.example/")
    assert "10.9.8.7" not in caught.value.message


async def test_an_answer_with_one_private_address_is_refused() -> None:
    answers = {"mixed.example": [["93.184.216.34", "10.0.0.1"]], "six.example": [["93.184.216.34", "fd00::1"]]}
    async with dns_server(answers) as server:
        outbound = make_outbound(dns_servers=(f"127.0.0.1:{server.port}",))
        for name in answers:
            with pytest.raises(AddressRefused):
                await outbound.check_url(f"http://{name}/")


async def test_an_unknown_name_passes_the_check_and_fails_the_call() -> None:
    async with dns_server({}) as server:
        outbound = make_outbound(dns_servers=(f"127.0.0.1:{server.port}",))
        await outbound.check_url("http://nobody.example/")
        with pytest.raises(OutboundError, match=r"nobody\.example has no address"):
            await outbound.fetch("GET", "http://nobody.example/", timeout_s=5, max_bytes=1)


async def test_localhost_means_the_loopback_addresses_that_are_allowed() -> None:
    allowed = parse_networks(["127.0.0.0/8"])
    target = await resolve_target("http://localhost:1/", resolver=None, allowed=allowed)
    assert target.addresses == (ipaddress.ip_address("127.0.0.1"),)
    assert target.is_loopback


async def test_without_servers_the_system_is_asked() -> None:
    loop = asyncio.get_running_loop()
    name = (await loop.getnameinfo(("127.0.0.1", 0)))[0]
    if name in ("127.0.0.1", "localhost"):
        with pytest.raises(OutboundError, match="has no address"):
            await resolve_target("http://no-such-host.invalid/", resolver=None, allowed=())
    else:
        target = await resolve_target(f"http://{name}/", resolver=None, allowed=parse_networks(LOOPBACK))
        assert target.is_loopback


async def test_the_system_knows_literal_looking_names(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    async def answer(*_: object, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(2, 1, 6, "", ("93.184.216.34", 0)), (2, 1, 6, "", ("93.184.216.34", 0))]

    monkeypatch.setattr(loop, "getaddrinfo", answer)  # the operating system, not ours
    target = await resolve_target("http://known.example/", resolver=None, allowed=())
    assert [str(address) for address in target.addresses] == ["93.184.216.34"]


def test_dns_servers_are_used_as_given() -> None:
    resolver = make_outbound(dns_servers=("127.0.0.1:5353", "[::1]:54", "9.9.9.9")).resolver
    assert [str(server) for server in resolver.nameservers] == ["Do53:127.0.0.1@5353", "Do53:::1@54", "Do53:9.9.9.9@53"]


@pytest.mark.parametrize("word", ["resolver.example", "1.2.3:53", "127.0.0.1:http", ""])
def test_a_dns_server_that_is_no_address_is_named(word: str) -> None:
    with pytest.raises(ValueError, match="STACKLEAD_DNS_SERVERS"):
        make_outbound(dns_servers=(word,))


def test_without_a_system_resolver_this_machine_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.asyncresolver.Resolver, "read_resolv_conf", fail)  # dnspython's, as without the file
    assert [str(server) for server in make_resolver(()).nameservers] == ["Do53:127.0.0.1@53"]
