"""POST /api/client/leads over HTTP: who may, from where, in which shape, and what is appended (WIRE.md 2)."""

import json
from typing import Any

import msgspec
import pytest
from sqlalchemy import RowMapping, select
from starlette.testclient import TestClient

from stacklead.app import create_app
from stacklead.settings import Settings
from stacklead.storage import account_keys, tables
from support.tenants import Tenant, run_in
from unit.capture.http import API, CLIENT, assert_refused, basic

EMAIL = "Rebecca@Example.com"


def captures(settings: Settings) -> list[RowMapping]:
    async def read(db: Any) -> Any:
        return list((await db.execute(select(tables.captures).order_by(tables.captures.c.id))).mappings())

    return run_in(settings, read)


def payload(settings: Settings) -> dict[str, Any]:
    [row] = captures(settings)
    return msgspec.json.decode(row["payload"])


# --- shapes ---------------------------------------------------------------------------------------------------------

PERSON = {"first_name": "Rebecca", "email": EMAIL}


def _shapes(key: str, said: dict[str, str] = PERSON) -> dict[str, dict[str, Any]]:
    flat = {"client_key": key, **said}
    person = json.dumps(said)
    return {
        "2014 tag": {"data": {"client_key": key, "person": person, "delivery_method": "email"}},
        "flat form": {"data": flat},
        "flat multipart": {"files": {name: (None, value) for name, value in flat.items()}},
        "multipart with person": {"files": {"client_key": (None, key), "person": (None, person)}},
        "flat JSON": {"json": flat},
        "JSON with person": {"json": {"client_key": key, "person": said}},
        "JSON with person as text": {"json": {"client_key": key, "person": person}},
        "plain JSON": {"content": json.dumps(flat), "headers": {"content-type": "text/plain;charset=UTF-8"}},
        "plain JSON with person": {
            "content": json.dumps({"client_key": key, "person": said}),
            "headers": {"content-type": "text/plain"},
        },
        "query": {"params": flat},
        "key in the query": {"params": {"client_key": key}, "json": said},
    }


@pytest.mark.parametrize("shape", _shapes(""))
def test_every_shape_appends_the_same(client: TestClient, account: Tenant, settings: Settings, shape: str) -> None:
    answer = client.post(CLIENT, **_shapes(account.client_key)[shape])
    assert (answer.status_code, answer.content) == (200, b'{"message":"ok"}')
    [row] = captures(settings)
    assert (row["account_id"], row["email"], row["email_key"]) == (account.id, EMAIL, EMAIL.lower())
    assert payload(settings) == {"fields": {"first_name": "Rebecca"}}


SECRETS = {
    "password": "hunter2-hunter2",
    "user[new_password]": "correct-horse-battery",
    "note": "my card is 4111 1111 1111 1111",
    "cvc": "9876501",
    "otp": "8042-7711",
    "ssn": "078-05-1120",
    "remark": "078-05-1121",
}


@pytest.mark.parametrize("shape", _shapes(""))
def test_no_secret_reaches_the_disk_in_any_shape(
    client: TestClient, account: Tenant, settings: Settings, shape: str
) -> None:
    answer = client.post(CLIENT, **_shapes(account.client_key, {**PERSON, **SECRETS, "hobby": "chess-chess"})[shape])
    assert answer.status_code == 200
    kept = b"".join(path.read_bytes() for path in settings.data_dir.glob("stacklead.db*"))
    assert b"chess-chess" in kept
    for secret in SECRETS.values():
        assert secret.encode() not in kept


