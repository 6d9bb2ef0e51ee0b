"""Settles contradictions between sources before the merge: pure.

A profile keyed by the address is the lead's for sure, but it may be old. Where it names another employer than the
company's own site does, its job belongs to the past: title and company do not speak of this company.
"""

from collections.abc import Sequence
from dataclasses import replace

from stacklead.models import Claim
from stacklead.research.claims import find_claim
from stacklead.research.evidence import same_company_name

_OUTDATED = 0.3  # what remains of the confidence of a former job
_PROFILES = ("gravatar",)  # sources that state an employer of their own
_OF_A_JOB = ("person.job_title", "person.headline", "company.name")


def reconcile(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims: those of a contradicted job weakened, a proved employer noted (`signal.employed`)."""
    found = list(claims)
    known = _company_names(found)
    for source in _PROFILES:
        proof = find_claim(found, "company.name", source)
        if proof is None or not known:
            continue
        if any(same_company_name(str(proof.value), name) for name in known):
            found.append(replace(proof, field="signal.employed", value=True))
        else:
            found = [_weaken(c) if c.source == source and c.field in _OF_A_JOB else c for c in found]
    return found


def _company_names(claims: Sequence[Claim]) -> list[str]:
    """Return what the company is called by its own site."""
    return sorted({str(c.value) for c in claims if c.field == "company.name" and c.source == "website"})


def _weaken(claim: Claim) -> Claim:
    return replace(claim, confidence=claim.confidence * _OUTDATED)
