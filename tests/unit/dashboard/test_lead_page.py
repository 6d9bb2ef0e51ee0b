import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select

from stacklead.models import DeliveryMethod, DeliveryState
from stacklead.storage.accounts import Account
from stacklead.storage.database import now_ms
from stacklead.storage.deliveries import NewDelivery, create_deliveries
from stacklead.storage.tables import captures, deliveries, leads, research
from unit.dashboard.site import Browser, Site

HOSTILE = "<script>alert(1)</script>"


def make_result(**person: Any) -> dict[str, Any]:
    """A result in the shape that research stores."""
    team = "https://blueocean.example/team"
    return {
        "data": {
            "score": 7,
            "person": {"email": "rebecca@blueocean.example", "name": "Rebecca Schroeder", "age": None, **person},
            "company": {"name": "Blue Ocean", "website": "https://blueocean.example"},
            "domain": {"name": "blueocean.example", "personal": False, "tools": ["Marketo"]},
            "emails": [],
            "email_catchall": None,
        },
        "evidence": {
            "person.name": {
                "value": "Rebecca Schroeder",
                "source": "website",
                "url": team,
                "snippet": f"Our team {HOSTILE}",
                "confidence": 0.97,
                "method": "structured",
                "fetched_at": "2026-11-23T10:00:00+00:00",
                "alternatives": [{"value": f"Becca {HOSTILE}", "confidence": 0.5, "source": "gravatar"}],
            },
            "person.twitter.url": {"value": "javascript:alert(1)", "source": "lead", "url": "javascript:alert(2)"},
            "person.experiences": {
                "value": [{"title": "Sales", "name": "Blue Ocean", "start": None}],
                "source": "website",
                "confidence": 0.9,
            },
            "person.age": {"reason": "no_source", "why": "Nothing public states an age."},
            "domain.tools": {"value": ["Marketo"], "source": "technologies", "confidence": 0.8},
        },
        "score_detail": {
            "raw": 7.2,
            "low": 6,
            "high": 9,
            "coverage": 0.8,
            "profile": "b2b",
            "reasons": [{"code": "size", "points": 1.5, "max": 2, "why": "127 employees"}],
            "gates": [{"code": "x", "cap": 7, "why": "The mailbox is shared"}],
            "missing": [{"code": "funding_known", "could_add": 1.0}],
        },
        "runs": [{"source": "website", "outcome": "ok"}],
    }


def add_researched(site: Site, account: Account, result: dict[str, Any] | None = None, **values: Any) -> str:
    """Add a finished lead with its result and one delivery of each method; return its public id."""
    public_id = site.add_lead(account, **{"state": "done", "score": 7, "researched_at": now_ms(), **values})

    async def add(db: Any) -> None:
        lead_id = (await db.execute(select(leads.c.id).where(leads.c.public_id == public_id))).scalar_one()
        body = msgspec.json.encode(result or make_result())
        await db.execute(insert(research).values(lead_id=lead_id, result=body, finished_at=now_ms(), took_ms=900))
        wanted = [NewDelivery(method=method, state=DeliveryState.DUE, body=b"{}") for method in DeliveryMethod]
        await create_deliveries(db, account.id, lead_id, wanted)

    site.run(add)
    return public_id


def test_lead_is_shown_with_score_reasons_and_proof(site: Site, shop: Account, browser: Browser):
    text = browser.get(f"/leads/{add_researched(site, shop)}").text
    for part in (
        "Rebecca Schroeder",
        "Good lead",
        "127 employees",
        "The mailbox is shared",
        "funding known (+1)",
        'href="https://blueocean.example/team"',
        "97 %",
        "Also said: Becca",
        "Sales, Blue Ocean",
        "Nothing public states an age.",
        "Marketo",
    ):
        assert part in text, part


def test_nothing_found_on_the_web_becomes_markup_or_a_dangerous_link(site: Site, shop: Account, browser: Browser):
    payload = {"fields": {"company": HOSTILE}, "words": {f"x{HOSTILE}": HOSTILE}, "page": "javascript:alert(3)"}
    result = make_result(headline=HOSTILE, location='" onmouseover="x')
    text = browser.get(f"/leads/{add_researched(site, shop, result, payload=payload)}").text
    assert HOSTILE not in text
    assert 'href="javascript' not in text
    assert '" onmouseover' not in text
    assert '<img src="http' not in text


