"""The guarded client: its decisions without dialling, and its calls against real servers on loopback."""

import asyncio
import gzip
import ipaddress
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
import trustme
from aiohttp import web

from stacklead.errors import AddressRefused, OutboundError
from stacklead.outbound import WEB_PORTS, Answer, Outbound
from stacklead.outbound.addresses import embedded_ipv4, is_allowed, parse_networks
from stacklead.outbound.body import read_body
from stacklead.outbound.client import _describe, _open_socket
from stacklead.outbound.resolve import Target, make_resolver, parse_url, resolve_target
from stacklead.settings import Settings

pytestmark = pytest.mark.anyio

LOOPBACK = ("127.0.0.0/8", "::1/128")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def make_outbound(**settings: object) -> Outbound:
    return Outbound(Settings.from_env(**settings))


# -- servers ----------------------------------------------------------------------------------------------------------


@dataclass
class DnsServer(asyncio.DatagramProtocol):
    """Answers each name with the next of its scripted answers; the last one stays."""

    answers: dict[str, list[list[str]]]
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name, kind = query.question[0].name.to_text().rstrip("."), query.question[0].rdtype
        self.asked.append((name, dns.rdatatype.to_text(kind)))
        reply = dns.message.make_response(query)
        script = self.answers.get(name)
        if script is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        else:
            found = [text for text in script[0] if (":" in text) == (kind == dns.rdatatype.AAAA)]
            if found:
                reply.answer.append(dns.rrset.from_text(query.question[0].name, 0, "IN", kind, *found))
            if kind == dns.rdatatype.AAAA and len(script) > 1:  # the second question of a pair
                script.pop(0)
        self.transport.sendto(reply.to_wire(), addr)


@asynccontextmanager
async def dns_server(answers: dict[str, list[list[str]]]) -> AsyncIterator[DnsServer]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: DnsServer(answers), ("127.0.0.1", 0))
    try:
        yield server
    finally:
        transport.close()


