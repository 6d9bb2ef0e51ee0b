"""The report: golden files, and the promises that hold whatever was found."""

import os
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from stacklead.report.render import ReportContext, find_thread, render_report
from stacklead.report.view import make_view, strongest_reasons
from unit.report import samples

GOLDEN = Path(__file__).parent / "golden"
EVIL = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\r\nBcc: x@evil.example\u202e\u2066\x00{{ 7*7 }}</style>"
)


@pytest.mark.parametrize("name", ["rebecca", "stranger", "colleague"])
def test_the_report_is_the_golden_one(name: str) -> None:
    """Set STACKLEAD_GOLDEN=write to accept a change after having looked at it."""
    report = render_report(getattr(samples, name)(), samples.CONTEXT)
    for kind, found in (("subject", report.subject + "\n"), ("txt", report.text), ("html", report.html)):
        path = GOLDEN / f"{name}.{kind}"
        if os.environ.get("STACKLEAD_GOLDEN") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(found)
        assert found == path.read_text(), f"{path.name} differs"


def fill(value: Any, text: str, *, times: int = 1) -> Any:
    """Return `value` with every text in it replaced, every empty place filled, every list made longer."""
    if isinstance(value, dict):
        return {key: fill(item, text, times=times) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, text, times=times) for item in value] * times or [text] * times
    return text if isinstance(value, str) or value is None else value


def hostile(text: str, *, times: int = 1) -> tuple[dict[str, Any], ReportContext]:
    words = {f"{text[:50]}{number}": text for number in range(times)}
    context = ReportContext(
        lead_url=text, settings_url=text, fields=words, page=text, referrer=text, utm=words, received_at=text,
        researched_at=text, notes=[text] * times, tried=[text] * times,
    )  # fmt: skip
    return fill(samples.rebecca(), text, times=times), context


def links(html: str) -> list[str]:
    return [node.attributes.get("href") or "" for node in LexborHTMLParser(html).css("a")]


def test_hostile_text_stays_text() -> None:
    wire, context = hostile(EVIL)
    report = render_report(wire, context)
    page = LexborHTMLParser(report.html)
    assert page.css("script, img, iframe, object, form, link, svg") == []
    assert not any(name.startswith("on") for node in page.css("*") for name in node.attributes)
    assert len(page.css("style")) == 1
    assert "49" not in report.subject + page.css_first("h1").text()
    assert "<script>alert(1)</script>" in page.css_first("h1").text()
    assert "\u202e" not in report.html + report.text + report.subject
    assert "\nBcc:" not in report.text
    assert len(report.subject.splitlines()) == 1


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://u:p@evil.example/", "file:///etc"]
)
def test_only_web_links_are_links(link: str) -> None:
    wire, context = hostile(link)
    assert [url for url in links(render_report(wire, context).html) if not url.startswith("mailto:")] == []


def test_links_are_kept_whole() -> None:
    url = 'https://site.example/a?b=c&d="e"'
    wire, context = hostile(url)
    assert {found for found in links(render_report(wire, context).html) if found.startswith("https:")} == {
        "https://site.example/a?b=c&d=%22e%22"
    }


def test_a_mailto_link_carries_the_address_only() -> None:
    wire = samples.rebecca()
    wire["data"]["person"]["email"] = "a?bcc=x@evil.example&body=b"
    found = [url for url in links(render_report(wire, samples.CONTEXT).html) if url.startswith("mailto:")]
    assert found == ["mailto:a%3Fbcc%3Dx@evil.example%26body%3Db"]


@pytest.mark.parametrize("letters", ["x", "<&\"'>", "語", "a ", "https://x.example/"])
def test_the_mail_stays_below_100_kb_whatever_was_found(letters: str) -> None:
    report = render_report(*hostile(letters * 500, times=40))
    assert len(report.html.encode()) < 100_000
    assert len(report.text.encode()) < 100_000
    assert len(report.subject) <= 70


