"""Automatic mode on real pages in Chromium: what arrives at the endpoint, exactly."""
# ruff: noqa: F811  fixtures are imported by name and asked for by name

from __future__ import annotations

import re

from e2e.snippet_pages import KEY, Recorder, Site, Visit, recorder, site, visit  # noqa: F401

MAIL = "rebecca@blueocean.example"
DOCUMENTED = '<input sl-field="first_name" name="customName"><input name="email">'


def test_documented_form_sends_exactly_the_documented_person(visit: Visit, site: Site) -> None:
    page = visit(f"<form action=/own>{DOCUMENTED}<button>Send</button></form>", path="/signup?utm_source=news&x=1")
    page.locator("[name=customName]").press_sequentially("Rebecca")
    page.locator("[name=email]").press_sequentially(MAIL)
    page.locator("button").click()
    site.wait()
    calls = visit.leave()
    assert [c.person for c in calls] == [{"first_name": "Rebecca", "email": MAIL}]
    # In whatever order: it means nothing.
    assert sorted(k for k, _ in calls[0].pairs) == [
        "capture_id",
        "client_key",
        "page",
        "person",
        "referrer",
        "stage",
        "utm_source",
    ]
    assert calls[0].fields["person"] == '{"email":"rebecca@blueocean.example","first_name":"Rebecca"}'
    assert calls[0].fields["client_key"] == KEY
    assert re.fullmatch("[0-9a-f-]{36}", calls[0].fields["capture_id"])
    assert calls[0].stage == "submit"
    assert calls[0].fields["page"] == f"{site.origin}/signup"
    assert calls[0].fields["utm_source"] == "news"


def test_call_is_a_simple_request_without_cookies(visit: Visit, recorder: Recorder) -> None:
    page = visit(DOCUMENTED)
    page.context.add_cookies([{"name": "s", "value": "1", "url": recorder.origin}])
    page.locator("[name=email]").fill(MAIL)
    page.locator("[name=email]").blur()
    call = recorder.wait()[0]
    assert recorder.preflights == []
    assert call.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert "cookie" not in call.headers


def test_without_a_form_blur_sends_an_entry(visit: Visit, recorder: Recorder) -> None:
    page = visit(DOCUMENTED)
    page.locator("[name=customName]").press_sequentially("Rebecca")
    page.locator("[name=email]").press_sequentially(MAIL)
    page.locator("[name=email]").blur()
    call = recorder.wait()[0]
    assert call.person == {"first_name": "Rebecca", "email": MAIL}
    assert call.stage == "entry"


def test_leaving_after_an_entry_sends_only_key_id_and_stage(visit: Visit, recorder: Recorder) -> None:
    page = visit(DOCUMENTED)
    page.locator("[name=email]").fill(MAIL)
    page.locator("[name=email]").blur()
    entry = recorder.wait()[0]
    calls = visit.leave()
    assert [c.stage for c in calls] == ["entry", "leave"]
    assert sorted(calls[1].pairs) == [
        ("capture_id", entry.fields["capture_id"]),
        ("client_key", KEY),
        ("stage", "leave"),
    ]


def test_leaving_with_something_new_sends_the_whole_person(visit: Visit, recorder: Recorder) -> None:
    page = visit(DOCUMENTED)
    page.locator("[name=email]").fill(MAIL)
    page.locator("[name=email]").blur()
    recorder.wait()
    page.locator("[name=customName]").press_sequentially("Rebecca")
    calls = visit.leave()
    assert calls[-1].stage == "leave"
    assert calls[-1].person == {"first_name": "Rebecca", "email": MAIL}
    assert len({c.fields["capture_id"] for c in calls}) == 1


def test_address_that_stands_three_seconds_is_sent_without_leaving_the_field(visit: Visit, recorder: Recorder) -> None:
    page = visit(DOCUMENTED)
    page.clock.install()
    page.reload()
    page.locator("[name=email]").press_sequentially(MAIL)
    page.clock.run_for(2900)
    assert recorder.calls == []
    page.clock.run_for(200)
    assert recorder.wait()[0].person == {"email": MAIL}


def test_enter_sends_without_a_form(visit: Visit, recorder: Recorder) -> None:
    page = visit("<input name=email>")
    page.locator("input").press_sequentially(MAIL)
    page.locator("input").press("Enter")
    assert recorder.wait()[0].person == {"email": MAIL}


