"""The field inspector in Chromium: what it shows of a page, what it never shows, and that it leaves the page alone."""
# ruff: noqa: F811  fixtures are imported by name and asked for by name

from __future__ import annotations

from typing import Any

import pytest

from e2e.inspector import Inspector
from e2e.product import Account, wait_for
from e2e.snippet_pages import KEY, Recorder, Site, Visit, recorder, site, visit  # noqa: F401

MAIL = "rebecca@blueocean.example"
SECRET = "Tr0ub4dor&3"
CARD = "4111 1111 1111 1111"
DEBUG = "/?sl-debug=1"
DRY = "/?sl-debug=dry"

DOCUMENTED = """<form action=/own method=post><input aria-label=First sl-field="first_name" name="customName">
<input aria-label=Mail name="email"><button>Send</button></form>"""

SIGN_UP = """<form action=/own method=post><input type=hidden name=csrf value=h1dden-t0ken>
<label>Given name <input name=field_1></label> <label>Surname <input id=last name=field_2></label>
<input aria-label=Mail name=m autocomplete=email> <input aria-label=Company name=c placeholder=Firma>
<input aria-label=Town name=t autocomplete=address-level2> <input aria-label=Phone name=phone type=tel>
<input aria-label=Key id=pw type=password autocomplete=new-password> <input aria-label=Pay name=cardnumber>
<input aria-label=Expiry name=exp autocomplete=cc-exp> <input aria-label=Pin name=otp autocomplete=one-time-code>
<input aria-label=Guest name=friend_email type=email> <div sl-ignore><input aria-label=Note name=company></div>
<input aria-label=Again name=second_mail type=email> <button>Join</button></form>"""

LOGIN = """<form action=/enter><h2>Log in to your desk</h2><input aria-label=Mail name=email type=email>
<input aria-label=Key type=password autocomplete=current-password><button>Sign in</button></form>"""


def tag(origin: str, key: str = KEY) -> str:
    """The one-line tag, as for a strict policy."""
    return f'<script src="{origin}/stacklead.js" data-client-key="{key}"></script>'


def test_field_is_shown_with_the_sign_that_decided(visit: Visit) -> None:
    inspector = Inspector(visit(SIGN_UP, path=DEBUG))
    assert inspector.takes("Given name", "first_name") == "by label “Given name” · nothing entered yet"
    rows = inspector.rows
    assert rows["Surname"] == ("last_name", "by id “last” · nothing entered yet")
    assert rows["Mail"] == ("email", "by autocomplete “email” · nothing entered yet")
    assert rows["Company"] == ("company", "by aria-label “Company” · nothing entered yet")
    assert rows["Town"] == ("city", "by autocomplete “address-level2” · nothing entered yet")
    assert rows["Phone"][0] == "not sent"
    assert "Nothing is sent before an address is complete." in inspector.text


def test_sl_field_is_named_as_the_reason(visit: Visit) -> None:
    inspector = Inspector(visit(DOCUMENTED, path=DEBUG))
    assert inspector.takes("First", "first_name") == "by sl-field “first_name” · nothing entered yet"


def test_what_never_leaves_is_shown_with_its_reason(visit: Visit) -> None:
    inspector = Inspector(visit(SIGN_UP, path=DEBUG))
    assert inspector.takes("Key", "password") == "never sent: type “password”"
    rows = inspector.rows
    assert rows["Pay"] == ("payment card", "never sent: name “cardnumber”")
    assert rows["Expiry"] == ("payment card", "never sent: autocomplete “cc-exp”")
    assert rows["Pin"] == ("one-time code", "never sent: autocomplete “one-time-code”")
    assert rows["Guest"] == ("of somebody else", "never sent: name “friend_email”")
    assert rows["Note"] == ("ignored", "never sent: sl-ignore")
    assert "1 hidden, never sent" in inspector.text
    assert inspector.marks.count("never: payment card") == 2


def test_a_secret_by_a_sign_of_its_own_takes_nothing_from_the_fields_after_it(visit: Visit) -> None:
    slip = "<form action=/own method=post><input aria-label=Slip name=slip ng-model=gift.code>"
    inspector = Inspector(visit(SIGN_UP.replace("<form action=/own method=post>", slip), path=DEBUG))
    assert inspector.takes("Given name", "first_name") == "by label “Given name” · nothing entered yet"
    assert inspector.rows["Company"][0] == "company"


