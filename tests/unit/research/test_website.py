"""Visiting a site: which pages, robots.txt, redirects, what is refused; and reading what was fetched."""

import asyncio
import json

import pytest

from stacklead.errors import AddressRefused, OutboundError, SourceError
from stacklead.models import Lead
from stacklead.research.site.decode import decode_html
from stacklead.research.site.page import Page
from stacklead.research.site.read import read_pages
from stacklead.research.site.robots import parse_robots
from stacklead.research.site.values import founding_year, location_text, range_of
from stacklead.research.sources.website import WebsiteSource
from unit.research.world import find, make_kit, page, research_now, values

LEAD = Lead(email="rebecca@acme.example")
HOME = "https://acme.example/"
NO_ROBOTS = page("", status=404)


def site(home="<title>Acme</title><body>Hello", robots=NO_ROBOTS, **pages):
    answers = {HOME: home, HOME + "robots.txt": robots}
    return answers | {HOME + path: text for path, text in pages.items()}


def read(html, url=HOME):
    """Return the facts of one home page: the most confident value of each field."""
    facts = sorted(read_pages([Page(url=url, html=html)], "acme.example").facts, key=lambda fact: -fact.confidence)
    structured = [f for f in facts if f.method == "structured"] + [f for f in facts if f.method != "structured"]
    return values(structured)


def read_json(**organization):
    data = {"@context": "https://schema.org", "@type": "Organization", "name": "Acme", **organization}
    return read(f'<script type="application/ld+json">{json.dumps(data)}</script>')


def outcome(answers, lead=LEAD):
    return next(run.outcome for run in research_now(lead, make_kit(answers)).runs if run.source == "website")


# --- which pages


def test_at_most_five_pages_are_asked_for_and_no_more():
    links = "".join(f'<a href="/{name}">x</a>' for name in ("about", "team", "contact", "people", "blog", "a.pdf"))
    kit = make_kit(site(links))
    find(WebsiteSource(), LEAD, kit)
    assert [url for url in kit.outbound.urls if "robots" not in url] == [
        HOME,
        HOME + "team",
        HOME + "about",
        HOME + "contact",
    ]


def test_usual_paths_are_tried_where_no_link_leads():
    kit = make_kit(site("<body>Hello"))
    find(WebsiteSource(), LEAD, kit)
    assert kit.outbound.urls[2:] == [HOME + "team", HOME + "about", HOME + "contact"]


def test_links_to_other_sites_are_not_followed():
    kit = make_kit(site('<a href="https://evil.example/team">x</a><a href="javascript:team()">y</a>'))
    find(WebsiteSource(), LEAD, kit)
    assert all(url.startswith(HOME) for url in kit.outbound.urls)


def test_robots_txt_keeps_us_out_of_pages():
    kit = make_kit(site('<a href="/team">x</a>', robots="User-agent: *\nDisallow: /team"))
    find(WebsiteSource(), LEAD, kit)
    assert HOME + "team" not in kit.outbound.urls


def test_robots_txt_keeps_us_out_of_the_whole_site():
    kit = make_kit(site(robots="User-agent: StackLead\nDisallow: /"))
    with pytest.raises(SourceError) as caught:
        find(WebsiteSource(), LEAD, kit)
    assert caught.value.reason == "refused"
    assert HOME not in kit.outbound.urls


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/x", True),
        ("User-agent: *\nDisallow:", "/x", True),
        ("User-agent: *\nDisallow: /\nAllow: /about", "/about", True),
        ("User-agent: *\nDisallow: /*team", "/our/team", False),
        ("User-agent: *\nDisallow: /*.php$", "/a.php?x", True),
        ("User-agent: *\nDisallow: /*.php$", "/a.php", False),
        ("User-agent: other\nDisallow: /", "/x", True),
        ("User-agent: a\nUser-agent: stacklead\nDisallow: /x\nUser-agent: *\nDisallow: /", "/y", True),
        ("User-agent: stacklead/1.0\nDisallow: /x", "/x", False),
        ("Disallow: /x # no group", "/x", True),
        ("User-agent: *\nDisallow: /" + "*a" * 240, "/" + "a" * 900, False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
    ],
)
def test_robots_rules_are_those_of_rfc_9309(text, path, allowed):
    assert parse_robots(text).allows("https://acme.example" + path) is allowed


