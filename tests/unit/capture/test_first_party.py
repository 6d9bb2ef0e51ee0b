"""The script and the endpoint under names of the operator's own, beside the documented ones."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from stacklead.app import create_app
from stacklead.settings import CAPTURE_PATH, SCRIPT_PATH, TAKEN_NAMES, Settings
from stacklead.snippet_files import load_script
from support.tenants import Tenant
from unit.capture.http import CLIENT, assert_refused

DIST = Path(__file__).parents[3] / "snippet" / "dist"
OWN_SCRIPT = "/hello/app.js"
OWN_PINNED = f"/hello/app.{load_script().hash}.js"
OWN_CAPTURE = "/hello/in"


@pytest.fixture
def site(settings: Settings) -> Iterator[TestClient]:
    own = settings.model_copy(update={"script_path": OWN_SCRIPT, "capture_path": OWN_CAPTURE})
    with TestClient(create_app(own), follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


# --- the script -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SCRIPT_PATH, "/stacklead.min.js", OWN_SCRIPT, OWN_PINNED])
def test_script_is_the_same_under_every_name(site: TestClient, path: str) -> None:
    with site.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        body = gzip.decompress(b"".join(answer.iter_raw()))
    assert (answer.status_code, body) == (200, (DIST / "stacklead.js").read_bytes())
    assert answer.headers["access-control-allow-origin"] == "*"
    assert ("immutable" in answer.headers["cache-control"]) is (path == OWN_PINNED)


@pytest.mark.parametrize("path", ["/hello/app.000000000000.js", "/hello/app.js/", "/hello/other.js"])
def test_other_names_beside_it_are_404(site: TestClient, path: str) -> None:
    assert site.get(path).status_code == 404


def test_pinned_script_of_another_version_says_what_to_do(site: TestClient) -> None:
    answer = site.get("/hello/app.000000000000.js")
    assert_refused(answer, 404, "not_found")
    assert "copy the tag again" in answer.json()["error"]["message"]


def test_own_names_are_unknown_unless_they_are_set(client: TestClient) -> None:
    assert client.get(OWN_SCRIPT).status_code == 404
    assert client.post(OWN_CAPTURE).status_code == 404


# --- the endpoint ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [CLIENT, OWN_CAPTURE])
def test_capture_is_accepted_at_both_paths(site: TestClient, account: Tenant, path: str) -> None:
    answer = site.post(path, data={"client_key": account.client_key, "email": "rebecca@blueocean.example"})
    assert (answer.status_code, answer.content) == (200, b'{"message":"ok"}')
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("method", "data", "status"),
    [
        ("GET", None, 405),
        ("PUT", None, 405),
        ("POST", {"client_key": "client_nobody", "email": "a@b.example"}, 401),
        ("POST", None, 401),
    ],
)
def test_every_refusal_of_the_own_path_has_cors(site: TestClient, method: str, data: Any, status: int) -> None:
    answer = site.request(method, OWN_CAPTURE, data=data)
    assert_refused(answer, status)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_preflight_of_the_own_path_is_answered(site: TestClient) -> None:
    answer = site.options(OWN_CAPTURE, headers={"origin": "https://shop.example"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")


@pytest.mark.parametrize("path", [OWN_CAPTURE + "/", OWN_CAPTURE + "/x", "/hello"])
def test_paths_beside_the_own_one_are_404(site: TestClient, path: str) -> None:
    assert site.post(path).status_code == 404


# --- the other files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/stacklead.world.js", "text/javascript; charset=utf-8"),
        ("/stacklead.debug.js", "text/javascript; charset=utf-8"),
        ("/hello/stacklead.debug.js", "text/javascript; charset=utf-8"),
        ("/stacklead.mjs", "text/javascript; charset=utf-8"),
        ("/stacklead.world.mjs", "text/javascript; charset=utf-8"),
        ("/hello/stacklead.world.js", "text/javascript; charset=utf-8"),
        ("/stacklead.d.ts", "application/typescript; charset=utf-8"),
        ("/hello/stacklead.mjs", "text/javascript; charset=utf-8"),
        ("/hello/stacklead.d.ts", "application/typescript; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("encoding", ["br", "gzip", None])
def test_file_of_the_build_is_served_and_else_404(
    site: TestClient, path: str, media_type: str, encoding: str | None
) -> None:
    file = DIST / path.rpartition("/")[2]
    answer = site.get(path, headers={"accept-encoding": encoding or "identity"})
    if not file.exists():
        assert_refused(answer, 404, "not_found")
        return
    assert (answer.status_code, answer.content) == (200, file.read_bytes())
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == media_type
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "immutable" not in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["/stacklead.exe", "/stacklead.map", "/stacklead.d.mts", "/stacklead.000000000000.js"])
def test_name_that_looks_like_ours_and_is_none_is_404_as_json(site: TestClient, path: str) -> None:
    assert_refused(site.get(path), 404, "not_found")


# --- which paths there can be ---------------------------------------------------------------------------------------

REFUSED = [
    "",
    "/",
    "hello.js",
    "https://shop.example/hello.js",
    "//shop.example/x",
    "/a//b",
    "/a/",
    "/a b",
    "/a?b",
    "/a#b",
    "/a/../b",
    "/./a",
    "/.well-known",
    "/%61pi/x",
    "/{x}",
    "/a\n",
    "/ü.js",
    "/api/hello",
    "/api/client/other",
    "/api",
    "/leads",
    "/settings/x.js",
    "/static/x.js",
    "/stacklead.other.js",
    "/" + "a" * 200,
]


@pytest.mark.parametrize("name", ["script_path", "capture_path"])
@pytest.mark.parametrize("path", REFUSED)
def test_path_that_cannot_be_is_refused(name: str, path: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: path})


@pytest.mark.parametrize("path", ["/hello.js", "/js/hello", "/_h/~a-b.c_d", "/stacklead/x.js", "/apis"])
def test_path_that_can_be_is_taken(path: str) -> None:
    assert Settings(script_path=path).script_path == path
    assert Settings(capture_path=path).capture_path == path


@pytest.mark.parametrize(
    ("script", "capture"),
    [
        ("/same", "/same"),
        (CAPTURE_PATH, "/in"),
        ("/hello.js", SCRIPT_PATH),
        ("/js/hello.js", "/js/stacklead.debug.js"),
        ("/js/hello.js", "/js/stacklead.mjs"),
        (SCRIPT_PATH, SCRIPT_PATH),
    ],
)
def test_script_and_endpoint_cannot_share_a_path(script: str, capture: str) -> None:
    with pytest.raises(ValidationError, match="two different paths"):
        Settings(script_path=script, capture_path=capture)


def test_every_route_of_ours_is_named_as_taken(settings: Settings) -> None:
    served = {getattr(route, "path", "").split("/")[1] for route in create_app(settings).routes}
    assert {name for name in served if name and not name.startswith("stacklead.")} == TAKEN_NAMES
