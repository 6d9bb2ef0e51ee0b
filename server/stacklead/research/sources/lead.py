"""What the lead told us: every documented parameter, as claims of the lead's own."""

from collections.abc import Sequence

from stacklead.models import Claim
from stacklead.research.claims import ClaimMaker, iso
from stacklead.research.clean import clean_text, clean_url, host_of
from stacklead.research.domains import registrable_domain
from stacklead.research.names import parse_name
from stacklead.research.social import linkedin_person, twitter_profile
from stacklead.research.source import Kit, Subject


class LeadSource:
    """Turns what came with the lead into claims; calls nobody."""

    name = "lead"

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return what the lead stated."""
        maker = ClaimMaker(source=self.name, fetched_at=iso(kit.now()))
        fields = {key: clean_text(value, 1_000) for key, value in subject.lead.fields.items()}
        given = {key: value for key, value in fields.items() if value}
        return [
            *_name(maker, given),
            *_stated(maker, "person.location", given.get("location")),
            *_stated(maker, "company.name", given.get("company")),
            *_profiles(maker, given),
            *_website(maker, given.get("company_website"), subject),
        ]


def _stated(maker: ClaimMaker, path: str, value: str | None, *, confidence: float = 1.0) -> list[Claim]:
    value = clean_text(value, 200)
    return maker.make(
        path, value, method="stated", confidence=confidence, snippet=f"given with the lead: {value}" if value else None
    )


def _name(maker: ClaimMaker, given: dict[str, str]) -> list[Claim]:
    first, last, name = given.get("first_name"), given.get("last_name"), given.get("name")
    claims = _stated(maker, "person.first_name", first) + _stated(maker, "person.last_name", last)
    if name is None and first and last:
        return claims + _stated(maker, "person.name", f"{first} {last}")
    if name and parse_name(name).is_full:
        return claims + _stated(maker, "person.name", name)
    if name:  # one word: a first name, not yet a full one
        claims += _stated(maker, "person.name", name, confidence=0.6)
        claims += [] if first else _stated(maker, "person.first_name", name, confidence=0.7)
    return claims


def _profiles(maker: ClaimMaker, given: dict[str, str]) -> list[Claim]:
    claims: list[Claim] = []
    for key, parse in (("linkedin", linkedin_person), ("twitter", twitter_profile)):
        found = parse(given[key]) if key in given else None
        if found:
            claims += _stated(maker, f"person.{key}.url", found[0])
            claims += _stated(maker, f"person.{key}.username", found[1])
    return claims


def _website(maker: ClaimMaker, text: str | None, subject: Subject) -> list[Claim]:
    url = website_url(text)
    if url is None:
        return []
    fits = subject.domain is not None and registrable_domain(host_of(url)) == subject.domain
    # The mailbox proves its own domain; a site elsewhere is only the lead's word.
    return maker.make(
        "company.website",
        url,
        method="stated",
        confidence=1.0 if fits else 0.6,
        snippet=f"given with the lead: {text}",
    )


def website_url(text: str | None) -> str | None:
    """Return what a lead typed as company website as a URL (`blueocean.com` too), or None if it is none."""
    if not text:
        return None
    text = text.strip()
    url = clean_url(text if "://" in text else f"https://{text}")
    return url if url and registrable_domain(host_of(url)) else None