def test_site_is_found_under_its_other_addresses():
    answers = {"http://www.acme.example/robots.txt": NO_ROBOTS, "http://www.acme.example/": "<title>Acme</title>"}
    assert values(find(WebsiteSource(), LEAD, make_kit(answers)))["signal.site"] == "live"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "unavailable"),
        (site(page("", status=403)), "refused"),
        (site(page("", status=404)), "unavailable"),
        (site(page("", status=500)), "unavailable"),
        (site(robots=page("", status=503)), "unavailable"),
        (site(page("x", headers={"content-type": "image/png"})), "unavailable"),
        (site(page(bytes(range(256)) * 10)), "unavailable"),
        ({HOME + "robots.txt": AddressRefused("private")}, "unavailable"),
    ],
    ids=["dead", "forbidden", "missing", "broken", "broken robots", "picture", "binary", "private"],
)
def test_site_that_cannot_be_read_has_its_reason(answers, reason):
    with pytest.raises(SourceError) as caught:
        find(WebsiteSource(), LEAD, make_kit(answers))
    assert caught.value.reason in (reason, "refused")


def test_slow_site_is_a_timeout():
    slow = OutboundError("slow")
    slow.__cause__ = TimeoutError()
    roots = ("https://acme.example", "https://www.acme.example", "http://acme.example", "http://www.acme.example")
    assert outcome({f"{root}/robots.txt": slow for root in roots}) == "timeout"


def test_redirect_to_another_domain_is_noted_and_trusted_less():
    moved = page("<title>Newco</title><meta property='og:site_name' content='Newco'>", url="https://newco.example/")
    claims = find(WebsiteSource(), LEAD, make_kit(site(moved)))
    assert values(claims)["signal.redirect"] == "newco.example"
    assert {c.confidence for c in claims if c.field == "company.website"} == {0.75}


def test_redirect_to_a_social_network_is_no_site():
    moved = page("<title>Acme | Facebook</title>", url="https://www.facebook.com/acme")
    assert values(find(WebsiteSource(), LEAD, make_kit(site(moved)))) == {"signal.site": "elsewhere"}


def test_second_lead_of_a_company_is_answered_from_the_cache():
    kit = make_kit(site())
    find(WebsiteSource(), LEAD, kit)
    asked = len(kit.outbound.urls)
    assert values(find(WebsiteSource(), Lead(email="bo@acme.example"), kit))["signal.site"] == "live"
    assert len(kit.outbound.urls) == asked


@pytest.mark.parametrize(
    "html",
    [
        "<title>acme.example - This domain is for sale</title>",
        "<h1>Welcome to nginx!</h1>",
        '<script src="https://www.google.com/adsense/domains/caf.js"></script>',
    ],
)
def test_parked_domain_says_nothing_of_a_company(html):
    found = research_now(LEAD, make_kit(site(html)))
    assert (found.company.name, found.domain.interesting) == (None, False)


# --- what pages say


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (127, (127, 127)),
        (127.0, (127, 127)),
        ("127", (127, 127)),
        ("51-200", (51, 200)),
        ("1,000+", (1000, 1000)),
        ("11 \u2013 50 employees", (11, 50)),
        ({"@type": "QuantitativeValue", "value": 127}, (127, 127)),
        ({"value": "51-200"}, (51, 200)),
        ({"minValue": 51, "maxValue": "200"}, (51, 200)),
        ({"minValue": 51}, (51, 51)),
        ([{"value": 5}], (5, 5)),
        (True, None),
        (-5, None),
        (10**12, None),
        (float("nan"), None),
        (float("inf"), None),
        ("many", None),
        ("1 2 3", None),
        ("9e999", None),
        ("0x1F", None),
        ("200-51", None),
        ({"value": {"value": 5}}, None),
        ([], None),
        (None, None),
    ],
)
def test_number_of_employees_in_every_shape(value, found):
    assert range_of(value) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"addressLocality": "Denver", "addressRegion": "CO", "addressCountry": {"name": "US"}}, "Denver, CO, US"),
        ({"address": {"addressLocality": "Denver"}}, "Denver"),
        ({"address": "Denver"}, "Denver"),
        ([{"addressLocality": "Denver"}], "Denver"),
        ("Denver", "Denver"),
        (5, None),
        ({}, None),
    ],
)
def test_location_in_every_shape(value, text):
    assert location_text(value) == text


@pytest.mark.parametrize(
    ("value", "year"), [("2010-05-01", 2010), (2010, 2010), ("May 2010", 2010), ("x", None), (True, None)]
)
def test_founding_year(value, year):
    assert founding_year(value) == year


