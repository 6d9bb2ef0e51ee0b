"""Documented rules that follow from found facts: category, type, interesting, and the shapes of 2014."""

import re
from collections.abc import Mapping
from typing import Any, cast

from stacklead.models import Evidence
from stacklead.research.evidence import value_of
from stacklead.research.names import fold

MANY_EMPLOYEES = 10  # from here on a company is more than a few people
ENTERPRISE_EMPLOYEES = 100
SMALL_EMPLOYEES = 50
PAID_TOOLS = 3  # that many business tools speak of a company that spends

_EDUCATION = re.compile(r"(^|\.)(edu|ac)(\.[a-z]{2})?$")
_GOVERNMENT = re.compile(r"(^|\.)(gov|gob|gouv|gv|mil)(\.[a-z]{2})?$")
_NONPROFIT_WORDS = frozenset({"nonprofit", "charity", "ngo", "foundation", "nonprofit501c3"})

# schema.org types of organisations that say what kind of company it is.
_KINDS: dict[str, str] = {
    "ngo": "nonprofit",
    "educationalorganization": "education",
    "collegeoruniversity": "education",
    "school": "education",
    "highschool": "education",
    "governmentorganization": "government",
    "onlinestore": "consumer",
    "store": "consumer",
    "restaurant": "consumer",
    "hotel": "consumer",
}

_TYPES: dict[str, str] = {
    "education": "Educational",
    "government": "Government Agency",
    "nonprofit": "Nonprofit",
}

Found = tuple[Any, str, str]  # value, why in words, the path that it rests on


def category(evidence: Mapping[str, Evidence]) -> Found | None:
    """Return enterprise, smb, startup, consumer, education, government or nonprofit; None if nothing speaks for any.

    In this order: the domain's ending, the kind of organisation that the site states, its tags, its size.
    """
    domain = str(value_of(evidence, "domain.name") or "")
    for pattern, name in ((_EDUCATION, "education"), (_GOVERNMENT, "government")):
        if pattern.search(domain):
            return name, f"the domain ends like one of {name}", "domain.name"
    kind = _KINDS.get(str(value_of(evidence, "signal.kind") or "").lower())
    if kind:
        return kind, f"the site calls itself a {value_of(evidence, 'signal.kind')}", "signal.kind"
    tag_list = cast(list[Any], value_of(evidence, "company.tags_list") or [])
    tags = {fold(str(tag)).replace(" ", "") for tag in tag_list}
    if tags & _NONPROFIT_WORDS:
        return "nonprofit", "its tags say so", "company.tags_list"
    return _category_by_size(evidence)


def _category_by_size(evidence: Mapping[str, Evidence]) -> Found | None:
    employees, founded = value_of(evidence, "company.employees"), value_of(evidence, "signal.founded")
    if not isinstance(employees, int):
        return None
    if employees >= ENTERPRISE_EMPLOYEES:
        return "enterprise", f"{employees:,} employees", "company.employees"
    if isinstance(founded, int) and founded >= 2010 and employees < SMALL_EMPLOYEES:
        return "startup", f"{employees:,} employees, founded in {founded}", "company.employees"
    return "smb", f"{employees:,} employees", "company.employees"


def company_type(evidence: Mapping[str, Evidence]) -> Found | None:
    """Return the label that LinkedIn would use: Public Company, Nonprofit, Educational, and so on, or None."""
    if value_of(evidence, "signal.ticker"):
        return "Public Company", f"traded as {value_of(evidence, 'signal.ticker')}", "signal.ticker"
    found = category(evidence)
    if found and found[0] in _TYPES:
        return _TYPES[found[0]], found[1], found[2]
    legal = str(value_of(evidence, "signal.legal_name") or "")
    form = legal_form_type(legal)
    return (form, f"legal name {legal}", "signal.legal_name") if form else None


_FORMS: tuple[tuple[str, str], ...] = (
    (r"\b(plc|p\.l\.c\.|n\.?v\.?|oyj|asa)$", "Public Company"),
    (r"\b(llp|lp|l\.l\.p\.|partnership|gbr|ohg)$", "Partnership"),
    (r"\b(e\.? ?v\.?|foundation|charity|stiftung)$", "Nonprofit"),
    (r"\b(inc|inc\.|llc|l\.l\.c\.|ltd|ltd\.|limited|gmbh|ug|s\.?a\.?r\.?l\.?|b\.?v\.?|oy|a/s|aps|ab|srl|s\.?r\.?l\.?)$",
     "Privately Held"),
    (r"\b(pty ltd|pvt ltd|pte ltd|co|corp|corp\.|corporation|incorporated|sas|kk|k\.k\.)\.?$", "Privately Held"),
)  # fmt: skip


def legal_form_type(legal_name: str) -> str | None:
    """Return the type that the legal form at the end of a name suggests, or None."""
    text = re.sub(r"[\s,()]+", " ", legal_name.lower()).strip()
    return next((kind for pattern, kind in _FORMS if re.search(pattern, text)), None)


def interesting(evidence: Mapping[str, Evidence]) -> Found | None:
    """Return whether the domain deserves a look, and why; None while it is unknown whether it has a live site.

    True for a business domain with a live site and at least one of: a popularity rank, funding, 10 employees,
    3 business tools.
    """
    if value_of(evidence, "domain.disposable") or _is_mailbox_only(evidence):
        return False, "the address is not one of a company", "domain.personal"
    site = value_of(evidence, "signal.site")
    if site is None:
        return None
    if site != "live":
        return False, f"the site is {site}", "signal.site"
    reasons = [
        (value_of(evidence, "domain.alexa.global.rank"), "has a popularity rank", "domain.alexa.global.rank"),
        (value_of(evidence, "company.funding_usd"), "has raised funding", "company.funding_usd"),
        ((value_of(evidence, "company.employees") or 0) >= MANY_EMPLOYEES, "has employees", "company.employees"),
        (len(value_of(evidence, "domain.tools") or []) >= PAID_TOOLS, "uses business tools", "domain.tools"),
    ]
    good = [(why, path) for holds, why, path in reasons if holds]
    if not good:
        return False, "a live site, but no rank, funding, size or tools that speak for it", "signal.site"
    return True, "a business domain with a live site that " + ", ".join(why for why, _ in good), good[0][1]


def _is_mailbox_only(evidence: Mapping[str, Evidence]) -> bool:
    return bool(value_of(evidence, "domain.personal")) and value_of(evidence, "signal.site") is None


def funding_label(usd: int) -> str:
    """Return an amount as in 2014: "$19.4M", "$250k", "$1.2B"."""
    for size, letter in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if usd >= size:
            return f"${usd / size:.1f}".removesuffix(".0") + letter
    return f"${usd}"
