from collections.abc import Callable

import pytest

from stacklead.storage.accounts import Account
from stacklead.storage.heartbeats import save_heartbeat
from unit.dashboard.site import Browser, Site


def test_empty_list_says_what_to_do_next(browser: Browser):
    text = browser.get("/leads").text
    assert "No leads yet" in text
    assert 'href="/settings/snippet"' in text


def test_list_shows_who_came_newest_first(site: Site, shop: Account, browser: Browser):
    site.add_lead(shop, "first@blue.example")
    site.add_lead(
        shop, "second@blue.example", state="done", score=7, person_name="Rebecca Schroeder", company_name="Blue Ocean"
    )
    text = browser.get("/leads").text
    assert text.index("Rebecca Schroeder") < text.index("first@blue.example")
    for part in ("Blue Ocean", "second@blue.example", "Ready", "In line", ">7<"):
        assert part in text


def test_list_refreshes_only_while_something_is_unfinished(site: Site, shop: Account, browser: Browser):
    site.add_lead(shop, state="researching")
    assert "every 3s" in browser.get("/leads").text
    assert "every 3s" not in browser.get("/leads?state=done").text


def test_hostile_values_are_escaped(site: Site, shop: Account, browser: Browser):
    hostile = "<script>alert(1)</script>"
    site.add_lead(shop, state="done", person_name=hostile, company_name='"><img src=x>', state_reason=hostile)
    text = browser.get("/leads", params={"q": "<script>"}).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;alert" in text


def test_search_finds_names_companies_and_addresses(site: Site, shop: Account, browser: Browser):
    site.add_lead(shop, "a@one.example", person_name="Ann Miller")
    site.add_lead(shop, "b@two.example", company_name="100% Ocean")
    assert "a@one.example" in browser.get("/leads?q=miller").text
    for q in ("b@TWO", "100%"):
        text = browser.get("/leads", params={"q": q}).text
        assert "b@two.example" in text
        assert "a@one.example" not in text
    assert "Nothing found" in browser.get("/leads?q=nobody").text


def test_state_filters(site: Site, shop: Account, browser: Browser):
    site.add_lead(shop, "a@one.example", state="done")
    site.add_lead(shop, "b@two.example", state="held", state_reason="Over today's limit.")
    text = browser.get("/leads?state=held").text
    assert "b@two.example" in text
    assert "a@one.example" not in text
    assert "Over today" in text


@pytest.mark.parametrize("query", ["state=nonsense", "cursor=nonsense", "cursor=%00"])
def test_unknown_state_or_cursor_is_explained(browser: Browser, query: str):
    answer = browser.get(f"/leads?{query}")
    assert answer.status_code == 400
    assert "Back to the start" in answer.text


def test_older_leads_are_pages_away(site: Site, shop: Account, browser: Browser):
    for number in range(52):
        site.add_lead(shop, f"lead{number}@blue.example", state="done")
    first = browser.get("/leads?state=done").text
    assert "lead51@" in first
    assert "lead1@" not in first
    older = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = browser.get(older).text
    assert "lead1@" in second
    assert "lead51@" not in second
    assert "Back to the newest" in second


def test_another_account_s_leads_are_not_shown(
    site: Site, shop: Account, other: Account, new_browser: Callable[[], Browser]
):
    site.add_lead(shop, "a@one.example")
    assert "a@one.example" not in new_browser().sign_in(other).get("/leads").text


def test_list_says_that_nobody_is_working(browser: Browser):
    assert "Nobody is working" in browser.get("/leads").text


def test_list_says_nothing_while_a_worker_is_alive(site: Site, browser: Browser):
    site.run(lambda db: save_heartbeat(db, "worker-1", {}))
    assert 'class="note"' not in browser.get("/leads").text