def test_answer_is_the_same_whatever_was_known(client: TestClient, account: Tenant) -> None:
    data = {"client_key": account.client_key, "email": EMAIL}
    answers = [client.post(CLIENT, data=data) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[0].headers.items() == answers[1].headers.items()


def test_everything_around_the_person_is_kept(client: TestClient, account: Tenant, settings: Settings) -> None:
    data = {
        "client_key": account.client_key,
        "person": json.dumps({**PERSON, "hobby": "chess", "password": "hunter2"}),
        "capture_id": "a" * 32,
        "stage": "entry",
        "page": "https://shop.example/contact?x=1",
        "referrer": "https://search.example/?q=rebecca",
        "utm_source": "google",
    }
    assert client.post(CLIENT, data=data, headers={"origin": "https://shop.example"}).status_code == 200
    [row] = captures(settings)
    assert (row["capture_id"], row["stage"], row["via"], row["merged_at"]) == ("a" * 32, "entry", "tag", None)
    assert payload(settings) == {
        "fields": {"first_name": "Rebecca"},
        "words": {"hobby": "chess"},
        "utm": {"utm_source": "google"},
        "page": "https://shop.example/contact",
        "referrer": "https://search.example/",
        "origin": "https://shop.example",
    }


def test_public_key_cannot_say_where_results_go(client: TestClient, account: Tenant, settings: Settings) -> None:
    evil = {"webhook_url": "http://evil.example", "callback": "http://evil.example", "token": "mine"}
    data = {"client_key": account.client_key, "email": EMAIL, "delivery_method": "webhook", **evil}
    assert client.post(CLIENT, data=data).status_code == 200
    [row] = captures(settings)
    assert (row["webhook_url"], row["token"], row["delivery_method"]) == (None, None, None)
    assert "evil" not in row["payload"]


def test_created_decides_about_mail(client: TestClient, account: Tenant, settings: Settings) -> None:
    data = {"client_key": account.client_key, "email": EMAIL}
    for created in ("1401825429", "no time", ""):
        assert client.post(CLIENT, data={**data, "created": created}).status_code == 200
    assert [row["is_mail_due"] for row in captures(settings)] == [False, True, True]


# --- refusals -------------------------------------------------------------------------------------------------------


def post(client: TestClient, account: Tenant, **parameters: Any) -> Any:
    return client.post(CLIENT, data={"client_key": account.client_key, "email": EMAIL, **parameters})


@pytest.mark.parametrize(
    ("parameters", "status", "code", "param"),
    [
        ({"client_key": ""}, 401, "unauthorized", "client_key"),
        ({"client_key": "client_unknown"}, 401, "unauthorized", "client_key"),
        ({"client_key": "client_\x00"}, 401, "unauthorized", "client_key"),
        ({"email": ""}, 400, "missing_email", "email"),
        ({"email": "nobody"}, 400, "invalid_email", "email"),
        ({"person": "{"}, 400, "malformed_json", "person"),
    ],
)
def test_refusal_names_the_parameter(
    client: TestClient,
    account: Tenant,
    settings: Settings,
    parameters: dict[str, str],
    status: int,
    code: str,
    param: str,
) -> None:
    assert_refused(post(client, account, **parameters), status, code, param)
    assert captures(settings) == []


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400, "malformed_json"),
        (
            {"content": b"email=%ff", "headers": {"content-type": "application/x-www-form-urlencoded"}},
            400,
            "malformed_encoding",
        ),
        ({"content": b"x" * 20_000, "headers": {"content-type": "text/plain"}}, 413, "payload_too_large"),
        ({"content": b"<a/>", "headers": {"content-type": "text/xml"}}, 415, "unsupported_media_type"),
        (
            {
                "content": b"a=1",
                "headers": {"content-type": "application/x-www-form-urlencoded", "content-encoding": "gzip"},
            },
            415,
            "unsupported_media_type",
        ),
    ],
)
def test_unreadable_body_is_refused(client: TestClient, request_: dict[str, Any], status: int, code: str) -> None:
    assert_refused(client.post(CLIENT, **request_), status, code)


def test_api_key_is_refused_on_a_page(client: TestClient, account: Tenant) -> None:
    assert_refused(post(client, account, client_key=account.api_key), 401, "unauthorized", "client_key")


def test_key_made_while_running_works_at_once(client: TestClient, account: Tenant, settings: Settings) -> None:
    assert_refused(post(client, account, client_key="client_unknown"), 401)
    _, text = run_in(settings, lambda db: account_keys.create_key(db, account.id, "client", label="New"))
    assert post(client, account, client_key=text).status_code == 200


