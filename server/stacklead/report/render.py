"""The report as a mail: what is found goes in as data, a subject, a text and an HTML page come out."""

import functools
import re
import textwrap
from collections.abc import Mapping
from typing import Any

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from stacklead.models import Report
from stacklead.report.reading import part, words
from stacklead.report.view import ReportContext, ReportView, make_view
from stacklead.text import shorten, without_emoji

MAX_SUBJECT = 70  # characters that mail programs show
MIN_PART = 10  # characters that a company keeps beside a long title

_NICKNAME = re.compile(r"\s*\([^()]*\)")

__all__ = ["ReportContext", "find_thread", "make_subject", "render_report"]


def render_report(wire: Mapping[str, Any], context: ReportContext) -> Report:
    """Return the report of one lead; the HTML stays below 100 kB whatever was found.

    Args:
        wire: `Research.to_dict()`, or the same as stored: {"data", "evidence", "score_detail"}.
        context: the lead's own words, where they came from, and where links lead to.
    """
    view = make_view(wire, context)
    templates = _environment()
    html = templates.get_template("report.html").render(view=view)
    return Report(
        subject=make_subject(view),
        text=templates.get_template("report.txt").render(view=view, source_notes=_number_sources(view)),
        html=_inliner().inline(html),
    )


def make_subject(view: ReportView) -> str:
    """Return `[8/10] Rebecca Schroeder - Sr. Sales Representative, Blue Ocean (127)`, at most 70 characters."""
    who = view.name if view.name and not view.is_name_maybe else view.email
    start = without_emoji(f"[{view.score}/10] {shorten(_NICKNAME.sub('', who), 40)}")
    title, firm = (without_emoji(text or "") for text in (view.title, view.company))
    size = f" ({view.employees})" if view.employees and firm else ""
    if not (title or firm):
        return shorten(f"{start} - {'no public profile' if who == view.email else view.email}", MAX_SUBJECT)
    room = MAX_SUBJECT - len(f"{start} - {size}")
    if title and firm:
        firm = shorten(firm, max(MIN_PART, room - len(title) - 2))
        title = shorten(title, max(room - len(firm) - 2, 1))
    return shorten(f"{start} - {', '.join(filter(None, (title, firm)))}{size}", MAX_SUBJECT)


def find_thread(wire: Mapping[str, Any]) -> str | None:
    """Return the company domain by which reports belong together, None for personal and disposable mailboxes."""
    domain = part(part(wire, "data"), "domain")
    is_company = domain.get("personal") is False and domain.get("disposable") is not True
    return words(domain, "name", 253).lower() or None if is_company else None


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("stacklead.report"),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters["fold"] = _fold
    return environment


@functools.cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


def _fold(text: str, indent: int = 0, width: int = 76) -> str:
    """Fold a line of text for people; continuation lines are indented, links are never broken."""
    return textwrap.fill(
        text, width=width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def _number_sources(view: ReportView) -> dict[tuple[str, str | None], int]:
    """Number the proofs in the order in which the text shows them."""
    numbers: dict[tuple[str, str | None], int] = {}
    for section in view.sections:
        for proof in (section.lead_proof, *(row.proof for row in section.rows), section.chips_proof):
            if proof:
                numbers.setdefault((proof.label, proof.url), len(numbers) + 1)
    return numbers
