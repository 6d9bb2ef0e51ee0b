"""The address and the lead's own words: kinds of mailbox, names, domains, profiles."""

import pytest

from stacklead.models import Lead
from stacklead.research import mailboxes
from stacklead.research.domains import registrable_domain
from stacklead.research.names import (
    NameParts,
    local_part_fits,
    name_from_local_part,
    parse_name,
    same_first_name,
    same_person_name,
)
from stacklead.research.pipeline import company_domain
from stacklead.research.social import crunchbase_company, linkedin_company, linkedin_person, twitter_profile
from stacklead.research.sources.address import AddressSource, normalise_email
from stacklead.research.sources.lead import LeadSource, website_url
from unit.research.world import find, values


@pytest.mark.parametrize(
    ("domain", "disposable", "personal", "relay"),
    [
        ("gmail.com", False, True, False),
        ("hey.com", False, True, False),
        ("tuta.com", False, True, False),
        ("fastmail.com", False, True, False),
        ("t-online.de", False, True, False),
        ("privaterelay.appleid.com", False, True, True),
        ("users.noreply.github.com", False, True, True),
        ("mailinator.com", True, False, False),
        ("x.mailinator.com", True, False, False),
        ("blueocean.example", False, False, False),
        ("example.com", False, False, False),
    ],
)
def test_kind_of_mailbox_is_told_from_its_domain(domain, disposable, personal, relay):
    found = values(find(AddressSource(), Lead(email=f"jo@{domain}")))
    assert (found["domain.disposable"], found["domain.personal"]) == (disposable, personal)
    assert found["signal.relay"] is relay


@pytest.mark.parametrize(
    ("local", "is_role"),
    [
        ("info", True),
        ("sales-emea", True),
        ("support2", True),
        ("no-reply", True),
        ("press.team", True),
        ("hello+x", True),
        ("rebecca", False),
        ("will.smith", False),
        ("mark.sales", False),
        ("infante", False),
    ],
)
def test_role_addresses_are_told_from_people(local, is_role):
    assert mailboxes.is_role(local) is is_role


@pytest.mark.parametrize(
    ("local", "name"),
    [
        ("rebecca.schroeder", ("Rebecca", "Schroeder")),
        ("rebecca_schroeder", ("Rebecca", "Schroeder")),
        ("rebecca.m.schroeder", ("Rebecca", "Schroeder")),
        ("rebecca.schroeder82", ("Rebecca", "Schroeder")),
        ("rebecca+news", ("Rebecca", None)),
        ("rebecca", ("Rebecca", None)),
        ("rschroeder", (None, None)),
        ("r.schroeder", (None, None)),
        ("rs42x", (None, None)),
        ("12345", (None, None)),
        ("a.b.c.d", (None, None)),
        ("", (None, None)),
    ],
)
def test_name_is_made_from_the_local_part_only_where_it_is_one(local, name):
    assert name_from_local_part(local) == name


def test_role_address_invents_no_person():
    found = values(find(AddressSource(), Lead(email="sales.support@blueocean.example")))
    assert found["signal.role"] is True
    assert "person.name" not in found


@pytest.mark.parametrize(
    ("email", "found"),
    [
        (" Rebecca@BlueOcean.EXAMPLE ", ("Rebecca@blueocean.example", "blueocean.example")),
        ("jo@bücher.example", ("jo@bücher.example", "xn--bcher-kva.example")),
        ("jo@host.local", ("jo@host.local", "host.local")),
        ("odd@@x", ("odd@@x", "x")),
    ],
)
def test_address_is_normalised_by_syntax_alone(email, found):
    assert normalise_email(email) == found


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("mail.acme.co.uk", "acme.co.uk"),
        ("a.blueocean.example", "blueocean.example"),
        ("shop.wixsite.com", "shop.wixsite.com"),
        ("wixsite.com", "wixsite.com"),
        ("bücher.de", "xn--bcher-kva.de"),
        ("co.uk", None),
        ("localhost", None),
        ("1.2.3.4", None),
        ("x..y", None),
        ("", None),
        (None, None),
        ("a" * 300 + ".com", None),
    ],
)
def test_registrable_domain(host, domain):
    assert registrable_domain(host) == domain


