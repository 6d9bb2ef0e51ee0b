"""The script's routes: the same bytes in every encoding, kept where they may be."""

import base64
import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from stacklead.app import create_app
from stacklead.capture.script import choose_encoding
from stacklead.settings import Settings
from stacklead.snippet_files import load_script

DIST = Path(__file__).parents[3] / "snippet" / "dist" / "stacklead.js"
SCRIPT = DIST.read_bytes()
HASHED = f"/stacklead.{load_script().hash}.js"
NAMES = ("/stacklead.js", "/stacklead.min.js", HASHED)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app: Starlette = create_app(Settings(data_dir=tmp_path_factory.mktemp("script"), secret_key="k" * 32))
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("accepted", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None), ("", None)]
)
def test_script_is_the_same_in_every_encoding(site: TestClient, name: str, accepted: str, encoding: str | None) -> None:
    with site.stream("GET", name, headers={"accept-encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert (answer.status_code, decode(raw)) == (200, SCRIPT)
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert int(answer.headers["content-length"]) == len(raw)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, br", "br"), ("br;q=0, gzip", "gzip"), ("br;q=0.0", None), ("BR", "br"), ("br;q=0.5", "br"), ("*", None)],
)
def test_encoding_that_is_refused_is_not_sent(accepted: str, encoding: str | None) -> None:
    assert choose_encoding(accepted) == encoding


@pytest.mark.parametrize("name", NAMES)
def test_known_script_is_304(site: TestClient, name: str) -> None:
    first = site.get(name, headers={"accept-encoding": "br"})
    again = site.get(name, headers={"accept-encoding": "br", "if-none-match": f'W/"x", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = site.get(name, headers={"accept-encoding": "gzip", "if-none-match": first.headers["etag"]})
    assert other.status_code == 200


def test_only_the_hashed_name_is_kept_for_ever(site: TestClient) -> None:
    kept = {name: site.get(name).headers["cache-control"] for name in NAMES}
    assert "immutable" in kept[HASHED]
    assert not [name for name in NAMES[:2] if "immutable" in kept[name]]


def test_script_in_more_languages_is_pinned_by_its_own_hash(site: TestClient) -> None:
    script = load_script("stacklead.world.js")
    answer = site.get(f"/stacklead.{script.hash}.js")
    assert (answer.status_code, answer.content) == (200, script.body)
    assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in site.get("/stacklead.world.js").headers["cache-control"]


def test_published_hash_is_that_of_the_bytes() -> None:
    digest = hashlib.sha384(SCRIPT).digest()
    assert load_script().integrity == "sha384-" + base64.b64encode(digest).decode()


@pytest.mark.parametrize(
    "name", ["/stacklead.000000000000.js", "/stacklead..js", "/stacklead.js/", "/stacklead.map.js"]
)
def test_other_names_are_404(site: TestClient, name: str) -> None:
    assert site.get(name).status_code == 404


def test_head_has_no_body(site: TestClient) -> None:
    answer = site.head("/stacklead.js")
    assert (answer.status_code, answer.content) == (200, b"")