def test_what_is_shown_as_sent_is_what_arrives(visit: Visit, recorder: Recorder) -> None:
    page = visit(SIGN_UP, path=DEBUG)
    inspector = Inspector(page)
    typed = {"Given name": "Rebecca", "Surname": "Schroeder", "Mail": MAIL, "Company": "Blue Ocean", "Town": "Denver"}
    rest = {"Phone": "+1 303 555 0100", "Key": SECRET, "Pay": CARD, "Guest": "finn@harbour.example", "Note": "later"}
    for label, text in {**typed, **rest, "Again": "second@blueocean.example"}.items():
        page.get_by_label(label, exact=True).press_sequentially(text)
    page.get_by_label("Note").blur()
    inspector.takes("Again", "not sent")
    sent = {label: value for label, value in inspector.values.items() if value}
    assert sent == typed
    inspector.says("200: accepted.")
    visit.leave()
    recorder.wait(when=lambda call: call.stage == "leave")
    people = [call.person for call in recorder.calls if call.person]
    assert set(typed.values()) in [set(person.values()) for person in people]
    assert {person["email"] for person in people} == {MAIL}


def test_secret_is_never_shown(visit: Visit) -> None:
    page = visit(SIGN_UP, path=DEBUG)
    inspector = Inspector(page)
    for label, text in {"Mail": MAIL, "Key": SECRET, "Pay": CARD, "Pin": "918273"}.items():
        page.get_by_label(label, exact=True).press_sequentially(text)
    # What "show password" does, and a page that hands in by hand what it should not.
    page.evaluate("document.querySelector('#pw').type = 'text'")
    page.evaluate(f"StackLead.capture({{email: '{MAIL}', password: '{SECRET}', company: '{CARD}', first_name: 'Ada'}})")
    inspector.says("Ada")
    assert inspector.takes("Key", "password") == "never sent: what stands in it was typed as a password"
    for text in (SECRET, CARD, "918273", "h1dden-t0ken"):
        assert text not in inspector.html
    assert MAIL in inspector.html


def test_capture_is_listed_with_stage_person_and_answer(visit: Visit, recorder: Recorder) -> None:
    page = visit(DOCUMENTED, path=DEBUG)
    inspector = Inspector(page)
    page.get_by_label("First").press_sequentially("Rebecca")
    page.get_by_label("Mail").press_sequentially(MAIL)
    page.get_by_label("Mail").blur()
    recorder.wait()
    inspector.says("200: accepted.")
    card = inspector.ask("root.querySelector('.call').innerText")
    for word in ("entry", "lead 1", "first_name", "Rebecca", MAIL):
        assert word in card
    assert "Sent as it stands now." in inspector.text


def test_dry_run_sends_nothing_and_says_what_would_be_sent(visit: Visit, recorder: Recorder, site: Site) -> None:
    page = visit(DOCUMENTED, path=DRY)
    inspector = Inspector(page)
    page.get_by_label("Mail").press_sequentially(MAIL)
    page.get_by_label("Mail").blur()
    inspector.says("Dry run: not sent.")
    assert page.evaluate(f"new Promise((done) => StackLead.capture('{MAIL}', (e) => done(e === undefined)))")
    page.get_by_role("button", name="Send").click()
    assert site.wait()[0].fields["email"] == MAIL
    assert visit.leave() == []
    assert recorder.calls == []


def test_words_are_those_of_the_script_that_the_page_has(visit: Visit, recorder: Recorder) -> None:
    form = "<form><input aria-label=Фамилия name=f1><input aria-label=Mail name=email><button>Go</button></form>"
    inspector = Inspector(visit(form, tag=tag(recorder.origin), path=DEBUG))
    assert inspector.takes("Фамилия", "not sent")
    world = tag(recorder.origin).replace("stacklead.js", "stacklead.world.js")
    inspector = Inspector(visit(form, tag=world, path=DEBUG))
    assert inspector.takes("Фамилия", "last_name").startswith("by aria-label “Фамилия”")


