"""Runs the real research over the served world, and the checks that need no truth."""

import asyncio
import os
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accuracy.cast import Case, Cast
from stacklead.commands.research import MemoryCache
from stacklead.demo.internet import internet
from stacklead.demo.world import Person
from stacklead.models import Claim, Lead, Research
from stacklead.outbound import Outbound
from stacklead.research.pipeline import ROUNDS, conclude, research
from stacklead.research.reader import ChildReader
from stacklead.research.source import Kit, Source, Subject
from stacklead.settings import Settings

AT_ONCE = 4
SOURCES = ("dns", "website", "technologies", "gravatar", "tranco")
TOLERANCE = 0.051  # low and high are rounded to one decimal


class Recorder:
    """Runs last and keeps what the others claimed."""

    name = "recorder"

    def __init__(self) -> None:
        self.claims: list[Claim] = []

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Keep the claims; adds none."""
        self.claims = list(subject.claims)
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One lead's result with the claims behind it and its wall seconds."""

    case: Case
    result: Research
    claims: list[Claim]
    took_s: float


@dataclass(slots=True)
class Checks:
    """How often each rule was looked at and broken; `broken` names some."""

    tried: dict[str, int] = field(default_factory=dict[str, int])
    failed: dict[str, int] = field(default_factory=dict[str, int])
    broken: list[str] = field(default_factory=list[str])

    def note(self, rule: str, is_kept: bool, what: str) -> None:
        """Count one look."""
        self.tried[rule] = self.tried.get(rule, 0) + 1
        self.failed.setdefault(rule, 0)
        if not is_kept:
            self.failed[rule] += 1
            self.broken.append(f"{rule}: {what}")


@asynccontextmanager
async def served(cast: Cast, folder: Path) -> AsyncGenerator[Kit]:
    """Serve the world with real DNS, proxy and API servers; give what research reaches it with. No caches."""
    async with internet(cast.world, folder / "ca.pem") as net:
        rates = {f"STACKLEAD_{name.upper()}_RATE_PER_S": "100000" for name in SOURCES}
        os.environ.update({**net.env, **rates})
        settings = Settings.from_env(data_dir=folder)
        outbound, reader = Outbound(settings), ChildReader()
        try:
            yield Kit(
                settings=settings,
                outbound=outbound,
                cache=MemoryCache(),
                now=lambda: datetime.now(UTC),
                reader=reader,
            )
        finally:
            reader.close()
            await outbound.close()


async def research_all(cases: Sequence[Case], kit: Kit) -> list[Outcome]:
    """Research every case, AT_ONCE at a time."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> Outcome:
        async with slots:
            return await research_one(case, kit)

    return list(await asyncio.gather(*(one(case) for case in cases)))


async def research_one(case: Case, kit: Kit, rounds: Sequence[Sequence[Source]] = ROUNDS) -> Outcome:
    """Research one case with the real pipeline."""
    recorder, started = Recorder(), time.monotonic()
    lead = Lead(email=case.email, fields=case.fields)
    result = await research(lead, kit, rounds=(*rounds, (recorder,)))
    return Outcome(case=case, result=result, claims=recorder.claims, took_s=time.monotonic() - started)


async def check_rules(cast: Cast, outcomes: Sequence[Outcome], kit: Kit, sample: int) -> Checks:
    """Look at what must hold whatever is true: order, a source less, a decoy more."""
    checks, pick = Checks(), random.Random(1)
    now = kit.now()
    still = replace(kit, now=lambda: now)
    for outcome in outcomes:
        _check_order(checks, outcome, still, pick)
    for outcome in pick.sample(list(outcomes), min(sample, len(outcomes))):
        await _check_sources(checks, outcome, kit)
        await _check_decoy(checks, cast, outcome, kit)
    return checks


def _check_order(checks: Checks, outcome: Outcome, kit: Kit, pick: random.Random) -> None:
    lead = Lead(email=outcome.case.email, fields=outcome.case.fields)
    mixed = pick.sample(outcome.claims, len(outcome.claims))
    first, second = (conclude(lead, claims, outcome.result.runs, kit).to_dict() for claims in (outcome.claims, mixed))
    checks.note("shuffled order changes nothing", first == second, outcome.case.kind)


async def _check_sources(checks: Checks, outcome: Outcome, kit: Kit) -> None:
    """Leave each outside source out in turn; the technologies go with the website that they are read from."""
    detail = outcome.result.score_detail
    for name in SOURCES:
        gone = {name, "technologies"} if name == "website" else {name}
        rounds = [[source for source in row if source.name not in gone] for row in ROUNDS]
        raw = (await research_one(outcome.case, kit, rounds)).result.score_detail.raw
        is_kept = detail.low - TOLERANCE <= raw <= detail.high + TOLERANCE
        what = f"{outcome.case.kind} without {name}: {raw:.2f} not in {detail.low:.2f} to {detail.high:.2f}"
        checks.note("without a source the score stays in its range", is_kept, what)


async def _check_decoy(checks: Checks, cast: Cast, outcome: Outcome, kit: Kit) -> None:
    """Show a stranger of another name on the company's team page."""
    domain = (outcome.case.fields.get("company_website") or outcome.case.email.rpartition("@")[2]).lower()
    email = f"decoy@{domain}"
    cast.world.add_person(Person(email=email, name="Ottokar Brambilla", title="Decoy", company=domain))
    after = (await research_one(outcome.case, kit)).result
    cast.world.remove_person(email)
    before: Any = outcome.result
    is_kept = (after.person.name, after.person.job_title, after.company.name) == (
        before.person.name,
        before.person.job_title,
        before.company.name,
    )
    checks.note("a decoy more keeps the winner", is_kept, outcome.case.kind)
