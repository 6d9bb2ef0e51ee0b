import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from stacklead import links
from stacklead.storage.account_keys import find_key, list_keys
from stacklead.storage.accounts import Account, get_account, save_account
from stacklead.storage.tables import deliveries
from unit.dashboard.site import Browser, Site
from unit.dashboard.test_delivery_pages import find_rows
from unit.dashboard.test_lead_page import add_researched

URL = "https://198.51.100.7/hook"


def _account(site: Site, account: Account) -> Account:
    return site.run(lambda db: get_account(db, account.id))


def _wait_for_address(site: Site) -> None:
    waiting = update(deliveries).values(state="waiting_for_address")
    site.run(lambda db: db.execute(waiting))


# --- email ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["new@shop.example", " info@mail.local ", "jürgen@müller.example", "a+b@x.test"])
def test_reply_address_is_used_at_once(site: Site, shop: Account, browser: Browser, address: str):
    assert browser.post("/settings/email", {"reply_address": address}).status_code == 303
    assert _account(site, shop).reply_address == address.strip()


@pytest.mark.parametrize(
    "address", ["", "sales", "a@b@c.example", "sales@shop.example\nBcc: x@y.example", "<a@b.example>"]
)
def test_address_with_a_mistake_is_kept_and_explained(site: Site, shop: Account, browser: Browser, address: str):
    answer = browser.post("/settings/email", {"reply_address": address})
    assert answer.status_code == 400
    assert "It should look like" in answer.text
    assert f'value="{html.escape(address)}"'.replace("&quot;", "&#34;") in answer.text
    assert _account(site, shop).reply_address == "sales@shop.example"


def test_reports_that_waited_for_an_address_are_sent(site: Site, shop: Account, browser: Browser):
    add_researched(site, shop)
    _wait_for_address(site)
    browser.post("/settings/email", {"reply_address": "new@shop.example"})
    assert "1 report that waited for it is sent now" in browser.get("/settings/email").text
    mail = next(row for row in find_rows(site) if row.method == "email")
    assert site.queue.deliveries == [mail.id]
    assert mail.state == "due"


def test_mail_can_be_stopped(site: Site, shop: Account, browser: Browser):
    assert browser.post("/settings/email/remove").status_code == 303
    assert _account(site, shop).reply_address is None
    browser.post("/settings/email/test")
    assert "Write down a reply address first" in browser.get("/settings/email").text
    assert find_rows(site) == []


def test_mail_server_s_password_is_not_shown(browser: Browser):
    text = browser.get("/settings/email").text
    assert "mail.example:2525" in text
    assert "hunter2" not in text
    assert "robot" not in text


def _confirm_path(site: Site, account: Account, address: str) -> str:
    return "/confirm/" + links.make_confirm_link(site.settings, account.public_id, address).rpartition("/")[2]


def test_address_is_confirmed_by_the_button_behind_the_link(site: Site, shop: Account, stranger: Browser):
    site.run(lambda db: save_account(db, shop.id, pending_reply_address="new@shop.example"))
    path = _confirm_path(site, shop, "new@shop.example")
    assert "new@shop.example" in stranger.get(path).text
    assert _account(site, shop).reply_address == "sales@shop.example"
    assert stranger.client.post(path).status_code == 303
    assert _account(site, shop).reply_address == "new@shop.example"
    assert stranger.client.post(path).status_code == 400


@pytest.mark.parametrize("asked", [None, "other@shop.example"])
def test_address_that_nobody_asked_for_any_more_is_not_confirmed(
    site: Site, shop: Account, stranger: Browser, asked: str | None
):
    site.run(lambda db: save_account(db, shop.id, pending_reply_address=asked))
    path = _confirm_path(site, shop, "new@shop.example")
    assert (stranger.get(path).status_code, stranger.client.post(path).status_code) == (400, 400)
    assert stranger.get("/confirm/nonsense").status_code == 400
    assert _account(site, shop).reply_address == "sales@shop.example"


# --- webhook ----------------------------------------------------------------------------------------------------------


def test_webhook_url_is_saved_and_what_waited_is_sent(site: Site, shop: Account, browser: Browser):
    add_researched(site, shop)
    _wait_for_address(site)
    assert browser.post("/settings/api/webhook", {"webhook_url": f" {URL} "}).status_code == 303
    assert _account(site, shop).webhook_url == URL
    webhook = next(row for row in find_rows(site) if row.method == "webhook")
    assert site.queue.deliveries == [webhook.id]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1/hook", "STACKLEAD_ALLOWED_NETWORKS"),
        ("http://169.254.169.254/", "STACKLEAD_ALLOWED_NETWORKS"),
        ("ftp://shop.example/", "http:// or https://"),
        ("javascript:alert(1)", "http:// or https://"),
        ('"><script>', "URL"),
        ("https://a:b@shop.example/", "user name"),
        ("https://shop.example/" + "x" * 2000, "at most 2000"),
    ],
    ids=lambda text: text[:30],
)
def test_refused_url_is_kept_and_explained(site: Site, shop: Account, browser: Browser, url: str, said: str):
    answer = browser.post("/settings/api/webhook", {"webhook_url": url})
    assert answer.status_code == 400
    assert said in html.unescape(answer.text)
    assert f'value="{url}"' in html.unescape(answer.text)
    assert "<script>" not in answer.text
    assert _account(site, shop).webhook_url is None