def test_dry_run_keeps_what_an_earlier_page_could_not_send(visit: Visit, recorder: Recorder) -> None:
    kept = f"client_key={KEY}&capture_id=c0ffee&stage=entry&person=%7B%22email%22%3A%22{MAIL}%22%7D"
    line = f"<script>localStorage.stacklead = Date.now() + ' {kept}\\n'</script>"
    page = visit(line + DOCUMENTED, path=DRY)
    inspector = Inspector(page)
    inspector.says("kept from an earlier page, and stays so")
    assert "c0ffee" in page.evaluate("localStorage.stacklead")
    assert recorder.calls == []


def test_other_calls_of_the_page_pass_untouched(visit: Visit, site: Site) -> None:
    page = visit(DOCUMENTED, path=DRY)
    inspector = Inspector(page)
    inspector.says("None yet.")
    page.evaluate(
        "fetch('/api/own', {method: 'POST', body: new URLSearchParams({client_key: 'mine'})}).then(r => r.text())"
    )
    assert page.evaluate("navigator.sendBeacon('/beacon', 'x')")
    assert {call.path: call.body for call in site.wait(2)} == {"/api/own": b"client_key=mine", "/beacon": b"x"}


def test_refusal_of_the_real_server_is_shown_in_its_words(visit: Visit, account: Account) -> None:
    page = visit(DOCUMENTED, tag=tag(account.product.url, "client_0000000000000000"), path=DEBUG)
    inspector = Inspector(page)
    page.get_by_label("Mail").press_sequentially(MAIL)
    page.get_by_label("Mail").blur()
    inspector.says("401: This client_key is unknown or was revoked; copy the one on the snippet settings page.")
    assert "not accepted: see the capture above" in inspector.text
    assert f"endpoint{account.product.url}/api/client/leads" in inspector.text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (503, "503: no The script tries again."),
        (0, "No answer: a content blocker, the network or a wrong endpoint."),
    ],
)
def test_failure_is_shown_in_words(visit: Visit, recorder: Recorder, status: int, words: str) -> None:
    recorder.status = [status] * 9  # a browser asks once more of its own accord
    page = visit(DOCUMENTED, path=DEBUG)
    inspector = Inspector(page)
    page.get_by_label("Mail").press_sequentially(MAIL)
    page.get_by_label("Mail").blur()
    inspector.says(words)


def test_strict_policy_is_kept(visit: Visit, recorder: Recorder) -> None:
    policy = (
        f"default-src 'none'; script-src {recorder.origin}; connect-src {recorder.origin}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    page = visit(
        DOCUMENTED,
        tag=tag(recorder.origin),
        path=DEBUG,
        headers={"Content-Security-Policy": policy},
    )
    inspector = Inspector(page)
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.get_by_label("Mail").press_sequentially(MAIL)
    page.get_by_label("Mail").blur()
    inspector.says("200: accepted.")
    assert inspector.ask("getComputedStyle(root.querySelector('.panel')).borderRadius") == "12px"
    assert inspector.ask("root.querySelector('.mark').getBoundingClientRect().width") > 40
    assert errors == []


def test_policy_that_refuses_the_call_is_named(visit: Visit, recorder: Recorder) -> None:
    policy = {"Content-Security-Policy": f"script-src {recorder.origin}; connect-src 'self'"}
    page = visit(DOCUMENTED, tag=tag(recorder.origin), path=DEBUG, headers=policy)
    inspector = Inspector(page)
    page.get_by_label("Mail").press_sequentially(MAIL)
    page.get_by_label("Mail").blur()
    inspector.says(f"refuses the call: add {recorder.origin}/api/client/leads to connect-src.")


def test_log_in_form_is_named_with_what_shows_it(visit: Visit, recorder: Recorder) -> None:
    page = visit(LOGIN, path=DEBUG)
    inspector = Inspector(page)
    page.get_by_label("Mail").press_sequentially(MAIL)
    page.get_by_label("Mail").blur()
    text = inspector.says("Taken for a log-in form, and left alone")
    for sign in ("heading “Log in to your desk”", "autocomplete “current-password”", "button “Sign in”"):
        assert sign in text
    assert inspector.takes("Mail", "left alone") == "a field of a log-in form"
    assert visit.leave() == []


