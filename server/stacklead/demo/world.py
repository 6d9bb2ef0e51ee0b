"""The made-up internet as data: companies, people and a world of them that may change while it is served.

Websites, DNS, public APIs and mail exchangers all answer from one `World`, at the moment they are asked. Plain
attribute changes are enough (`world.company("kitebird.example").employees = 41`), from any thread.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

import msgspec


@dataclass(slots=True, kw_only=True)
class Address:
    """Where a company is, as it writes it itself."""

    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""

    def __str__(self) -> str:
        town = " ".join(part for part in (self.region, self.postal_code) if part)
        return ", ".join(part for part in (self.street, self.city, town, self.country) if part)


@dataclass(slots=True, kw_only=True)
class Rank:
    """Popularity today (1 is best) and about three months ago; unranked if `now` is None."""

    now: int | None = None
    before: int | None = None


@dataclass(slots=True, kw_only=True)
class Company:
    """One company: what it says about itself, how its site is built and how its servers behave.

    `style` is a template of `templates/web/`. `fault` is a name of `faults.FAULTS`, `delay_s` the seconds that a slow
    one takes. `redirect_to` sends every page elsewhere. `pages` are whole HTML documents by path, served instead
    of the templates. `tools` are names of `tags.TAGS`. `address_record` overrides where the name resolves to; with
    `has_website` false it has no address at all. `emails` are local parts or whole addresses on the contact page.
    `mail_server` is how its mail host answers for an address: `strict` (knows who works there), `catch_all`,
    `greylist`, `blocked` or `silent`.
    """

    domain: str
    name: str
    legal_name: str = ""
    slogan: str = ""
    description: str = ""
    meta_description: str = ""
    industry: str = ""
    employees: int | None = None
    founded: int | None = None
    keywords: list[str] = field(default_factory=list[str])
    address: Address = field(default_factory=Address)
    phone: str = ""
    linkedin: str = ""
    crunchbase: str = ""
    twitter: str = ""
    ticker: str = ""
    emails: list[str] = field(default_factory=list[str])
    tools: list[str] = field(default_factory=list[str])
    products: list[str] = field(default_factory=list[str])
    language: str = "en"
    style: str = "saas"
    colour: str = "#0b7285"
    on_www: bool = True
    has_https: bool = True
    has_website: bool = True
    robots: str = ""
    redirect_to: str = ""
    fault: str = ""
    delay_s: float = 30.0
    pages: dict[str, str] = field(default_factory=dict[str, str])
    mx: list[str] = field(default_factory=list[str])
    mail_server: Literal["strict", "catch_all", "greylist", "blocked", "silent"] = "strict"
    txt: list[str] = field(default_factory=list[str])
    records: dict[str, dict[str, list[str]]] = field(default_factory=dict[str, dict[str, list[str]]])
    address_record: str = ""
    rank: Rank = field(default_factory=Rank)

    @property
    def host(self) -> str:
        """The host that its pages live on; the other spelling redirects there."""
        return f"www.{self.domain}" if self.on_www else self.domain

    @property
    def url(self) -> str:
        """The address of its home page."""
        return f"{'https' if self.has_https else 'http'}://{self.host}/"

    @property
    def addresses(self) -> list[str]:
        """The mail addresses on its contact page, whole."""
        return [email if "@" in email else f"{email}@{self.domain}" for email in self.emails]


@dataclass(slots=True, kw_only=True)
class Person:
    """One person: where they work, and what they published about themselves.

    `company` is the domain of a company whose team page shows them (empty: none does). `accounts` are profile
    addresses by service, `twitter` or `linkedin`. `has_gravatar` says whether api.gravatar.com knows the address.
    """

    email: str
    name: str
    title: str = ""
    company: str = ""
    company_name: str = ""
    location: str = ""
    headline: str = ""
    bio: str = ""
    accounts: dict[str, str] = field(default_factory=dict[str, str])
    has_gravatar: bool = False
    on_team_page: bool = True
    shows_email: bool = False


class World:
    """All companies and people; what is changed here is what the next request sees."""

    def __init__(self) -> None:
        self._companies: dict[str, Company] = {}
        self._people: dict[str, Person] = {}

    @property
    def companies(self) -> list[Company]:
        """All companies, in the order in which they came."""
        return list(self._companies.values())

    @property
    def people(self) -> list[Person]:
        """All people, in the order in which they came."""
        return list(self._people.values())

    def add_company(self, company: Company) -> Company:
        """Add a company, or put it in the place of the one with this domain."""
        company.domain = company.domain.lower()
        self._companies[company.domain] = company
        return company

    def add_person(self, person: Person) -> Person:
        """Add a person, or put them in the place of the one with this address."""
        self._people[person.email.lower()] = person
        return person

    def company(self, domain: str) -> Company:
        """Return the company of a domain.

        Raises:
            KeyError: there is none.
        """
        return self._companies[domain.lower()]

    def person(self, email: str) -> Person:
        """Return the person of an address.

        Raises:
            KeyError: there is none.
        """
        return self._people[email.lower()]

    def update_company(self, domain: str, **facts: Any) -> Company:
        """Change some facts of a company.

        Raises:
            KeyError: there is no such company.
            TypeError: a fact has another name.
        """
        return self.add_company(replace(self.company(domain), **facts))

    def update_person(self, email: str, **facts: Any) -> Person:
        """Change some facts of a person.

        Raises:
            KeyError: there is no such person.
            TypeError: a fact has another name.
        """
        return self.add_person(replace(self.person(email), **facts))

    def remove_company(self, domain: str) -> None:
        """Take a company off the net; its name is NXDOMAIN from now on."""
        self._companies.pop(domain.lower(), None)

    def remove_person(self, email: str) -> None:
        """Take a person off every page."""
        self._people.pop(email.lower(), None)

    def find_by_host(self, host: str) -> Company | None:
        """Return the company that serves a host name (its domain, `www.` of it, or one of its records)."""
        name = host.lower().rstrip(".")
        company = self._companies.get(name) or self._companies.get(name.removeprefix("www."))
        return company or next((c for c in self.companies if name in c.records), None)

    def team_of(self, company: Company) -> list[Person]:
        """Return the people on a company's team page, in the order in which they came."""
        return [p for p in self.people if p.company == company.domain and p.on_team_page]


def slug(name: str) -> str:
    """Return a name as it stands in addresses: `Rebecca (Becca) Schroeder` is `rebecca-schroeder`."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"\(.*?\)", "", name.lower())).strip("-")


def parse_company(facts: Any) -> Company:
    """Make a company from JSON-shaped facts.

    Raises:
        msgspec.ValidationError: a fact is of another type, or its name is unknown.
    """
    return _parse(facts, Company)


def parse_person(facts: Any) -> Person:
    """Make a person from JSON-shaped facts.

    Raises:
        msgspec.ValidationError: a fact is of another type, or its name is unknown.
    """
    return _parse(facts, Person)


def _parse(facts: Any, kind: Any) -> Any:
    if not isinstance(facts, dict):
        raise msgspec.ValidationError("facts are a JSON object")
    unknown = sorted(set(cast("dict[str, Any]", facts)) - set(kind.__slots__))
    if unknown:
        raise msgspec.ValidationError(f"unknown facts: {', '.join(unknown)}")
    return msgspec.convert(facts, kind)
