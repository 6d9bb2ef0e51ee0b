"""Whom the pages show, and which of them is the lead: namesakes and colleagues are not taken."""

import json

import pytest

from stacklead.models import Lead
from stacklead.research.identity import ACCEPT, POSSIBLE, LeadIdentity, match_person
from stacklead.research.site.document import read_document
from stacklead.research.site.page import Page
from stacklead.research.site.people import looks_like_name, looks_like_title, people_of
from unit.research.world import make_kit, page, research_now

URL = "https://acme.example/team"


def people(html):
    return people_of(read_document(Page(url=URL, html=html)), "acme.example")


def team_page(html, email="jo.doe@acme.example", **fields):
    answers = {
        "https://acme.example/": "<title>Acme</title>",
        URL: html,
        "https://acme.example/robots.txt": page("", status=404),
    }
    return research_now(Lead(email=email, fields=fields), make_kit(answers))


LAYOUTS = {
    "card": '<div><img src="/jo.png" alt="Jo Doe"><h3>Jo Doe</h3><p class=role>Head of Sales</p><a href="https://linkedin.com/in/jodoe">in</a></div>',
    "figure": "<figure><figcaption>Jo Doe<br><small>Head of Sales</small></figcaption></figure>",
    "list": "<ul><li><strong>Jo Doe</strong>, Head of Sales</li></ul>",
    "dash": "<p><b>Jo Doe</b> \u2013 Head of Sales, Denver</p>",
    "inline": "<p>Jo Doe, Head of Sales</p>",
    "definition": "<dl><dt>Jo Doe</dt><dd>Head of Sales</dd></dl>",
    "table": "<table><tr><th>Name<th>Position<tr><td><a href='/jo'>Jo Doe</a><td>Head of Sales</table>",
    "heading": "<h2>Meet the team</h2><h3>Jo Doe</h3><span>Head of Sales</span><h3>Ann Lee</h3><span>CTO</span>",
}


