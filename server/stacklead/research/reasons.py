"""Says for every documented field that stayed empty why it did."""

from collections.abc import Mapping, Sequence

from stacklead.models import Evidence, SourceRun
from stacklead.research.evidence import value_of
from stacklead.research.fields import FIELDS, Field

NAMES: dict[str, str] = {
    "lead": "the lead's own words",
    "address": "the address itself",
    "dns": "DNS",
    "website": "the company website",
    "technologies": "the technologies on the website",
    "gravatar": "Gravatar",
    "tranco": "the Tranco list",
    "smtp_probe": "the mail server",
}

_FAILURES: dict[str, str] = {
    "timeout": "did not answer in time",
    "rate_limited": "limits how often it may be asked",
    "refused": "may not be called",
    "unavailable": "could not be reached",
    "failed": "could not be read",
}

_JOB_DETAILS = ("duration", "start")


def add_reasons(evidence: Mapping[str, Evidence], runs: Sequence[SourceRun]) -> dict[str, Evidence]:
    """Return the evidence of the documented fields only, with a reason in words for each that is null or empty."""
    outcomes = {run.source: run.outcome for run in runs}
    proofs = {field.path: _proof(field, evidence, outcomes) for field in FIELDS}
    proofs["email_catchall"] = _catchall(proofs["email_catchall"], evidence.get("signal.catchall"))
    if value_of(evidence, "person.experiences"):
        proofs.update(_job_reasons(evidence))
    return proofs


def _proof(field: Field, evidence: Mapping[str, Evidence], outcomes: Mapping[str, str]) -> Evidence:
    known = evidence.get(field.path)
    if known is not None and (known.reason is not None or known.value not in (None, [], "")):
        return known
    reason, why = _reason(field, evidence, outcomes)
    return Evidence(reason=reason, why=why)


def _reason(field: Field, evidence: Mapping[str, Evidence], outcomes: Mapping[str, str]) -> tuple[str, str]:
    if not field.sources:
        return "no_source", field.why
    if _speaks_of_company(field) and value_of(evidence, "signal.site") is None and _has_no_company(evidence):
        return (
            "not_found",
            "The address belongs to a mail provider, and no company website was given, so no company is known.",
        )
    failed = [s for s in field.sources if outcomes.get(s, "ok") not in ("ok", "empty", "disabled")]
    if failed:
        words = _FAILURES.get(outcomes[failed[0]], "could not be reached")
        return (
            "source_failed",
            f"{_first_up(NAMES.get(failed[0], failed[0]))} {words}, so the {field.words} is unknown.",
        )
    disabled = [s for s in field.sources if outcomes.get(s) == "disabled"]
    asked = [NAMES.get(s, s) for s in field.sources if s not in disabled]
    if disabled and len(disabled) == len([s for s in field.sources if s not in ("lead", "address")]):
        return "source_disabled", f"{_first_up(NAMES.get(disabled[0], disabled[0]))} is switched off in the settings."
    return "not_found", f"No {field.words} was found by: {', '.join(asked)}."


def _speaks_of_company(field: Field) -> bool:
    return field.path.startswith(("company.", "domain.tools", "domain.description", "domain.alexa", "emails"))


def _has_no_company(evidence: Mapping[str, Evidence]) -> bool:
    return bool(value_of(evidence, "domain.personal") or value_of(evidence, "domain.disposable"))


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _catchall(proof: Evidence, unknown: Evidence | None) -> Evidence:
    """Return the proof with the reason that the source itself gave for knowing nothing, or why it was not asked."""
    if unknown is not None:
        return Evidence(reason=str(unknown.value), why=unknown.snippet)
    if proof.reason != "source_disabled":
        return proof
    why = "Mail servers are not asked whether they accept any address (STACKLEAD_SMTP_PROBE is off)."
    return Evidence(reason=proof.reason, why=why)


def _job_reasons(evidence: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """Return reasons for the empty parts of the present job, keyed `person.experiences[0].start`."""
    why = "No public source says when this job began."
    proofs = {f"person.experiences[0].{key}": Evidence(reason="no_source", why=why) for key in _JOB_DETAILS}
    job = value_of(evidence, "person.experiences")[0]
    for key, value, path in (
        ("name", job.name, "company.name"),
        ("description", job.description, "company.description"),
        ("linkedin.url", job.linkedin.url, "company.linkedin.url"),
    ):
        if value is None:
            proofs[f"person.experiences[0].{key}"] = Evidence(reason="not_found", why=f"Not known: see {path}.")
    return proofs
