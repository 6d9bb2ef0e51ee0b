"""The forms of the tag at /settings/snippet: what each says, and that its policy allows what it needs and no more."""

import base64
import hashlib
import html
import re
from collections.abc import Callable

import pytest

from stacklead.dashboard.tag import TagForm, TagOptions, list_tag_forms, make_tag, parse_options
from stacklead.errors import InvalidRequest
from stacklead.settings import Settings
from stacklead.snippet_files import load_script
from stacklead.storage.account_keys import list_keys
from stacklead.storage.accounts import Account
from unit.dashboard.site import Browser, Site

KEY = "client_abc123"
ORIGIN = "https://leads.example.com"
PLAIN = Settings(base_url=f"{ORIGIN}/")
OWN_NAMES = Settings(base_url=ORIGIN, script_path="/hello/app.js", capture_path="/hello/in")
ALL = TagOptions(on_submit_only=True, needs_consent=True, is_manual=True, with_logins=True)


def form(id: str, settings: Settings = PLAIN, options: TagOptions = TagOptions()) -> TagForm:  # noqa: B008
    return next(each for each in list_tag_forms(settings, KEY, options) if each.id == id)


# --- what each form says --------------------------------------------------------------------------------------------


def test_two_lines_are_the_documented_ones_to_the_letter() -> None:
    documented = (
        "<script type=\"text/javascript\">StackLeadConfig = {client_key: 'client_abc123'};</script>\n"
        '<script type="text/javascript" src="https://leads.example.com/stacklead.js"></script>'
    )
    assert make_tag(PLAIN, KEY) == documented
    assert form("two-lines").text == documented


def test_options_go_into_the_first_line() -> None:
    config = (
        "{client_key: 'client_abc123', automatic: false, capture_on: 'submit', consent: 'required', login_forms: true}"
    )
    assert f"StackLeadConfig = {config};" in form("two-lines", options=ALL).text


def test_one_line_carries_the_same_as_attributes() -> None:
    assert form("one-line").text == (
        '<script src="https://leads.example.com/stacklead.js" data-client-key="client_abc123" async></script>'
    )
    attributes = 'data-automatic="false" data-capture-on="submit" data-consent="required" data-login-forms="true"'
    assert form("one-line", options=ALL).text.endswith(f"{attributes} async></script>")


def test_pinned_form_names_the_file_and_its_hash() -> None:
    script = load_script()
    text = form("pinned").text
    assert f'src="{ORIGIN}/stacklead.{script.hash}.js"' in text
    assert f'integrity="{script.integrity}" crossorigin="anonymous"' in text
    assert f'data-client-key="{KEY}"' in text


def test_tag_manager_form_carries_the_key_in_the_address() -> None:
    assert form("tag-manager").text == f'<script src="{ORIGIN}/stacklead.js?client_key={KEY}" async></script>'
    assert form("tag-manager", options=TagOptions(needs_consent=True)).text.startswith(
        "<script>StackLeadConfig = {consent: 'required'};</script>\n"
    )


def test_stub_keeps_calls_until_the_script_is_there() -> None:
    assert (
        "StackLead = window.StackLead || {q: [], capture: function () { StackLead.q.push(arguments) }};"
        in form("own-code").text
    )


WORLD_FILES = {"pinned": f"stacklead.{load_script('stacklead.world.js').hash}.js", "module": "stacklead.world.mjs"}


@pytest.mark.parametrize("id", ["two-lines", "one-line", "pinned", "tag-manager", "own-code", "module"])
def test_more_languages_are_another_file_in_the_same_folder(id: str) -> None:
    options = TagOptions(in_all_languages=True)
    file = WORLD_FILES.get(id, "stacklead.world.js")
    each = form(id, options=options)
    assert f"{ORIGIN}/{file}" in each.text
    assert f"{ORIGIN}/{file};" in each.policy
    own = file.replace("stacklead", "app") if id == "pinned" else file
    assert f"{ORIGIN}/hello/{own}" in form(id, OWN_NAMES, options).text


def test_pinned_form_in_more_languages_has_that_file_s_hash() -> None:
    script = load_script("stacklead.world.js")
    assert f'integrity="{script.integrity}"' in form("pinned", options=TagOptions(in_all_languages=True)).text


def test_module_names_the_endpoint_in_full() -> None:
    text = form("module").text
    assert text.startswith(f'import {{ init }} from "{ORIGIN}/stacklead.mjs";')
    assert f"init({{client_key: '{KEY}', endpoint: '{ORIGIN}/api/client/leads'}});" in text


@pytest.mark.parametrize(
    ("id", "shown"),
    [
        ("two-lines", "endpoint: '/hello/in'}"),
        ("two-lines", 'src="https://leads.example.com/hello/app.js"'),
        ("one-line", 'data-endpoint="/hello/in"'),
        ("pinned", f'src="https://leads.example.com/hello/app.{load_script().hash}.js"'),
        ("tag-manager", "StackLeadConfig = {endpoint: '/hello/in'};"),
        ("tag-manager", "/hello/app.js?client_key="),
        ("module", "endpoint: 'https://leads.example.com/hello/in'"),
        ("module", '"https://leads.example.com/hello/stacklead.mjs"'),
    ],
)
def test_own_names_are_used(id: str, shown: str) -> None:
    assert shown in form(id, OWN_NAMES).text


@pytest.mark.parametrize("settings", [PLAIN, OWN_NAMES], ids=["documented", "own names"])
def test_script_of_the_owner_s_own_website_comes_from_there(settings: Settings) -> None:
    for each in list_tag_forms(settings, KEY, TagOptions(origin="https://www.shop.example")):
        assert "https://www.shop.example/" in each.text
        assert ORIGIN not in each.text + each.policy