@pytest.mark.parametrize(
    ("config", "before", "words"),
    [
        ("{}", "", "No client key: nothing is sent."),
        (f"{{client_key: '{KEY}', consent: 'required'}}", "", "Waits for consent"),
        (f"{{client_key: '{KEY}', automatic: false}}", "", "automatic is off"),
        (f"{{client_key: '{KEY}'}}", "localStorage.stacklead = '1'", "This browser has opted out"),
        (
            f"{{client_key: '{KEY}'}}",
            "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})",
            "This browser sends Global Privacy Control",
        ),
    ],
    ids=["no key", "consent", "not automatic", "opted out", "global privacy control"],
)
def test_what_stands_in_the_way_is_a_warning(visit: Visit, config: str, before: str, words: str) -> None:
    page = visit(f"<script>{before}</script>{DOCUMENTED}", config=config, path=DEBUG)
    inspector = Inspector(page)
    warnings: list[str] = wait_for("a warning", lambda: inspector.warnings, 10)
    assert [words in text for text in warnings] == [True]


def test_capture_that_waits_for_consent_is_shown_once_it_is_given(visit: Visit, recorder: Recorder) -> None:
    page = visit(DOCUMENTED, config=f"{{client_key: '{KEY}', consent: 'required'}}", path=DEBUG)
    inspector = Inspector(page)
    page.get_by_label("Mail").press_sequentially(MAIL)
    page.get_by_label("Mail").blur()
    inspector.says("Complete, and held until there is consent.")
    page.evaluate("StackLead.consent(true)")
    inspector.says("200: accepted.")
    assert inspector.warnings == []
    assert len(recorder.calls) == 1


def test_forms_that_come_and_go_are_followed_in_shadow_roots_and_frames_too(visit: Visit, site: Site) -> None:
    site.pages["/frame"] = ("<form><input aria-label=Framed name=email><button>Go</button></form>", {})
    page = visit("<main></main>", path=DEBUG)
    inspector = Inspector(page)
    inspector.says("No field on this page.")
    page.evaluate(
        """document.querySelector('main').innerHTML = '<iframe src=/frame></iframe><news-letter></news-letter>';
        document.querySelector('news-letter').attachShadow({mode: 'open'}).innerHTML =
          '<form><input aria-label=Inner type=email><button>Go</button></form>'; undefined"""
    )
    assert inspector.takes("Inner", "email").startswith("by type “email”")
    assert inspector.takes("Framed", "email").startswith("by name “email”")
    wait_for("both outlines", lambda: inspector.marks == ["email", "email"], 10)
    boxes: list[list[float]] = inspector.ask(
        "[...root.querySelectorAll('.mark')].map((e) => [e.getBoundingClientRect().x, e.getBoundingClientRect().y])"
    )
    box = page.frame_locator("iframe").get_by_label("Framed").bounding_box()
    assert box is not None
    assert any(abs(x + 3 - box["x"]) < 2 and abs(y + 3 - box["y"]) < 2 for x, y in boxes)
    page.evaluate("document.querySelector('main').remove()")
    inspector.says("No field on this page.")
    assert inspector.marks == []


def test_page_and_panel_leave_each_other_alone(visit: Visit, site: Site) -> None:
    loud = "<style>* {font-size: 40px !important; display: block !important; color: red !important}</style>"
    page = visit(loud + DOCUMENTED, path=DEBUG)
    inspector = Inspector(page)
    inspector.says("Form “Send”")
    assert inspector.ask("getComputedStyle(root.querySelector('.row b')).fontSize") == "13px"
    assert inspector.ask("getComputedStyle(root.querySelector('.row b')).color") != "rgb(255, 0, 0)"
    assert inspector.ask("getComputedStyle(root.querySelector('.row')).display") == "grid"
    before = page.locator("form").evaluate("(form) => form.outerHTML")
    page.get_by_label("Mail").press_sequentially(MAIL)
    inspector.takes("Mail", "email")
    assert page.locator("form").evaluate("(form) => form.outerHTML") == before
    page.get_by_role("button", name="Send").click()
    assert site.wait()[0].pairs == [("customName", ""), ("email", MAIL)]


