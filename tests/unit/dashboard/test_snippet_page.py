import html
from collections.abc import Callable

import pytest

from stacklead.storage.account_keys import list_keys
from stacklead.storage.accounts import Account, get_account
from unit.dashboard.site import Browser, Site


def _keys(site: Site, account: Account):
    return site.run(lambda db: list_keys(db, account.id, "client"))


def test_tag_is_the_documented_one_with_the_real_key(site: Site, shop: Account, browser: Browser):
    key = _keys(site, shop)[0]
    text = html.unescape(browser.get("/settings/snippet").text)
    assert (
        f"<script type=\"text/javascript\">StackLeadConfig = {{client_key: '{key.key_text}'}};</script>\n"
        '<script type="text/javascript" src="http://leads.example/stacklead.js"></script>'
    ) in text


def test_page_waits_for_the_first_capture(site: Site, shop: Account, browser: Browser):
    text = browser.get("/settings/snippet").text
    assert "Nothing seen yet" in text
    assert 'hx-trigger="every 3s"' in text
    site.add_lead(shop, payload={"fields": {}, "page": "https://shop.example/<b>"})
    text = browser.get("/settings/snippet").text
    assert "It works" in text
    assert "https://shop.example/&lt;b&gt;" in text
    assert 'hx-trigger="every 3s"' not in text


def test_new_key_gets_a_tag_of_its_own(site: Site, shop: Account, browser: Browser):
    answer = browser.post("/settings/snippet/keys", {"label": "Blog <1>"})
    made = _keys(site, shop)[0]
    assert answer.headers["location"] == f"/settings/snippet?key={made.id}"
    text = browser.get(answer.headers["location"]).text
    assert "Blog &lt;1&gt;" in text
    assert f"client_key: &#39;{made.key_text}&#39;" in text


def test_message_is_shown_once(browser: Browser):
    browser.post("/settings/snippet/keys", {"label": "Blog"})
    assert "is made" in browser.get("/settings/snippet").text
    assert "is made" not in browser.get("/settings/snippet").text


def test_last_key_revoked_leaves_a_page_that_helps(site: Site, shop: Account, browser: Browser):
    key = _keys(site, shop)[0]
    assert browser.post(f"/settings/snippet/keys/{key.id}/revoke").status_code == 303
    text = browser.get("/settings/snippet").text
    assert "no client key" in text
    assert "Revoked keys (1)" in text


def test_keys_are_limited(site: Site, shop: Account, browser: Browser):
    for _ in range(49):
        site.add_key(shop)
    assert browser.post("/settings/snippet/keys", {"label": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", None),
        ("https://shop.example", ("https://shop.example",)),
        ("HTTPS://Shop.Example:443/contact?x=1\n\n *.shop.example ", ("https://shop.example", "*.shop.example")),
        ("http://localhost:8001, http://[::1]:80", ("http://localhost:8001", "http://[::1]")),
    ],
)
def test_allowed_origins_are_saved(
    site: Site, shop: Account, browser: Browser, typed: str, stored: tuple[str, ...] | None
):
    key = _keys(site, shop)[0]
    assert browser.post(f"/settings/snippet/keys/{key.id}/origins", {"origins": typed}).status_code == 303
    assert _keys(site, shop)[0].allowed_origins == stored


@pytest.mark.parametrize(
    "typed",
    [
        "shop.example",
        "*",
        "https://*.shop.example",
        "ftp://x.example",
        "https://a@b.example",
        "https://x:99999",
        "*.a b",
    ],
)
def test_line_that_is_no_origin_is_kept_and_explained(site: Site, shop: Account, browser: Browser, typed: str):
    key = _keys(site, shop)[0]
    answer = browser.post(f"/settings/snippet/keys/{key.id}/origins", {"origins": f"https://ok.example\n{typed}"})
    assert answer.status_code == 400
    assert "is no origin" in answer.text
    assert f"https://ok.example\n{typed}</textarea>" in html.unescape(answer.text)
    assert _keys(site, shop)[0].allowed_origins is None


def test_origins_seen_are_suggested(site: Site, shop: Account, browser: Browser):
    key = _keys(site, shop)[0]
    site.add_lead(shop, key_id=key.id, payload={"origin": "https://www.shop.example"})
    assert "Seen so far: <code>https://www.shop.example</code>" in browser.get("/settings/snippet").text


def test_leads_by_tag_can_go_to_the_webhook_once_there_is_one(site: Site, shop: Account, browser: Browser):
    browser.post("/settings/snippet/delivery", {"tag_delivery": "both"})
    assert "no webhook URL yet" in browser.get("/settings/snippet").text
    assert site.run(lambda db: get_account(db, shop.id)).tag_delivery == "email"


def test_unknown_delivery_is_refused(browser: Browser):
    assert browser.post("/settings/snippet/delivery", {"tag_delivery": "pigeon"}).status_code == 400


@pytest.mark.parametrize("action", ["revoke", "origins"])
def test_another_account_s_key_cannot_be_touched(
    site: Site, shop: Account, other: Account, new_browser: Callable[[], Browser], action: str
):
    key = site.add_key(shop)
    site.add_key(other)
    foreign = new_browser().sign_in(other)
    assert foreign.post(f"/settings/snippet/keys/{key.id}/{action}").status_code == 404
    assert foreign.get(f"/settings/snippet?key={key.id}").status_code == 404
    assert _keys(site, shop)[0].revoked_at is None


@pytest.mark.parametrize("key_id", ["0", "x", "9" * 30, "-1"])
def test_key_that_does_not_exist_is_not_found(browser: Browser, key_id: str):
    assert browser.post(f"/settings/snippet/keys/{key_id}/revoke").status_code == 404
