"""What is not in the report, by name: looked for and not found, or not reached this time."""

from stacklead.report.reading import Fields, part

# Field paths that a reader would look for, in the order of the report, and how they are called.
EXPECTED: tuple[tuple[str, str], ...] = (
    ("person.name", "name"),
    ("person.job_title", "job title"),
    ("person.location", "place"),
    ("person.experiences", "past jobs"),
    ("person.education", "education"),
    ("person.age", "age"),
    ("person.linkedin.url", "LinkedIn"),
    ("person.twitter.url", "Twitter"),
    ("company.name", "company"),
    ("company.description", "what the company does"),
    ("company.employees", "company size"),
    ("company.industry", "industry"),
    ("company.funding", "funding"),
    ("company.location", "company's place"),
    ("company.website", "company website"),
    ("domain.alexa.global.rank", "popularity"),
    ("domain.tools", "technologies"),
)
_NOT_REACHED = frozenset({"source_failed"})


def list_missing(data: Fields, evidence: Fields) -> tuple[list[str], list[str]]:
    """Return the names of what was not found, and of what could not be asked for this time."""
    not_found: list[str] = []
    not_reached: list[str] = []
    for path, label in EXPECTED:
        *parents, name = path.split(".")
        holder = data
        for parent in parents:
            holder = part(holder, parent)
        if holder.get(name) in (None, "", [], {}):
            is_down = part(evidence, path).get("reason") in _NOT_REACHED
            (not_reached if is_down else not_found).append(label)
    return not_found, not_reached
