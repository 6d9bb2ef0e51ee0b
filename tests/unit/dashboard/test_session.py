from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from stacklead import links
from stacklead.settings import Settings
from stacklead.storage.accounts import Account
from unit.dashboard.site import Browser, Site

FORM = {"label": "Blog"}
PATH = "/settings/snippet/keys"


def test_form_of_our_own_is_taken(browser: Browser):
    origin = {"origin": "http://leads.example", "sec-fetch-site": "same-origin"}
    assert browser.post(PATH, FORM, headers=origin).status_code == 303


def test_form_of_a_page_reached_by_another_name_is_taken(browser: Browser):
    headers = {"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"}
    assert browser.post(PATH, FORM, headers=headers).status_code == 303


@pytest.mark.parametrize("token", ["", "wrong", "é"])
def test_form_without_the_session_s_token_is_refused(browser: Browser, token: str):
    answer = browser.client.post(PATH, data={**FORM, "form_token": token})
    assert answer.status_code == 403
    assert "Go back" in answer.text


def test_token_of_another_session_is_refused(
    browser: Browser, other: Account, site: Site, new_browser: Callable[[], Browser]
):
    site.add_key(other)
    foreign = new_browser().sign_in(other).form_token()
    assert browser.client.post(PATH, data={**FORM, "form_token": foreign}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://leads.example.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://leads.example", "sec-fetch-site": "cross-site"},
    ],
    ids=str,
)
def test_form_of_another_website_is_refused(browser: Browser, headers: dict[str, str]):
    assert browser.post(PATH, FORM, headers=headers).status_code == 403


def test_only_forms_are_read(browser: Browser):
    token = browser.form_token()
    answer = browser.client.post(PATH, content=f"form_token={token}", headers={"content-type": "text/plain"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "body", [b"label=" + b"x" * 70_000, b"&".join(b"a=1" for _ in range(200)), b"label=%s" % b"\xff"], ids=len
)
def test_form_that_is_too_large_or_broken_is_refused(browser: Browser, body: bytes):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.client.post(PATH, content=body, headers=headers).status_code == 413


def test_cookie_is_out_of_reach_of_scripts(site: Site, shop: Account, browser: Browser):
    cookie = _session_cookie(browser.sign_in(shop), site)
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()


def _session_cookie(browser: Browser, site: Site) -> str:
    account = site.add_account("Cookies")
    token = links.make_sign_in_link(site.settings, account.public_id).rpartition("/")[2]
    answer = browser.client.post(f"/sign-in/{token}")
    return next(line for line in answer.headers.get_list("set-cookie") if "stacklead_session=" in line)


def test_cookie_is_bound_to_the_host_when_there_is_https(tmp_path: Path, empty_database: Path):
    settings = Settings(data_dir=tmp_path, base_url="https://leads.example", secret_key="k" * 32)
    with (
        closing(Site(settings, empty_database)) as site,
        TestClient(site.app, base_url=settings.base_url, follow_redirects=False) as client,
    ):
        browser = Browser(client, settings)
        cookie = _session_cookie(browser, site)
        assert cookie.startswith("__Host-stacklead_session=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "strict-transport-security" in browser.get("/leads").headers


@pytest.mark.parametrize("cookie", ["x", "x.y", "é.z", "." * 4000])
def test_forged_cookie_signs_nobody_in(stranger: Browser, cookie: str):
    headers = {"cookie": f"stacklead_session={cookie}".encode()}
    assert stranger.get("/leads", headers=headers).status_code == 303


def test_page_that_refreshes_itself_goes_to_sign_in_as_a_whole(stranger: Browser):
    answer = stranger.get("/leads", headers={"hx-request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in?next=/leads"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/leads", "/settings/snippet", "/nowhere", "/sign-in/bad"])
def test_every_page_carries_the_headers(browser: Browser, path: str):
    headers = browser.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["dashboard.css", "dashboard.js", "icon.svg", "vendor/htmx-2.0.11.min.js"])
def test_files_are_served_with_their_type(stranger: Browser, name: str):
    answer = stranger.get(f"/static/{name}")
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
