"""Is this record the lead? Additive log-odds over independent comparisons; a proved conflict is never outvoted.

Each comparison adds bits. The start is a person on the company's own page: one of its people, but which?
"""

from dataclasses import dataclass

from stacklead.research.names import NameParts, local_part_fits, parse_name, same_first_name, same_person_name

ACCEPT = 0.9  # from here on the record is taken as the lead's
POSSIBLE = 0.6  # from here on it is kept as a possibility, never as a fact

_PRIOR = -1.0  # somebody on the company's own pages, nothing compared yet
_SAME_EMAIL = 8.7
_SAME_NAME = 5.0  # the full name that is known from elsewhere
_DERIVED_NAME = 4.5  # the full name that the address spells out
_LOCAL_FULL = 4.5  # the address is made of the first and the last name: rschroeder, rebecca.schroeder
_LOCAL_FIRST = 1.7  # the address is only the first name: there may be others of that name
_LOCAL_NONE = -3.9


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadIdentity:
    """What is known of the lead before a record is compared: `names` are full names by independent sources."""

    email: str
    names: tuple[str, ...] = ()
    has_personal_mailbox: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How likely a record is the lead's, and by what."""

    p: float
    why: str


def match_person(lead: LeadIdentity, name: str, email: str | None, *, other_company: bool = False) -> Match:
    """Return how likely it is that a person of the company's pages is the lead."""
    if other_company:
        return Match(p=0.0, why="works elsewhere")
    if email and not lead.has_personal_mailbox and email.lower() != lead.email.lower():
        return Match(p=0.0, why="has another address")
    parts = parse_name(name)
    known = [parse_name(one) for one in lead.names]
    conflicting = [one for one in known if one.is_full and parts.is_full and not same_person_name(one, parts)]
    same_email = email is not None and email.lower() == lead.email.lower()
    if conflicting and not same_email:
        return Match(p=0.0, why="has another name")
    bits, why = _PRIOR, []
    if same_email:
        bits, why = bits + _SAME_EMAIL, ["same address"]
    if known and any(one.is_full and same_person_name(one, parts) for one in known):
        bits, why = bits + _SAME_NAME, [*why, "same full name"]
    local_bits, local_why = _local(lead, parts)
    return Match(p=_probability(bits + local_bits), why=", ".join([*why, *local_why]) or "nothing in common")


def _local(lead: LeadIdentity, parts: NameParts) -> tuple[float, list[str]]:
    """Return the bits of comparing the name with the part before the `@`; a personal mailbox says less."""
    local = lead.email.rpartition("@")[0]
    scale = 0.5 if lead.has_personal_mailbox else 1.0
    if not parts.is_full or not local_part_fits(local, parts):
        return (0.0 if lead.names else _LOCAL_NONE * scale), []
    if same_first_name(local, parts.first) or same_first_name(local, parts.nickname):
        return _LOCAL_FIRST * scale, ["the address is the first name"]
    return _LOCAL_FULL * scale, ["the address is made from the name"]


def _probability(bits: float) -> float:
    return 2.0**bits / (1.0 + 2.0**bits)
