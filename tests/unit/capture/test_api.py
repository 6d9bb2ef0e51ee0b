"""POST /api/leads over HTTP: shapes, authentication, answers and refusals (product documentation, WIRE.md 1)."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from sqlalchemy import RowMapping, select
from starlette.testclient import TestClient

from stacklead.app import create_app
from stacklead.settings import Settings
from stacklead.storage import account_keys, tables
from support.tenants import Tenant, make_tenant, run_in
from unit.capture.http import API, assert_refused, basic, hand_in

EMAIL = "Rebecca@Example.com"
HOOK = "http://203.0.113.7/hook?a=b"


def captures(settings: Settings) -> list[RowMapping]:
    async def read(db: Any) -> Any:
        return list((await db.execute(select(tables.captures).order_by(tables.captures.c.id))).mappings())

    return run_in(settings, read)


# --- shapes ---------------------------------------------------------------------------------------------------------


def _shapes(key: str) -> dict[str, dict[str, Any]]:
    lead = {"email": EMAIL, "name": "Rebecca", "token": "t1"}
    signed = basic(key)
    form = {"content-type": "application/x-www-form-urlencoded"}
    return {
        "form": {"data": lead, "headers": signed},
        "form with the key in it": {"data": {**lead, "api_key": key}},
        "query with an empty body and no type": {"params": {**lead, "api_key": key}},
        "query with Basic": {"params": lead, "headers": signed},
        "query with an empty form": {"params": lead, "headers": {**signed, **form}, "content": b""},
        "JSON": {"json": lead, "headers": signed},
        "JSON with the key in it": {"json": {**lead, "api_key": key}},
        "JSON of Segment": {
            "json": {**lead, "address": {"city": "Denver"}, "created": None, "duplicates": True},
            "headers": signed,
        },
        "multipart": {"files": {name: (None, value) for name, value in lead.items()}, "headers": signed},
        "key in the query, lead in the body": {"params": {"api_key": key}, "data": lead},
        "body beats query": {
            "params": {"email": "other@example.com", "api_key": "wrong"},
            "data": lead,
            "headers": signed,
        },
        "Basic beats api_key": {"data": {**lead, "api_key": "wrong"}, "headers": signed},
        "empty values in the body leave those of the query": {"params": lead, "data": {"x": ""}, "headers": signed},
    }


@pytest.mark.parametrize("shape", _shapes(""))
def test_every_shape_appends_the_lead(client: TestClient, account: Tenant, settings: Settings, shape: str) -> None:
    answer = client.post(API, **_shapes(account.api_key)[shape])
    assert answer.status_code == 200, answer.text
    [row] = captures(settings)
    assert (row["account_id"], row["email"], row["email_key"]) == (account.id, EMAIL, EMAIL.lower())
    assert (row["token"], row["via"], row["delivery_method"]) == ("t1", "api", "email")
    assert msgspec.json.decode(row["payload"])["fields"]["name"] == "Rebecca"


def test_plus_that_was_not_encoded_in_the_query_is_restored(
    client: TestClient, account: Tenant, settings: Settings
) -> None:
    assert client.post(f"{API}?email=a+b@example.com", headers=basic(account.api_key)).status_code == 200
    assert captures(settings)[0]["email"] == "a+b@example.com"


@pytest.mark.parametrize("how", [{"json": {"email": "a b@example.com"}}, {"data": {"email": "a b@example.com"}}])
def test_blank_in_a_body_is_no_plus(client: TestClient, account: Tenant, how: dict[str, Any]) -> None:
    assert_refused(client.post(API, headers=basic(account.api_key), **how), 400, "invalid_email", "email")


def test_every_parameter_of_old_clients_is_taken(client: TestClient, account: Tenant, settings: Settings) -> None:
    said = {
        "phone": "303-555-0142",
        "city": "Denver",
        "website": "http://x.example",
        "user_ip": "203.0.113.1",
        "user_agent": "curl",
    }
    hand_in(client, account.api_key, **said)
    stored = msgspec.json.decode(captures(settings)[0]["payload"])
    assert stored["words"] == said
    assert stored["fields"] == {"location": "Denver"}


# --- authentication -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["", "anything", "a:b"])
def test_password_of_basic_does_not_count(client: TestClient, account: Tenant, password: str) -> None:
    answer = client.post(API, data={"email": EMAIL}, headers=basic(account.api_key, password))
    assert answer.status_code == 200


@pytest.mark.parametrize("scheme", ["basic", "BASIC"])
def test_scheme_is_read_in_any_case(client: TestClient, account: Tenant, scheme: str) -> None:
    header = basic(account.api_key)["Authorization"].replace("Basic", scheme)
    assert client.post(API, data={"email": EMAIL}, headers={"Authorization": header}).status_code == 200


def test_basic_without_a_user_leaves_the_parameter(client: TestClient, account: Tenant) -> None:
    data = {"email": EMAIL, "api_key": account.api_key}
    for headers in (
        basic(""),
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic %%%"},
        {"Authorization": "Basic /w=="},
    ):
        assert client.post(API, data=data, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"headers": basic("unknown")},
        {"headers": basic("unknown\x00")},
        {"data": {"email": EMAIL, "api_key": "unknown"}},
        {"json": {"email": EMAIL, "api_key": ["x"]}},
        {"params": {"api_key": ""}},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", API), ("GET", API), ("GET", API + "/x"), ("DELETE", API + "/x")])
def test_wrong_key_is_401_with_a_challenge(client: TestClient, method: str, path: str, how: dict[str, Any]) -> None:
    answer = client.request(method, path, **how)
    assert_refused(answer, 401, "unauthorized", "api_key")
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_wrong_basic_is_not_saved_by_a_right_parameter(client: TestClient, account: Tenant) -> None:
    assert_refused(client.post(API, headers=basic("wrong"), data={"email": EMAIL, "api_key": account.api_key}), 401)


def test_client_key_is_no_api_key(client: TestClient, account: Tenant) -> None:
    answer = client.post(API, headers=basic(account.client_key), data={"email": EMAIL})
    assert_refused(answer, 401, "unauthorized", "api_key")
    assert "client key" in answer.json()["error"]["message"]


def test_revoked_key_is_refused(client: TestClient, account: Tenant, settings: Settings) -> None:
    async def revoke(db: Any) -> None:
        for key in await account_keys.list_keys(db, account.id, "api"):
            await account_keys.revoke_key(db, account.id, key.id)

    run_in(settings, revoke)
    assert_refused(client.post(API, headers=basic(account.api_key), data={"email": EMAIL}), 401)


def test_last_use_of_a_key_is_noted(client: TestClient, account: Tenant, settings: Settings) -> None:
    hand_in(client, account.api_key)
    keys = run_in(settings, lambda db: account_keys.list_keys(db, account.id, "api"))
    assert [key.last_used_at is not None for key in keys] == [False, True]


# --- answers --------------------------------------------------------------------------------------------------------


def test_answer_about_mail(client: TestClient, account: Tenant) -> None:
    answer = client.post(API, headers=basic(account.api_key), data={"email": EMAIL, "token": "t1"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    lead_id = body["data"].pop("id")
    assert lead_id.startswith("lead_")
    assert body == {"message": "Research report will be emailed to sales@shop.example", "data": {"token": "t1"}}


@pytest.mark.parametrize(
    ("parameters", "url"),
    [
        ({"delivery_method": "webhook"}, "http://203.0.113.9/hook"),
        ({"webhook_url": HOOK}, HOOK),
        ({"callback": HOOK}, HOOK),
        ({"webhook_url": HOOK, "delivery_method": "email"}, HOOK),
    ],
)
def test_answer_about_a_webhook(client: TestClient, account: Tenant, parameters: dict[str, str], url: str) -> None:
    answer = client.post(API, headers=basic(account.api_key), data={"email": EMAIL, "token": "t1", **parameters}).json()
    lead_id = answer["data"].pop("id")
    assert lead_id.startswith("lead_")
    assert answer == {"message": f"Research data will be POST-ed to {url}", "data": {"token": "t1", "callback": url}}


def test_token_is_made_if_there_is_none(client: TestClient, account: Tenant) -> None:
    tokens = {hand_in(client, account.api_key)["token"] for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) >= 12 for token in tokens)


def test_two_equal_calls_are_two_leads(client: TestClient, account: Tenant, settings: Settings) -> None:
    ids = {hand_in(client, account.api_key)["id"] for _ in range(2)}
    assert len(ids) == len(captures(settings)) == 2


def test_success_never_contains_the_word_of_failure(client: TestClient, account: Tenant) -> None:
    token = "my error errors Terror"
    answer = client.post(
        API,
        headers=basic(account.api_key),
        data={"email": "error@example.com", "token": token, "webhook_url": HOOK + "&error=1"},
    )
    assert answer.status_code == 200
    assert "error" not in answer.text
    assert answer.json()["data"]["token"] == token
    assert answer.json()["data"]["callback"] == HOOK + "&error=1"


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "code", "param"),
    [
        ({"email": ""}, "missing_email", "email"),
        ({"email": "nobody"}, "invalid_email", "email"),
        ({"created": "yesterday"}, "invalid_request", "created"),
        ({"delivery_method": "fax"}, "invalid_request", "delivery_method"),
        ({"webhook_url": "nowhere"}, "invalid_request", "webhook_url"),
        ({"callback": "ftp://x.example"}, "invalid_request", "callback"),
        ({"webhook_url": "http://127.0.0.1:9/"}, "address_refused", "webhook_url"),
        ({"callback": "http://169.254.169.254/latest"}, "address_refused", "callback"),
        ({"webhook_url": "http://[::1]/"}, "address_refused", "webhook_url"),
        ({"webhook_url": "http://203.0.113.7:99999/"}, None, None),
        ({"webhook_url": "http://[::/"}, None, None),
        ({"webhook_url": "http://user@/"}, None, None),
        ({"token": "x" * 1001}, "invalid_request", "token"),
    ],
)
def test_bad_parameter_is_named(
    client: TestClient,
    account: Tenant,
    settings: Settings,
    parameters: dict[str, str],
    code: str | None,
    param: str | None,
) -> None:
    answer = client.post(API, headers=basic(account.api_key), data={"email": EMAIL, **parameters})
    assert_refused(answer, 400, code, param)
    assert captures(settings) == []


def test_refused_webhook_url_names_the_setting(client: TestClient, account: Tenant) -> None:
    answer = client.post(
        API, headers=basic(account.api_key), data={"email": EMAIL, "webhook_url": "http://127.0.0.1:9/"}
    )
    assert "STACKLEAD_ALLOWED_NETWORKS" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/json", b"{", 400, "malformed_json"),
        ("application/json", b"[]", 400, "malformed_json"),
        ("application/x-www-form-urlencoded", b"email=%ff", 400, "malformed_encoding"),
        ("text/plain", b'{"email": "a@b.co"}', 415, "unsupported_media_type"),
        ("image/png", b"x", 415, "unsupported_media_type"),
        ("application/json", b" " * 16_385, 413, "payload_too_large"),
    ],
)
def test_unreadable_body_is_refused(
    client: TestClient, account: Tenant, content_type: str, body: bytes, status: int, code: str
) -> None:
    answer = client.post(API, headers={**basic(account.api_key), "content-type": content_type}, content=body)
    assert_refused(answer, status, code)


def test_query_that_is_no_utf_8_is_refused(client: TestClient, account: Tenant) -> None:
    assert_refused(client.post(API + "?email=%ff", headers=basic(account.api_key)), 400, "malformed_encoding")


@pytest.mark.parametrize("number", ["1" * 30, "1" * 400, "1.5e300"])
def test_huge_number_does_no_harm(client: TestClient, account: Tenant, settings: Settings, number: str) -> None:
    body = f'{{"email": "a@b.co", "x": {number}, "name": {number}, "list": [{number}]}}'
    headers = {**basic(account.api_key), "content-type": "application/json", "idempotency-key": "k"}
    assert client.post(API, headers=headers, content=body).status_code == 200
    assert len(captures(settings)) == 1


@pytest.mark.parametrize(
    ("parameters", "param", "page"),
    [({}, "delivery_method", "/settings/email"), ({"delivery_method": "webhook"}, "webhook_url", "/settings/api")],
)
def test_delivery_that_nothing_is_configured_for_is_refused(
    client: TestClient, settings: Settings, parameters: dict[str, str], param: str, page: str
) -> None:
    bare = run_in(settings, lambda db: make_tenant(db, "Bare"))
    answer = client.post(API, headers=basic(bare.api_key), data={"email": EMAIL, **parameters})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert page in answer.json()["error"]["message"]
    assert captures(settings) == []


def test_webhook_url_needs_no_configured_one(client: TestClient, settings: Settings) -> None:
    bare = run_in(settings, lambda db: make_tenant(db, "Bare"))
    assert hand_in(client, bare.api_key, webhook_url=HOOK)["callback"] == HOOK


# --- repeats --------------------------------------------------------------------------------------------------------


def call(client: TestClient, key: str, idempotency_key: str, **parameters: Any) -> Any:
    headers = {**basic(key), "Idempotency-Key": idempotency_key}
    return client.post(API, headers=headers, json={"email": EMAIL, **parameters})


def test_same_idempotency_key_is_one_lead(client: TestClient, account: Tenant, settings: Settings) -> None:
    first, second = (call(client, account.api_key, "k1", name="Rebecca").json() for _ in range(2))
    assert first == second
    assert len(captures(settings)) == 1


def test_way_of_travelling_is_no_difference(client: TestClient, account: Tenant, settings: Settings) -> None:
    headers = {**basic(account.api_key), "Idempotency-Key": "k1"}
    said = {"email": EMAIL, "name": "Rebecca"}
    answers = [
        client.post(API, headers=headers, json=said),
        client.post(API, headers=headers, data=said),
        client.post(API, headers=headers, params=said),
        client.post(API, headers={"Idempotency-Key": '"k1"'}, data={**said, "api_key": account.api_key}),
    ]
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1


def test_other_parameters_under_the_same_key_are_refused(
    client: TestClient, account: Tenant, settings: Settings
) -> None:
    call(client, account.api_key, "k1", name="Rebecca")
    answer = call(client, account.api_key, "k1", name="Somebody else")
    assert_refused(answer, 422, "idempotency_key_reused", "Idempotency-Key")
    assert len(captures(settings)) == 1


def test_idempotency_keys_of_two_accounts_have_nothing_in_common(
    client: TestClient, account: Tenant, other_account: Tenant
) -> None:
    ids = {call(client, tenant.api_key, "k1").json()["data"]["id"] for tenant in (account, other_account)}
    assert len(ids) == 2


def test_idempotency_keys_of_test_calls_are_apart(client: TestClient, account: Tenant) -> None:
    ids = {call(client, key, "k1").json()["data"]["id"] for key in (account.test_key, account.api_key)}
    assert len(ids) == 2


@pytest.mark.parametrize("key", ["x" * 256])
def test_long_idempotency_key_is_refused(client: TestClient, account: Tenant, key: str) -> None:
    assert_refused(call(client, account.api_key, key), 400, "invalid_request", "Idempotency-Key")


def test_empty_idempotency_key_counts_as_absent(client: TestClient, account: Tenant) -> None:
    assert len({call(client, account.api_key, " ").json()["data"]["id"] for _ in range(2)}) == 2


# --- two at once ----------------------------------------------------------------------------------------------------


def test_two_calls_at_once_under_one_key_get_one_answer(client: TestClient, account: Tenant) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: call(client, account.api_key, "k1"), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["data"]["token"] for answer in answers}) == 1


def test_test_key_resolves_no_name(settings: Settings) -> None:
    """A name that only a DNS server could judge is not looked up for a test call."""
    nobody = settings.model_copy(update={"dns_servers": ("127.0.0.1:9",)})
    tenant = run_in(settings, lambda db: make_tenant(db, "Tester"))
    with TestClient(create_app(nobody)) as client:
        started = time.monotonic()
        hand_in(client, tenant.test_key, webhook_url="http://nowhere.example/hook")
        assert time.monotonic() - started < 0.5
