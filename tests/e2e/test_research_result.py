"""What research finds in the demo internet, as it stands in the webhook: by the real sources, over real servers."""

import random
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from e2e.product import Account, Product, open_account
from stacklead.demo.stage import Stage
from stacklead.demo.world import Address, Company, Person, Rank

# The documented example (product documentation, "Example Response"): what these sources can know of it. Where the
# original's own value cannot be had on a made-up web, only its type is fixed.
DOCUMENTED: dict[str, Any] = {
    "score": int,
    "person.email": "rebecca@blueocean.example",
    "person.name": "Rebecca (Becca) Schroeder",
    "person.first_name": "Rebecca",
    "person.last_name": "Schroeder",
    "person.headline": str,
    "person.location": "Greater Denver Area",
    "person.job_title": "Sr. Sales Representative",
    "person.image_url": str,
    "person.experiences[0].title": "Sr. Sales Representative",
    "person.experiences[0].name": "Blue Ocean Technologies",
    "person.experiences[0].description": str,
    "person.experiences[0].end": "Present",
    "person.experiences[0].linkedin.url": str,
    "person.linkedin.url": str,
    "person.linkedin.username": "RebeccaSchroeder",
    "person.twitter.url": str,
    "person.twitter.username": "BeccaSchroe",
    "company.name": "Blue Ocean Technologies",
    "company.headline": "The ultimate interactive video ad service",
    "company.description": "Video Ad Infrastructure",
    "company.employees": 127,
    "company.industry": "Information Technology and Services",
    "company.category": "enterprise",
    "company.image_url": str,
    "company.website": str,
    "company.type": "Privately Held",
    "company.tags": "techstars, techstars-boulder-2010",
    "company.linkedin.url": str,
    "company.crunchbase.url": str,
    "company.twitter.url": str,
    "company.twitter.username": "BlueOcean",
    "domain.name": "blueocean.example",
    "domain.personal": False,
    "domain.disposable": False,
    "domain.interesting": True,
    "domain.description": "Get started for free with disruptive in-video advertising.",
    "domain.alexa.global.change": "Down 786 versus the previous 3 months.",
    "domain.alexa.global.rank": 9362,
    "domain.tools": list,
    "emails": list,
    "email_catchall": False,
}
# What no source of this release can know: null (or empty), with a reason in the evidence.
UNKNOWABLE = (
    "person.experiences[0].duration",
    "person.experiences[0].start",
    "person.education",
    "person.age",
    "person.linkedin.connections",
    "person.twitter.followers",
    "company.funding",
    "company.twitter.followers",
)
DOCUMENTED_TOOLS = {"Google Analytics", "Crazy Egg", "Right Media", "Google AdWords Conversion", "Perfect Audience"}


def get(data: Any, path: str) -> Any:
    """Follow a path of the documented object; KeyError if a key is missing."""
    for step in path.replace("[0]", ".0").split("."):
        data = data[int(step)] if step.isdigit() else data[step]
    return data


@pytest.fixture(scope="module")
def rebecca(product: Product, stage: Stage) -> dict[str, Any]:
    account = open_account(product, stage)
    account.hand_in("rebecca@blueocean.example", delivery_method="webhook")
    return account.wait_posts()[0]["json"]


@pytest.mark.parametrize("path", DOCUMENTED)
def test_rebecca_has_each_documented_value(rebecca: dict[str, Any], path: str) -> None:
    value, wanted = get(rebecca["data"], path), DOCUMENTED[path]
    if isinstance(wanted, type):
        assert isinstance(value, wanted)
        assert value or path == "score"
    else:
        assert value == wanted
        assert type(value) is type(wanted)


@pytest.mark.parametrize("path", UNKNOWABLE)
def test_what_cannot_be_known_of_rebecca_is_null_with_a_reason(rebecca: dict[str, Any], path: str) -> None:
    assert get(rebecca["data"], path) in (None, [])
    assert rebecca["evidence"][path]["reason"]
    assert rebecca["evidence"][path]["why"]


def test_every_documented_path_of_rebecca_is_on_one_of_the_two_lists(rebecca: dict[str, Any]) -> None:
    ours = ("company.location", "company.funding_usd", "company.tags_list", "domain.alexa.rank_source")
    found = {path for path in walk(rebecca["data"]) if path not in ours}
    assert found == {*DOCUMENTED, *UNKNOWABLE}