def test_scripted_autofill_is_one_call(visit: Visit, recorder: Recorder) -> None:
    page = visit("<form><input name=first_name><input name=email></form>")
    page.evaluate(
        """mail => { for (const [n, v] of [['email', mail], ['first_name', 'Rebecca']]) {
            const e = document.querySelector(`[name=${n}]`); e.value = v;
            for (const t of ['input', 'change']) e.dispatchEvent(new Event(t, {bubbles: true})); } }""",
        MAIL,
    )
    recorder.wait()
    calls = visit.leave()
    assert [c.person for c in calls] == [{"first_name": "Rebecca", "email": MAIL}, None]


def test_form_added_after_load_is_seen(visit: Visit, recorder: Recorder, site: Site) -> None:
    page = visit("<div id=here></div>")
    page.evaluate("h => { here.innerHTML = h }", f"<form action=/own>{DOCUMENTED}<button>Go</button></form>")
    page.locator("[name=email]").fill(MAIL)
    page.locator("button").click()
    site.wait()
    assert [(c.person, c.stage) for c in visit.leave()] == [({"email": MAIL}, "submit")]


def test_sign_up_is_captured_and_no_password_leaves(visit: Visit, site: Site) -> None:
    page = visit(
        "<form action=/own method=post><input name=email type=email><input name=password type=password>"
        "<button type=button id=eye>Show</button><button>Create account</button></form>"
        "<script>eye.onclick = () => { document.querySelector('[name=password]').type = 'text' }</script>"
    )
    page.locator("[name=email]").press_sequentially(MAIL)
    page.locator("[name=password]").press_sequentially("Tr0ub4dor")
    page.locator("#eye").click()
    page.locator("[name=password]").press_sequentially("&3")
    page.get_by_text("Create account").click()
    site.wait()
    calls = visit.leave()
    assert [c.person for c in calls if c.person] == [{"email": MAIL}]
    assert not any(b"Tr0ub" in c.body for c in calls)
    assert calls[-1].stage == "submit"


def test_log_in_form_is_left_alone(visit: Visit, site: Site) -> None:
    page = visit(
        "<form action=/own method=post><input name=email type=email>"
        "<input name=password type=password autocomplete=current-password><button>Go</button></form>"
    )
    page.locator("[name=email]").press_sequentially(MAIL)
    page.locator("[name=password]").press_sequentially("Tr0ub4dor")
    page.locator("button").click()
    site.wait()
    assert visit.leave() == []


def test_sample_page_of_the_documentation_works(visit: Visit, recorder: Recorder) -> None:
    page = visit("documented_automatic.html")
    page.locator("[name=customName]").press_sequentially("Rebecca")
    page.locator("[name=email]").press_sequentially(MAIL)
    page.locator("[name=email]").blur()
    assert recorder.wait()[0].person == {"first_name": "Rebecca", "email": MAIL}


def test_automatic_false_sends_nothing_by_itself(visit: Visit, site: Site) -> None:
    page = visit(
        f"<form action=/own>{DOCUMENTED}<button>Go</button></form>", config="{client_key: 'k', automatic: false}"
    )
    page.locator("[name=email]").press_sequentially(MAIL)
    page.locator("button").click()
    site.wait()
    assert visit.leave() == []


def test_sl_field_beats_name(visit: Visit, recorder: Recorder) -> None:
    page = visit('<input sl-field="company" name="email"><input data-sl-field="email" name="name">')
    page.locator("input").nth(0).fill("Blue Ocean Technologies")
    page.locator("input").nth(1).fill(MAIL)
    page.locator("input").nth(1).blur()
    assert recorder.wait()[0].person == {"company": "Blue Ocean Technologies", "email": MAIL}


def test_params_are_sent_along(visit: Visit, recorder: Recorder) -> None:
    page = visit("<input name=email>", config="{client_key: 'k', params: {delivery_method: 'email', plan: 'a&b'}}")
    page.locator("input").fill(MAIL)
    page.locator("input").blur()
    assert recorder.wait()[0].pairs[-2:] == [("delivery_method", "email"), ("plan", "a&b")]


def test_page_without_an_address_sends_nothing(visit: Visit, site: Site) -> None:
    page = visit("<form action=/own><input name=name><input name=email><button>Go</button></form>")
    page.locator("[name=name]").fill("Rebecca Schroeder")
    page.locator("[name=email]").fill("not an address")
    page.locator("button").click()
    site.wait()
    assert visit.leave() == []
