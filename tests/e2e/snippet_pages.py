"""Two small real servers for the snippet's browser tests: the owner's page, and an endpoint that records what arrives.

Import the fixtures by name: `from e2e.snippet_pages import recorder, site, visit`. The oracle is always what arrived.
"""

from __future__ import annotations

import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from e2e.browser import chromium

PAGES = Path(__file__).parent / "pages"
DIST = Path(__file__).parents[2] / "snippet" / "dist"
WAIT_S = 10.0
MARKS = 9
KEY = "client_abc123"


@dataclass(slots=True)
class Call:
    """One request at the endpoint or at the page's own server."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The form body, in order."""
        return urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True)

    @property
    def fields(self) -> dict[str, str]:
        return dict(self.pairs)

    @property
    def person(self) -> dict[str, Any] | None:
        """The person of a capture, None in a call that only tells a stage."""
        text = self.fields.get("person")
        return None if text is None else json.loads(text)

    @property
    def stage(self) -> str:
        return self.fields["stage"]


class Server:
    """A threaded HTTP server on a free port that keeps every request that `answer` does not name as a file."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.changed = threading.Condition()
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                size = int(self.headers.get("content-length") or 0)
                call = Call(
                    self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, self.rfile.read(size)
                )
                outer.answer(call, self)

            do_GET = do_POST = do_OPTIONS = do

            def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in {"content-length": str(len(body)), "cache-control": "no-store", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass  # browsers close connections as they please

        self.httpd = Quiet(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self.httpd.server_port}"
        self.thread = threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def answer(self, call: Call, handler: Any) -> None:
        raise NotImplementedError

    def keep(self, call: Call) -> None:
        with self.changed:
            self.calls.append(call)
            self.changed.notify_all()

    def wait(self, count: int = 1, when: Callable[[Call], bool] = lambda _: True) -> list[Call]:
        """Wait until `count` calls that satisfy `when` have arrived; return all of those."""
        with self.changed:
            arrived = self.changed.wait_for(lambda: len([c for c in self.calls if when(c)]) >= count, WAIT_S)
            found = [c for c in self.calls if when(c)]
        assert arrived, f"{len(found)} of {count} calls arrived: {[c.body for c in self.calls]}"
        return found

    def close(self) -> None:
        self.closing.set()
        self.httpd.shutdown()
        self.httpd.server_close()


class Site(Server):
    """The owner's website: pages put in `pages`, and whatever the page itself submits kept in `calls`."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        super().__init__()

    def answer(self, call: Call, handler: Any) -> None:
        path = call.path.partition("?")[0]
        if call.method == "GET" and path in self.pages:
            html, headers = self.pages[path]
            handler.reply(200, html.encode(), {"content-type": "text/html; charset=utf-8", **headers})
        elif path == "/favicon.ico":
            handler.reply(404, b"", {})
        else:
            self.keep(call)
            handler.reply(200, b"<!doctype html><title>thanks</title>", {"content-type": "text/html"})


class Recorder(Server):
    """The product's origin as the snippet sees it: serves the built script, records captures, can be made to fail."""

    def __init__(self) -> None:
        self.status: int | list[int] = 200
        self.hangs = False
        self.marks = 0
        super().__init__()

    def answer(self, call: Call, handler: Any) -> None:
        path = call.path.partition("?")[0]
        if call.method == "GET" and (DIST / path[1:]).is_file():
            headers = {"content-type": "text/javascript; charset=utf-8", "access-control-allow-origin": "*"}
            return handler.reply(200, (DIST / path[1:]).read_bytes(), headers)
        if path == "/mark":
            with self.changed:
                self.marks += call.path.endswith("?0")
                self.changed.notify_all()
            return handler.reply(200, b"", {"access-control-allow-origin": "*"})
        self.keep(call)
        if self.hangs:
            self.closing.wait(WAIT_S)
        status = self.status.pop(0) if isinstance(self.status, list) and self.status else self.status or 200
        if status == 0:
            handler.close_connection = True
            return handler.connection.close()
        body = b'{"message": "ok"}' if status == 200 else b'{"error": {"code": "x", "message": "no", "param": null}}'
        headers = {"content-type": "application/json", "access-control-allow-origin": "*"}
        return handler.reply(status if isinstance(status, int) else 200, body, headers)

    @property
    def preflights(self) -> list[Call]:
        return [c for c in self.calls if c.method == "OPTIONS"]


@dataclass(slots=True)
class Visit:
    """Opens pages as a visitor; `problems` holds every exception and console error that the pages had."""

    site: Site
    recorder: Recorder
    new_page: Callable[[], Page]
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    page: Page | None = None

    def tag(self, config: str | None = None, attributes: str = "") -> str:
        """The documented two script lines."""
        config = config if config is not None else f"{{client_key: '{KEY}'}}"
        src = f"{self.recorder.origin}/stacklead.js"
        return (
            f'<script type="text/javascript">StackLeadConfig = {config};</script>\n'
            f'<script type="text/javascript" src="{src}"{attributes}></script>'
        )

    def __call__(
        self,
        body: str,
        *,
        config: str | None = None,
        tag: str | None = None,
        path: str = "/",
        headers: dict[str, str] | None = None,
    ) -> Page:
        """Show a page with `body` and the tag before its </body>, or the file of that name in pages/."""
        if body.endswith(".html") and "<" not in body:
            text = (PAGES / body).read_text().replace("{{origin}}", self.recorder.origin).replace("{{key}}", KEY)
        else:
            tag = self.tag(config) if tag is None else tag
            text = f"<!doctype html><meta charset=utf-8><title>t</title><body>\n{body}\n{tag}\n</body>"
        self.site.pages[path.partition("?")[0]] = (text, headers or {})
        self.page = page = self.new_page()
        page.set_default_timeout(WAIT_S * 1000)
        page.on("pageerror", lambda e: self.problems.append(str(e)))
        page.on("console", lambda m: self.warnings.append(m.text) if m.type == "warning" else None)
        page.goto(self.site.origin + path)
        return page

    def leave(self) -> list[Call]:
        """Go to another page, wait until all that was sent has arrived, and return the captures in their order."""
        assert self.page is not None
        # One after the other, so that what was sent before on another connection is not overtaken.
        url = f"{self.recorder.origin}/mark?"
        mark = f"const mark = n => fetch('{url}' + n).then(() => n && mark(n - 1)); mark({MARKS})"
        self.site.pages["/bye"] = (f"<!doctype html><title>bye</title><script>{mark}</script>", {})
        before = self.recorder.marks
        self.page.goto(f"{self.site.origin}/bye")
        with self.recorder.changed:
            assert self.recorder.changed.wait_for(lambda: self.recorder.marks > before, WAIT_S)
        return [c for c in self.recorder.calls if c.method == "POST"]


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    yield server
    server.close()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    server = Recorder()
    yield server
    server.close()


@pytest.fixture
def visit(site: Site, recorder: Recorder) -> Iterator[Visit]:
    """Open pages in a fresh browser context; no page may have had an exception at the end."""
    context = chromium().new_context()
    visitor = Visit(site, recorder, context.new_page)
    yield visitor
    context.close()
    assert visitor.problems == []