@pytest.mark.parametrize("html", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_name_and_title_are_found_in_every_layout(html):
    found = {someone.name: someone.title for someone in people(html)}
    assert found["Jo Doe"].startswith("Head of Sales")


def test_card_gives_picture_and_profile():
    someone = people(LAYOUTS["card"])[0]
    assert (someone.image, someone.linkedin) == ("https://acme.example/jo.png", "https://www.linkedin.com/in/jodoe")


def test_title_above_the_name_is_read_where_that_is_usual():
    assert [(s.name, s.title) for s in people("<div><p>営業部長</p><p>田中 花子</p></div>")] == [
        ("田中 花子", "営業部長")
    ]


def test_person_object_is_read():
    data = {
        "@type": "Person",
        "givenName": "Jo",
        "familyName": "Doe",
        "jobTitle": ["CTO"],
        "email": "mailto:JO@acme.example",
    }
    someone = people(f'<script type="application/ld+json">{json.dumps(data)}</script>')[0]
    assert (someone.name, someone.title, someone.email, someone.method) == (
        "Jo Doe",
        "CTO",
        "jo@acme.example",
        "structured",
    )


@pytest.mark.parametrize(
    "text",
    ["Our Team", "Read more", "Contact Us", "jo doe", "Jo", "Jo Doe 2", "A B C D E F", "Jo@x Doe", "Sales Manager"],
)
def test_what_is_no_name(text):
    assert not looks_like_name(text)


@pytest.mark.parametrize("text", ["We love sales managers.", "", "Head of " + "x" * 200, "jo@acme.example", "Denver"])
def test_what_is_no_title(text):
    assert not looks_like_title(text)


# --- is it the lead?

JO = LeadIdentity(email="jo.doe@acme.example", names=("Jo Doe",))


@pytest.mark.parametrize(
    ("lead", "name", "email", "accepted"),
    [
        (JO, "Jo Doe", None, True),
        (JO, "Josephine Doe", None, True),
        (JO, "Jo Doe", "jo.doe@acme.example", True),
        (JO, "Jo Doe", "j.doe2@acme.example", False),
        (JO, "Jo Dole", None, False),
        (JO, "Ann Doe", None, False),
        (LeadIdentity(email="jdoe@acme.example"), "Jo Doe", None, True),
        (LeadIdentity(email="jo@acme.example"), "Jo Doe", None, False),
        (LeadIdentity(email="jo@acme.example"), "Jo Doe", "jo@acme.example", True),
        (LeadIdentity(email="jo@acme.example", names=("Jo Doe",)), "Jo Doe", None, True),
        (LeadIdentity(email="x77@gmail.com", names=("Jo Doe",), has_personal_mailbox=True), "Jo Doe", None, True),
        (LeadIdentity(email="x77@gmail.com", has_personal_mailbox=True), "Jo Doe", None, False),
        (LeadIdentity(email="x77@acme.example"), "Jo Doe", None, False),
    ],
)
def test_person_is_taken_by_address_or_full_name(lead, name, email, accepted):
    assert (match_person(lead, name, email).p >= ACCEPT) is accepted


def test_first_name_alone_is_possible_not_proved():
    assert POSSIBLE <= match_person(LeadIdentity(email="jo@acme.example"), "Jo Doe", None).p < ACCEPT


def test_person_who_works_elsewhere_is_not_the_lead():
    assert match_person(JO, "Jo Doe", None, other_company=True).p == 0.0


def test_lead_on_the_team_page_gets_title_and_proof():
    found = team_page(LAYOUTS["card"])
    assert found.person.job_title == "Head of Sales"
    assert found.person.experiences[0].title == "Head of Sales"
    assert found.evidence["person.job_title"].url == URL
    assert found.person.headline == "Head of Sales at Acme"


def test_colleague_gives_the_lead_nothing():
    found = team_page("<h3>Ann Lee</h3><p>CTO</p>")
    assert (found.person.name, found.person.job_title) == ("Jo Doe", None)


def test_two_people_who_fit_are_neither():
    found = team_page("<h3>Jane Smith</h3><p>CTO</p><h3>Jack Smith</h3><p>CEO</p>", email="jsmith@acme.example")
    assert found.person.job_title is None
    assert found.evidence["person.job_title"].reason == "low_confidence"


def test_possible_person_is_an_alternative_only():
    found = team_page("<h3>Jo Doe</h3><p>Head of Sales</p>", email="jo@acme.example")
    proof = found.evidence["person.job_title"]
    assert (found.person.job_title, proof.reason) == (None, "low_confidence")
    assert [alternative.value for alternative in proof.alternatives] == ["Head of Sales"]


def test_stated_name_finds_the_lead_of_a_personal_mailbox():
    found = team_page(LAYOUTS["card"], email="x77@gmail.com", name="Jo Doe", company_website="acme.example")
    assert found.person.job_title == "Head of Sales"
    assert "personal_email" not in {gate.code for gate in found.score_detail.gates}


def test_function_address_is_nobody():
    assert team_page(LAYOUTS["card"], email="sales@acme.example").person.job_title is None


def test_the_company_s_own_profile_below_the_last_person_is_not_theirs():
    html = (
        "<title>Acme</title><h2>Team</h2><h3>Jo Doe</h3><p>Sales Manager</p>"
        '<footer><p>Acme</p><a href="https://twitter.com/acmeworks">Twitter</a></footer>'
    )
    found = team_page(html, first_name="Jo", last_name="Doe")
    assert found.person.job_title == "Sales Manager"
    assert found.person.twitter.url is None
    assert found.company.twitter.url == "https://twitter.com/acmeworks"


def test_titles_above_the_names_are_not_given_to_the_person_before():
    html = "<h2>Members</h2>" + "".join(
        f"<p>{title}</p><h3>{name}</h3>"
        for title, name in (("Founder", "Jo Doe"), ("Sales Manager", "Mo Roe"), ("Office Manager", "Al Poe"))
    )
    assert [(one.name, one.title) for one in people(html)] == [
        ("Jo Doe", "Founder"),
        ("Mo Roe", "Sales Manager"),
        ("Al Poe", "Office Manager"),
    ]


# --- whose title is it: what stands in one card belongs together

CARDS = {
    "titles above, as in Japanese": "<div><p>{title}</p><p>{name}</p></div>",
    "titles below": "<div><h3>{name}</h3><p>{title}</p></div>",
    "rows": "<tr><td>{name}</td><td>{title}</td></tr>",
    "rows, title first": "<tr><td>{title}</td><td>{name}</td></tr>",
    "deep": "<li><div><div><b>{title}</b></div></div><div><div><h4>{name}</h4></div><p>Likes hiking.</p></div></li>",
    "picture first": '<figure><img alt="{name}" src="/x.png"><div><i>{title}</i><p>{name}</p></div></figure>',
    "flat, titles below": "<h3>{name}</h3><p>{title}</p>",
}
STAFF = (
    ("Founder", "Jo Doe"),
    ("Sales Manager", "Mo Roe"),
    ("Software Engineer", "Al Poe"),
    ("営業部長", "田中 花子"),
    ("Head of Sales", "佐藤 健"),
)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS.keys())
def test_everybody_has_their_own_title(card):
    rows = "".join(card.format(title=title, name=name) for title, name in STAFF)
    inside = f"<table>{rows}</table>" if card.startswith("<tr>") else rows
    found = people(f"<nav><a href=/>Home</a></nav><h1>Our team</h1>{inside}<footer><p>Acme, Sales office</p></footer>")
    assert {(one.title, one.name) for one in found} == set(STAFF)


