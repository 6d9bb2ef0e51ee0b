"""Mailbox and webhook inbox as pages for people and JSON for programs: the demo's third address, port 8002.

`/mail.json` and `/inbox.json` take `after` (a number: only newer ones) and `wait` (seconds: until there is one),
`to` (mail) and `path` (webhooks) to choose.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from stacklead.demo.control import LOCAL_HOSTS
from stacklead.demo.inbox import Inbox, post_of
from stacklead.demo.mailbox import Mailbox, html_with_pictures, mail_of, summary_of
from stacklead.demo.pages import STATIC, Links, Pages
from stacklead.demo.shelf import Item

MAX_WAIT_S = 30.0
_VIEWS = ("html", "text", "headers", "source")

# A mail may show itself and open links in a new tab; it may not run anything or fetch from elsewhere.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data: http://localhost:* http://127.0.0.1:*"
)


def desk_app(mailbox: Mailbox, inbox: Inbox, links: Links) -> Starlette:
    """Return the pages of mailbox and inbox; `links` may change after the call."""
    desk = _Desk(mailbox, inbox, Pages(Path(__file__).parent / "templates" / "desk", links))
    return Starlette(
        routes=[
            Route("/", desk.home),
            Route("/mail", desk.mails),
            Route("/mail.json", desk.mails_json, methods=["GET", "DELETE"]),
            Route("/mail/{n:int}", desk.mail),
            Route("/mail/{n:int}.json", desk.mail_json),
            Route("/mail/{n:int}/html", desk.mail_html),
            Route("/inbox.json", desk.posts_json, methods=["GET", "DELETE"]),
            Route("/inbox", inbox.receive, methods=["POST"]),
            Route("/inbox", desk.posts),
            Route("/inbox/{n:int}", desk.post, methods=["GET"]),
            Route("/inbox/{n:int}.json", desk.post_json),
            Route("/inbox/{rest:path}", inbox.receive, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_HOSTS)],
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    mailbox: Mailbox
    inbox: Inbox
    pages: Pages

    async def home(self, request: Request) -> Response:
        return RedirectResponse("/mail")

    async def mails(self, request: Request) -> Response:
        return self._page("mail.html", request, mail=None)

    async def mail(self, request: Request) -> Response:
        item = self.mailbox.shelf.find(request.path_params["n"])
        if item is None:
            return self._page("mail.html", request, mail=None, status=404)
        mail = mail_of(item)
        views = [view for view in _VIEWS if view not in ("html", "text") or mail[view] is not None]
        wanted = request.query_params.get("view", "")
        return self._page("mail.html", request, mail=mail, views=views, view=wanted if wanted in views else views[0])

    async def mail_html(self, request: Request) -> Response:
        item = self.mailbox.shelf.find(request.path_params["n"])
        if item is None:
            return Response(status_code=404)
        body = f'<base target="_blank">{html_with_pictures(item)}'
        return HTMLResponse(body, headers={"Content-Security-Policy": _MAIL_POLICY, "Referrer-Policy": "no-referrer"})

    async def posts(self, request: Request) -> Response:
        return self._page("inbox.html", request, post=None)

    async def post(self, request: Request) -> Response:
        item = self.inbox.shelf.find(request.path_params["n"])
        return self._page("inbox.html", request, post=item and post_of(item), status=200 if item else 404)

    def _page(self, template: str, request: Request, status: int = 200, **context: Any) -> Response:
        return self.pages.render(
            template,
            status=status,
            path=request.url.path,
            mails=[summary_of(item) for item in reversed(self.mailbox.shelf.items)],
            posts=[post_of(item) for item in reversed(self.inbox.shelf.items)],
            **context,
        )

    async def mails_json(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.mailbox.shelf.clear()
            return Response(status_code=204)
        to = request.query_params.get("to", "").lower()
        is_after = _after(request)
        wanted = self.mailbox.shelf.wait(
            lambda mail: is_after(mail) and (not to or to in map(str.lower, mail["recipients"])), _wait_s(request)
        )
        return JSONResponse({"mails": [summary_of(item) for item in await wanted]})

    async def mail_json(self, request: Request) -> Response:
        item = self.mailbox.shelf.find(request.path_params["n"])
        return JSONResponse(mail_of(item) if item else {"error": "no such mail"}, status_code=200 if item else 404)

    async def posts_json(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.inbox.shelf.clear()
            return Response(status_code=204)
        path = request.query_params.get("path", "")
        is_after = _after(request)
        wanted = self.inbox.shelf.wait(
            lambda post: is_after(post) and (not path or path == post["path"]), _wait_s(request)
        )
        return JSONResponse({"posts": [post_of(item) for item in await wanted]})

    async def post_json(self, request: Request) -> Response:
        item = self.inbox.shelf.find(request.path_params["n"])
        return JSONResponse(post_of(item) if item else {"error": "no such post"}, status_code=200 if item else 404)


def _after(request: Request) -> Callable[[Item], bool]:
    text = request.query_params.get("after", "")
    last = int(text) if text.isdigit() else 0
    return lambda item: item["n"] > last


def _wait_s(request: Request) -> float:
    text = request.query_params.get("wait", "")
    return min(float(text), MAX_WAIT_S) if text.replace(".", "", 1).isdigit() else 0.0
