"""The score: an explainable 0 to 10, pure and without rounding but one at the end.

Each rule of `RULES` reads the merged evidence and answers with a share (0 to 1) of its points, or that it is
unknown. What is unknown is neutral (`PRIOR` of the points, not zero) and widens the interval. A fact counts as
far as it is sure: `confidence` of it as found, the rest as unknown. Gates only ever lower the result.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from stacklead.models import Evidence, ScoreDetail, ScoreGate, ScoreMissing, ScoreReason
from stacklead.research.clean import words
from stacklead.research.evidence import value_of

PROFILE = "default@1"
PRIOR = 0.4  # share of its points that an unknown rule is given
ANY_ADDRESS = 0.6  # share of being reachable where the mail server takes any address

Proofs = Mapping[str, Evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule found: a share of its points, in words, and the field that it rests on."""

    share: float
    why: str
    path: str


Judge = Callable[[Proofs], Verdict | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the score: at most `max` points; the rules of a group stay within its cap."""

    code: str
    group: str
    max: float
    judge: Judge


# Most points of a group; they add up to 10.
GROUPS: dict[str, float] = {"company": 4.0, "role": 2.5, "reach": 1.5, "technology": 1.5, "data": 0.5}

_SIZES: tuple[tuple[int, float], ...] = ((1_000, 0.8), (200, 0.9), (50, 1.0), (10, 0.7), (2, 0.4), (0, 0.2))
_RANKS: tuple[tuple[int, float], ...] = ((10_000, 1.0), (100_000, 0.8), (1_000_000, 0.6), (10**9, 0.5))
_BOSSES = words("ceo founder cofounder owner president partner geschaftsfuhrer inhaber")
_CHIEFS = _BOSSES | words("cto cfo coo cmo cro cio cpo chief")
_BUILDERS = words("product engineering engineer technology cto it data software developer procurement purchasing")

_TITLES: tuple[tuple[float, str, frozenset[str]], ...] = (
    (1.0, "decides for the company", _CHIEFS),
    (0.9, "leads a department", words("vp svp evp head director leiter directeur direttore")),
    (0.7, "leads a team", words("manager lead principal supervisor")),
    (0.55, "experienced", words("senior sr staff architect")),
    (0.1, "at the start of a career", words("intern student trainee apprentice praktikant stagiaire")),
)
_FUNCTIONS: tuple[tuple[float, str, frozenset[str]], ...] = (
    (1.0, "sells or markets", words("sales marketing growth revenue business account demand commercial")),
    (0.9, "runs the company", _BOSSES | words("coo operations")),
    (0.8, "builds or buys technology", _BUILDERS),
)


def _size(proofs: Proofs) -> Verdict | None:
    count = value_of(proofs, "company.employees")
    if not isinstance(count, int):
        return None
    share = next(share for least, share in _SIZES if count >= least or least == 0)
    return Verdict(share=share, why=f"{count:,} employees", path="company.employees")


def _industry(proofs: Proofs) -> Verdict | None:
    name = value_of(proofs, "company.industry")
    return Verdict(share=1.0, why=f"the industry is known: {name}", path="company.industry") if name else None


def _standing(proofs: Proofs) -> Verdict | None:
    usd, rank = value_of(proofs, "company.funding_usd"), value_of(proofs, "domain.alexa.global.rank")
    if isinstance(usd, int) and usd > 0:
        return Verdict(share=1.0, why=f"funding of {usd:,} US dollars", path="company.funding_usd")
    if not isinstance(rank, int):
        return None
    share = next(share for most, share in _RANKS if rank <= most or most == _RANKS[-1][0])
    return Verdict(share=share, why=f"popularity rank {rank:,}", path="domain.alexa.global.rank")


def _site(proofs: Proofs) -> Verdict | None:
    state = value_of(proofs, "signal.site")
    if state is None:
        return None
    share, why = (1.0, "the company has a live website") if state == "live" else (0.0, f"the company's site is {state}")
    return Verdict(share=share, why=why, path="signal.site")


def _seniority(proofs: Proofs) -> Verdict | None:
    return _by_title(proofs, _TITLES, 0.4, "no leading role")


def _function(proofs: Proofs) -> Verdict | None:
    return _by_title(proofs, _FUNCTIONS, 0.4, "another line of work")


def _by_title(
    proofs: Proofs, table: tuple[tuple[float, str, frozenset[str]], ...], otherwise: float, else_why: str
) -> Verdict | None:
    title = value_of(proofs, "person.job_title")
    if not title:
        return None
    said = frozenset(str(title).lower().replace("-", "").replace(".", " ").replace(",", " ").replace("/", " ").split())
    for share, why, known in table:
        if said & known:
            return Verdict(share=share, why=f"{title}: {why}", path="person.job_title")
    return Verdict(share=otherwise, why=f"{title}: {else_why}", path="person.job_title")


_MAIL: dict[str, tuple[float, str]] = {
    "ok": (1.0, "the domain receives mail"),
    "implicit": (0.6, "the domain has no mail host of its own, but an address"),
}


def _mail(proofs: Proofs) -> Verdict | None:
    state = value_of(proofs, "signal.mail")
    if state is None:
        return None
    share, why = _MAIL.get(str(state), (0.0, "the domain cannot receive mail"))
    if share and value_of(proofs, "email_catchall") is True:
        why = "the domain receives mail for any address, so this one is not proved"
        return Verdict(share=min(share, ANY_ADDRESS), why=why, path="email_catchall")
    return Verdict(share=share, why=why, path="signal.mail")


def _own_mailbox(proofs: Proofs) -> Verdict | None:
    if value_of(proofs, "signal.role") is None:
        return None
    if value_of(proofs, "signal.role"):
        return Verdict(share=0.2, why="the address names a function, not a person", path="signal.role")
    if value_of(proofs, "signal.relay"):
        return Verdict(share=0.3, why="the address hides the real one", path="signal.relay")
    if value_of(proofs, "domain.personal"):
        return Verdict(share=0.5, why="a private mailbox", path="domain.personal")
    return Verdict(share=1.0, why="a mailbox of the company in a person's name", path="domain.personal")


def _tools(proofs: Proofs) -> Verdict | None:
    tools = value_of(proofs, "domain.tools")
    if not isinstance(tools, list) or not tools:
        return None
    tools = cast(list[Any], tools)
    share = min(1.0, 0.3 + len(tools) * 0.1)
    return Verdict(share=share, why=f"{len(tools)} technologies in use", path="domain.tools")


def _identity(proofs: Proofs) -> Verdict | None:
    name = value_of(proofs, "person.name")
    return Verdict(share=1.0, why=f"the lead's name is known: {name}", path="person.name") if name else None


RULES: tuple[Rule, ...] = (
    Rule(code="company_size", group="company", max=1.6, judge=_size),
    Rule(code="company_standing", group="company", max=1.0, judge=_standing),
    Rule(code="company_site", group="company", max=0.8, judge=_site),
    Rule(code="company_industry", group="company", max=0.6, judge=_industry),
    Rule(code="role_seniority", group="role", max=1.5, judge=_seniority),
    Rule(code="role_function", group="role", max=1.0, judge=_function),
    Rule(code="mail_reachable", group="reach", max=0.8, judge=_mail),
    Rule(code="mailbox_kind", group="reach", max=0.7, judge=_own_mailbox),
    Rule(code="technologies", group="technology", max=1.5, judge=_tools),
    Rule(code="name_known", group="data", max=0.5, judge=_identity),
)


def score(evidence: Proofs) -> tuple[int, ScoreDetail]:
    """Return the score, 0 to 10, and why it is that.

    Args:
        evidence: merged evidence by path, `signal.` paths included.
    """
    reasons: list[ScoreReason] = []
    missing: list[ScoreMissing] = []
    points = dict.fromkeys(GROUPS, 0.0)
    low, high, known = dict(points), dict(points), 0.0
    for rule in RULES:
        verdict = rule.judge(evidence)
        prior = rule.max * PRIOR
        if verdict is None:
            missing.append(ScoreMissing(code=rule.code, could_add=round(rule.max - prior, 2)))
            got, least, most = prior, 0.0, rule.max
        else:
            reason = _reason(rule, verdict, evidence)
            reasons.append(reason)
            sure = rule.max * (reason.confidence or 0.0)
            got, least = reason.points, sure * verdict.share
            most, known = least + rule.max - sure, known + rule.max
        for sums, value in ((points, got), (low, least), (high, most)):
            sums[rule.group] += value
    gates = _gates(evidence)
    detail = ScoreDetail(
        raw=_total(points, gates),
        low=_total(low, gates),
        high=_total(high, gates),
        coverage=round(known / sum(GROUPS.values()), 2),
        profile=PROFILE,
        reasons=sorted(reasons, key=lambda reason: (-reason.points, reason.code)),
        gates=gates,
        missing=sorted(missing, key=lambda miss: (-miss.could_add, miss.code)),
    )
    return half_up(detail.raw), detail


def _reason(rule: Rule, verdict: Verdict, evidence: Proofs) -> ScoreReason:
    proof = evidence.get(verdict.path) or Evidence()
    sure = 1.0 if proof.confidence is None else proof.confidence
    return ScoreReason(
        code=rule.code,
        points=round(rule.max * (sure * verdict.share + (1.0 - sure) * PRIOR), 4),
        max=rule.max,
        why=verdict.why,
        field=verdict.path,
        source=proof.source,
        confidence=sure,
    )


def _total(points: Mapping[str, float], gates: Iterable[ScoreGate]) -> float:
    total = sum(min(GROUPS[group], value) for group, value in points.items())
    return round(min([total, *(gate.cap for gate in gates)]), 2)


def _gates(evidence: Proofs) -> list[ScoreGate]:
    gates: list[ScoreGate] = []
    mail: Any = value_of(evidence, "signal.mail")
    if mail in ("none", "no_domain"):
        gates.append(ScoreGate(code="no_mail_host", cap=0, why="The address cannot receive mail."))
    if value_of(evidence, "domain.disposable"):
        gates.append(ScoreGate(code="disposable_email", cap=1, why="The address is from a throw-away mail service."))
    elif value_of(evidence, "domain.personal") and not value_of(evidence, "signal.employed"):
        why = "A private mailbox, and nothing proves where the lead works."
        gates.append(ScoreGate(code="personal_email", cap=5, why=why))
    return gates


def half_up(raw: float) -> int:
    """Round to the nearest integer, halves up, within 0 and 10."""
    return max(0, min(10, math.floor(raw + 0.5)))


def widened(detail: ScoreDetail, others: Iterable[float]) -> ScoreDetail:
    """Return the detail with an interval that also holds other raw scores (those without one of the sources)."""
    raws = [detail.raw, *others]
    return replace(detail, low=min(detail.low, *raws), high=max(detail.high, *raws))