def test_person_without_a_title_does_not_take_that_of_the_next():
    html = "<div><h3>Jo Doe</h3><p>Denver</p></div><div><p>Chief Financial Officer</p><h3>Mo Roe</h3></div>"
    assert [(one.name, one.title) for one in people(html)] == [("Mo Roe", "Chief Financial Officer")]


def test_last_person_without_a_title_does_not_take_that_of_the_one_before():
    html = "<div><p>Founder</p><h3>Jo Doe</h3></div><div><h3>Mo Roe</h3><p>Denver</p></div>"
    assert [(one.name, one.title) for one in people(html)] == [("Jo Doe", "Founder")]


def test_cards_of_both_orders_on_one_page_are_read():
    html = "<div><p>Founder</p><h3>Jo Doe</h3></div><div><h3>Mo Roe</h3><p>Sales Manager</p></div>"
    assert [(one.name, one.title) for one in people(html)] == [("Jo Doe", "Founder"), ("Mo Roe", "Sales Manager")]


def test_profile_above_a_name_is_not_that_of_the_person_before():
    card = '<div><a href="https://linkedin.com/in/{slug}"><img src="/{slug}.png"></a><h3>{name}</h3><p>CTO</p></div>'
    html = card.format(slug="jodoe", name="Jo Doe") + card.format(slug="moroe", name="Mo Roe")
    assert [(one.name, one.linkedin, one.image) for one in people(html)] == [
        ("Jo Doe", "https://www.linkedin.com/in/jodoe", "https://acme.example/jodoe.png"),
        ("Mo Roe", "https://www.linkedin.com/in/moroe", "https://acme.example/moroe.png"),
    ]


def test_picture_and_profile_below_a_name_are_not_those_of_the_next():
    card = '<div><h3>{name}</h3><p>CTO</p><a href="https://linkedin.com/in/{slug}"><img src="/{slug}.png"></a></div>'
    html = card.format(slug="jodoe", name="Jo Doe") + card.format(slug="moroe", name="Mo Roe")
    assert [(one.name, one.linkedin, one.image) for one in people(html)] == [
        ("Jo Doe", "https://www.linkedin.com/in/jodoe", "https://acme.example/jodoe.png"),
        ("Mo Roe", "https://www.linkedin.com/in/moroe", "https://acme.example/moroe.png"),
    ]
