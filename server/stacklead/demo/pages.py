"""Renders the demo's own pages (sample site, mailbox, inbox) from templates."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

STATIC = Path(__file__).parent / "static"

_TOKEN = re.compile(
    r'(?P<key>"(?:\\.|[^"\\])*")(?=:)|(?P<text>"(?:\\.|[^"\\])*")|(?P<word>\b(?:true|false|null)\b|-?\d[\d.eE+-]*)'
)


@dataclass(slots=True, kw_only=True)
class Links:
    """Where the parts of the demo are, and the public key of its account; filled in as they come up."""

    product_url: str = ""
    site_url: str = ""
    desk_url: str = ""
    client_key: str = ""


class Pages:
    """A folder of templates; each gets `links` besides what `render` is given."""

    def __init__(self, folder: Path, links: Links) -> None:
        self._links = links
        self._templates = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
        self._templates.filters.update(clock=_clock, day=_day, colourful=colourful_json)  # pyright: ignore[reportUnknownMemberType]

    def render(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """Return a page."""
        html = self._templates.get_template(template).render(links=self._links, **context)
        return HTMLResponse(html, status_code=status)


def colourful_json(value: Any) -> Markup:
    """Return JSON as indented HTML with a class on each kind of token; everything is escaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    pieces: list[str] = []
    end = 0
    for match in _TOKEN.finditer(text):
        pieces += [escape(text[end : match.start()]), f'<span class="{match.lastgroup}">{escape(match[0])}</span>']
        end = match.end()
    return Markup("".join([*pieces, escape(text[end:])]))  # noqa: S704 - every piece is escaped above


def _clock(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime("%H:%M:%S")


def _day(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime("%-d %b %Y")
