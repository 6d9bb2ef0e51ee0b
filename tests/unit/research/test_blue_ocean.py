"""The documented example against the demo internet, and what holds for every lead there."""

import random

import pytest

from stacklead.demo.sample import sample_world
from stacklead.models import Lead
from stacklead.research.pipeline import LOCAL, ROUNDS
from stacklead.research.score import half_up
from unit.research.world import DemoWeb, make_kit, research_now

REBECCA = "rebecca@blueocean.example"

# What the sources of today cannot know of the documented example.
UNKNOWABLE = {
    "person.education": "no_source",
    "person.age": "no_source",
    "person.linkedin.connections": "no_source",
    "person.twitter.followers": "no_source",
    "company.funding": "no_source",
    "company.funding_usd": "no_source",
    "company.twitter.followers": "no_source",
    "person.experiences[0].start": "no_source",
    "person.experiences[0].duration": "no_source",
    "email_catchall": "source_disabled",
}


def demo(world=None, **env):
    return make_kit(web=DemoWeb(world or sample_world()), env=env)


def research_demo(email, world=None, **fields):
    return research_now(Lead(email=email, fields=fields), demo(world))


def flat(found):
    """Return path -> value of the wire shape's data."""

    def walk(node, path):
        for key, value in node.items():
            if isinstance(value, dict):
                yield from walk(value, f"{path}{key}.")
            else:
                yield f"{path}{key}", value

    return dict(walk(found.to_dict()["data"], ""))


@pytest.fixture(scope="module")
def rebecca():
    return research_demo(REBECCA)


def test_rebecca_schroeder_is_found(rebecca):
    found = flat(rebecca)
    expected = {
        "person.email": REBECCA,
        "person.name": "Rebecca (Becca) Schroeder",
        "person.first_name": "Rebecca",
        "person.last_name": "Schroeder",
        "person.headline": "Sr. Sales Representative at Blue Ocean Technologies",
        "person.location": "Greater Denver Area",
        "person.job_title": "Sr. Sales Representative",
        "person.linkedin.username": "RebeccaSchroeder",
        "person.twitter.username": "BeccaSchroe",
        "company.name": "Blue Ocean Technologies",
        "company.headline": "The ultimate interactive video ad service",
        "company.description": "Video Ad Infrastructure",
        "company.employees": 127,
        "company.industry": "Information Technology and Services",
        "company.category": "enterprise",
        "company.type": "Privately Held",
        "company.tags": "techstars, techstars-boulder-2010",
        "company.twitter.username": "BlueOcean",
        "company.website": "https://www.blueocean.example/",
        "domain.name": "blueocean.example",
        "domain.personal": False,
        "domain.disposable": False,
        "domain.interesting": True,
        "domain.description": "Get started for free with disruptive in-video advertising.",
        "domain.alexa.global.rank": 9362,
        "domain.alexa.global.change": "Down 786 versus the previous 3 months.",
    }
    assert {path: found[path] for path in expected} == expected
    assert {"Google Analytics", "Right Media", "Perfect Audience", "Zendesk"} <= set(found["domain.tools"])
    assert set(found["emails"]) >= {"hello@blueocean.example", "sales@blueocean.example"}
    job = rebecca.person.experiences[0]
    assert (job.title, job.name, job.end) == ("Sr. Sales Representative", "Blue Ocean Technologies", "Present")


def test_every_null_of_the_example_is_one_that_cannot_be_known(rebecca):
    empty = {path: proof.reason for path, proof in rebecca.evidence.items() if proof.value in (None, [])}
    assert empty == UNKNOWABLE


def test_every_value_has_its_proof(rebecca):
    for path, value in flat(rebecca).items():
        proof = rebecca.evidence.get(path)
        if path in ("score", "person.email"):
            continue
        assert proof is not None, path
        if value in (None, []):
            assert proof.reason, path
            assert proof.why, path
        else:
            assert proof.source, path
            assert proof.method, path
            assert 0 < proof.confidence < 1, path
            assert proof.fetched_at, path


