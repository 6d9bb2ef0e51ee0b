"""Technologies: what vendors tell people to paste is found, under today's names and those of 2014."""

import json
from pathlib import Path

import pytest

import stacklead.research
from stacklead.demo.tags import TAGS
from stacklead.models import Lead
from stacklead.research.site.fingerprints import load_fingerprints
from stacklead.research.site.page import Page
from stacklead.research.site.technologies import find_tools, inline_scripts
from unit.research.world import make_kit, page, research_now

DATA = Path(stacklead.research.__file__).parent / "data"
OF_2014 = (
    *("Google Analytics", "Quantcast", "Crazy Egg", "DoubleClick", "Right Media", "Marketo", "AppNexus"),
    *("Google AdWords Conversion", "AdRoll", "Optimizely", "Perfect Audience"),
)


def names(html, **more):
    return {tool.name for tool in find_tools([Page(url="https://acme.example/", html=html, **more)])}


@pytest.mark.parametrize("tool", TAGS)
def test_every_tag_that_a_vendor_hands_out_is_found(tool):
    assert tool in names(f"<html><head>{TAGS[tool]}</head><body>Hello</body></html>")


def test_tools_of_the_documented_example_are_found_under_their_names_of_2014():
    assert set(OF_2014) <= names("".join(TAGS[tool] for tool in OF_2014))


def test_plain_page_has_no_tools():
    assert (
        names("<html><head><title>Acme</title></head><body><h1>Hello</h1><p>We sell things.</p></body></html>") == set()
    )


def test_link_that_people_click_is_no_tool():
    html = '<a href="https://js.stripe.com/v3/">Stripe</a> <a class="x" href="//js.hs-scripts.com/1.js">y</a>'
    assert names(html) == set()


@pytest.mark.parametrize(
    ("more", "tool"),
    [
        ({"headers": {"server": "nginx/1.25"}}, "Nginx"),
        ({"headers": {"x-powered-by": "PHP/8.2"}}, "PHP"),
        ({"cookies": {"PHPSESSID": "1"}}, "PHP"),
        ({"cookies": {"_ga_ABC": "1"}}, "Google Analytics"),
        ({"html": '<meta name="generator" content="WordPress 6.8">'}, "WordPress"),
        ({"html": '<META CONTENT="Drupal 10 (https://www.drupal.org)" NAME="Generator">'}, "Drupal"),
        ({"html": "<script>StackLeadConfig = {client_key: 'client_x'};</script>"}, "StackLead"),
    ],
)
def test_headers_cookies_and_meta_are_read(more, tool):
    assert tool in names(more.pop("html", "<body>"), **more)


def test_implied_technology_is_less_sure_and_says_by_what():
    tools = {
        tool.name: tool for tool in find_tools([Page(url="x", html='<meta name="generator" content="WordPress 6">')])
    }
    assert (tools["PHP"].where, tools["PHP"].matched) == ("implied", "WordPress")
    assert tools["PHP"].confidence < tools["WordPress"].confidence


def test_every_tool_says_where_it_was_seen():
    for tool in find_tools([Page(url="https://acme.example/", html="".join(TAGS.values()))]):
        assert tool.where
        assert tool.matched
        assert tool.url == "https://acme.example/"


def test_scripts_are_cut_out_in_linear_time():
    assert inline_scripts("<script>a</script><SCRIPT x>b</script><script>c") == "a\nb\nc"
    assert len(inline_scripts("<script>" * 40_000)) < 400_000


def test_most_fingerprints_of_the_package_are_there_and_their_licence_too():
    assert len(load_fingerprints().entries) > 2_900
    assert len(json.loads((DATA / "tools_overlay.json").read_text())) >= 150
    assert "MIT License" in (DATA / "FINGERPRINTS-LICENSE.txt").read_text()
    assert "MIT" in json.loads((DATA / "fingerprints.json").read_text())["notice"]


def test_tools_are_kept_for_the_next_lead_of_the_company():
    answers = {
        "https://acme.example/": f"<title>Acme</title>{TAGS['Stripe']}",
        "https://acme.example/robots.txt": page("", status=404),
    }
    kit = make_kit(answers)
    first = research_now(Lead(email="a@acme.example"), kit)
    asked = len(kit.outbound.urls)
    second = research_now(Lead(email="b@acme.example"), kit)
    assert first.domain.tools == second.domain.tools == ["Stripe"]
    assert [url for url in kit.outbound.urls[asked:] if "acme.example/" in url and "ranks" not in url] == []
    assert "Stripe: script https://js.stripe.com" in first.evidence["domain.tools"].snippet
