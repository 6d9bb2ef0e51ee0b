from collections.abc import Callable

from stacklead.storage.accounts import Account
from stacklead.storage.leads import count_held
from unit.dashboard.site import Browser, Site

ROBOT = {"fields": {}, "robot": True}


def test_held_leads_are_counted_and_flagged(site: Site, shop: Account, browser: Browser):
    assert "held" not in browser.get("/leads").text.replace("state=held", "").replace('value="held"', "")
    public_id = site.add_lead(shop, state="held", state_reason="A known robot sent it.", payload=ROBOT)
    text = browser.get("/leads").text
    assert "1 lead is held" in text
    assert '<span class="badge quiet">Robot</span>' in text
    assert '<span class="badge quiet">Robot</span>' in browser.get(f"/leads/{public_id}").text


def test_one_held_lead_is_released(site: Site, shop: Account, browser: Browser):
    public_id = site.add_lead(shop, state="held")
    assert "Research it now" in browser.get(f"/leads/{public_id}").text
    assert browser.post(f"/leads/{public_id}/research").status_code == 303
    assert site.run(lambda db: count_held(db, shop.id)) == 0


def test_all_held_leads_are_released(site: Site, shop: Account, other: Account, browser: Browser):
    for number in range(3):
        site.add_lead(shop, f"{number}@example.com", state="held")
    site.add_lead(other, state="held")
    assert browser.post("/leads/release").headers["location"] == "/leads"
    assert "3 leads are researched now" in browser.get("/leads").text
    assert len(site.queue.research) == 3
    assert site.run(lambda db: count_held(db, other.id)) == 1


def test_another_account_releases_its_own_only(
    site: Site, shop: Account, other: Account, new_browser: Callable[[], Browser]
):
    site.add_key(other)
    site.add_lead(shop, state="held")
    new_browser().sign_in(other).post("/leads/release")
    assert site.run(lambda db: count_held(db, shop.id)) == 1
