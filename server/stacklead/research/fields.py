"""Every path of the documented object: who can fill it, and what to say if nobody can.

Paths of `signal.` are facts for the score that stand in no documented field.
"""

from dataclasses import dataclass

_PERSON_SOURCES = ("lead", "gravatar", "website")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One documented path: `sources` are those that can fill it, `why` is said if there are none."""

    path: str
    words: str
    sources: tuple[str, ...] = ()
    why: str = ""
    is_list: bool = False


def _field(path: str, words: str, *sources: str, why: str = "", is_list: bool = False) -> Field:
    return Field(path=path, words=words, sources=sources, why=why, is_list=is_list)


_NO_FOLLOWERS = "Follower counts need Twitter's paid API, and no such source is set up."
_NO_FUNDING = "No free source states funding reliably, and no paid one is set up."

FIELDS: tuple[Field, ...] = (
    _field("person.name", "name", "lead", "gravatar", "website", "address"),
    _field("person.first_name", "first name", "lead", "gravatar", "website", "address"),
    _field("person.last_name", "last name", "lead", "gravatar", "website", "address"),
    _field("person.headline", "headline", "gravatar", "website"),
    _field("person.location", "location", "lead", "gravatar"),
    _field("person.job_title", "job title", "gravatar", "website"),
    _field("person.image_url", "picture", "gravatar", "website"),
    _field("person.experiences", "job", "gravatar", "website", is_list=True),
    _field(
        "person.education",
        "education",
        why="Education is known to LinkedIn, which is never fetched, and to paid services; none is set up.",
        is_list=True,
    ),
    _field("person.age", "age", why="Nothing that is public and lawful to read states a lead's age."),
    _field("person.linkedin.url", "LinkedIn profile", *_PERSON_SOURCES),
    _field("person.linkedin.username", "LinkedIn name", *_PERSON_SOURCES),
    _field(
        "person.linkedin.connections",
        "number of LinkedIn connections",
        why="LinkedIn is linked to, never fetched, so its connections are not counted.",
    ),
    _field("person.twitter.url", "Twitter profile", *_PERSON_SOURCES),
    _field("person.twitter.username", "Twitter name", *_PERSON_SOURCES),
    _field("person.twitter.followers", "number of Twitter followers", why=_NO_FOLLOWERS),
    _field("company.name", "company name", "lead", "website", "gravatar"),
    _field("company.headline", "company headline", "website"),
    _field("company.description", "company description", "website"),
    _field("company.employees", "number of employees", "website"),
    _field("company.industry", "industry", "website"),
    _field("company.category", "category", "website"),
    _field("company.image_url", "logo", "website"),
    _field("company.website", "website", "website", "lead"),
    _field("company.type", "type of company", "website"),
    _field("company.funding", "funding", why=_NO_FUNDING),
    _field("company.tags", "tags", "website"),
    _field("company.linkedin.url", "LinkedIn page", "website"),
    _field("company.crunchbase.url", "Crunchbase page", "website"),
    _field("company.twitter.url", "Twitter profile of the company", "website"),
    _field("company.twitter.username", "Twitter name of the company", "website"),
    _field("company.twitter.followers", "number of Twitter followers of the company", why=_NO_FOLLOWERS),
    _field("company.location", "location of the company", "website"),
    _field("company.funding_usd", "funding", why=_NO_FUNDING),
    _field("company.tags_list", "tags", "website", is_list=True),
    _field("domain.name", "domain", "address"),
    _field("domain.personal", "kind of mailbox", "address"),
    _field("domain.disposable", "kind of mailbox", "address"),
    _field("domain.interesting", "verdict on the domain", "website", "dns"),
    _field("domain.description", "description of the site", "website"),
    _field("domain.alexa.global.rank", "popularity rank", "tranco"),
    _field("domain.alexa.global.change", "change of the popularity rank", "tranco"),
    _field("domain.alexa.rank_source", "source of the popularity rank", "tranco"),
    _field("domain.tools", "technology", "technologies", "dns", is_list=True),
    _field("emails", "other address at this domain", "website", is_list=True),
    _field("email_catchall", "answer of the mail server", "smtp_probe"),
)

BY_PATH: dict[str, Field] = {field.path: field for field in FIELDS}

# List fields whose claims are put together instead of competing.
UNITED = frozenset({"domain.tools", "emails", "company.tags_list"})