@asynccontextmanager
async def site(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    *,
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        listener = web.TCPSite(runner, host, 0, ssl_context=tls)
        await listener.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_site(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def hello(request: web.Request) -> web.Response:
    return web.Response(text=f"hello from {request.host}{request.path_qs}", headers={"X-One": "1"})


# -- decisions about addresses ----------------------------------------------------------------------------------------

REFUSED_ADDRESSES = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "168.63.129.16", "169.254.169.254",
    "172.16.0.1", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED_ADDRESSES)
def test_special_addresses_are_refused(text: str) -> None:
    assert not is_allowed(ipaddress.ip_address(text), ())


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::1"])
def test_public_addresses_pass(text: str) -> None:
    assert is_allowed(ipaddress.ip_address(text), ())


@pytest.mark.parametrize(
    "text",
    ["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254",
     "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "fe80::a9fe:a9fe"],
)  # fmt: skip
def test_metadata_addresses_stay_refused_when_everything_is_allowed(text: str) -> None:
    assert not is_allowed(ipaddress.ip_address(text), parse_networks(["0.0.0.0/0", "::/0"]))


@pytest.mark.parametrize(
    ("text", "networks", "passes"),
    [
        ("10.1.2.3", ["10.1.0.0/16"], True),
        ("10.2.2.3", ["10.1.0.0/16"], False),
        ("127.0.0.1", ["127.0.0.1/8"], True),
        ("fd12::5", ["fd12::/16"], True),
        ("64:ff9b::808:808", ["64:ff9b::/96"], True),
        ("64:ff9b::a00:1", ["64:ff9b::/96"], False),
        ("::ffff:10.0.0.1", ["10.0.0.0/8"], False),
        ("::ffff:10.0.0.1", ["10.0.0.0/8", "::ffff:0:0/96"], True),
    ],
)
def test_allowed_networks_open_exactly_themselves(text: str, networks: list[str], passes: bool) -> None:
    assert is_allowed(ipaddress.ip_address(text), parse_networks(networks)) is passes


def test_teredo_carries_its_client_address() -> None:
    address = ipaddress.ip_address("2001:0:4136:e378:8000:63bf:3fff:fdd2")
    assert embedded_ipv4(address) == ipaddress.ip_address("192.0.2.45")


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="STACKLEAD_ALLOWED_NETWORKS: 'office'"):
        make_outbound(allowed_networks=("office",))


# -- decisions about URLs ---------------------------------------------------------------------------------------------

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


# -- calls ------------------------------------------------------------------------------------------------------------


async def fetch(outbound: Outbound, url: str, **kwargs: object) -> Answer:
    return await outbound.fetch(
        str(kwargs.pop("method", "GET")), url, **{"timeout_s": 5.0, "max_bytes": 65_536, **kwargs}
    )


async def test_a_call_returns_what_the_server_said() -> None:
    async with site(hello) as port:
        answer = await fetch(make_outbound(allowed_networks=LOOPBACK), f"http://localhost:{port}/a?b=c d#e")
    assert answer.status == 200
    assert answer.body == f"hello from localhost:{port}/a?b=c+d".encode()
    assert answer.headers["x-one"] == "1"
    assert answer.url == f"http://localhost:{port}/a?b=c+d"
    assert answer.took_ms >= 0
    assert not answer.truncated


async def test_loopback_is_not_dialled_unless_allowed() -> None:
    calls: list[str] = []

    async def note(request: web.Request) -> web.Response:
        calls.append(request.path)
        return web.Response()

    async with site(note) as port:
        for url in (f"http://127.0.0.1:{port}/", f"http://localhost:{port}/"):
            with pytest.raises(AddressRefused):
                await fetch(make_outbound(), url)
    assert calls == []


async def test_a_rebinding_name_is_dialled_at_the_checked_address_only() -> None:
    async with site(hello) as port, dns_server({"rebind.example": [["127.0.0.1"], ["10.0.0.1"]]}) as server:
        outbound = make_outbound(allowed_networks=LOOPBACK, dns_servers=(f"127.0.0.1:{server.port}",))
        answer = await fetch(outbound, f"http://rebind.example:{port}/")
        assert answer.status == 200
        assert sorted(server.asked) == [("rebind.example", "A"), ("rebind.example", "AAAA")]
        with pytest.raises(AddressRefused):  # asked again, it now names the private address
            await fetch(outbound, f"http://rebind.example:{port}/")


async def test_a_socket_for_another_address_is_refused() -> None:
    target = Target(url=parse_url("http://1.1.1.1/", None)[0], addresses=(ipaddress.ip_address("1.1.1.1"),))
    with pytest.raises(AddressRefused):
        _open_socket(target, (2, 1, 6, "", ("127.0.0.1", 80)))
    _open_socket(target, (2, 1, 6, "", ("1.1.1.1", 80))).close()


async def test_redirects_are_followed_up_to_the_limit_and_keep_cookies_apart() -> None:
    seen: list[tuple[str, str, str | None, str | None]] = []

    async def hop(request: web.Request) -> web.Response:
        seen.append((request.method, request.path, request.headers.get("Cookie"), request.headers.get("Authorization")))
        number = int(request.path.rpartition("/")[2])
        answer = web.Response(status=302, headers={"Location": f"/{number + 1}"}, text="moved")
        answer.set_cookie(f"c{number}", "v")
        return answer

    async with site(hop) as port:
        outbound = make_outbound(allowed_networks=LOOPBACK)
        call = {"method": "POST", "body": b"x", "max_redirects": 2, "headers": {"Authorization": "k"}}
        answer = await fetch(outbound, f"http://127.0.0.1:{port}/0", **call)
    assert answer.status == 302
    assert answer.url.endswith("/2")
    assert answer.cookies == {"c0": "v", "c1": "v", "c2": "v"}
    assert seen == [("POST", "/0", None, "k"), ("GET", "/1", None, "k"), ("GET", "/2", None, "k")]


@pytest.mark.parametrize(
    ("status", "method", "then"), [(303, "PUT", "GET"), (303, "HEAD", "HEAD"), (307, "POST", "POST")]
)
async def test_a_redirect_changes_the_method_as_the_standard_says(status: int, method: str, then: str) -> None:
    seen: list[tuple[str, str]] = []

    async def hop(request: web.Request) -> web.Response:
        seen.append((request.method, await request.text()))
        return web.Response(status=status, headers={"Location": "/b"}) if request.path == "/a" else web.Response()

    async with site(hop) as port:
        body = None if method == "HEAD" else b"x"
        outbound = make_outbound(allowed_networks=LOOPBACK)
        await fetch(outbound, f"http://127.0.0.1:{port}/a", method=method, body=body, max_redirects=1)
    assert seen[1] == (then, "x" if then == "POST" else "")


async def test_credentials_do_not_follow_to_another_origin() -> None:
    seen: list[dict[str, str]] = []

    async def last(request: web.Request) -> web.Response:
        seen.append({name.lower(): value for name, value in request.headers.items()})
        return web.Response()

    async with site(last) as second:

        async def first(_: web.Request) -> web.Response:
            return web.Response(status=301, headers={"Location": f"http://127.0.0.1:{second}/x"})

        async with site(first) as port:
            headers = {"Authorization": "Bearer k", "X-Api-Key": "k", "Accept": "text/html"}
            outbound = make_outbound(allowed_networks=LOOPBACK)
            await fetch(outbound, f"http://127.0.0.1:{port}/", headers=headers, max_redirects=1)
    assert seen[0]["accept"] == "text/html"
    assert seen[0]["user-agent"].startswith("StackLead/")
    assert not {"authorization", "x-api-key"} & seen[0].keys()


@pytest.mark.parametrize(
    "location",
    ["http://10.0.0.1/", "http://169.254.169.254/", "http://[::ffff:127.0.0.1]/", "//192.168.0.1/", "ftp://example.com/",
     "http://127.0.0.1:81/", "http://u:p@1.1.1.1/"],
)  # fmt: skip
async def test_a_redirect_to_a_refused_address_is_refused(location: str) -> None:
    async def away(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    async with site(away) as port:
        with pytest.raises(AddressRefused):
            await fetch(
                make_outbound(allowed_networks=LOOPBACK), f"http://127.0.0.1:{port}/", max_redirects=3, ports={80, port}
            )


@pytest.mark.parametrize("location", ["http://[", "javascript:alert(1)", "file:///etc/passwd", "http://x:y/"])
async def test_a_redirect_to_nonsense_is_an_outbound_error(location: str) -> None:
    async def away(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    async with site(away) as port:
        with pytest.raises(OutboundError):
            await fetch(make_outbound(allowed_networks=LOOPBACK), f"http://127.0.0.1:{port}/", max_redirects=3)


async def test_a_redirect_without_a_location_is_the_answer() -> None:
    async def nowhere(_: web.Request) -> web.Response:
        return web.Response(status=302)

    async with site(nowhere) as port:
        answer = await fetch(make_outbound(allowed_networks=LOOPBACK), f"http://127.0.0.1:{port}/", max_redirects=3)
    assert answer.status == 302


async def test_tls_trusts_the_extra_authority_and_keeps_the_name(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.example").configure_cert(context)
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    async with site(hello, tls=context) as port, dns_server({"shop.example": [["127.0.0.1"]]}) as server:
        settings = {"allowed_networks": LOOPBACK, "dns_servers": (f"127.0.0.1:{server.port}",)}
        answer = await fetch(make_outbound(**settings, ca_file=str(ca_file)), f"https://shop.example:{port}/x")
        assert answer.body == f"hello from shop.example:{port}/x".encode()
        with pytest.raises(OutboundError, match="certificate"):
            await fetch(make_outbound(**settings), f"https://shop.example:{port}/x")
        with pytest.raises(OutboundError, match="certificate"):
            await fetch(make_outbound(**settings, ca_file=str(ca_file)), f"https://127.0.0.1:{port}/x")


# -- the egress proxy -------------------------------------------------------------------------------------------------


@dataclass
class Proxy:
    """A small forward proxy: notes the request line, then answers or tunnels to one port."""

    tunnel_to: int = 0
    status: bytes = b"200 OK"
    lines: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.lines.append(head.splitlines()[0])
        if not head.startswith("CONNECT "):
            writer.write(b"HTTP/1.1 %s\r\nContent-Length: 5\r\nConnection: close\r\n\r\nproxy" % self.status)
            return await writer.drain()
        writer.write(b"HTTP/1.1 %s\r\n\r\n" % self.status)
        if not self.tunnel_to:
            return await writer.drain()
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.tunnel_to)
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            far_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    if writer.can_write_eof():
        writer.write_eof()


@asynccontextmanager
async def behind_proxy(proxy: Proxy, answers: dict[str, list[list[str]]], **more: object) -> AsyncIterator[Outbound]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(dns_server(answers))
        port = await stack.enter_async_context(raw_site(proxy.talk))
        yield make_outbound(
            outbound_proxy=f"http://127.0.0.1:{port}", dns_servers=(f"127.0.0.1:{server.port}",), **more
        )


async def test_http_goes_to_the_proxy_by_name() -> None:
    proxy = Proxy()
    async with behind_proxy(proxy, {"site.example": [["93.184.216.34"]]}) as outbound:
        answer = await fetch(outbound, "http://site.example/a?b=c")
    assert answer.body == b"proxy"
    assert proxy.lines == ["GET http://site.example/a?b=c HTTP/1.1"]


async def test_https_is_tunnelled_by_name(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("site.example").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    async with site(hello, tls=context) as port:
        proxy = Proxy(tunnel_to=port)
        names = {"site.example": [["93.184.216.34"]]}
        async with behind_proxy(proxy, names, ca_file=str(tmp_path / "ca.pem")) as outbound:
            answer = await fetch(outbound, "https://site.example/x")
    assert answer.body == b"hello from site.example/x"
    assert proxy.lines == ["CONNECT site.example:443 HTTP/1.1"]


async def test_the_proxy_does_not_lift_the_guard() -> None:
    proxy = Proxy()
    async with behind_proxy(proxy, {"inside.example": [["10.0.0.1"]]}) as outbound:
        for url in ("http://inside.example/", "http://127.0.0.1/", "http://169.254.169.254/", "http://localhost/"):
            with pytest.raises(AddressRefused):
                await fetch(outbound, url)
    assert proxy.lines == []


async def test_allowed_loopback_is_dialled_past_the_proxy() -> None:
    proxy = Proxy()
    async with site(hello) as port, behind_proxy(proxy, {}, allowed_networks=LOOPBACK) as outbound:
        answer = await fetch(outbound, f"http://127.0.0.1:{port}/")
    assert answer.status == 200
    assert proxy.lines == []


async def test_a_proxy_that_refuses_the_tunnel_is_an_outbound_error() -> None:
    proxy = Proxy(status=b"502 Bad Gateway")
    async with behind_proxy(proxy, {"site.example": [["93.184.216.34"]]}) as outbound:
        with pytest.raises(OutboundError, match="proxy"):
            await fetch(outbound, "https://site.example/")


# -- limits -----------------------------------------------------------------------------------------------------------


async def test_a_large_body_is_refused_or_cut() -> None:
    async def large(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 300_000)

    async with site(large) as port:
        outbound = make_outbound(allowed_networks=LOOPBACK)
        with pytest.raises(OutboundError, match="larger than 1000 bytes"):
            await fetch(outbound, f"http://127.0.0.1:{port}/", max_bytes=1000)
        answer = await fetch(outbound, f"http://127.0.0.1:{port}/", max_bytes=1000, truncate=True)
        assert (answer.body, answer.truncated) == (b"x" * 1000, True)
        answer = await fetch(outbound, f"http://127.0.0.1:{port}/", max_bytes=300_000)
        assert (len(answer.body), answer.truncated) == (300_000, False)


async def test_a_compressed_body_is_read_and_a_bomb_is_cut() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)

    async def packed(request: web.Request) -> web.Response:
        body = bomb if request.path == "/bomb" else gzip.compress(b"hello")
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    async with site(packed) as port:
        outbound = make_outbound(allowed_networks=LOOPBACK)
        assert (await fetch(outbound, f"http://127.0.0.1:{port}/")).body == b"hello"
        answer = await fetch(outbound, f"http://127.0.0.1:{port}/bomb", truncate=True)
        assert (len(answer.body), answer.truncated) == (65_536, True)
        with pytest.raises(OutboundError, match="larger"):
            await fetch(outbound, f"http://127.0.0.1:{port}/bomb")


async def _chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("deflate", zlib.compress(b"hello")),
        ("deflate", zlib.compress(b"hello", wbits=-15)),
        (" GZIP ", gzip.compress(b"hello")),
        ("identity", b"hello"),
    ],
)
async def test_each_encoding_is_read_in_single_bytes(encoding: str, packed: bytes) -> None:
    chunks = _chunks(b"", *(packed[i : i + 1] for i in range(len(packed))))
    assert await read_body(chunks, encoding=encoding, max_bytes=10) == (b"hello", False)


@pytest.mark.parametrize(("encoding", "packed"), [("gzip", b"plain"), ("br", b"x"), ("gzip, gzip", b"x")])
async def test_an_unreadable_encoding_is_an_outbound_error(encoding: str, packed: bytes) -> None:
    with pytest.raises(OutboundError):
        await read_body(_chunks(packed), encoding=encoding, max_bytes=10)


async def test_compressed_bytes_that_unfold_to_nothing_are_counted() -> None:
    empty = zlib.compressobj(wbits=-15)
    nothing = empty.flush(zlib.Z_FULL_FLUSH) or b"\x00\x00\x00\xff\xff"
    body, truncated = await read_body(_chunks(*[nothing * 1000] * 100), encoding="deflate", max_bytes=10)
    assert (body, truncated) == (b"", True)


async def test_a_slow_body_ends_with_the_whole_call() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        hung_up = asyncio.ensure_future(reader.read())
        while not hung_up.done():
            writer.write(b"x")
            await asyncio.wait([hung_up], timeout=0.05)

    async with raw_site(drip) as port:
        with pytest.raises(OutboundError, match=r"within 0\.3 seconds"):
            await fetch(make_outbound(allowed_networks=LOOPBACK), f"http://127.0.0.1:{port}/", timeout_s=0.3)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "without an answer"),
        (b"SMTP ready\r\n\r\n", "not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n", "not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5000 + b"\r\n", "not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "not valid HTTP"),
    ],
    ids=["closed", "smtp", "long-header", "many-headers", "short-body"],
)
async def test_a_broken_server_is_an_outbound_error(answer: bytes, words: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async with raw_site(talk) as port:
        with pytest.raises(OutboundError, match=words):
            await fetch(make_outbound(allowed_networks=LOOPBACK), f"http://127.0.0.1:{port}/")


async def test_a_closed_port_is_an_outbound_error() -> None:
    async with site(hello) as port:
        pass
    with pytest.raises(OutboundError, match="No connection"):
        await fetch(make_outbound(allowed_networks=LOOPBACK), f"http://127.0.0.1:{port}/")


def test_a_connection_that_takes_too_long_is_described() -> None:
    assert _describe(TimeoutError()) == "No connection in time."


async def test_tls_to_a_plain_port_is_an_outbound_error() -> None:
    async with site(hello) as port:
        with pytest.raises(OutboundError, match="encrypted"):
            await fetch(make_outbound(allowed_networks=LOOPBACK), f"https://127.0.0.1:{port}/")


async def test_repeated_headers_are_joined() -> None:
    async def twice(_: web.Request) -> web.Response:
        answer = web.Response()
        answer.headers.add("X-A", "1")
        answer.headers.add("x-a", "2")
        return answer

    async with site(twice) as port:
        outbound = make_outbound(allowed_networks=LOOPBACK)
        assert (await fetch(outbound, f"http://127.0.0.1:{port}/")).headers["x-a"] == "1, 2"
        await outbound.close()
