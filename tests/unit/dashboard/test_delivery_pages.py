from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from stacklead.models import DeliveryKind, DeliveryMethod, DeliveryState
from stacklead.storage import deliveries as rows
from stacklead.storage.accounts import Account
from stacklead.storage.database import now_ms
from stacklead.storage.deliveries import Attempt
from stacklead.storage.tables import deliveries
from unit.dashboard.site import Browser, Site
from unit.dashboard.test_lead_page import add_researched

ANSWER = "550 <b>mailbox unavailable</b>"


def record(site: Site, delivery_id: int, *, is_ok: bool, state: DeliveryState, answer: str = ANSWER) -> None:
    """Make one attempt of a delivery, as a worker does."""

    async def work(db: Any) -> None:
        claimed = await rows.claim_delivery(db, delivery_id)
        assert claimed is not None
        tried = Attempt(
            number=claimed.attempts, is_ok=is_ok, status=550, answer=answer, took_ms=1234, started_at=now_ms()
        )
        await rows.save_attempt(db, claimed, tried, state=state, next_at=now_ms() + 300_000, reason="It was refused.")

    site.run(work)


def find_rows(site: Site) -> list[Any]:
    async def read(db: Any) -> list[Any]:
        return list((await db.execute(select(deliveries).order_by(deliveries.c.id))).all())

    return site.run(read)


def test_empty_list_offers_tests(browser: Browser):
    text = browser.get("/deliveries").text
    assert "Nothing sent yet" in text
    assert 'href="/settings/email"' in text


def test_list_and_detail_show_the_last_answer_escaped(site: Site, shop: Account, browser: Browser):
    add_researched(site, shop)
    first = find_rows(site)[0]
    record(site, first.id, is_ok=False, state=DeliveryState.DUE)
    for path in ("/deliveries", f"/deliveries/{first.public_id}"):
        text = browser.get(path).text
        assert "550 &lt;b&gt;mailbox unavailable&lt;/b&gt;" in text
        assert "Will be tried again" in text
    assert "Attempt 1" in text
    assert "1.2 s" in text
    assert "rebecca@blueocean.example" in text


def test_delivery_can_be_sent_again(site: Site, shop: Account, browser: Browser):
    add_researched(site, shop)
    first = find_rows(site)[0]
    record(site, first.id, is_ok=True, state=DeliveryState.SENT)
    answer = browser.post(f"/deliveries/{first.public_id}/send")
    assert answer.headers["location"] == f"/deliveries/{first.public_id}"
    assert site.queue.deliveries == [first.id]
    assert find_rows(site)[0].state == "due"


def test_delivery_that_a_worker_holds_is_left_alone(site: Site, shop: Account, browser: Browser):
    add_researched(site, shop)
    first = find_rows(site)[0]
    site.run(lambda db: rows.claim_delivery(db, first.id))
    browser.post(f"/deliveries/{first.public_id}/send")
    assert "at this moment" in browser.get(f"/deliveries/{first.public_id}").text
    assert site.queue.deliveries == []


def test_delivery_that_waits_for_an_address_leads_to_its_setting(site: Site, shop: Account, browser: Browser):
    add_researched(site, shop)
    first = find_rows(site)[0]
    waiting = update(deliveries).values(state="waiting_for_address")
    site.run(lambda db: db.execute(waiting))
    assert 'href="/settings/email" role="button"' in browser.get(f"/deliveries/{first.public_id}").text


def test_sign_in_mails_are_not_listed(site: Site, shop: Account, browser: Browser):
    site.run(lambda db: rows.create_message(db, shop.id, DeliveryKind.SIGN_IN_LINK))
    assert "Nothing sent yet" in browser.get("/deliveries").text


def test_older_deliveries_are_pages_away(site: Site, shop: Account, browser: Browser):
    async def add(db: Any) -> None:
        for _ in range(53):
            await rows.create_message(db, shop.id, DeliveryKind.TEST)

    site.run(add)
    ids = [row.public_id for row in find_rows(site)]
    first = browser.get("/deliveries").text
    assert f'href="/deliveries?before={ids[3]}"' in first
    second = browser.get(f"/deliveries?before={ids[3]}").text
    assert ids[0] in second
    assert ids[4] not in second


@pytest.mark.parametrize("path", ["/deliveries/{id}", "/deliveries?before={id}", "/settings/email?test={id}"])
def test_another_account_s_delivery_is_not_found(
    site: Site, shop: Account, other: Account, new_browser: Callable[[], Browser], path: str
):
    add_researched(site, shop)
    foreign = new_browser().sign_in(other)
    assert foreign.get(path.format(id=find_rows(site)[0].public_id)).status_code == 404


def test_another_account_s_delivery_cannot_be_sent(
    site: Site, shop: Account, other: Account, new_browser: Callable[[], Browser]
):
    add_researched(site, shop)
    site.add_key(other)
    foreign = new_browser().sign_in(other)
    assert foreign.post(f"/deliveries/{find_rows(site)[0].public_id}/send").status_code == 404
    assert site.queue.deliveries == []


@pytest.mark.parametrize(("method", "page"), [("email", "/settings/email"), ("webhook", "/settings/api")])
def test_test_shows_the_other_side_s_words(
    site: Site, shop: Account, browser: Browser, method: DeliveryMethod, page: str
):
    browser.post("/settings/api/webhook", {"webhook_url": "https://198.51.100.7/hook"})
    action = "/settings/email/test" if method == "email" else "/settings/api/webhook/test"
    location = browser.post(action).headers["location"]
    assert location.startswith(f"{page}?test=msg_")
    made = find_rows(site)[-1]
    assert (made.kind, made.method, site.queue.deliveries) == ("test", method, [made.id])
    waiting = browser.get(location).text
    assert "Sending" in waiting
    assert "every 1s" in waiting
    record(site, made.id, is_ok=False, state=DeliveryState.FAILED)
    text = browser.get(location).text
    assert "It did not work" in text
    assert "550 550 &lt;b&gt;mailbox unavailable" in text
    assert "every 1s" not in text


def test_test_that_worked_says_so(site: Site, shop: Account, browser: Browser):
    location = browser.post("/settings/email/test").headers["location"]
    record(site, find_rows(site)[-1].id, is_ok=True, state=DeliveryState.SENT, answer="2.0.0 queued")
    text = browser.get(location).text
    assert "It works" in text
    assert "2.0.0 queued" in text
