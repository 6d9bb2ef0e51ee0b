"""Every page's address, the start page, and the page that says what went wrong."""

from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from stacklead.dashboard import api_page, delivery_pages, email_page, lead_pages, settings_pages, sign_in_pages
from stacklead.dashboard.rendering import render_page
from stacklead.dashboard.session import PageRequest, Visit, find_visit, signed_in
from stacklead.dashboard.status import list_notes
from stacklead.storage import leads, seen

_HEADINGS = {
    400: "That did not work",
    401: "Please sign in",
    403: "Not allowed",
    404: "There is nothing here",
    405: "That did not work",
    413: "That is too much",
    429: "Not so fast, please",
    503: "One moment, please",
}


async def show_start(request: PageRequest) -> Response:
    """Show what this is, or send a signed-in person to what they need next."""
    found = await find_visit(request)
    if found is None:
        return render_page(request, "start.html", {})
    async with found.database.read() as db:
        rows, _ = await leads.list_leads(db, found.account.id, limit=1)
    return found.redirect("/leads" if rows else "/first-steps")


@signed_in
async def show_first_steps(visit: Visit) -> Response:
    """Show what is still to do until leads come in."""
    async with visit.database.read() as db:
        capture = await seen.find_last_seen(db, visit.account.id)
        rows, _ = await leads.list_leads(db, visit.account.id, limit=1)
    address = visit.account.reply_address
    steps: list[dict[str, Any]] = [
        {
            "title": "Paste the tag into your website",
            "path": "/settings/snippet",
            "is_done": capture is not None,
            "text": "It works: a visitor's address came in."
            if capture
            else "Two lines before </body>. Nothing has been seen from your pages yet.",
        },
        {
            "title": "Say where reports go",
            "path": "/settings/email",
            "is_done": address is not None,
            "text": f"Reports go to {address}." if address else "Reports wait until there is a reply address.",
        },
        {
            "title": "Get your first lead",
            "path": "/leads",
            "is_done": bool(rows),
            "text": "It is here." if rows else "Write your own address into a form on your website and see what comes.",
        },
    ]
    return visit.render("first_steps.html", steps=steps, notes=await list_notes(visit))


def render_error(request: PageRequest, status: int, message: str) -> Response:
    """Return the page that tells a person what went wrong, in words."""
    context = {"status": status, "heading": _HEADINGS.get(status, "Something went wrong"), "message": message}
    return render_page(request, "error.html", context, status=status)


class _Files(StaticFiles):
    """Styles and scripts of ours, with the header that keeps browsers from guessing."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response


routes: list[BaseRoute] = [
    Route("/", show_start),
    Route("/first-steps", show_first_steps),
    *sign_in_pages.routes,
    *lead_pages.routes,
    *delivery_pages.routes,
    *settings_pages.routes,
    *email_page.routes,
    *api_page.routes,
    Mount("/static", _Files(directory=Path(__file__).parent / "static"), name="static"),
]
