"""How sites misbehave: each fault answers a request the way some broken or hostile server does."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable
from functools import cache

from stacklead.demo.exchange import Reply, Request, html_reply, redirect_reply, text_reply
from stacklead.demo.world import Company

HANG_S = 600.0  # longer than any client waits
HUGE_BYTES = 64_000_000
BOMB_BYTES = 100_000_000  # what the packed page of about 100 kB unpacks to
NESTING = 20_000  # elements, and brackets of JSON, inside each other

Fault = Callable[[Company, Request], Reply | None]


def _dead(company: Company, request: Request) -> Reply | None:
    return None  # nothing listens there; the proxy says so


def _slow(company: Company, request: Request) -> Reply | None:
    page = f"<title>{company.name}</title><p>Sorry that you had to wait."
    return Reply(headers={"Content-Type": "text/html"}, body=page.encode(), delay_s=company.delay_s)


def _hang(company: Company, request: Request) -> Reply | None:
    return Reply(delay_s=HANG_S)


def _trickle(company: Company, request: Request) -> Reply | None:
    async def drops() -> AsyncIterator[bytes]:
        for letter in b"<title>One letter a second</title>" * 20:
            yield bytes([letter])
            await asyncio.sleep(1.0)

    return Reply(headers={"Content-Type": "text/html"}, stream=drops())


def _huge(company: Company, request: Request) -> Reply | None:
    async def flood() -> AsyncIterator[bytes]:
        yield f"<html><head><title>{company.name}</title></head><body>".encode()
        line = b"<p>There is always more where that came from.</p>\n" * 1000
        for _ in range(HUGE_BYTES // len(line)):
            yield line

    return Reply(headers={"Content-Type": "text/html"}, stream=flood())


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)  # 31: with a gzip header
    block = b"\0" * 1_000_000
    return b"".join(packer.compress(block) for _ in range(BOMB_BYTES // len(block))) + packer.flush()


def _gzip_bomb(company: Company, request: Request) -> Reply | None:
    return Reply(headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}, body=_bomb())


def _redirect_loop(company: Company, request: Request) -> Reply | None:
    return redirect_reply("/round" if request.path == "/" else "/", status=302)


def _endless_redirects(company: Company, request: Request) -> Reply | None:
    last = request.path.rpartition("/")[2]
    return redirect_reply(f"/{int(last) + 1 if last.isdigit() else 1}", status=302)


def _control_characters(company: Company, request: Request) -> Reply | None:
    junk = "\x00\x07\x1b[31m\x08\u202e\u2066\ufeff\ud7ff"
    name = json.dumps({"@type": "Organization", "name": f"{junk}{company.name}\r\nBcc: all@{company.domain}"})
    return html_reply(
        f"<html><head><title>{junk}{company.name}{junk}</title>"
        f'<meta name="description" content="{junk}Plain words{junk}&#0;&#27;&#13;&#10;Subject: hi">'
        f'<script type="application/ld+json">{name}</script></head><body>{junk}</body></html>'
    )


def _script_laden(company: Company, request: Request) -> Reply | None:
    script = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    organization = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": f"{company.name} {script}",
        "url": "javascript:document.title='owned'",
        "logo": "javascript:document.title='owned'",
        "slogan": "'\"><svg onload=document.title='owned'>{{7*7}}${7*7}",
        "description": script,
        "numberOfEmployees": {"@type": "QuantitativeValue", "value": "9e999"},
        "sameAs": ["javascript:alert(1)//linkedin.com/company/x", "https://www.linkedin.com@evil.example/company/x"],
        "email": f"mailto:{script}@{company.domain}",
    }
    text = json.dumps(organization).replace("</", "<\\/")
    return html_reply(
        f'<html><head><title>{company.name}</title><script type="application/ld+json">{text}</script></head>'
        f'<body><a href="javascript:alert(1)">LinkedIn</a><a href="mailto:x@y?subject={script}">Mail</a></body></html>'
    )


def _deep_nesting(company: Company, request: Request) -> Reply | None:
    data = "[" * NESTING + "]" * NESTING
    body = "<div>" * NESTING + "deep" + "</div>" * NESTING
    return html_reply(
        f'<html><head><title>{company.name}</title><script type="application/ld+json">{data}</script></head>{body}'
    )


def _error_500(company: Company, request: Request) -> Reply | None:
    return text_reply("Internal Server Error", status=500)


def _not_html(company: Company, request: Request) -> Reply | None:
    return Reply(headers={"Content-Type": "text/html"}, body=bytes(range(256)) * 400)


FAULTS: dict[str, Fault] = {
    "dead": _dead,
    "slow": _slow,
    "hang": _hang,
    "trickle": _trickle,
    "huge": _huge,
    "gzip_bomb": _gzip_bomb,
    "redirect_loop": _redirect_loop,
    "endless_redirects": _endless_redirects,
    "control_characters": _control_characters,
    "script_laden": _script_laden,
    "deep_nesting": _deep_nesting,
    "error_500": _error_500,
    "not_html": _not_html,
}

# Faults of the whole server; the others spoil pages but still answer /robots.txt with 404.
SERVER_FAULTS = frozenset({"dead", "slow", "hang", "trickle"})