def test_organization_is_read_with_all_it_says():
    found = read_json(
        url="https://www.acme.example",
        legalName="Acme, Inc.",
        slogan="Better &amp; faster",
        description="We <b>make</b> things",
        logo={"@type": "ImageObject", "url": "/logo.png"},
        numberOfEmployees="51-200",
        keywords="tools, makers",
        foundingDate="2010",
        naics="5112",
        tickerSymbol="ACME",
        email="mailto:hello@acme.example",
        sameAs=[
            "https://linkedin.com/company/acme",
            "https://twitter.com/acme",
            "https://crunchbase.com/organization/acme",
        ],
    )
    assert found | {"company.website": None} == found | {
        "company.name": "Acme",
        "company.headline": "Better & faster",
        "company.description": "We make things",
        "company.image_url": "https://acme.example/logo.png",
        "company.employees": 126,
        "company.tags_list": ["tools", "makers"],
        "company.industry": "Information Services",
        "company.linkedin.url": "https://www.linkedin.com/company/acme",
        "company.twitter.username": "acme",
        "company.crunchbase.url": "https://www.crunchbase.com/organization/acme",
        "signal.legal_name": "Acme, Inc.",
        "signal.founded": 2010,
        "signal.ticker": "ACME",
        "emails": ["hello@acme.example"],
        "company.website": None,
    }


@pytest.mark.parametrize(
    "text",
    [
        '{"@type":"Organization","name":"Other","url":"https://other.example"}',
        '{"@type":"Review","author":{"@type":"Organization","name":"Other"}}',
        '{"@type":"Organization","name":["x"]}',
    ],
)
def test_organization_of_somebody_else_is_not_the_company(text):
    html = f'<script type="application/ld+json">{text}</script>'
    assert read(html).get("company.name") == "Acme"  # made from the domain


def test_meta_and_title_speak_where_there_is_no_structured_data():
    found = read(
        "<title>Acme | Tools for makers</title><meta name=description content='All tools.'>"
        "<meta property='og:image' content='/share.png'><meta name='twitter:site' content='@acmetools'>"
        "<body><p>Today we are 41 people.</p><p>Founded in 1999.</p>"
        "<a href='mailto:Hello@acme.example?subject=x'>m</a><a href='mailto:x@other.example'>n</a>"
    )
    assert found["company.name"] == "Acme"
    assert found["company.headline"] == "Tools for makers"
    assert found["domain.description"] == found["company.description"] == "All tools."
    assert found["company.image_url"] == "https://acme.example/share.png"
    assert found["company.twitter.username"] == "acmetools"
    assert found["company.employees"] == 41
    assert found["signal.founded"] == 1999
    assert found["emails"] == ["hello@acme.example"]


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Zoë".encode(), "text/html; charset=utf-8", "Zoë"),
        ("Zoë".encode("latin-1"), "text/html; charset=ISO-8859-1", "Zoë"),
        ('<meta charset="windows-1251">Привет'.encode("cp1251"), "text/html", '<meta charset="windows-1251">Привет'),
        ("東京".encode("shift_jis"), "text/html; charset=Shift_JIS", "東京"),
        (b"\xef\xbb\xbfa", "", "a"),
        ("a".encode("utf-16"), "", "\ufeffa"),
        (b"a\x00b\xff", "text/html; charset=zlib", "ab\ufffd"),
        (b"a", "text/html; charset=rot13", "a"),
        (b"\xff", "text/html; charset=utf-8", "\ufffd"),
    ],
)
def test_bytes_become_text_by_known_charsets_only(body, content_type, text):
    assert decode_html(body, content_type).lstrip("\ufeff") == text.lstrip("\ufeff")


def test_home_page_beyond_a_megabyte_is_cut():
    kit = make_kit(site("<title>Acme</title><body>" + "x" * 3_000_000))
    assert values(find(WebsiteSource(), LEAD, kit))["company.name"] == "Acme"


def test_pages_are_fetched_at_the_same_time():
    waiting, together = [], asyncio.Event()

    async def slow():
        waiting.append(1)
        if len(waiting) == 3:
            together.set()
        await asyncio.wait_for(together.wait(), 5)
        return page("<body>x")

    find(WebsiteSource(), LEAD, make_kit(site("<body>", team=slow, about=slow, contact=slow)))
    assert len(waiting) == 3
