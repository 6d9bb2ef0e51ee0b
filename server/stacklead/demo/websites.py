"""The websites of demo companies: from a request to a page, a picture, a redirect or a fault."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stacklead.demo import jsonld
from stacklead.demo.exchange import Reply, Request, html_reply, redirect_reply, text_reply
from stacklead.demo.faults import FAULTS, SERVER_FAULTS
from stacklead.demo.pictures import picture
from stacklead.demo.tags import tags_html
from stacklead.demo.world import Company, Person, World, slug

_ENGLISH = {"/": "Home", "/about": "About", "/team": "Team", "/contact": "Contact"}

# Style -> path -> name of the page in the menu. What the page is follows from the English path at the same place.
MENUS: dict[str, dict[str, str]] = {
    "graph": {"/": "Home", "/about-us/": "About us", "/our-team/": "Our team", "/contact-us/": "Contact us"},
    "plain": {"/": "HOME", "/about.html": "ABOUT US", "/people.html": "OUR PEOPLE", "/contact.html": "CONTACT"},
    "german": {"/": "Start", "/unternehmen": "Unternehmen", "/team": "Team", "/impressum": "Impressum & Kontakt"},
    "japanese": {"/": "ホーム", "/company": "会社概要", "/members": "メンバー", "/contact": "お問い合わせ"},
    "agency": {"/": "Work", "/studio": "Studio", "/team": "People", "/contact": "Say hello"},
    "university": {"/": "Home", "/about": "About", "/people": "People", "/contact": "Contact"},
    "nonprofit": {"/": "Home", "/about": "Our work", "/about/team": "Who we are", "/contact": "Get in touch"},
    "shop": {"/": "Shop", "/pages/about": "Our story", "/pages/team": "The crew", "/pages/contact": "Contact"},
    "shell": {"/": "Home"},
    "parked": {"/": "Home"},
}
_PAGES = tuple(path.strip("/") or "home" for path in _ENGLISH)  # home, about, team, contact


class Websites:
    """Serves the sites of a world by host name."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request) -> Reply | None:
        """Answer a request; None if no site has that host or nothing listens there."""
        company = self._world.find_by_host(request.host)
        if company is None or not company.has_website:
            return None
        if request.url.startswith("https:") and not company.has_https:
            return None
        if company.fault and (request.path != "/robots.txt" or company.fault in SERVER_FAULTS):
            return FAULTS[company.fault](company, request)
        if company.redirect_to:
            return redirect_reply(company.redirect_to)
        if not request.url.startswith(company.url.rstrip("/")):
            return redirect_reply(company.url.rstrip("/") + request.path)
        return self._page(company, request.path)

    def _page(self, company: Company, path: str) -> Reply:
        if path in company.pages:
            return html_reply(company.pages[path])
        if path == "/robots.txt":
            return text_reply(company.robots) if company.robots else text_reply("Not found\n", status=404)
        if path.endswith((".png", ".ico")):
            return Reply(headers={"Content-Type": "image/png"}, body=picture(f"{company.domain}{path}"))
        menu = list(menu_of(company))
        known = next((p for p in menu if p.strip("/") == path.strip("/")), None)
        if known is None:
            return html_reply(f"<!doctype html><title>Not found</title><h1>404</h1><p>{company.domain}", status=404)
        return html_reply(self._render(company, _PAGES[menu.index(known)], known))

    def _render(self, company: Company, kind: str, path: str) -> str:
        menu = menu_of(company)

        def person(someone: Person) -> Markup:
            return _script(jsonld.person(someone, company))

        title = company.name if kind == "home" else f"{menu[path]} - {company.name}"
        return (
            _templates()
            .get_template(f"{company.style}.html")
            .render(
                company=company,
                team=self._world.team_of(company),
                kind=kind,
                path=path,
                title=title,
                menu=menu,
                organization=_script(jsonld.organization(company)),
                person=person,
                graph=_script(jsonld.graph(company, title, path)),
                tools=Markup(tags_html(company.tools)),  # noqa: S704 - our own text
            )
        )


def menu_of(company: Company) -> dict[str, str]:
    """Return the paths of a company's pages with their names in the menu: home, about, team, contact."""
    return MENUS.get(company.style, _ENGLISH)


@cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "templates" / "web"
    made = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters["slug"] = slug
    return made


def _script(data: dict[str, Any]) -> Markup:
    return Markup(jsonld.script(data))  # noqa: S704 - escaped by jsonld.script
