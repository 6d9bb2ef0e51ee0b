"""The sample site, and what the demo notes down."""

import pytest
from starlette.testclient import TestClient

from stacklead.demo.notebook import AlreadyRunning, only_one, read_notes, write_notes
from stacklead.demo.pages import Links
from stacklead.demo.site import EXAMPLES, PAGES, site_app

LINKS = Links(
    product_url="http://localhost:8000", site_url="x", desk_url="http://localhost:8002", client_key="client_k1"
)
TAG = """<script type="text/javascript">StackLeadConfig = {client_key: 'client_k1'};</script>
<script type="text/javascript" src="http://localhost:8000/stacklead.js"></script>"""


@pytest.fixture
def site():
    return TestClient(site_app(LINKS), base_url="http://localhost:8001")


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/manual"])
def test_page_carries_the_documented_tag(site, path):
    assert TAG in site.get(path).text


def test_manual_page_is_not_automatic(site):
    page = site.get("/manual").text
    assert "StackLeadConfig = {client_key: 'client_k1', automatic: false};" in page
    assert TAG not in page


def test_thanks_page_shows_what_the_shop_got_but_no_password(site):
    page = site.post("/thanks", data={"email": "<b>a@x.example", "password": "hunter2"}).text
    assert "&lt;b&gt;a@x.example" in page
    assert "hunter2" not in page


def test_every_example_can_be_tried(site):
    page = site.get("/demo").text
    assert all(f'data-email="{email}"' in page for email, *_ in EXAMPLES)


def test_notes_are_private_and_survive(tmp_path):
    write_notes(tmp_path, {"api_key": "secret"})
    assert read_notes(tmp_path) == {"api_key": "secret"}
    assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600


def test_broken_notes_count_as_none(tmp_path):
    (tmp_path / "demo.json").write_text("{")
    assert read_notes(tmp_path) == {}


def test_second_demo_in_one_folder_is_refused(tmp_path):
    with only_one(tmp_path), pytest.raises(AlreadyRunning), only_one(tmp_path):
        pass
