"""From `POST /api/leads` to the bytes at the customer's webhook."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from e2e.product import Account, wait_for

EMAIL = "rita@kitebird.example"


def _bytes(post: dict[str, Any]) -> bytes:
    return base64.b64decode(post["body_base64"])


def _verify(account: Account, post: dict[str, Any]) -> Any:
    return Webhook(account.webhook_secret).verify(_bytes(post), {k.lower(): v for k, v in post["headers"]})


SHAPES: dict[str, Callable[[Account], httpx2.Response]] = {
    "form and Basic": lambda a: a.post(auth=(a.api_key, ""), data={"email": EMAIL, "delivery_method": "webhook"}),
    "form and api_key": lambda a: a.post(data={"api_key": a.api_key, "email": EMAIL, "delivery_method": "webhook"}),
    "query and an empty body": lambda a: a.post(
        params={"api_key": a.api_key, "email": EMAIL, "callback": a.webhook_url}
    ),
    "json with a nested address": lambda a: a.post(
        auth=(a.api_key, ""),
        json={
            "email": EMAIL,
            "delivery_method": "webhook",
            "duplicates": False,
            "address": {"city": "Bergen", "country": "Norway"},
        },
    ),
    "multipart": lambda a: a.post(
        auth=(a.api_key, ""), files={"email": (None, EMAIL), "delivery_method": (None, "webhook")}
    ),
    "query and form mixed": lambda a: a.post(
        params={"email": "nobody@kitebird.example", "delivery_method": "email"},
        auth=(a.api_key, ""),
        data={"email": EMAIL, "delivery_method": "webhook"},
    ),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_each_request_shape_ends_at_the_webhook(account: Account, shape: Callable[[Account], httpx2.Response]) -> None:
    answer = shape(account)
    assert answer.status_code == 200, answer.text
    assert "error" not in answer.text
    told = answer.json()
    assert told["message"] == f"Research data will be POST-ed to {account.webhook_url}"
    assert told["data"]["callback"] == account.webhook_url
    posts = account.wait_posts()
    body = _verify(account, posts[0])
    assert body["token"] == told["data"]["token"]
    assert body["id"] == told["data"]["id"]
    assert list(body) == ["token", "data", "evidence", "score_detail", "id"]
    assert body["data"]["person"]["email"] == EMAIL
    assert body["data"]["company"]["name"] == "Kitebird"
    assert dict(posts[0]["headers"])["content-type"] == "application/json"


def test_a_changed_body_does_not_verify(account: Account) -> None:
    account.hand_in(EMAIL, delivery_method="webhook")
    post = account.wait_posts()[0]
    headers = {k.lower(): v for k, v in post["headers"]}
    with pytest.raises(WebhookVerificationError):
        Webhook(account.webhook_secret).verify(_bytes(post) + b" ", headers)


def test_the_callers_token_is_echoed_and_finds_the_lead(account: Account) -> None:
    token = "a token / with ünusual characters?"
    assert account.hand_in(EMAIL, delivery_method="webhook", token=token)["token"] == token
    assert account.wait_posts()[0]["json"]["token"] == token
    found = httpx2.get(
        f"{account.product.url}/api/leads/a%20token%20%2F%20with%20%C3%BCnusual%20characters%3F",
        auth=(account.api_key, ""),
    )
    assert found.json()["token"] == token


def test_two_equal_calls_give_two_tokens_and_two_webhooks(account: Account) -> None:
    first, second = (account.hand_in(EMAIL, delivery_method="webhook") for _ in range(2))
    posts = account.wait_posts(2)
    assert {post["json"]["token"] for post in posts} == {first["token"], second["token"]}
    assert first["token"] != second["token"]
    assert first["id"] != second["id"]
    assert len({dict(post["headers"])["webhook-id"] for post in posts}) == 2


def test_webhook_url_forces_webhook_and_beats_the_accounts(account: Account) -> None:
    other = f"{account.webhook_path}/other"
    account.hand_in(EMAIL, delivery_method="email", webhook_url=account.stage.desk.url + other)
    assert account.wait_posts(path=other)[0]["signature"] == "valid"
    assert account.posts() == []
    assert account.mails() == []


def test_created_decides_about_mail_and_not_about_webhooks(account: Account) -> None:
    now = int(time.time())
    old = account.hand_in(EMAIL, created=now - 25 * 3600)
    account.hand_in(EMAIL, created=now - 3600)
    account.hand_in(EMAIL)
    account.hand_in(EMAIL, created=now - 25 * 3600, delivery_method="webhook")
    account.wait_posts(1)
    account.wait_mails(2)
    assert account.wait_done(old["id"])["deliveries"] == []
    assert len(account.mails()) == 2


def test_a_client_key_cannot_redirect_results(account: Account) -> None:
    elsewhere = f"{account.webhook_path}/elsewhere"
    account.capture(
        email=EMAIL,
        webhook_url=account.stage.desk.url + elsewhere,
        callback=account.stage.desk.url + elsewhere,
        delivery_method="webhook",
        token="mine",
    )
    mails = account.wait_mails()
    assert "Kitebird" in mails[0]["text"]
    assert account.posts(elsewhere) == []
    assert account.posts() == []
    assert account.get("/api/leads").json()["leads"][0]["token"] != "mine"


def test_a_failing_receiver_is_tried_again_with_the_same_bytes_and_id(account: Account) -> None:
    url = f"{account.stage.desk.url}/inbox/flaky/1"
    lead = account.hand_in(EMAIL, webhook_url=url)

    def mine() -> list[dict[str, Any]]:
        return [post for post in account.posts("/inbox/flaky/1") if post["json"]["id"] == lead["id"]]

    posts = wait_for("the second attempt", lambda: found if len(found := mine()) == 2 else None)
    ids = [dict(post["headers"])["webhook-id"] for post in posts]
    assert ids[0] == ids[1]
    assert _bytes(posts[0]) == _bytes(posts[1])
    sent = wait_for(
        "the delivery to be sent",
        lambda: d if (d := account.lead(lead["id"])["deliveries"][0])["state"] == "sent" else None,
    )
    assert sent["attempts"] == 2


def test_a_webhook_url_on_the_cloud_metadata_address_is_refused_at_once(account: Account) -> None:
    answer = account.post(
        auth=(account.api_key, ""), data={"email": EMAIL, "webhook_url": "http://169.254.169.254/latest"}
    )
    assert answer.status_code == 400
    assert "STACKLEAD_ALLOWED_NETWORKS" in answer.json()["error"]["message"]


def test_a_second_account_sees_nothing_of_the_first(account: Account, other_account: Account) -> None:
    lead = account.hand_in(EMAIL, delivery_method="webhook", token="secret-token")
    account.wait_posts()
    for value in (lead["id"], "secret-token"):
        for method in ("GET", "DELETE"):
            refused = httpx2.request(
                method, f"{account.product.url}/api/leads/{value}", auth=(other_account.api_key, "")
            )
            assert refused.status_code == 404
    assert other_account.get("/api/leads").json() == {"leads": [], "next": None}
    assert account.lead(lead["id"])["state"] == "done"


def test_an_erased_lead_is_gone(account: Account) -> None:
    lead = account.hand_in(EMAIL, delivery_method="webhook")
    account.wait_posts()
    erased = httpx2.delete(f"{account.product.url}/api/leads/{lead['id']}", auth=(account.api_key, ""))
    assert erased.status_code == 200
    assert account.get(f"/api/leads/{lead['id']}").status_code == 404
    assert account.get("/api/leads").json()["leads"] == []


def test_the_webhook_body_is_what_the_look_up_shows(account: Account) -> None:
    lead = account.hand_in(EMAIL, delivery_method="webhook")
    body = json.loads(_bytes(account.wait_posts()[0]))
    shown = account.lead(lead["id"])
    assert {part: shown[part] for part in ("data", "evidence", "score_detail")} == {
        part: body[part] for part in ("data", "evidence", "score_detail")
    }
