"""The pages as a marketer uses them: signed in by the printed link, in a real Chromium, over the real product."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.browser import chromium
from e2e.product import Account, wait_for


def sign_in(page: Page, account: Account) -> None:
    page.goto(account.sign_in_url)
    page.get_by_role("button", name=re.compile("Sign in as")).click()
    page.wait_for_url(re.compile(r"/(leads|first-steps)"))


@pytest.fixture
def page(account: Account) -> Iterator[Page]:
    """A signed-in browser that fails the test if a page breaks its own content policy or throws."""
    context = chromium().new_context()
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    broken: list[str] = []
    opened.on("pageerror", lambda problem: broken.append(str(problem)))
    opened.on("console", lambda message: broken.append(message.text) if "Content Security" in message.text else None)
    sign_in(opened, account)
    yield opened
    context.close()
    assert broken == []


def test_a_sign_in_link_works_once(page: Page, account: Account) -> None:
    stranger = chromium().new_context()
    try:
        visitor = stranger.new_page()
        visitor.goto(account.sign_in_url)
        if visitor.get_by_role("button", name=re.compile("Sign in as")).count():
            visitor.get_by_role("button", name=re.compile("Sign in as")).click()
        visitor.goto(f"{account.product.url}/leads")
        assert "/sign-in" in visitor.url
    finally:
        stranger.close()


def test_the_tag_stands_there_to_the_letter_and_tells_of_the_first_capture(page: Page, account: Account) -> None:
    page.goto(f"{account.product.url}/settings/snippet")
    assert account.tag in page.locator("pre, code, textarea").filter(has_text="StackLeadConfig").first.inner_text()
    expect(page.locator(".seen")).to_contain_text("Nothing seen yet")
    account.post(
        "/api/client/leads",
        data={"client_key": account.client_key, "email": "rita@kitebird.example", "page": "https://shop.example/try"},
        headers={"Origin": "https://shop.example"},
    )
    page.reload()
    expect(page.locator(".seen")).to_contain_text("shop.example")


def test_the_test_mail_shows_the_mail_servers_words(page: Page, account: Account) -> None:
    page.goto(f"{account.product.url}/settings/email")
    page.get_by_role("button", name="Send a test mail").click()
    expect(page.locator("main")).to_contain_text("Kept as number", timeout=30_000)
    assert "test" in account.wait_mails()[0]["subject"].lower()


def test_the_test_webhook_arrives_signed(page: Page, account: Account) -> None:
    page.goto(f"{account.product.url}/settings/api")
    page.get_by_role("button", name="Send a test webhook").click()
    expect(page.locator("main")).to_contain_text("200", timeout=30_000)
    assert account.wait_posts()[0]["signature"] == "valid"


def test_a_new_api_key_is_shown_once_works_and_can_be_revoked(page: Page, account: Account) -> None:
    page.goto(f"{account.product.url}/settings/api")
    page.get_by_label("A new key for").fill("CRM")
    page.get_by_role("button", name="Make a key").click()
    match = re.search(r"sl_[0-9a-z]{32}", page.locator("main").inner_text())
    assert match is not None
    key = match.group()
    assert account.post(auth=(key, ""), data={"email": "rita@kitebird.example"}).status_code == 200
    page.reload()
    assert key not in page.content()
    page.get_by_text("Revoke this key").first.click()
    page.get_by_role("button", name=re.compile("Revoke .CRM.")).click()
    page.wait_for_load_state()
    assert account.post(auth=(key, ""), data={"email": "rita@kitebird.example"}).status_code == 401


def test_a_new_webhook_url_is_used_and_a_refused_one_is_explained(page: Page, account: Account) -> None:
    page.goto(f"{account.product.url}/settings/api")
    page.get_by_label("Webhook URL").fill("http://169.254.169.254/")
    page.locator("form", has=page.get_by_label("Webhook URL")).get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("STACKLEAD_ALLOWED_NETWORKS")
    page.get_by_label("Webhook URL").fill(f"{account.webhook_url}/moved")
    page.locator("form", has=page.get_by_label("Webhook URL")).get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    account.hand_in("rita@kitebird.example", delivery_method="webhook")
    assert account.wait_posts(path=f"{account.webhook_path}/moved")


def test_a_refused_origin_gets_403_and_an_allowed_one_passes(page: Page, account: Account) -> None:
    page.goto(f"{account.product.url}/settings/snippet")
    page.locator("textarea[name=origins]").first.fill("https://www.shop.example\n*.blog.example")
    page.get_by_role("button", name="Save the list").first.click()
    page.wait_for_load_state()

    def hand_in(origin: str | None) -> int:
        headers = {"Origin": origin} if origin else {}
        data = {"client_key": account.client_key, "email": "rita@kitebird.example"}
        return account.post("/api/client/leads", data=data, headers=headers).status_code

    # The capture process reads its keys again within seconds.
    wait_for("the new list", lambda: hand_in("https://evil.example") == 403)
    assert hand_in(None) == 403
    assert hand_in("null") == 403
    assert hand_in("https://www.shop.example") == 200
    assert hand_in("https://de.blog.example") == 200


def test_the_lead_and_its_delivery_are_shown_and_sent_again(page: Page, account: Account) -> None:
    account.hand_in("rebecca@blueocean.example")
    account.wait_mails()
    page.goto(f"{account.product.url}/leads")
    page.get_by_role("link", name="Rebecca (Becca) Schroeder").click()
    expect(page.locator("main")).to_contain_text("Sr. Sales Representative")
    expect(page.locator("main")).to_contain_text("127 people")
    page.get_by_role("button", name="Send again").first.click()
    mails = account.wait_mails(2)
    ids = [{name.lower(): value for name, value in mail["headers"]}["message-id"] for mail in mails]
    assert ids[0] == ids[1]


def test_a_second_account_sees_nothing_of_the_first_in_its_pages(page: Page, other_account: Account) -> None:
    lead = other_account.hand_in("rebecca@blueocean.example")
    other_account.wait_mails()
    root = other_account.product.url
    page.goto(f"{root}/leads")
    assert "Rebecca" not in page.content()
    for path in (f"/leads/{lead['id']}", f"/leads/{lead['id']}/json", f"/leads/{lead['id']}/delete"):
        answer = page.goto(root + path)
        assert answer is not None
        assert answer.status == 404


def test_the_documentation_pages_are_served_offline(page: Page, account: Account) -> None:
    page.goto(f"{account.product.url}/docs")
    expect(page.locator("body")).to_contain_text("/api/leads")
    answer = page.goto(f"{account.product.url}/openapi.json")
    assert answer is not None
    assert answer.json()["openapi"].startswith("3.1")
