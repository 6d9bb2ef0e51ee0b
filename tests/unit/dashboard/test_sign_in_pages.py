import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from stacklead import links
from stacklead.storage.accounts import Account
from stacklead.storage.tables import deliveries
from unit.dashboard.site import Browser, Site


def _token(site: Site, account: Account, **kwargs: int) -> str:
    return links.make_sign_in_link(site.settings, account.public_id, **kwargs).rpartition("/")[2]


def _messages(site: Site) -> list[str]:
    async def read(db):
        return list((await db.execute(select(deliveries.c.kind))).scalars())

    return site.run(read)


def test_start_page_offers_to_sign_in(stranger: Browser):
    answer = stranger.get("/")
    assert answer.status_code == 200
    assert 'href="/sign-in"' in answer.text


def test_opening_a_link_does_not_use_it_up(site: Site, shop: Account, stranger: Browser):
    token = _token(site, shop)
    for _ in range(2):
        assert "Sign in as Blue Shop" in stranger.get(f"/sign-in/{token}").text
    assert stranger.client.post(f"/sign-in/{token}").status_code == 303
    assert stranger.get("/settings/snippet").status_code == 200


def test_link_works_once(site: Site, shop: Account, new_browser: Callable[[], Browser]):
    token = _token(site, shop)
    assert new_browser().client.post(f"/sign-in/{token}").status_code == 303
    answer = new_browser().client.post(f"/sign-in/{token}")
    assert answer.status_code == 400
    assert "used already" in answer.text


def test_button_pressed_twice_stays_signed_in(site: Site, shop: Account, stranger: Browser):
    token = _token(site, shop)
    stranger.client.post(f"/sign-in/{token}")
    assert stranger.client.post(f"/sign-in/{token}").status_code == 303
    assert stranger.get("/settings/snippet").status_code == 200


@pytest.mark.parametrize("path", ["/sign-in/nonsense", "/sign-in/a.b.c"])
def test_link_that_is_none_of_ours_offers_a_new_one(stranger: Browser, path: str):
    for answer in (stranger.get(path), stranger.client.post(path)):
        assert answer.status_code == 400
        assert 'href="/sign-in"' in answer.text


def test_expired_link_offers_a_new_one(site: Site, shop: Account, stranger: Browser):
    answer = stranger.client.post("/sign-in/" + _token(site, shop, valid_s=-1))
    assert answer.status_code == 400
    assert "expired" in answer.text


def test_link_of_another_website_signs_nobody_in(site: Site, shop: Account, stranger: Browser):
    headers = {"origin": "https://evil.example"}
    assert stranger.client.post("/sign-in/" + _token(site, shop), headers=headers).status_code == 403


def test_known_and_unknown_address_get_the_same_answer(site: Site, shop: Account, stranger: Browser):
    answers = [
        stranger.client.post("/sign-in", data={"address": address})
        for address in ("SALES@shop.example", "nobody@shop.example")
    ]
    assert {(answer.status_code, answer.headers["location"], answer.text) for answer in answers} == {
        (303, "/sign-in/sent", "")
    }
    assert _messages(site) == ["sign_in_link"]
    assert len(site.queue.deliveries) == 1


def test_sign_in_mails_are_limited(site: Site, shop: Account, stranger: Browser):
    for _ in range(7):
        stranger.client.post("/sign-in", data={"address": "sales@shop.example"})
    assert len(_messages(site)) == 5


def test_address_with_a_mistake_is_kept_and_explained(stranger: Browser):
    answer = stranger.client.post("/sign-in", data={"address": 'sales@"><script>'})
    assert answer.status_code == 400
    assert "It should look like" in answer.text
    assert 'value="sales@&#34;&gt;&lt;script&gt;"' in answer.text


def test_person_comes_back_to_the_page_that_they_wanted(site: Site, shop: Account, stranger: Browser):
    answer = stranger.get("/settings/snippet")
    assert answer.headers["location"] == "/sign-in?next=/settings/snippet"
    assert 'value="/settings/snippet"' in stranger.get(answer.headers["location"]).text
    stranger.client.post("/sign-in", data={"address": "sales@shop.example", "next": "/settings/snippet"})
    answer = stranger.client.post("/sign-in/" + _token(site, shop))
    assert answer.headers["location"] == "/settings/snippet"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\evil", "javascript:alert(1)", "/a\nb", "é"],
)
def test_no_redirect_leads_to_another_website(site: Site, shop: Account, stranger: Browser, target: str):
    assert 'name="next" value="/"' in stranger.get("/sign-in", params={"next": target}).text
    stranger.client.post("/sign-in", data={"address": "sales@shop.example", "next": target})
    assert stranger.client.post("/sign-in/" + _token(site, shop)).headers["location"] == "/"


def test_forged_cookie_with_a_target_is_ignored(site: Site, shop: Account, stranger: Browser):
    stranger.client.cookies.set("stacklead_next", "https://evil.example")
    assert stranger.client.post("/sign-in/" + _token(site, shop)).headers["location"] == "/"


def test_signing_out_ends_the_session_itself(browser: Browser):
    cookie = dict(browser.client.cookies)
    assert browser.post("/sign-out").status_code == 303
    browser.client.cookies.clear()
    browser.client.cookies.update(cookie)
    assert browser.get("/leads").headers["location"].startswith("/sign-in")


def test_signing_out_everywhere_ends_every_session(
    browser: Browser, shop: Account, other: Account, new_browser: Callable[[], Browser]
):
    second, foreign = new_browser().sign_in(shop), new_browser().sign_in(other)
    browser.post("/sign-out-everywhere")
    assert second.get("/leads").status_code == 303
    assert foreign.get("/leads").status_code == 200


def test_signing_in_makes_a_new_session_and_ends_the_old_one(browser: Browser, shop: Account):
    before = dict(browser.client.cookies)
    browser.sign_in(shop)
    after = dict(browser.client.cookies)
    assert before != after
    browser.client.cookies.clear()
    browser.client.cookies.update(before)
    assert browser.get("/leads").status_code == 303


def test_new_account_is_led_through_the_first_steps(browser: Browser):
    assert browser.get("/").headers["location"] == "/first-steps"
    text = browser.get("/first-steps").text
    assert re.findall(r'class="(done|open)"', text) == ["open", "done", "open"]


def test_account_with_leads_starts_at_the_leads(site: Site, shop: Account, browser: Browser):
    site.add_lead(shop)
    assert browser.get("/").headers["location"] == "/leads"
    assert re.findall(r'class="(done|open)"', browser.get("/first-steps").text) == ["done", "done", "done"]
