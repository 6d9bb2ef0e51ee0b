"""The pages as the real application serves them."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from stacklead.app import create_app
from stacklead.storage.accounts import Account
from unit.dashboard.site import Browser, Site


@pytest.fixture
def whole(site: Site) -> Iterator[Browser]:
    with TestClient(create_app(site.settings), base_url=site.settings.base_url, follow_redirects=False) as client:
        yield Browser(client, site.settings)


def test_pages_work_in_the_whole_application(site: Site, shop: Account, whole: Browser):
    site.add_key(shop)
    whole.sign_in(shop)
    public_id = site.add_lead(shop)
    for path in (
        "/leads",
        f"/leads/{public_id}",
        "/deliveries",
        "/settings/snippet",
        "/settings/email",
        "/settings/api",
    ):
        assert whole.get(path).status_code == 200, path
    assert whole.post("/settings/email/test").status_code == 303  # there is no Redis, which costs nothing but time


@pytest.mark.parametrize("path", ["/nowhere", "/leads/lead_nope", "/static/nothing.css", "/settings/snippet?key=1"])
def test_what_is_not_there_is_a_page_for_people(shop: Account, whole: Browser, path: str):
    answer = whole.sign_in(shop).get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Back to the start" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_wrong_method_is_a_page_for_people(shop: Account, whole: Browser):
    assert "That did not work" in whole.sign_in(shop).client.post("/leads").text
    assert whole.get("/sign-out").status_code == 405