@pytest.mark.parametrize(
    ("mail_domain", "website", "domain"),
    [
        ("blueocean.example", None, "blueocean.example"),
        ("blueocean.example", "https://elsewhere.example", "blueocean.example"),
        ("gmail.com", None, None),
        ("gmail.com", "www.blueocean.example/about", "blueocean.example"),
        ("gmail.com", "https://gmail.com", None),
        ("mailinator.com", "blueocean.example", "blueocean.example"),
        ("gmail.com", "none", None),
        ("gmail.com", "javascript:alert(1)", None),
    ],
)
def test_company_domain_is_the_mailbox_or_for_private_ones_the_stated_site(mail_domain, website, domain):
    assert company_domain(mail_domain, website) == domain


@pytest.mark.parametrize("text", ["", "  ", "http://", "ftp://a.example", "a b", "x"])
def test_what_is_no_website_is_none(text):
    assert website_url(text) is None


def test_lead_states_every_documented_field():
    fields = {
        "first_name": "Rebecca",
        "last_name": "Schroeder",
        "location": "Denver, CO",
        "linkedin": "linkedin.com/in/RebeccaSchroeder?trk=x",
        "twitter": "@BeccaSchroe",
        "company": "Blue Ocean Technologies",
        "company_website": "blueocean.example",
    }
    assert values(find(LeadSource(), Lead(email="r@blueocean.example", fields=fields))) == {
        "person.first_name": "Rebecca",
        "person.last_name": "Schroeder",
        "person.name": "Rebecca Schroeder",
        "person.location": "Denver, CO",
        "person.linkedin.url": "https://www.linkedin.com/in/RebeccaSchroeder",
        "person.linkedin.username": "RebeccaSchroeder",
        "person.twitter.url": "https://twitter.com/BeccaSchroe",
        "person.twitter.username": "BeccaSchroe",
        "company.name": "Blue Ocean Technologies",
        "company.website": "https://blueocean.example/",
    }


def test_single_word_as_name_is_a_first_name():
    claims = find(LeadSource(), Lead(email="r@b.example", fields={"name": "Rebecca"}))
    assert {claim.field: claim.confidence for claim in claims} == {"person.name": 0.6, "person.first_name": 0.7}


@pytest.mark.parametrize(
    ("parse", "text", "found"),
    [
        (linkedin_person, "https://de.linkedin.com/in/jo-ek/", "jo-ek"),
        (linkedin_person, "jo-ek", "jo-ek"),
        (linkedin_person, "https://linkedin.com/company/acme", None),
        (linkedin_person, "https://evil.example/in/jo", None),
        (linkedin_person, "https://linkedin.com.evil.example/in/jo", None),
        (linkedin_person, "javascript:alert(1)/in/x", None),
        (linkedin_company, "https://www.linkedin.com/company/acme/about", "acme"),
        (linkedin_company, "acme", None),
        (twitter_profile, "https://x.com/acme?lang=de", "acme"),
        (twitter_profile, "@acme", "acme"),
        (twitter_profile, "https://twitter.com/intent/tweet", None),
        (twitter_profile, "https://twitter.com/", None),
        (twitter_profile, "not a handle", None),
    ],
)
def test_profile_links_are_normalised(parse, text, found):
    assert (parse(text) or (None, None))[1] == found


def test_crunchbase_link():
    assert (
        crunchbase_company("http://crunchbase.com/organization/acme/x")
        == "https://www.crunchbase.com/organization/acme"
    )
    assert crunchbase_company("https://crunchbase.com/person/jo") is None
    assert crunchbase_company("acme") is None


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Rebecca (Becca) Schroeder", ("Rebecca", "Schroeder", "Becca")),
        ("van der Berg, Anna", ("Anna", "van der Berg", "")),
        ("王小明", ("", "", "")),
    ],
)
def test_names_are_taken_apart(name, parts):
    found = parse_name(name)
    assert (found.first, found.last, found.nickname) == parts


def test_same_people_and_others():
    becca = parse_name("Becca Schroeder")
    assert same_person_name(parse_name("Rebecca (Becca) Schroeder"), becca)
    assert not same_person_name(parse_name("Rebecca Schneider"), becca)
    assert not same_person_name(parse_name("Joan Smith"), parse_name("Jon Smith"))
    assert not same_person_name(parse_name("Schroeder"), becca)
    assert not same_first_name("", "Jo")


@pytest.mark.parametrize("local", ["rebecca", "rschroeder", "rebecca.schroeder", "schroeder.r", "becca", "schroeder"])
def test_local_part_fits_its_owner(local):
    assert local_part_fits(local, NameParts(first="Rebecca", last="Schroeder", nickname="Becca"))


def test_local_part_does_not_fit_a_colleague():
    assert not local_part_fits("rebecca.schneider", NameParts(first="Rebecca", last="Schroeder"))
