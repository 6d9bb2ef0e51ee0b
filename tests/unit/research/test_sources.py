"""The sources that ask one public service: DNS, Gravatar, the popularity rank; limits, caches and breakers."""

import asyncio
import hashlib
import json
from datetime import date, timedelta

import dns.exception
import dns.resolver
import pytest

from stacklead.errors import AddressRefused, OutboundError, SourceError
from stacklead.models import Claim, Lead
from stacklead.research.guard import FAILURES_TO_OPEN, Guard
from stacklead.research.pipeline import make_subject
from stacklead.research.sources.dns import DnsSource
from stacklead.research.sources.gravatar import GravatarSource
from stacklead.research.sources.tranco import TrancoSource, change_sentence
from unit.research.world import find, make_kit, page, values

LEAD = Lead(email="rebecca@acme.example")
PROFILES = "https://api.gravatar.com/v3/profiles/"
RANKS = "https://tranco-list.eu/api/ranks/domain/acme.example"


def digest(email):
    return hashlib.sha256(email.encode()).hexdigest()


def flag(path, value=True):
    return Claim(field=path, value=value, source="address", method="structured", confidence=1.0)


# --- DNS


def test_dns_finds_mail_host_and_tools():
    records = {
        ("acme.example", "MX"): ["1 aspmx.l.google.com."],
        ("acme.example", "A"): ["198.51.100.7"],
        ("acme.example", "TXT"): ['"v=spf1 include:_spf.google.com include:sendgrid.net ~all"', '"docusign=abc"'],
        ("www.acme.example", "CNAME"): ["shops.myshopify.com."],
    }
    found = values(find(DnsSource(), LEAD, make_kit(records=records)))
    assert found["domain.tools"] == ["DocuSign", "Google Workspace", "SendGrid", "Shopify"]
    assert found["signal.mail"] == "ok"


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ({}, "no_domain"),
        ({("acme.example", "TXT"): ['"x"']}, "none"),
        ({("acme.example", "MX"): ["0 ."]}, "none"),
        ({("acme.example", "A"): ["198.51.100.7"]}, "implicit"),
    ],
)
def test_dns_says_whether_mail_can_arrive(records, state):
    assert values(find(DnsSource(), LEAD, make_kit(records=records)))["signal.mail"] == state


def test_dns_says_nothing_of_tools_of_a_mail_provider():
    records = {("gmail.com", "MX"): ["5 gmail-smtp-in.l.google.com."], ("gmail.com", "TXT"): ['"docusign=1"']}
    lead = Lead(email="jo@gmail.com")
    assert "domain.tools" not in values(find(DnsSource(), lead, make_kit(records=records), [flag("domain.personal")]))


@pytest.mark.parametrize(
    ("error", "reason"),
    [(dns.exception.Timeout(), "timeout"), (dns.resolver.NoNameservers(), "unavailable"), (OSError(), "unavailable")],
)
def test_dns_failure_is_a_source_failure(error, reason):
    with pytest.raises(SourceError) as caught:
        find(DnsSource(), LEAD, make_kit(records={("acme.example", "MX"): error}))
    assert caught.value.reason == reason


def test_dns_is_not_asked_about_address_literals():
    assert find(DnsSource(), Lead(email="jo@[10.0.0.1]")) == []


# --- Gravatar

PROFILE = {
    "display_name": "Rebecca (Becca) Schroeder",
    "profile_url": "https://gravatar.com/rebecca",
    "avatar_url": "https://0.gravatar.com/avatar/x",
    "location": "Denver",
    "job_title": "Sr. Sales Representative",
    "company": "Acme",
    "description": "Sells",
    "verified_accounts": [
        {"service_type": "twitter", "url": "https://x.com/BeccaSchroe", "is_hidden": False},
        {"service_type": "linkedin", "url": "https://linkedin.com/in/hidden", "is_hidden": True},
        {"service_type": "github", "url": "https://github.com/x"},
        "nonsense",
    ],
}


def test_gravatar_profile_becomes_claims():
    kit = make_kit({PROFILES + digest(LEAD.email): json.dumps(PROFILE)})
    found = values(find(GravatarSource(), LEAD, kit))
    assert found["person.name"] == "Rebecca (Becca) Schroeder"
    assert found["person.job_title"] == "Sr. Sales Representative"
    assert found["company.name"] == "Acme"
    assert found["person.twitter.username"] == "BeccaSchroe"
    assert "person.linkedin.url" not in found
    assert LEAD.email not in str(kit.outbound.calls)


def test_gravatar_is_asked_for_the_address_without_subaddress_too():
    kit = make_kit(
        {
            PROFILES + digest("a+x@acme.example"): page("{}", status=404),
            PROFILES + digest("a@acme.example"): json.dumps(PROFILE),
        }
    )
    assert values(find(GravatarSource(), Lead(email="A+x@acme.example"), kit))["person.location"] == "Denver"