def walk(value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every leaf; a list of texts, and an empty list, is a leaf."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from walk(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from walk(value[0], f"{path}[0]")
    else:
        yield path


def test_rebeccas_tools_have_their_names_of_2014(rebecca: dict[str, Any]) -> None:
    assert set(rebecca["data"]["domain"]["tools"]) >= DOCUMENTED_TOOLS


def test_rebeccas_values_have_proof(rebecca: dict[str, Any]) -> None:
    for path in DOCUMENTED:
        if path in ("score", "person.email") or path.startswith("person.experiences"):
            continue
        proof = rebecca["evidence"][path]
        assert proof["source"], path
        assert 0 < proof["confidence"] <= 1, path


def test_rebeccas_score_says_why(rebecca: dict[str, Any]) -> None:
    detail = rebecca["score_detail"]
    assert 0 <= rebecca["data"]["score"] <= 10
    assert detail["low"] <= detail["raw"] <= detail["high"]
    assert all(reason["why"] for reason in detail["reasons"])


class Facts:
    """A company and a person that nobody has written down before this run."""

    def __init__(self) -> None:
        rng = random.Random(secrets.randbits(64))
        tail = secrets.token_hex(3)
        self.domain = f"{rng.choice(('north', 'amber', 'stone'))}{tail}.example"
        self.company = f"{rng.choice(('Amber', 'Juniper', 'Granite'))} {rng.choice(('Works', 'Robotics'))} {tail}"
        self.first = rng.choice(("Ottilie", "Casimir", "Philippa", "Thaddeus"))
        self.last = rng.choice(("Brambleworth", "Zellinger", "Okonedo", "Quist"))
        self.title = rng.choice(("Head of Procurement", "Chief Financial Officer", "Director of Marketing"))
        self.slogan = f"We polish {tail} lenses"
        self.employees = rng.randrange(20, 900)
        self.rank = rng.randrange(10_000, 900_000)
        self.city = rng.choice(("Tromsø", "Ghent", "Porto"))

    @property
    def email(self) -> str:
        return f"{self.first}.{self.last}@{self.domain}".lower()

    def publish(self, account: Account) -> None:
        world = account.stage.net.world
        world.add_company(
            Company(
                domain=self.domain,
                name=self.company,
                slogan=self.slogan,
                description=f"{self.company} makes things.",
                employees=self.employees,
                address=Address(city=self.city, country="Norway"),
                rank=Rank(now=self.rank, before=self.rank),
            )
        )
        name = f"{self.first} {self.last}"
        world.add_person(Person(email=self.email, name=name, title=self.title, company=self.domain))


def test_random_facts_are_found_in_mail_and_webhook(account: Account) -> None:
    facts = Facts()
    facts.publish(account)
    account.hand_in(facts.email, delivery_method="webhook")
    account.hand_in(facts.email)
    data = account.wait_posts()[0]["json"]["data"]
    assert data["person"]["name"] == f"{facts.first} {facts.last}"
    assert data["person"]["job_title"] == facts.title
    assert data["company"]["name"] == facts.company
    assert data["company"]["headline"] == facts.slogan
    assert data["company"]["employees"] == facts.employees
    assert facts.city in data["company"]["location"]
    assert data["domain"]["alexa"]["global"]["rank"] == facts.rank
    mail = account.wait_mails()[0]
    assert facts.last in mail["subject"]
    for text in (mail["text"], mail["html"]):
        for fact in (facts.last, facts.title, facts.company, str(facts.employees), f"{facts.company} makes things"):
            assert fact in text


def test_changing_one_fact_changes_only_that_field(account: Account) -> None:
    facts = Facts()
    facts.publish(account)
    before = account.wait_done(account.hand_in(facts.email)["id"])["data"]
    account.stage.net.world.company(facts.domain).slogan = "Something else entirely"
    after = account.wait_done(account.hand_in(facts.email)["id"])["data"]
    assert after["company"]["headline"] == "Something else entirely"
    after["company"]["headline"] = before["company"]["headline"]
    assert after == before


HARD = {
    "a personal mailbox": ("mara_lindqvist@gmail.com", {"domain.personal": True, "company.website": None}),
    "a disposable address": ("someone@mailinator.com", {"domain.disposable": True}),
    "a parked domain": ("x@parkedname.example", {"company.name": None, "domain.interesting": False}),
    "an unknown domain": ("x@nosuchcompany.example", {"company.name": None, "company.website": None}),
    "a dead site": ("x@gonequiet.example", {"company.website": None}),
    "a site that forbids robots": ("noor@keepout.example", {"company.headline": None}),
    "a hostile site with scripts": ("x@scriptladen.example", {"person.name": None}),
    "a gzip bomb": ("x@gzipbomb.example", {"company.employees": None}),
    "a site that leads to cloud metadata": ("x@metadata.example", {"company.name": None}),
    "a mail server that takes any address": ("x@acceptsall.example", {"email_catchall": True}),
    "a mail server that knows who works there": ("marcus.webb@blueocean.example", {"email_catchall": False}),
    "a mail server that lets strangers wait": ("x@comelater.example", {"email_catchall": None}),
    "a mail server that blocks us": ("x@knowsyou.example", {"email_catchall": None}),
    "a mail server that says nothing": ("x@saysnothing.example", {"email_catchall": None}),
    "a role address invents nobody": ("info@tallgrass.example", {"person.name": None}),
    "a colleague": ("rebecca.schneider@blueocean.example", {"person.last_name": "Schneider"}),
    "a namesake": ("jordan@marlowfinch.example", {"domain.name": "marlowfinch.example"}),
}


@pytest.mark.parametrize(("email", "wanted"), HARD.values(), ids=HARD.keys())
def test_a_hard_case_ends_well(account: Account, email: str, wanted: dict[str, Any]) -> None:
    lead = account.wait_done(account.hand_in(email)["id"])
    assert {path: get(lead["data"], path) for path in wanted} == wanted
    for path, value in wanted.items():
        if value is None:
            assert lead["evidence"][path]["reason"], path


def test_a_slow_site_costs_its_own_fields_and_at_most_15_seconds(account: Account) -> None:
    lead = account.wait_done(account.hand_in("pat@slowpoke.example")["id"])
    took = datetime.fromisoformat(lead["researched_at"]) - datetime.fromisoformat(lead["created_at"])
    assert took.total_seconds() < 16
    assert lead["data"]["company"]["headline"] is None
    assert lead["data"]["domain"]["name"] == "slowpoke.example"


def test_what_the_lead_says_finds_the_company_of_a_personal_mailbox(account: Account) -> None:
    lead = account.hand_in("mara_lindqvist@gmail.com", company_website="openrivers.example", name="Mara Lindqvist")
    data = account.wait_done(lead["id"])["data"]
    assert data["company"]["name"]
    assert "openrivers.example" in data["company"]["website"]
    assert data["person"]["name"] == "Mara Lindqvist"
    assert data["domain"]["personal"] is True