def test_ten_megabytes_in_one_field_are_cut() -> None:
    wire = samples.rebecca()
    wire["data"]["company"]["description"] = "word " * 2_000_000
    assert len(render_report(wire, samples.CONTEXT).html) < 60_000


@pytest.mark.parametrize(
    "odd", [None, 5, "text", datetime(2026, 11, 23, tzinfo=UTC), [], {}, [None, 5, "x"], True, -1.5, {"a": []}], ids=str
)
def test_values_of_other_types_never_fail(odd: Any) -> None:
    wire = samples.rebecca()
    for part in ("person", "company", "domain"):
        for name in wire["data"][part]:
            make_view({**wire, "data": {**wire["data"], part: {**wire["data"][part], name: odd}}}, samples.CONTEXT)
    for path in wire["evidence"]:
        make_view({**wire, "evidence": {**wire["evidence"], path: odd}}, samples.CONTEXT)
    make_view({**wire, "score_detail": dict.fromkeys(wire["score_detail"], odd)}, ReportContext())
    render_report({"data": odd, "evidence": odd, "score_detail": odd}, ReportContext())


def test_a_report_needs_nothing_from_outside() -> None:
    html = render_report(samples.rebecca(), samples.CONTEXT).html
    assert not re.search(r"<img|<link|@import|url\(|<script|background=", html)


def test_the_dark_form_is_kept_and_styles_are_inline() -> None:
    html = render_report(samples.rebecca(), samples.CONTEXT).html
    assert "@media (prefers-color-scheme: dark)" in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert 'class="button button-main" href="https://leads.shop.example/leads/lead_01jd" style="' in html


def test_who_and_why_stand_on_top() -> None:
    text = render_report(samples.rebecca(), samples.CONTEXT).text
    top = text.split("PERSON")[0]
    for fact in ("Rebecca (Becca) Schroeder", "Sr. Sales Representative at Blue Ocean", "8/10", "+2  127 employees"):
        assert fact in top
    assert "business tools" not in top  # the fourth reason


def test_every_proof_is_listed_in_the_text() -> None:
    text = render_report(samples.rebecca(), samples.CONTEXT).text
    body, _, sources = text.partition("\nSOURCES\n")
    assert set(re.findall(r"\[(\d+)\]", body)) == set(re.findall(r"^\[(\d+)\]", sources, re.MULTILINE))


def test_absent_facts_are_named_in_one_line_and_have_no_row() -> None:
    report = render_report(samples.stranger(), ReportContext(tried=["website"]))
    assert "Not found: name, job title," in report.text
    assert "Asked: company website." in report.text
    assert "PERSON" not in report.text
    assert "None" not in report.text + report.html
    assert "n/a" not in (report.text + report.html).lower()


def test_a_guess_is_a_maybe() -> None:
    report = render_report(samples.colleague(), samples.CONTEXT)
    assert report.text.startswith("T. Okafor (maybe)\n")
    assert report.subject.startswith("[5/10] t.okafor@blueoceantech.example - ")
    assert "Write to them" in report.text


def test_schools_and_connections_have_rows() -> None:
    wire = samples.rebecca()
    wire["data"]["person"]["education"] = [
        {"name": "UC San Diego", "degree": "BA", "major": "Sociology", "begin": "2004-01-01", "end": "2008-12-31"},
        {"name": "Evening School"},
    ]
    wire["data"]["person"]["linkedin"]["connections"] = 500
    wire["data"]["email_catchall"] = True
    text = render_report(wire, samples.CONTEXT).text
    assert "Education    UC San Diego, BA in Sociology, 2004 to 2008\n             Evening School\n" in text
    assert "linkedin.com/in/RebeccaSchroeder, 500 connections" in text
    assert "accepts any address, so this one is not proved" in text