def test_gravatar_key_is_sent_as_bearer_and_absent_without_one():
    url = PROFILES + digest(LEAD.email)
    kit = make_kit({url: page("{}", status=404)}, env={"STACKLEAD_GRAVATAR_KEY": "secret"})
    assert find(GravatarSource(), LEAD, kit) == []
    assert kit.outbound.calls[0][1]["authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page("{}", status=429, headers={"retry-after": "30"}), "rate_limited"),
        (page("{}", status=429, headers={"retry-after": "soon"}), "rate_limited"),
        (page("{}", status=503), "unavailable"),
        (page("{}", status=403), "refused"),
        (page("<html>"), "unavailable"),
        (page("[" * 100_000), "unavailable"),
        (OutboundError("down"), "unavailable"),
        (AddressRefused("private"), "refused"),
    ],
)
def test_api_failures_have_their_reasons(answer, reason):
    with pytest.raises(SourceError) as caught:
        find(GravatarSource(), LEAD, make_kit({PROFILES + digest(LEAD.email): answer}))
    assert caught.value.reason == reason


@pytest.mark.parametrize("path", ["signal.role", "domain.disposable"])
def test_gravatar_is_not_asked_about_what_is_no_person(path):
    kit = make_kit()
    assert find(GravatarSource(), LEAD, kit, [flag(path)]) == []
    assert kit.outbound.calls == []


def test_answers_are_cached_misses_too():
    kit = make_kit({PROFILES + digest(LEAD.email): page("{}", status=404)})
    for _ in range(3):
        assert find(GravatarSource(), LEAD, kit) == []
    assert len(kit.outbound.calls) == 1


def test_nothing_is_cached_with_a_ttl_of_zero():
    kit = make_kit({PROFILES + digest(LEAD.email): page("{}", status=404)}, env={"STACKLEAD_GRAVATAR_TTL_S": "0"})
    for _ in range(2):
        find(GravatarSource(), LEAD, kit)
    assert len(kit.outbound.calls) == 2


def test_breaker_leaves_a_failing_source_alone():
    async def run():
        kit = make_kit()
        for _ in range(FAILURES_TO_OPEN + 3):
            with pytest.raises(SourceError):
                await GravatarSource().find(make_subject(LEAD), kit)
        return len(kit.outbound.calls)

    assert asyncio.run(run()) == FAILURES_TO_OPEN


def test_turns_are_spaced_and_late_ones_refused():
    async def run():
        guard, now = Guard(), asyncio.get_running_loop().time
        started = now()
        for _ in range(3):
            await guard.wait_turn("x", 100.0, 5.0)
        took = now() - started
        await guard.wait_turn("y", 0.1, 1.0)
        with pytest.raises(SourceError) as caught:
            await guard.wait_turn("y", 0.1, 1.0)
        return took, caught.value.reason

    took, reason = asyncio.run(run())
    assert took >= 0.02
    assert reason == "rate_limited"


# --- popularity rank


def ranks(*pairs):
    last = date(2026, 11, 20)
    return [(last - timedelta(days=ago), rank) for ago, rank in pairs]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (ranks((92, 8576), (0, 9362)), "Down 786 versus the previous 3 months."),
        (ranks((91, 12_000), (0, 9_362)), "Up 2,638 versus the previous 3 months."),
        (ranks((90, 5), (0, 5)), "Unchanged versus the previous 3 months."),
        (ranks((30, 5), (0, 7)), None),
        (ranks((200, 5), (0, 7)), None),
    ],
)
def test_change_is_told_only_over_three_months(rows, sentence):
    assert change_sentence(rows) == sentence


def test_rank_is_the_newest():
    body = {
        "ranks": [{"date": "2026-11-20", "rank": 9362}, {"date": "2026-11-19", "rank": 9000}],
        "domain": "acme.example",
    }
    assert values(find(TrancoSource(), LEAD, make_kit({RANKS: json.dumps(body)}))) == {
        "domain.alexa.global.rank": 9362,
        "domain.alexa.rank_source": "tranco",
    }


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        "null",
        '{"ranks": 5}',
        '{"ranks": [5, {"date": 1, "rank": 2}, {"date": "x", "rank": 2}, {"date": "2026-01-01", "rank": true}]}',
    ],
)
def test_odd_rank_answers_say_nothing(body):
    assert find(TrancoSource(), LEAD, make_kit({RANKS: body})) == []


def test_rank_of_a_mail_provider_is_not_asked():
    kit = make_kit()
    assert find(TrancoSource(), Lead(email="jo@gmail.com"), kit) == []
    assert kit.outbound.calls == []
