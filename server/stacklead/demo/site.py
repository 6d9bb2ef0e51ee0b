"""The sample site (port 8001): a made-up shop with the tag on it, on another origin than the product.

Its pages carry the two documented script lines and nothing else of the product. What each form sends to the shop
itself is shown on the page after it, beside what the tag sent (kept by `ledger.js` in the browser).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from stacklead.demo.control import LOCAL_HOSTS
from stacklead.demo.pages import STATIC, Links, Pages

MAX_FIELDS = 40
MAX_FORM_BYTES = 100_000

PAGES = {"/": "home", "/demo": "demo", "/signup": "signup", "/contact": "contact", "/manual": "manual", "/sent": "sent"}

# People of the sample world that visitors can try: address, name, company website if the form asks, what it shows.
EXAMPLES = (
    ("rebecca@blueocean.example", "Rebecca Schroeder", "", "all that a public web can know"),
    ("jordan.avery@harbourlight.example", "Jordan Avery", "", "has a namesake"),
    ("k.lehmann@werkhof.example", "Katrin Lehmann", "", "a German site"),
    ("mara_lindqvist@gmail.com", "Mara Lindqvist", "openrivers.example", "a personal mailbox"),
    ("someone@mailinator.com", "", "", "a throwaway address"),
    ("pat@slowpoke.example", "Pat Moreau", "", "a company whose site is slow"),
)


def site_app(links: Links) -> Starlette:
    """Return the sample site; `links` may change after the call."""
    site = _Site(Pages(Path(__file__).parent / "templates" / "site", links))
    return Starlette(
        routes=[
            *(Route(path, site.page, methods=["GET"]) for path in PAGES),
            Route("/thanks", site.thanks, methods=["GET", "POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_HOSTS)],
    )


@dataclass(frozen=True, slots=True)
class _Site:
    pages: Pages

    async def page(self, request: Request) -> Response:
        name = PAGES[request.url.path]
        return self._render(f"{name}.html", request)

    async def thanks(self, request: Request) -> Response:
        given: list[tuple[str, str]] = []
        if request.method == "POST" and int(request.headers.get("content-length", "0")) <= MAX_FORM_BYTES:
            form = await request.form(max_files=0, max_fields=MAX_FIELDS)
            given = [(name, str(value)) for name, value in form.multi_items()]
        return self._render("thanks.html", request, given=given)

    def _render(self, template: str, request: Request, **context: Any) -> Response:
        return self.pages.render(template, path=request.url.path, examples=EXAMPLES, **context)