def test_what_they_told_us_is_shown_in_full(site: Site, shop: Account, browser: Browser):
    words = {f"question {number}": f"answer {number}" for number in range(32)}
    payload = {
        "fields": {"company": "Blue Ocean", "company_website": "https://blueocean.example"},
        "words": words,
        "page": "https://shop.example/contact",
        "referrer": "https://search.example/",
        "utm": {"utm_source": "newsletter"},
    }
    text = browser.get(f"/leads/{site.add_lead(shop, payload=payload)}").text
    for part in ("<dt>Company</dt>", "<dt>Company website</dt>", "answer 31", "shop.example/contact", "search.example"):
        assert part in text, part
    assert "<dt>Campaign source</dt><dd>newsletter</dd>" in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"state": "waiting"}, "may still be writing"),
        ({"state": "queued"}, "In line for research"),
        ({"state": "queued", "attempts": 2}, "The last attempt failed"),
        ({"state": "researching"}, "Being researched now"),
        ({"state": "held", "state_reason": "Over the limit of the day."}, "Over the limit of the day."),
        ({"state": "gave_up", "state_reason": "The research failed."}, "given up"),
    ],
    ids=str,
)
def test_state_of_an_unfinished_lead_is_said_in_words(
    site: Site, shop: Account, browser: Browser, values: dict[str, Any], said: str
):
    assert said in browser.get(f"/leads/{site.add_lead(shop, **values)}").text


def test_page_refreshes_itself_until_the_lead_is_done(site: Site, shop: Account, browser: Browser):
    assert "every 2s" in browser.get(f"/leads/{site.add_lead(shop)}").text
    assert "every 2s" not in browser.get(f"/leads/{site.add_lead(shop, state='held')}").text


def test_json_is_what_a_webhook_carries(site: Site, shop: Account, browser: Browser):
    public_id = add_researched(site, shop)
    answer = browser.get(f"/leads/{public_id}/json")
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["token", "data", "evidence", "score_detail", "id"]
    assert answer.json()["data"] == json.loads(json.dumps(make_result()["data"]))


def test_json_of_a_lead_without_a_result_is_not_found(site: Site, shop: Account, browser: Browser):
    assert browser.get(f"/leads/{site.add_lead(shop)}/json").status_code == 404


def test_lead_can_be_researched_again(site: Site, shop: Account, browser: Browser):
    public_id = add_researched(site, shop)
    assert browser.post(f"/leads/{public_id}/research").headers["location"] == f"/leads/{public_id}"
    assert len(site.queue.research) == 1
    assert "In line" in browser.get(f"/leads/{public_id}").text


def test_lead_in_work_is_not_queued_twice(site: Site, shop: Account, browser: Browser):
    public_id = site.add_lead(shop, state="researching")
    assert browser.post(f"/leads/{public_id}/research").status_code == 303
    assert "being researched already" in browser.get(f"/leads/{public_id}").text
    assert site.queue.research == []


def test_deleting_asks_first_and_leaves_nothing(site: Site, shop: Account, browser: Browser):
    public_id = add_researched(site, shop)
    assert "cannot be brought back" in browser.get(f"/leads/{public_id}/delete").text
    assert browser.post(f"/leads/{public_id}/delete").headers["location"] == "/leads"
    assert browser.get(f"/leads/{public_id}").status_code == 404

    async def count(db: Any) -> int:
        return sum([len((await db.execute(select(table))).all()) for table in (leads, captures, research, deliveries)])

    assert site.run(count) == 0


@pytest.mark.parametrize(
    ("method", "action"),
    [("get", ""), ("get", "/json"), ("get", "/delete"), ("post", "/delete"), ("post", "/research")],
)
def test_another_account_s_lead_is_not_found(
    site: Site, shop: Account, other: Account, new_browser: Callable[[], Browser], method: str, action: str
):
    public_id = add_researched(site, shop)
    site.add_key(other)
    foreign = new_browser().sign_in(other)
    assert getattr(foreign, method)(f"/leads/{public_id}{action}").status_code == 404
    assert new_browser().sign_in(shop).get(f"/leads/{public_id}").status_code == 200


def test_report_mail_links_to_a_page_that_exists(site: Site, shop: Account, browser: Browser):
    assert browser.get(f"/leads/{add_researched(site, shop)}").status_code == 200
    assert browser.get("/settings/email").status_code == 200