@pytest.mark.parametrize(
    "email", [p.email for p in sample_world().people] + ["x@parkedname.example", "y@nowhere.example"]
)
def test_nobody_is_taken_for_somebody_else(email):
    world = sample_world()
    found = research_demo(email, world)
    person = next((p for p in world.people if p.email == email), None)
    if found.person.job_title is not None:
        assert found.person.job_title == person.title
    for path, value in flat(found).items():
        proof = found.evidence.get(path)
        assert proof is None or (value in (None, [])) == (proof.reason is not None), path


def test_order_of_sources_changes_nothing(rebecca):
    for seed in range(5):
        shuffled = [random.Random(seed).sample(list(row), len(row)) for row in ROUNDS]
        found = research_now(Lead(email=REBECCA), demo(), rounds=shuffled)
        assert found.to_dict() == rebecca.to_dict()


@pytest.mark.parametrize("source", [s.name for row in ROUNDS for s in row if s.name not in LOCAL])
@pytest.mark.parametrize(
    "email", [REBECCA, "jordan@marlowfinch.example", "x@nowhere.example", "mara_lindqvist@gmail.com"]
)
def test_score_without_a_source_lies_in_the_interval_with_it(email, source):
    whole = research_demo(email)
    rounds = [[s for s in row if s.name != source] for row in ROUNDS]
    part = research_now(Lead(email=email), demo(), rounds=[row for row in rounds if row])
    assert whole.score_detail.low <= part.score_detail.raw <= whole.score_detail.high
    assert half_up(whole.score_detail.low) <= part.score <= half_up(whole.score_detail.high)


@pytest.mark.parametrize(
    ("fact", "value", "paths"),
    [
        ("employees", 41, {"company.employees", "company.category", "score"}),
        ("slogan", "A new slogan for all of us", {"company.headline"}),
        ("industry", "Ship Building", {"company.industry"}),
        ("description", "Quite another thing", {"company.description"}),
        ("meta_description", "Another landing page.", {"domain.description"}),
        ("keywords", ["ships"], {"company.tags", "company.tags_list"}),
        ("twitter", "https://twitter.com/NewHandle", {"company.twitter.url", "company.twitter.username"}),
        ("tools", ["Hotjar"], {"domain.tools", "score"}),
    ],
)
def test_one_fact_changed_on_the_site_changes_only_its_field(rebecca, fact, value, paths):
    world = sample_world()
    world.update_company("blueocean.example", **{fact: value})
    before, after = flat(rebecca), flat(research_demo(REBECCA, world))
    before.pop("person.experiences"), after.pop("person.experiences")  # they repeat the company's description
    assert {path for path in before if before[path] != after[path]} - {"score"} == paths - {"score"}


def test_random_people_and_companies_are_found():
    from stacklead.demo.world import Company, Person

    rnd = random.Random(7)
    for number in range(6):
        world = sample_world()
        domain = f"made-up-{number}.example"
        staff, title = rnd.randrange(10, 9000), rnd.choice(["Head of Sails", "Chief Engineer", "Sales Manager"])
        world.add_company(
            Company(domain=domain, name=f"Made Up {number}", employees=staff, mx=["1 aspmx.l.google.com"])
        )
        world.add_person(Person(email=f"una.frost@{domain}", name="Una Frost", title=title, company=domain))
        found = research_demo(f"una.frost@{domain}", world)
        assert (found.person.name, found.person.job_title) == ("Una Frost", title)
        assert (found.company.name, found.company.employees) == (f"Made Up {number}", staff)


def test_private_mailbox_with_a_stated_website_is_researched_at_that_company():
    found = research_demo("mara_lindqvist@gmail.com", company_website="blueocean.example")
    assert (found.domain.name, found.domain.personal, found.company.employees) == ("blueocean.example", True, 127)


def test_disposable_address_scores_at_most_one():
    found = research_demo("x@mailinator.com")
    assert found.domain.disposable is True
    assert found.score <= 1
