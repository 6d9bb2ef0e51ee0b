"""Mails as they are sent."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP, default

import pytest

from stacklead.deliver.message import make_plain_message, make_report_message
from stacklead.errors import DeliveryError
from stacklead.models import Report
from stacklead.settings import Settings

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
REPORT = Report(subject="[8/10] Zoë Müller - Buyer, Blue Ocean (127)", text="Zoë\n" + "x" * 3000, html="<p>Zoë</p>")


def make_settings(**values: object) -> Settings:
    return Settings.from_env(mail_from="StackLead <reports@leads.example>", **values)


def make(**values: object):
    call = {"to": "owner@shop.example", "report": REPORT, "message_id": "dlv_1", "now": NOW, **values}
    return make_report_message(make_settings(), **call)


def test_a_report_has_its_headers_and_both_bodies() -> None:
    message = message_from_bytes(make(thread="acc_1:blueocean.example").as_bytes(), policy=default)
    assert message["Subject"] == REPORT.subject
    assert message["From"] == "StackLead <reports@leads.example>"
    assert message["To"] == "owner@shop.example"
    assert message["Message-ID"] == "<dlv_1@leads.example>"
    assert message["Date"] == "Mon, 23 Nov 2026 12:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Reply-To"] is None
    assert message["List-Unsubscribe"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content().split() == REPORT.text.split()
    assert message.get_body(("html",)).get_content().strip() == REPORT.html


def test_reports_of_one_company_share_a_thread_and_others_do_not() -> None:
    one, same, other = (
        make(thread=name)["References"] for name in ("a:blue.example", "a:blue.example", "b:blue.example")
    )
    assert one == same
    assert one != other
    assert "blue" not in one
    assert make()["References"] is None


def test_lines_fit_smtp() -> None:
    assert max(len(line) for line in make().as_bytes(policy=SMTP).split(b"\r\n")) <= 998


def test_the_unsubscribe_link_is_a_header() -> None:
    assert make(unsubscribe_url="https://leads.example/settings/email")["List-Unsubscribe"] == (
        "<https://leads.example/settings/email>"
    )


def test_hostile_subjects_stay_one_short_line() -> None:
    hostile = "Hi\r\nBcc: x@evil.example\n\n\u202eevil\u0000 \U0001f389 " + "a" * 10_000
    message = make(report=Report(subject=hostile, text="t", html="h"), message_id="a\r\nBcc: x <>@")
    assert message["Bcc"] is None
    assert message["Message-ID"] == "<aBccx@leads.example>"
    assert message["Subject"].startswith("Hi Bcc: x@evil.example evil aaaa")
    assert len(message["Subject"]) <= 70
    assert message_from_bytes(message.as_bytes(), policy=default)["Bcc"] is None


@pytest.mark.parametrize(
    "to", ["", "nobody", "@x.example", "a@", "a@x.example\r\nBcc: b@x.example", "a@x, b@x", "a b@x"]
)
def test_a_reply_address_that_is_none_ends_the_retries(to: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        make(to=to)
    assert caught.value.permanent


def test_a_domain_in_other_letters_is_written_for_mail_servers() -> None:
    assert make(to="zoe@münchen.example")["To"] == "zoe@xn--mnchen-3ya.example"


def test_a_plain_message_is_text_only() -> None:
    message = make_plain_message(make_settings(), to="o@shop.example", subject="Your link", text="https://x/é", now=NOW)
    assert message.get_content_type() == "text/plain"
    assert message.get_content().strip() == "https://x/é"
    assert message["Message-ID"].endswith("@leads.example>")
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_sender_without_a_domain_still_makes_ids() -> None:
    message = make_plain_message(Settings.from_env(mail_from="stacklead"), to="o@shop.example", subject="s", text="t")
    assert message["Message-ID"].endswith("@localhost>")


@pytest.mark.parametrize(
    "subject",
    [
        "[7/10] Rebecca Schroeder - Sr. Sales Representative, Blue Ocean Techn…",
        "[9/10] Jürgen Müller - Geschäftsführer, Größte Überlandwerke (1200)",
        "[3/10] 田中 - 営業, 桜川株式会社",
    ],
)
def test_a_subject_beyond_ascii_arrives_as_it_was(subject: str) -> None:
    raw = make_plain_message(make_settings(), to="o@shop.example", subject=subject, text="x").as_bytes()
    assert message_from_bytes(raw, policy=default)["Subject"] == subject
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