@pytest.mark.parametrize(
    ("person", "company", "subject"),
    [
        ({"name": "Ann Li", "job_title": "CEO"}, {"name": "Tiny", "employees": 3}, "[8/10] Ann Li - CEO, Tiny (3)"),
        ({"name": "Ann Li"}, {}, "[8/10] Ann Li - ann@x.example"),
        ({"first_name": "Ann"}, {"name": "Tiny"}, "[8/10] Ann - Tiny"),
        ({"job_title": "CEO"}, {}, "[8/10] ann@x.example - CEO"),
        ({}, {}, "[8/10] ann@x.example - no public profile"),
        ({"name": "Ann \U0001f389 Li"}, {"name": "Ti\u202eny ❤️"}, "[8/10] Ann Li - Tiny"),
    ],
)
def test_the_subject_says_who_and_where(person: dict[str, Any], company: dict[str, Any], subject: str) -> None:
    wire = {"data": {"score": 8, "person": {"email": "ann@x.example", **person}, "company": company, "domain": {}}}
    assert render_report(wire, ReportContext()).subject == subject


@pytest.mark.parametrize("length", [1, 10, 30, 60, 200])
def test_the_subject_fits(length: int) -> None:
    person = {"email": "ann@x.example", "name": "N" * length, "job_title": "T" * length}
    wire = {
        "data": {"score": 10, "person": person, "company": {"name": "C" * length, "employees": 10**6}, "domain": {}}
    }
    assert len(render_report(wire, ReportContext()).subject) <= 70


def test_what_stands_above_is_not_repeated() -> None:
    wire = samples.rebecca()
    role = "Sr. Sales Representative at Blue Ocean Technologies"
    wire["data"]["person"]["headline"] = role
    wire["data"]["person"]["experiences"] = [
        {"title": "Sr. Sales Representative", "name": "Blue Ocean Technologies", "end": "Present"},
        {"title": "Clerk", "name": "Red Reef", "end": "2013"},
    ]
    text = render_report(wire, samples.CONTEXT).text
    assert text.count(role) == 1
    assert "Headline" not in text
    assert "Jobs         maybe Clerk at Red Reef, 2013" in text


def test_reasons_are_those_that_tell_this_lead_from_an_unknown_one() -> None:
    reasons = [
        {"points": 0.4, "max": 1.0, "why": "neutral"},
        {"points": 0.9, "max": 1.0, "why": "the company has a live website"},
        {"points": 0.3, "max": 1.5, "why": "the address names a function"},
        {"points": -1.5, "max": 0, "why": "a blocked country"},
        {"points": 0.2, "max": 0.2, "why": "small"},
        {"points": 3, "max": 3},
    ]
    found = [(reason.points, reason.why, reason.is_for) for reason in strongest_reasons(reasons)]
    assert found == [
        ("-1.5", "A blocked country", False),
        ("+0.9", "The company has a live website", True),
        ("+0.3", "The address names a function (of 1.5 possible)", False),
    ]


@pytest.mark.parametrize(
    ("domain", "thread"),
    [
        ({"name": "Blue.example", "personal": False, "disposable": False}, "blue.example"),
        ({"name": "gmail.com", "personal": True}, None),
        ({"name": "trash.example", "personal": False, "disposable": True}, None),
        ({"name": None, "personal": False}, None),
        ({}, None),
    ],
)
def test_reports_of_one_company_belong_together(domain: dict[str, Any], thread: str | None) -> None:
    assert find_thread({"data": {"domain": domain}}) == thread


def test_the_foot_says_why_it_was_sent() -> None:
    by_tag = render_report(samples.rebecca(), samples.CONTEXT).text
    assert "was entered on\nhttps://shop.example/pricing on 23 Nov 2026, 10:14 UTC" in by_tag
    by_api = render_report(samples.rebecca(), ReportContext(by_tag=False)).text
    assert "your program asked for research on" in by_api
    assert "was entered on your website" in render_report(samples.rebecca(), ReportContext()).text.replace("\n", " ")


def test_times_may_be_datetimes() -> None:
    there = datetime(2026, 11, 3, 11, 5, tzinfo=timezone(timedelta(hours=2)))
    context = ReportContext(received_at=there, researched_at="soon")
    text = render_report(samples.rebecca(), context).text
    assert "Received     3 Nov 2026, 09:05 UTC" in text
    assert "Researched" not in text