def test_webhook_that_was_switched_off_can_be_switched_on(site: Site, shop: Account, browser: Browser):
    site.run(lambda db: save_account(db, shop.id, webhook_url=URL, webhook_off_at=1_700_000_000_000))
    assert "Switched off" in browser.get("/settings/api").text
    assert browser.post("/settings/api/webhook/on").status_code == 303
    assert _account(site, shop).webhook_off_at is None
    assert "Switched off" not in browser.get("/settings/api").text


def test_webhook_is_removed_unless_leads_go_there_alone(site: Site, shop: Account, browser: Browser):
    site.run(lambda db: save_account(db, shop.id, webhook_url=URL, tag_delivery="webhook"))
    browser.post("/settings/api/webhook", {"webhook_url": ""})
    assert _account(site, shop).webhook_url == URL
    browser.post("/settings/snippet/delivery", {"tag_delivery": "both"})
    browser.post("/settings/api/webhook", {"webhook_url": ""})
    assert (_account(site, shop).webhook_url, _account(site, shop).tag_delivery) == (None, "email")


def test_no_test_without_a_webhook_url(site: Site, browser: Browser):
    browser.post("/settings/api/webhook/test")
    assert find_rows(site) == []


def test_signing_secret_is_shown_on_demand_and_can_be_renewed(site: Site, shop: Account, browser: Browser):
    assert shop.webhook_secret not in html.unescape(browser.get("/settings/api").text)
    assert shop.webhook_secret in html.unescape(browser.get("/settings/api?show=secret").text)
    browser.post("/settings/api/secret")
    renewed = _account(site, shop).webhook_secret
    assert renewed != shop.webhook_secret
    assert renewed.startswith("whsec_")


# --- API keys ---------------------------------------------------------------------------------------------------------


def _shown_key(text: str) -> str | None:
    found = re.search(r'id="new-key"[^>]*><code>([^<]+)<', text)
    return found[1] if found else None


@pytest.mark.parametrize(("form", "prefix"), [({}, "sl_"), ({"is_test": "1"}, "test_")])
def test_new_key_is_shown_once_and_works(
    site: Site, shop: Account, browser: Browser, form: dict[str, str], prefix: str
):
    answer = browser.post("/settings/api/keys", {"label": "CRM <1>", **form})
    assert answer.headers["location"] == "/settings/api#keys"
    text = browser.get("/settings/api").text
    secret = _shown_key(text)
    assert secret is not None
    assert secret.startswith(prefix)
    assert f"-u {secret}: -d email=" in text
    assert "CRM &lt;1&gt;" in text
    key = site.run(lambda db: find_key(db, secret))
    assert (key.account_id, key.is_test) == (shop.id, prefix == "test_")
    again = browser.get("/settings/api").text
    assert secret not in again
    assert "YOUR_API_KEY" in again


def test_key_can_be_revoked(site: Site, shop: Account, browser: Browser):
    key = site.add_key(shop, "api", label="Old")
    assert browser.post(f"/settings/api/keys/{key.id}/revoke").status_code == 303
    assert site.run(lambda db: list_keys(db, shop.id, "api"))[0].revoked_at is not None
    assert "Revoked keys (1)" in browser.get("/settings/api").text


def test_another_account_s_key_cannot_be_revoked(
    site: Site, shop: Account, other: Account, new_browser: Callable[[], Browser]
):
    key = site.add_key(shop, "api")
    site.add_key(other)
    foreign = new_browser().sign_in(other)
    assert foreign.post(f"/settings/api/keys/{key.id}/revoke").status_code == 404
    assert site.run(lambda db: list_keys(db, shop.id, "api"))[0].revoked_at is None


def test_another_account_s_settings_are_not_shown(
    site: Site, shop: Account, other: Account, new_browser: Callable[[], Browser]
):
    site.run(lambda db: save_account(db, shop.id, webhook_url=URL))
    mine = site.add_key(shop, "api", label="Key of Blue Shop")
    foreign = new_browser().sign_in(other)
    for path in ("/settings/snippet", "/settings/email", "/settings/api?show=secret", "/first-steps"):
        text = html.unescape(foreign.get(path).text)
        for secret in (URL, "sales@shop.example", shop.webhook_secret, mine.hint, mine.label, "Blue Shop"):
            assert secret not in text


def _forms(text: str) -> list[str]:
    return re.findall(r'<form method="post" action="([^"]+)"', text)


def test_every_form_carries_the_token_and_every_signed_in_post_needs_it(site: Site, shop: Account, browser: Browser):
    public_id = add_researched(site, shop)
    site.add_key(shop, "api")
    delivery = find_rows(site)[0].public_id
    pages: list[Any] = [
        browser.get(path).text
        for path in (
            "/settings/snippet",
            "/settings/email",
            "/settings/api?show=secret",
            f"/leads/{public_id}",
            f"/leads/{public_id}/delete",
            f"/deliveries/{delivery}",
        )
    ]
    actions = {action for text in pages for action in _forms(text)}
    assert len(actions) >= 15
    for text in pages:
        assert text.count('name="form_token" value="') == len(_forms(text))
    for action in actions:
        assert browser.client.post(action, data={"form_token": "wrong"}).status_code == 403, action