# --- the policy -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [PLAIN, OWN_NAMES], ids=["documented", "own names"])
@pytest.mark.parametrize("id", ["two-lines", "one-line", "pinned", "tag-manager", "own-code", "module"])
def test_policy_allows_exactly_the_script_and_the_endpoint(settings: Settings, id: str) -> None:
    each = form(id, settings, ALL)
    scripts, endpoint = (part.split()[1:] for part in each.policy.split("; "))
    loaded = re.search(r'(?:src=|from )"([^"?]+)', each.text)
    assert loaded is not None
    assert [source for source in scripts if not source.startswith("'")] == [loaded[1]]
    assert endpoint == [f"{ORIGIN}{settings.capture_path}"]


@pytest.mark.parametrize("id", ["two-lines", "own-code"])
def test_policy_names_the_hash_of_the_inline_script(id: str) -> None:
    each = form(id, options=ALL)
    inline = re.search(r"<script[^>]*>(.+?)</script>", each.text)
    assert inline is not None
    assert f"'sha256-{base64.b64encode(hashlib.sha256(inline[1].encode()).digest()).decode()}'" in each.policy


@pytest.mark.parametrize("id", ["one-line", "pinned", "module"])
def test_form_without_inline_script_needs_no_hash(id: str) -> None:
    assert "'" not in form(id).policy
    assert len(re.findall("<script", form(id).text)) <= 1


# --- choosing -------------------------------------------------------------------------------------------------------


def test_choice_is_read_from_the_address() -> None:
    query = {"capture_on": "submit", "consent": "required", "automatic": "false", "login_forms": "true"}
    assert parse_options(query) == ALL
    assert parse_options({"languages": "all"}) == TagOptions(in_all_languages=True)
    assert parse_options({"capture_on": "entry", "key": "1", "consent": "", "automatic": "x"}) == TagOptions()


@pytest.mark.parametrize("origin", ["shop.example", "*.shop.example", 'https://a"b.example', "javascript:alert(1)"])
def test_website_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_options({"origin": origin})


# --- the page -------------------------------------------------------------------------------------------------------


def test_page_shows_every_form_and_policy(site: Site, shop: Account, browser: Browser) -> None:
    key = site.run(lambda db: list_keys(db, shop.id, "client"))[0]
    text = html.unescape(browser.get("/settings/snippet").text)
    for each in list_tag_forms(site.settings, key.key_text or "", TagOptions()):
        assert each.title in text
        assert f"<code>{each.text}</code>" in text
        assert f"<code>{each.policy}</code>" in text
        assert f'data-copy="tag-{each.id}"' in text


def test_choice_is_kept_in_the_form_and_shown_in_the_tag(browser: Browser) -> None:
    text = html.unescape(browser.get("/settings/snippet?capture_on=submit&consent=required").text)
    assert "capture_on: 'submit', consent: 'required'}" in text
    assert re.search(r'name="capture_on" value="submit" checked', text)
    assert re.search(r'name="consent" value="required" checked', text)
    assert "StackLead.consent(false)" in text


def test_more_languages_are_kept_in_the_form_and_shown_in_the_tag(browser: Browser) -> None:
    text = html.unescape(browser.get("/settings/snippet?languages=all").text)
    assert re.search(r'name="languages" value="all" checked', text)
    assert '/stacklead.world.js" data-client-key=' in text


def test_first_tag_stays_the_documented_one_whatever_is_chosen(browser: Browser) -> None:
    text = html.unescape(browser.get("/settings/snippet?capture_on=submit").text)
    first = re.search(r'<pre id="tag"[^>]*><code>(.*?)</code>', text, flags=re.DOTALL)
    assert first is not None
    assert re.search(r"StackLeadConfig = {client_key: 'client_\w+'};", first[1])


def test_wrong_website_is_explained_and_kept(browser: Browser) -> None:
    answer = browser.get("/settings/snippet?origin=%22%3E%3Cscript%3E")
    assert answer.status_code == 400
    assert "is no origin" in answer.text
    assert 'value="&#34;&gt;&lt;script&gt;"' in answer.text


def test_pages_that_were_seen_link_to_the_inspector(site: Site, shop: Account, browser: Browser) -> None:
    key = site.run(lambda db: list_keys(db, shop.id, "client"))[0]
    payload = {"page": "https://www.shop.example/contact", "origin": "https://www.shop.example"}
    site.add_lead(shop, key_id=key.id, payload=payload)
    text = browser.get("/settings/snippet").text
    assert 'href="https://www.shop.example/contact?sl-debug=1" target="_blank" rel="noopener noreferrer"' in text
    assert 'href="https://www.shop.example?sl-debug=1"' in text


@pytest.mark.parametrize("page", ["javascript:alert(1)", "https://u:p@evil.example/", "ftp://x.example/", "x"])
def test_page_that_is_no_web_address_is_no_link(site: Site, shop: Account, browser: Browser, page: str) -> None:
    site.add_lead(shop, payload={"page": page})
    assert 'rel="noopener noreferrer"' not in browser.get("/settings/snippet").text


def test_second_account_sees_neither_key_nor_pages_of_the_first(
    site: Site, shop: Account, other: Account, new_browser: Callable[[], Browser]
) -> None:
    key = site.add_key(shop)
    site.add_key(other)
    site.add_lead(shop, key_id=key.id, payload={"page": "https://www.shop.example/contact"})
    foreign = new_browser().sign_in(other)
    assert foreign.get(f"/settings/snippet?key={key.id}&consent=required").status_code == 404
    text = foreign.get("/settings/snippet?capture_on=submit").text
    assert key.key_text not in text
    assert "shop.example/contact" not in text


def test_stranger_is_sent_to_sign_in(stranger: Browser) -> None:
    answer = stranger.get("/settings/snippet?capture_on=submit")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/settings/snippet")
