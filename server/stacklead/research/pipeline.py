"""Runs the sources, merges their claims and scores the result: a Lead in, a Research out."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from stacklead.errors import SourceError
from stacklead.models import Claim, Evidence, Lead, Research, SourceRun
from stacklead.research import evidence as merging
from stacklead.research import mailboxes, profile, reasons
from stacklead.research.claims import iso
from stacklead.research.clean import host_of
from stacklead.research.domains import registrable_domain
from stacklead.research.reconcile import reconcile
from stacklead.research.score import score, widened
from stacklead.research.source import Kit, Source, Subject
from stacklead.research.sources.address import AddressSource, normalise_email
from stacklead.research.sources.dns import DnsSource
from stacklead.research.sources.gravatar import GravatarSource
from stacklead.research.sources.lead import LeadSource, website_url
from stacklead.research.sources.smtp import SmtpSource
from stacklead.research.sources.team import TeamSource
from stacklead.research.sources.technologies import TechnologiesSource
from stacklead.research.sources.tranco import TrancoSource
from stacklead.research.sources.website import WebsiteSource
from stacklead.settings import SOURCES as SOURCE_SETTINGS

OVERALL_S = 14.0  # wall seconds for all sources; a lead takes at most 15 with merging and scoring
CLEAN_UP_S = 0.5  # how long sources that were told to stop may take to do so

# In rounds: the sources of a round run at once and see the claims of the rounds before.
ROUNDS: tuple[tuple[Source, ...], ...] = (
    (LeadSource(), AddressSource()),
    (DnsSource(), WebsiteSource(), GravatarSource(), TrancoSource(), SmtpSource()),
    (TechnologiesSource(), TeamSource()),
)
# Those that need no outside host; they run in the calling coroutine and cannot be switched off.
LOCAL = frozenset({"lead", "address", "team"})

# What falls away with a source: technologies are found on the pages that the website source fetched.
_FED_BY: dict[str, frozenset[str]] = {"website": frozenset({"website", "technologies"})}

_SWITCHABLE = frozenset(source.name for source in SOURCE_SETTINGS)
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Trip:
    """One lead's way through the sources."""

    subject: Subject
    kit: Kit
    offline: bool
    on_progress: Callable[[SourceRun], None] | None
    runs: list[SourceRun] = field(default_factory=list[SourceRun])


async def research(
    lead: Lead,
    kit: Kit,
    *,
    on_progress: Callable[[SourceRun], None] | None = None,
    offline: bool = False,
    rounds: Sequence[Sequence[Source]] = ROUNDS,
    overall_s: float = OVERALL_S,
) -> Research:
    """Research one lead in at most `overall_s` seconds and a little; what is not known by then is null.

    Never raises for what a source does: it costs that source's fields only. `on_progress` is called when a source
    is done. With `offline` nothing outside is asked (test keys).
    """
    trip = _Trip(subject=make_subject(lead, overall_s), kit=kit, offline=offline, on_progress=on_progress)
    for sources in rounds:
        await _run_round(trip, sources)
    order = {source.name: number for number, source in enumerate(s for row in rounds for s in row)}
    return conclude(lead, trip.subject.claims, sorted(trip.runs, key=lambda run: order[run.source]), kit)


def make_subject(lead: Lead, overall_s: float = OVERALL_S) -> Subject:
    """Return the lead as sources see it: address normalised, domain of the company found."""
    email, mail_domain = normalise_email(lead.email)
    deadline = asyncio.get_running_loop().time() + overall_s
    domain = company_domain(mail_domain, lead.fields.get("company_website"))
    return Subject(lead=lead, email=email, domain=domain, mail_domain=mail_domain or None, deadline=deadline)


def company_domain(mail_domain: str, company_website: str | None) -> str | None:
    """Return the registrable domain of the company to research, or None if the address belongs to a provider.

    The mailbox proves its domain. Only where it is a provider's does the stated website speak for the company.
    """
    if not (mailboxes.is_disposable(mail_domain) or mailboxes.is_personal(mail_domain)):
        return registrable_domain(mail_domain)
    url = website_url(company_website)
    stated = registrable_domain(host_of(url)) if url else None
    return None if stated is None or mailboxes.is_personal(stated) or mailboxes.is_disposable(stated) else stated


def conclude(lead: Lead, claims: Sequence[Claim], runs: Sequence[SourceRun], kit: Kit) -> Research:
    """Merge, derive, score and explain: pure but for the clock."""
    now = kit.now()
    proofs = weigh(claims, kit)
    points, detail = score(proofs)
    outward = sorted({claim.source for claim in claims} - LOCAL)
    without = [_score_without(claims, _FED_BY.get(name, frozenset({name})), kit) for name in outward]
    return Research(
        score=points,
        person=profile.build_person(lead.email, proofs),
        company=profile.build_company(proofs),
        domain=profile.build_domain(proofs),
        emails=merging.value_of(proofs, "emails") or [],
        email_catchall=merging.value_of(proofs, "email_catchall"),
        evidence=reasons.add_reasons(proofs, runs),
        score_detail=widened(detail, without),
        runs=list(runs),
        researched_at=iso(now),
    )


def _score_without(claims: Sequence[Claim], sources: frozenset[str], kit: Kit) -> float:
    return score(weigh([claim for claim in claims if claim.source not in sources], kit))[1].raw


def weigh(claims: Sequence[Claim], kit: Kit) -> dict[str, Evidence]:
    """Return the merged evidence of claims with everything that follows from it."""
    return profile.add_derived(merging.merge(reconcile(claims), kit.now()))


async def _run_round(trip: _Trip, sources: Sequence[Source]) -> None:
    """Run the sources of one round at once; stop those that the deadline catches."""
    tasks = {asyncio.create_task(_run_source(trip, source)): source for source in sources}
    left_s = max(0.0, trip.subject.deadline - asyncio.get_running_loop().time())
    done, pending = await asyncio.wait(tasks, timeout=left_s)
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending, timeout=CLEAN_UP_S)
    for task, source in tasks.items():
        if task in done and not task.cancelled():
            trip.subject.claims.extend(task.result())
        else:
            _note(trip, SourceRun(source=source.name, outcome="timeout", took_ms=int(left_s * 1000)))


async def _run_source(trip: _Trip, source: Source) -> Sequence[Claim]:
    """Return the claims of one source; whatever goes wrong in it becomes its outcome."""
    started = asyncio.get_running_loop().time()
    claims: Sequence[Claim] = []
    if _is_off(trip, source):
        _note(trip, SourceRun(source=source.name, outcome="disabled"))
        return []
    try:
        claims = await source.find(trip.subject, trip.kit)
        outcome = "ok" if claims else "empty"
    except SourceError as exc:
        outcome = exc.reason
    except Exception as exc:  # noqa: BLE001 - a source meets hostile input; its failure must not cost the others
        _log.warning("source_failed", source=source.name, kind=type(exc).__name__)
        outcome = "failed"
    took_ms = int((asyncio.get_running_loop().time() - started) * 1000)
    _note(trip, SourceRun(source=source.name, outcome=outcome, took_ms=took_ms))
    return claims


def _is_off(trip: _Trip, source: Source) -> bool:
    if source.name in LOCAL:
        return False
    return trip.offline or (source.name in _SWITCHABLE and not trip.kit.settings.source(source.name).enabled)


def _note(trip: _Trip, run: SourceRun) -> None:
    trip.runs.append(run)
    if trip.on_progress is not None:
        trip.on_progress(run)