def test_revoked_key_is_refused(settings: Settings, account: Tenant) -> None:
    run_in(settings, lambda db: account_keys.revoke_key(db, account.id, account.client_key_id))
    with TestClient(create_app(settings)) as client:
        assert_refused(post(client, account), 401, "unauthorized", "client_key")


@pytest.fixture
def listed(settings: Settings, account: Tenant) -> Tenant:
    """An account whose client key has a list of origins."""
    allowed = ("https://shop.example", "*.blue.example")
    run_in(settings, lambda db: account_keys.save_allowed_origins(db, account.id, account.client_key_id, allowed))
    return account


@pytest.mark.parametrize(
    "origin",
    ["https://shop.example", "https://SHOP.example", "https://www.blue.example", "http://a.b.blue.example:8080"],
)
def test_listed_origin_is_allowed(listed: Tenant, client: TestClient, origin: str) -> None:
    data = {"client_key": listed.client_key, "email": EMAIL}
    assert client.post(CLIENT, data=data, headers={"origin": origin}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://shop.example",
        "https://shop.example:8443",
        "https://blue.example",
        "https://evilblue.example",
        "https://shop.example.evil.example",
        "https://www.blue.example.evil.example",
        "https://evil.example/www.blue.example",
        "https://evil.example#.blue.example",
        "https://x@www.blue.example",
        "file://www.blue.example",
        "\xff<script>",
    ],
)
def test_other_origin_is_refused_readably(
    listed: Tenant, client: TestClient, settings: Settings, origin: str | None
) -> None:
    headers = {} if origin is None else {"origin": origin.encode("latin-1")}
    answer = client.post(CLIENT, data={"client_key": listed.client_key, "email": EMAIL}, headers=headers)
    assert_refused(answer, 403, "forbidden", "origin")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "<" not in answer.json()["error"]["message"]
    assert captures(settings) == []


@pytest.mark.parametrize("origin", [None, "null", "https://anything.example"])
def test_every_origin_is_allowed_without_a_list(client: TestClient, account: Tenant, origin: str | None) -> None:
    data = {"client_key": account.client_key, "email": EMAIL}
    assert client.post(CLIENT, data=data, headers={"origin": origin} if origin else {}).status_code == 200


def test_flood_of_one_address_is_slowed_down(settings: Settings, account: Tenant) -> None:
    slow = settings.model_copy(update={"rate_address": 0.001})
    with TestClient(create_app(slow)) as client:
        answers = [post(client, account) for _ in range(31)]
        assert [answer.status_code for answer in answers] == [200] * 30 + [429]
        assert_refused(answers[-1], 429, "too_many_requests")
        assert int(answers[-1].headers["retry-after"]) >= 1
    assert len(captures(settings)) == 30


# --- CORS -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", CLIENT, 401),
        ("GET", CLIENT, 405),
        ("PUT", CLIENT, 405),
        ("DELETE", CLIENT, 405),
        ("GET", CLIENT + "/", 404),
        ("POST", CLIENT + "/", 404),
        ("POST", "/api/client/", 404),
        ("POST", "/api/client/other", 404),
    ],
)
def test_refusals_under_the_client_route_have_cors(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert_refused(answer, status)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_method_that_is_refused_names_those_that_are_not(client: TestClient) -> None:
    assert client.get(CLIENT).headers["allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("path", [CLIENT, "/api/client/other"])
def test_preflight_is_answered_and_kept(client: TestClient, path: str) -> None:
    answer = client.options(path, headers={"origin": "https://shop.example", "access-control-request-method": "POST"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]
    assert int(answer.headers["access-control-max-age"]) > 0


@pytest.mark.parametrize("path", [API, "/api/leads/x", "/healthz", "/openapi.json", "/sign-in"])
def test_no_other_route_has_cors(client: TestClient, account: Tenant, path: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        answer = client.request(method, path, headers={"origin": "https://shop.example", **basic(account.api_key)})
        assert "access-control-allow-origin" not in answer.headers


def test_fault_of_ours_has_cors_too(settings: Settings, account: Tenant) -> None:

    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        client.app_state["intake"] = None
        answer = post(client, account)
    assert_refused(answer, 500, "internal")
    assert answer.headers["access-control-allow-origin"] == "*"
