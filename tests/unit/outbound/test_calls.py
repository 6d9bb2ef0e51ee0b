"""Calls to real servers on loopback."""

import ipaddress
import ssl
from pathlib import Path

import pytest
import trustme
import uvloop
from aiohttp import web

from stacklead.errors import AddressRefused, OutboundError
from stacklead.outbound.client import _open_socket
from stacklead.outbound.resolve import Target, parse_url
from unit.outbound.servers import LOOPBACK, dns_server, fetch, hello, make_outbound, site

pytestmark = pytest.mark.anyio


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


def test_calls_work_on_the_faster_event_loop() -> None:
    async def call() -> int:
        async with site(hello) as port:
            outbound = make_outbound(allowed_networks=LOOPBACK)
            with pytest.raises(AddressRefused):
                await fetch(make_outbound(), f"http://127.0.0.1:{port}/")
            return (await fetch(outbound, f"http://localhost:{port}/")).status

    assert uvloop.run(call()) == 200
