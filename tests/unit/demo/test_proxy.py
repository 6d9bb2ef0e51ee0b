"""Websites and public APIs as a client sees them that reaches the internet through the egress proxy."""

import hashlib
import json
import re

import aiohttp
import pytest

from stacklead.demo.sample import sample_world
from stacklead.demo.websites import menu_of


def json_ld(html):
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    return [json.loads(text) for text in found]


def test_company_site_is_served_over_https_with_the_facts_of_the_world(visit):
    page = visit(lambda v: v.get("https://blueocean.example/"))
    organization = json_ld(page.text)[0]
    assert page.url == "https://www.blueocean.example/"
    assert organization["name"] == "Blue Ocean Technologies"
    assert organization["numberOfEmployees"]["value"] == 127
    assert organization["slogan"] == "The ultimate interactive video ad service"
    assert "disruptive in-video advertising" in page.text
    assert "script.crazyegg.com" in page.text


def test_plain_http_leads_to_https(visit):
    assert visit(lambda v: v.get("http://www.blueocean.example/team")).url == "https://www.blueocean.example/team"


def test_team_page_has_names_titles_and_addresses(visit):
    page = visit(lambda v: v.get("https://www.blueocean.example/team"))
    people = {data["name"]: data["jobTitle"] for data in json_ld(page.text) if data["@type"] == "Person"}
    assert people["Rebecca (Becca) Schroeder"] == "Sr. Sales Representative"
    assert people["Marcus Webb"] == "VP of Engineering"
    assert "mailto:rebecca@blueocean.example" in page.text


SITES = [c for c in sample_world().companies if c.has_website and not c.fault and not c.redirect_to]


@pytest.mark.parametrize("company", SITES, ids=lambda c: c.domain)
def test_every_sample_site_renders_each_page_of_its_menu(visit, company):
    async def all_pages(visitor):
        return [await visitor.get(company.url.rstrip("/") + path) for path in menu_of(company)]

    pages = visit(all_pages)
    assert [page.status for page in pages] == [200] * len(pages)
    assert all("{{" not in page.text and "None" not in page.text for page in pages)


def test_a_changed_fact_is_seen_by_the_next_request(visit):
    async def change(visitor):
        before = await visitor.get("https://www.marlowfinch.example/")
        visitor.world.update_company("marlowfinch.example", slogan="Words, well dressed")
        return before, await visitor.get("https://www.marlowfinch.example/")

    before, after = visit(change)
    assert after.text == before.text.replace("Brands that read well", "Words, well dressed")


def test_facts_cannot_break_out_of_the_page(visit):
    async def change(visitor):
        visitor.world.update_company("kitebird.example", name="</title></script><script>alert(1)</script>")
        return await visitor.get("https://kitebird.example/")

    assert "<script>alert(1)" not in visit(change).text


def test_gravatar_answers_in_its_wire_shape(visit):
    digest = hashlib.sha256(b"rebecca@blueocean.example").hexdigest()
    answer = visit(lambda v: v.get(f"https://api.gravatar.com/v3/profiles/{digest}"))
    profile = json.loads(answer.text)
    assert profile["display_name"] == "Rebecca (Becca) Schroeder"
    assert profile["job_title"] == "Sr. Sales Representative"
    assert {account["service_type"] for account in profile["verified_accounts"]} == {"twitter", "linkedin"}
    assert int(answer.headers["X-RateLimit-Remaining"]) > 0


def test_gravatar_says_404_about_strangers(visit):
    answer = visit(lambda v: v.get(f"https://api.gravatar.com/v3/profiles/{'0' * 64}"))
    assert (answer.status, json.loads(answer.text)["code"]) == (404, "not_found")


def test_avatar_is_a_picture(visit):
    digest = hashlib.sha256(b"rebecca@blueocean.example").hexdigest()
    assert (
        visit(lambda v: v.get(f"https://0.gravatar.com/avatar/{digest}?d=404")).headers["Content-Type"] == "image/png"
    )


def test_tranco_tells_ranks_over_three_months(visit):
    ranks = json.loads(visit(lambda v: v.get("https://tranco-list.eu/api/ranks/domain/blueocean.example")).text)[
        "ranks"
    ]
    assert (ranks[0]["rank"], ranks[-1]["rank"], len(ranks)) == (9362, 8576, 93)


def test_tranco_has_no_ranks_for_an_unranked_domain(visit):
    answer = visit(lambda v: v.get("https://tranco-list.eu/api/ranks/domain/kitebird.example"))
    assert json.loads(answer.text) == {"ranks": [], "domain": "kitebird.example"}


@pytest.mark.parametrize("url", ["https://gonequiet.example/", "https://linkedin.com/", "https://tallgrass.example/"])
def test_tunnel_to_nowhere_is_refused(visit, url):
    async def fail(visitor):
        with pytest.raises(aiohttp.ClientHttpProxyError, match="502"):
            await visitor.get(url)

    visit(fail)


def test_dead_site_over_http_is_a_bad_gateway(visit):
    assert visit(lambda v: v.get("http://gonequiet.example/")).status == 502


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://www.metadata.example/", "http://169.254.169.254/latest/meta-data/"),
        ("https://www.inward.example/", "http://127.0.0.1:8000/settings/api"),
        ("https://quillandco.example/", "https://www.inkwellgroup.example/"),
        ("https://roundabout.example/", "/round"),
        ("https://onandon.example/7", "/8"),
    ],
)
def test_redirects_point_where_they_should(visit, url, target):
    assert visit(lambda v: v.get(url, redirects=False)).headers["Location"] == target


def test_gzip_bomb_is_small_on_the_wire_and_huge_unpacked(visit):
    assert visit(lambda v: v.read("https://gzipbomb.example/", 5_000_000)) == b"\0" * 5_000_000


def test_flood_does_not_end_early(visit):
    assert len(visit(lambda v: v.read("https://flood.example/", 3_000_000))) == 3_000_000


def test_robots_txt_forbids_where_the_world_says_so(visit):
    assert "Disallow: /" in visit(lambda v: v.get("https://www.keepout.example/robots.txt")).text
    assert visit(lambda v: v.get("https://www.blueocean.example/robots.txt")).status == 404


def test_slow_site_lets_wait(visit):
    async def give_up(visitor):
        visitor.world.company("slowpoke.example").delay_s = 60
        with pytest.raises(TimeoutError):
            await visitor.read_briefly("https://slowpoke.example/", timeout_s=0.3)

    visit(give_up)


def test_requests_are_recorded(visit):
    async def look(visitor):
        await visitor.control("DELETE", "/requests")
        await visitor.get("https://www.inkwellgroup.example/about?x=1")
        return await visitor.control("GET", "/requests?host=www.inkwellgroup.example")

    status, body = visit(look)
    assert status == 200
    assert [(seen["method"], seen["path"]) for seen in body["requests"]] == [("GET", "/about")]