def test_page_that_has_replaced_what_it_needs_still_sends_its_captures(visit: Visit, recorder: Recorder) -> None:
    broken = (
        "<script>for (const name of ['map', 'push', 'includes']) Array.prototype[name] = () => { throw 1 }</script>"
    )
    page = visit(broken + DOCUMENTED, path=DEBUG)
    page.wait_for_function("performance.getEntriesByType('resource').some((e) => /debug/.test(e.name))")
    page.get_by_label("Mail").press_sequentially(MAIL)
    page.get_by_label("Mail").blur()
    assert recorder.wait()[0].person == {"email": MAIL}


def test_form_with_fields_named_like_its_own_methods_is_shown(visit: Visit) -> None:
    fields = "".join(f"<input name={name}>" for name in ("id", "querySelector", "getAttribute", "matches", "email"))
    inspector = Inspector(visit(f"<form>{fields}<button>Go</button></form>", path=DEBUG))
    inspector.says("Form “Go”")
    inspector.takes("email", "email")


def box_of(inspector: Inspector) -> dict[str, Any]:
    return inspector.ask("root.querySelector('.panel').getBoundingClientRect().toJSON()")


def test_panel_is_worked_by_keys_alone(visit: Visit) -> None:
    page = visit(DOCUMENTED, path=DEBUG)
    inspector = Inspector(page)
    inspector.says("Form “Send”")
    page.get_by_role("button", name="Send").focus()
    page.keyboard.press("Tab")
    assert inspector.ask("root.activeElement.className") == "move"
    before = box_of(inspector)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    after = box_of(inspector)
    assert (after["x"], after["y"]) == (before["x"] - 24, before["y"] - 24)
    page.keyboard.press("Escape")
    assert inspector.ask("root.querySelector('.body').hidden") is True
    assert inspector.ask("root.activeElement.className") == "fold"
    page.keyboard.press("Enter")
    assert inspector.ask("root.querySelector('.body').hidden") is False


def test_focus_stays_where_it_is_while_the_panel_changes(visit: Visit) -> None:
    page = visit(DOCUMENTED, path=DEBUG)
    inspector = Inspector(page)
    inspector.says("Form “Send”")
    inspector.ask("root.querySelectorAll('.row')[1].focus()")
    page.evaluate("document.querySelector('form').insertAdjacentHTML('afterbegin', '<input name=company>')")
    inspector.takes("company", "company")
    assert inspector.ask("root.activeElement.querySelector('b').textContent") == "Mail"


def test_on_a_phone_it_starts_folded_and_fits(visit: Visit) -> None:
    page = visit("<meta name=viewport content='width=device-width'>" + SIGN_UP, path="/other")
    page.set_viewport_size({"width": 360, "height": 720})
    page.goto(page.url + "?sl-debug=1")
    inspector = Inspector(page)
    inspector.says("6 recognised, 0 captures")
    folded = box_of(inspector)
    assert folded["height"] < 70
    x, y = inspector.ask(
        "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
        "(root.querySelector('.fold').getBoundingClientRect())"
    )
    page.mouse.click(x, y)
    box = box_of(inspector)
    assert box["left"] >= 0
    assert box["right"] <= 360
    assert 200 < box["height"] <= 720 * 0.56
    assert inspector.ask("root.querySelector('.body').scrollWidth <= root.querySelector('.body').clientWidth") is True
    assert inspector.ask("parseFloat(getComputedStyle(root.querySelector('.row')).fontSize)") >= 14
    assert inspector.ask("Math.min(...[...root.querySelectorAll('button')].map((e) => e.offsetHeight))") >= 42


def test_panel_is_seen_above_a_modal_dialog(visit: Visit) -> None:
    page = visit(f"<dialog>{DOCUMENTED}</dialog>", path=DEBUG)
    inspector = Inspector(page)
    inspector.says("Form “Send”")
    page.evaluate("document.querySelector('dialog').showModal()")
    inspector.takes("Mail", "email")
    wait_for("outlines in the dialog", lambda: "email" in inspector.marks, 10)
    host = "document.querySelector('stacklead-inspector')"
    assert page.evaluate(f"{host}.matches(':popover-open')")


def test_without_the_word_in_the_address_nothing_of_it_is_loaded(visit: Visit) -> None:
    page = visit(DOCUMENTED)
    loaded = page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    assert [name for name in loaded if "stacklead" in name] == [f"{visit.recorder.origin}/stacklead.js"]
    assert page.locator("stacklead-inspector").count() == 0
