from collections.abc import Callable

from stacklead.storage.account_keys import Key, list_keys, save_allowed_origins
from stacklead.storage.accounts import Account
from stacklead.storage.database import now_ms
from stacklead.storage.refusals import Refusal, save_refusals
from unit.dashboard.site import Browser, Site

PAGE = "/settings/snippet"


def refuse(site: Site, shop: Account, origin: str = "https://blog.example", code: str = "forbidden") -> Key:
    key = site.add_key(shop)
    refusal = Refusal(
        key_text=key.key_text or "", code=code, origin=origin, page=f"{origin}/<b>", count=4, last_at=now_ms()
    )

    async def add(db):
        await save_allowed_origins(db, shop.id, key.id, ("https://shop.example",))
        await save_refusals(db, [refusal])

    site.run(add)
    return key


def allowed(site: Site, shop: Account, key: Key):
    return next(
        each for each in site.run(lambda db: list_keys(db, shop.id, "client")) if each.id == key.id
    ).allowed_origins


def test_nothing_is_said_while_nothing_was_refused(browser: Browser):
    assert "Refused in the last week" not in browser.get(PAGE).text


def test_refused_origin_is_shown_and_allowed_with_one_click(site: Site, shop: Account, browser: Browser):
    key = refuse(site, shop)
    text = browser.get(PAGE).text
    assert "https://blog.example/&lt;b&gt;" in text
    assert "Allow https://blog.example</button>" in text
    assert browser.post(f"{PAGE}/keys/{key.id}/allow", {"origin": "https://blog.example"}).status_code == 303
    assert allowed(site, shop, key) == ("https://shop.example", "https://blog.example")
    assert "Allow https://blog.example</button>" not in browser.get(PAGE).text


def test_null_origin_cannot_be_allowed(site: Site, shop: Account, browser: Browser):
    refuse(site, shop, origin="null")
    text = browser.get(PAGE).text
    assert "not on the list" in text
    assert "Allow null" not in text


def test_another_account_sees_and_changes_nothing(
    site: Site, shop: Account, other: Account, new_browser: Callable[[], Browser]
):
    key = refuse(site, shop)
    site.add_key(other)
    foreign = new_browser().sign_in(other)
    assert "blog.example" not in foreign.get(PAGE).text
    assert foreign.post(f"{PAGE}/keys/{key.id}/allow", {"origin": "https://evil.example"}).status_code == 404
    assert allowed(site, shop, key) == ("https://shop.example",)
