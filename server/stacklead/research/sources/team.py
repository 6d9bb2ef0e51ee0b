"""Whether the company's pages show the lead: runs last, when every other source has said what it knows of the name."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from stacklead.models import Claim
from stacklead.research.claims import ClaimMaker, iso
from stacklead.research.identity import ACCEPT, POSSIBLE, LeadIdentity, Match, match_person
from stacklead.research.names import parse_name, same_person_name
from stacklead.research.site.reading import Someone
from stacklead.research.social import linkedin_person, twitter_profile
from stacklead.research.source import Kit, Subject

_POSSIBLE = 0.4  # confidence of what belongs to somebody who may be the lead: too little for a fact
_SOURCE = "website"  # whose words these are: without the website there are none


class TeamSource:
    """Compares the people on the pages that the website source read with the lead; calls nobody."""

    name = "team"

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return what the pages say about the lead; namesakes and colleagues are left out."""
        if subject.is_true("signal.role"):
            return []
        lead = _identity(subject)
        maker = ClaimMaker(source=_SOURCE, fetched_at=iso(kit.now()))
        company = {str(c.value) for c in subject.claims if c.field == "company.twitter.url"}
        matches = [
            (match_person(lead, one.name, one.email, other_company=one.other_company), _own(one, company))
            for one in subject.people
        ]
        accepted = [(match, one) for match, one in matches if match.p >= ACCEPT]
        possible = [(match, one) for match, one in matches if match.p >= POSSIBLE]
        if not accepted or not _is_one_person([one for _, one in accepted]):
            return [claim for _, one in possible[:3] for claim in _about(maker, one, _POSSIBLE, "perhaps the lead")]
        best = max(accepted, key=lambda row: row[0].p)
        return [
            *_employed(maker, best),
            *(c for match, one in accepted[:10] for c in _about(maker, one, match.p, match.why)),
        ]


def _own(one: Someone, company: Collection[str]) -> Someone:
    """Return a person without the company's profiles, which often stand below the last person of a page."""
    if one.method != "text":
        return one
    twitter = twitter_profile(one.twitter) if one.twitter else None
    return replace(one, twitter=None) if twitter and twitter[0] in company else one


def _employed(maker: ClaimMaker, best: tuple[Match, Someone]) -> list[Claim]:
    match, one = best
    return maker.make(
        "signal.employed", True, method="structured", confidence=match.p, url=one.url, snippet=one.snippet
    )


def _is_one_person(found: Sequence[Someone]) -> bool:
    """Return whether all records carry one name: two people cannot both be the lead."""
    first = parse_name(found[0].name)
    return all(same_person_name(first, parse_name(one.name)) or one.name == found[0].name for one in found)


def _identity(subject: Subject) -> LeadIdentity:
    names = [str(c.value) for c in subject.claims if c.field == "person.name" and parse_name(str(c.value)).is_full]
    return LeadIdentity(
        email=subject.email,
        names=tuple(sorted(set(names))),
        has_personal_mailbox=subject.is_true("domain.personal"),
    )


def _about(maker: ClaimMaker, one: Someone, sure: float, why: str) -> list[Claim]:
    linkedin = linkedin_person(one.linkedin) if one.linkedin else None
    twitter = twitter_profile(one.twitter) if one.twitter else None
    values = {
        "person.name": one.name,
        "person.job_title": one.title,
        "person.image_url": one.image,
        "person.linkedin.url": linkedin[0] if linkedin else None,
        "person.linkedin.username": linkedin[1] if linkedin else None,
        "person.twitter.url": twitter[0] if twitter else None,
        "person.twitter.username": twitter[1] if twitter else None,
    }
    snippet = f"{one.snippet} ({why})"
    found = [
        maker.make(path, value, method=one.method, confidence=sure, url=one.url, snippet=snippet)
        for path, value in values.items()
    ]
    return [claim for claims in found for claim in claims]
