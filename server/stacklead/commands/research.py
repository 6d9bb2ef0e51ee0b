"""`stacklead research EMAIL`: researches in the terminal, with progress and the evidence of every field."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from stacklead.address import is_address
from stacklead.models import LEAD_FIELDS, Evidence, Lead, Research, ScoreDetail, SourceRun
from stacklead.outbound import Outbound
from stacklead.research import pipeline
from stacklead.research.reader import ChildReader
from stacklead.research.source import Kit
from stacklead.settings import Settings


class MemoryCache:
    """Keeps nothing beyond one command: a person who researches by hand wants to see today's answers."""

    async def get(self, source: str, subject: str) -> Any | None:
        """Return nothing."""
        return None

    async def put(self, source: str, subject: str, answer: Any, ttl_s: int) -> None:
        """Keep nothing."""


def research(
    email: Annotated[str, typer.Argument(help="The lead's email address.")],
    name: Annotated[str, typer.Option(help="The lead's complete name.")] = "",
    first_name: Annotated[str, typer.Option(help="The lead's first name.")] = "",
    last_name: Annotated[str, typer.Option(help="The lead's last name.")] = "",
    location: Annotated[str, typer.Option(help="Where the lead is.")] = "",
    linkedin: Annotated[str, typer.Option(help="The lead's LinkedIn address or name.")] = "",
    twitter: Annotated[str, typer.Option(help="The lead's Twitter address or name.")] = "",
    company: Annotated[str, typer.Option(help="The lead's company.")] = "",
    company_website: Annotated[str, typer.Option(help="The company's website.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Research one lead here and now, and show the evidence of every field; nothing is stored."""
    if not is_address(email):
        raise typer.BadParameter("is no email address", param_hint="EMAIL")
    given = (name, first_name, last_name, location, linkedin, twitter, company, company_website)
    fields = dict(zip(LEAD_FIELDS, given, strict=True))
    run_research(email, fields, settings=Settings.from_env(), as_json=as_json)


def run_research(
    email: str, fields: Mapping[str, str], *, settings: Settings, as_json: bool = False, console: Console | None = None
) -> Research:
    """Research one lead and print the result: tables for people, or one JSON object.

    Args:
        email: the lead's address.
        fields: what else is known, by documented parameter name (`name`, `company`, ...); empty values are left out.
        settings: how sources are reached.
        as_json: print the wire shape `{"data", "evidence", "score_detail"}` and nothing else.
        console: where to print; the terminal if absent.
    """
    screen = console or Console()
    lead = Lead(email=email, fields={name: value for name, value in fields.items() if value})
    found = asyncio.run(_research(lead, settings, None if as_json else screen))
    if as_json:
        screen.print_json(json.dumps(found.to_dict(), ensure_ascii=False))
    else:
        _print(found, screen)
    return found


async def _research(lead: Lead, settings: Settings, screen: Console | None) -> Research:
    outbound, reader = Outbound(settings), ChildReader()
    kit = Kit(settings=settings, outbound=outbound, cache=MemoryCache(), now=lambda: datetime.now(UTC), reader=reader)
    try:
        if screen is None:
            return await pipeline.research(lead, kit)
        with screen.status("Asking the sources ...") as status:
            return await pipeline.research(lead, kit, on_progress=lambda run: _show_run(run, screen, status))
    finally:
        reader.close()
        await outbound.close()


def _show_run(run: SourceRun, screen: Console, status: Status) -> None:
    colour = {"ok": "green", "empty": "dim", "disabled": "dim"}.get(run.outcome, "yellow")
    screen.print(f"  [{colour}]{run.source:14}{run.outcome}[/] [dim]{run.took_ms} ms[/]")
    status.update(f"{run.source} is done")


def _print(found: Research, screen: Console) -> None:
    screen.print(_fields_table(found.evidence))
    screen.print(_missing_table(found.evidence))
    screen.print(_score_table(found.score, found.score_detail))


def _fields_table(evidence: Mapping[str, Evidence]) -> Table:
    table = Table("field", "value", "sure", "source", "proof", title="What was found", title_justify="left")
    for path, proof in evidence.items():
        if proof.reason is None:
            sure = "" if proof.confidence is None else f"{proof.confidence:.0%}"
            shown = (proof.snippet or "")[:120]
            table.add_row(path, escape(_text(proof.value)), sure, proof.source or "", escape(shown))
    return table


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(getattr(item, "title", item)) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value)


def _missing_table(evidence: Mapping[str, Evidence]) -> Table:
    table = Table("field", "reason", "why", title="What is not known", title_justify="left")
    for path, proof in evidence.items():
        if proof.reason is not None:
            maybe = "; perhaps " + ", ".join(_text(a.value) for a in proof.alternatives) if proof.alternatives else ""
            table.add_row(path, proof.reason, escape((proof.why or "") + maybe))
    return table


def _score_table(score: int, detail: ScoreDetail) -> Table:
    title = f"Score {score} of 10 (between {detail.low:.1f} and {detail.high:.1f}, {detail.coverage:.0%} known)"
    table = Table("points", "of", "why", title=title, title_justify="left")
    for reason in detail.reasons:
        table.add_row(f"{reason.points:.1f}", f"{reason.max:.1f}", escape(reason.why))
    for missing in detail.missing:
        table.add_row("?", "", f"{missing.code} is not known (could add {missing.could_add:.1f})")
    for gate in detail.gates:
        table.add_row(f"max {gate.cap}", "", escape(gate.why))
    return table
