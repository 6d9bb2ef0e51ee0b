"""From a form on somebody's website, in a real Chromium, to the report in a real SMTP server's mailbox."""

import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Request

from e2e.browser import chromium
from e2e.product import Account, Product, run, wait_for
from stacklead.demo.stage import Stage
from stacklead.settings import Settings
from stacklead.storage import accounts
from stacklead.storage.database import Database

EMAIL = "rebecca@blueocean.example"
UNTAGGED = "/static/site.css"  # an address of the sample site where no script has run


@pytest.fixture
def page(account: Account, stage: Stage, product: Product) -> Iterator[Page]:
    """A browser in front of the sample site, whose tag is this test's account's."""
    stage.links.product_url, stage.links.client_key = product.url, account.client_key
    context = chromium().new_context()
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    yield opened
    context.close()


class Calls:
    """The requests of a page to the product, as they leave the browser."""

    def __init__(self, page: Page, product: Product) -> None:
        self.page = page
        self.heard: list[Request] = []
        page.on("request", lambda request: self._note(request, product))

    def _note(self, request: Request, product: Product) -> None:
        if request.url.startswith(product.url) and request.method != "GET":
            self.heard.append(request)

    @property
    def found(self) -> list[Request]:
        self.page.evaluate("0")  # the driver hands events over only while it is asked something
        return self.heard

    def persons(self) -> list[dict[str, Any]]:
        bodies = [dict(urllib.parse.parse_qsl(request.post_data or "")) for request in self.found]
        return [json.loads(body["person"]) for body in bodies if "person" in body]


def wait_leads(account: Account, count: int = 1) -> list[dict[str, Any]]:
    return wait_for(
        f"{count} leads", lambda: found if len(found := account.get("/api/leads").json()["leads"]) >= count else None
    )


def test_an_address_typed_on_the_sample_site_becomes_a_report(page: Page, account: Account, stage: Stage) -> None:
    calls = Calls(page, account.product)
    page.goto(stage.site.url)
    assert urllib.parse.urlsplit(stage.site.url).netloc != urllib.parse.urlsplit(account.product.url).netloc
    field = page.locator("input[type=email]").first
    field.fill(EMAIL)
    field.press("Tab")
    mail = account.wait_mails()[0]
    assert "Rebecca" in mail["subject"]
    assert mail["recipients"] == [account.reply_address]
    assert calls.persons()[0] == {"email": EMAIL}
    assert {request.method for request in calls.found} == {"POST"}  # no preflight
    assert len(wait_leads(account)) == 1


def test_a_whole_visit_with_entry_submit_and_leave_is_one_lead_and_one_report(
    page: Page, account: Account, stage: Stage
) -> None:
    page.goto(f"{stage.site.url}/demo")
    form = page.locator("form").filter(has=page.locator("input[type=email]")).first
    form.locator("input[type=email]").fill("rita@kitebird.example")
    form.locator("input[type=email]").press("Tab")
    wait_for("the entry", lambda: account.get("/api/leads").json()["leads"])
    form.locator("input[name*=name], input[sl-field*=name]").first.fill("Rita Example")
    form.locator("button, input[type=submit]").first.click()
    page.wait_for_load_state()
    mails = account.wait_mails()
    page.goto("about:blank")
    lead = account.wait_done(wait_leads(account)[0]["id"])
    assert lead["email"] == "rita@kitebird.example"
    assert len(account.get("/api/leads").json()["leads"]) == 1
    assert len(mails) == len(account.mails()) == 1
    assert "Kitebird" in mails[0]["text"]


def test_the_documented_form_sends_exactly_the_documented_payload(page: Page, account: Account, stage: Stage) -> None:
    calls = Calls(page, account.product)
    page.goto(f"{stage.site.url}{UNTAGGED}")
    page.set_content(
        '<form action="about:blank"><input sl-field="first_name" name="customName"><input name="email"></form>'
        + account.tag
    )
    page.wait_for_function("window.StackLead")
    page.fill("[name=customName]", "Rebecca")
    page.fill("[name=email]", EMAIL)
    page.press("[name=email]", "Tab")
    wait_leads(account)
    assert calls.persons() == [{"first_name": "Rebecca", "email": EMAIL}]


def test_a_manual_call_with_automatic_off_hands_in_one_lead(page: Page, account: Account, stage: Stage) -> None:
    calls = Calls(page, account.product)
    page.goto(f"{stage.site.url}/manual")
    page.locator("input[type=email], input[name=email]").first.fill(EMAIL)
    page.locator("input[type=email], input[name=email]").first.press("Tab")
    assert calls.found == []
    status = page.evaluate(
        "() => new Promise(done =>"
        " StackLead.capture({email: 'rita@kitebird.example'}, e => done(e ? String(e) : 'ok')))"
    )
    assert status == "ok"
    assert calls.persons() == [{"email": "rita@kitebird.example"}]
    assert [lead["email"] for lead in wait_leads(account)] == ["rita@kitebird.example"]


def test_a_form_added_after_load_is_captured(page: Page, account: Account, stage: Stage) -> None:
    page.goto(f"{stage.site.url}{UNTAGGED}")
    page.set_content("<h1>Nothing yet</h1>" + account.tag)
    page.wait_for_function("window.StackLead")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<form><input name=email></form>')")
    page.fill("[name=email]", EMAIL)
    page.press("[name=email]", "Tab")
    assert wait_leads(account)[0]["email"] == EMAIL


def test_a_sign_up_with_a_password_is_captured_without_it(page: Page, account: Account, stage: Stage) -> None:
    calls = Calls(page, account.product)
    page.goto(f"{stage.site.url}/signup")
    page.locator("input[type=email], input[name=email]").first.fill(EMAIL)
    page.locator("input[type=password]").first.fill("hunter2-secret")
    page.locator("input[type=password]").first.press("Tab")
    wait_leads(account)
    page.goto("about:blank")
    assert calls.persons()
    assert all("hunter2" not in (request.post_data or "") for request in calls.found)
    lead = account.wait_done(wait_leads(account)[0]["id"])
    assert "hunter2" not in json.dumps(lead)


def test_a_refused_origin_is_told_to_the_page_and_hands_in_nothing(page: Page, account: Account, stage: Stage) -> None:
    answer = account.post(
        "/api/client/leads", data={"client_key": "client_nobody", "email": EMAIL}, headers={"Origin": stage.site.url}
    )
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "error" in answer.json()
    assert account.get("/api/leads").json()["leads"] == []


def test_the_report_is_one_careful_mail(account: Account) -> None:
    account.capture(email=EMAIL, name="Rebecca <b>Schroeder</b>", company="Blue Ocean\r\nBcc: victim@example.com")
    mail = account.wait_mails()[0]
    headers = {name.lower(): value for name, value in mail["headers"]}
    assert headers["to"] == account.reply_address
    assert "bcc" not in headers
    assert "reply-to" not in headers
    assert headers["auto-submitted"] == "auto-generated"
    assert mail["raw"].index("text/plain") < mail["raw"].index("text/html")
    assert len(mail["html"].encode()) < 100_000
    assert "<b>Schroeder</b>" not in mail["html"]
    assert "<script" not in mail["html"]
    assert "http://localhost" in mail["text"]


def test_tag_leads_go_where_the_account_chose(account: Account, product: Product) -> None:
    async def choose() -> None:
        database = Database(Settings(data_dir=product.data_dir))
        async with database.write() as db:
            found = await accounts.get_account_by_public_id(db, account.account_id)
            await accounts.save_account(db, found.id, tag_delivery="both")
        await database.close()

    run(choose())
    account.capture(email=EMAIL)
    assert account.wait_posts()[0]["signature"] == "valid"
    assert account.wait_mails()
