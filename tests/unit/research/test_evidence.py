"""Merging: noisy-OR, stated and derived, freshness, alternatives, low confidence, and no dependence on order."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacklead.models import Claim
from stacklead.research.evidence import merge, noisy_or, same_company_name, same_key
from stacklead.research.reconcile import reconcile
from unit.research.world import NOW


def claim(value, source="website", method="structured", field="company.headline", confidence=1.0, **more):
    return Claim(field=field, value=value, source=source, method=method, confidence=confidence, **more)


def one(*claims, now=NOW):
    return next(iter(merge(claims, now).values()))


def test_single_claim_keeps_its_proof():
    proof = one(
        claim("Video ads", source_url="https://a.example/", snippet="slogan", fetched_at="2026-11-23T00:00:00Z")
    )
    assert (proof.value, proof.confidence, proof.source, proof.method) == ("Video ads", 0.85, "website", "structured")
    assert (proof.url, proof.snippet, proof.fetched_at) == ("https://a.example/", "slogan", "2026-11-23T00:00:00Z")


def test_independent_sources_that_agree_are_surer_than_each():
    proof = one(claim("Video Ads"), claim("video ads", source="gravatar"))
    assert proof.confidence == pytest.approx(1 - 0.15 * 0.2)


def test_one_source_that_repeats_itself_is_not_surer():
    assert one(claim("Video Ads"), claim("Video ads", source_url="https://a.example/about")).confidence == 0.85


def test_loser_is_kept_as_alternative():
    proof = one(claim("Video Ads"), claim("Mail Ads", method="text"))
    assert proof.value == "Video Ads"
    assert [(a.value, a.source) for a in proof.alternatives] == [("Mail Ads", "website")]


def test_derived_never_beats_stated():
    rows = [claim("A", method="derived", confidence=1.0), claim("B", method="text", confidence=0.6)]
    assert one(*rows).value == "B"


def test_what_the_lead_stated_beats_one_other_source():
    assert one(claim("Becca Smith", source="lead", method="stated"), claim("Rebecca Smith")).value == "Becca Smith"


def test_weak_value_becomes_a_reason_and_an_alternative():
    proof = one(claim("Perhaps", method="text", confidence=0.4))
    assert (proof.value, proof.reason) == (None, "low_confidence")
    assert proof.alternatives[0].value == "Perhaps"
    assert proof.why is not None


def test_old_title_is_less_sure():
    seen = (NOW - timedelta(days=548)).isoformat()
    assert one(claim("Baker", field="person.job_title", observed_at=seen)).confidence == pytest.approx(0.425, abs=0.01)


@pytest.mark.parametrize("seen", ["not a date", "2026-11-23", None])
def test_odd_dates_do_not_hurt(seen):
    assert one(claim("Baker", field="person.job_title", observed_at=seen)).confidence == pytest.approx(0.85, abs=0.01)


def test_lists_of_all_sources_are_united_without_repeats():
    proof = one(
        claim(["HubSpot", "Stripe"], field="domain.tools", source="technologies", snippet="script"),
        claim(["Stripe", "Google Workspace"], field="domain.tools", source="dns", snippet="TXT"),
    )
    assert proof.value == ["Stripe", "Google Workspace", "HubSpot"]
    assert (proof.source, proof.snippet) == ("dns, technologies", "TXT; script")


def test_full_name_gives_first_and_last():
    merged = merge([claim("Rebecca (Becca) Schroeder", field="person.name")], NOW)
    assert (merged["person.first_name"].value, merged["person.last_name"].value) == ("Rebecca", "Schroeder")


def test_noisy_or_never_reaches_certainty():
    assert noisy_or([0.9, 0.9, 0.9, 0.9]) == 0.99
    assert noisy_or([]) == 0.0


@pytest.mark.parametrize(
    ("path", "a", "b"),
    [
        ("company.name", "Blue Ocean Technologies, Inc.", "blue ocean technologies"),
        ("company.website", "https://www.a.example/", "http://a.example"),
        ("person.name", "Zoë Ek", "zoe ek"),
    ],
)
def test_same_key_forgets_what_does_not_matter(path, a, b):
    assert same_key(path, a) == same_key(path, b)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("Blue Ocean Tech.", "Blue Ocean Technologies", True),
        ("BlueOcean", "Blue Ocean Inc", True),
        ("Blue Ocean", "Red Ocean", False),
        ("Co", "Coca", False),
    ],
)
def test_company_names_match_by_words(a, b, same):
    assert same_company_name(a, b) is same


def gravatar(field, value):
    return claim(value, field=field, source="gravatar")


def test_contradicted_employer_makes_the_job_old():
    rows = [
        claim("Blue Ocean", field="company.name"),
        gravatar("company.name", "Red Sea"),
        gravatar("person.job_title", "CEO"),
    ]
    merged = merge(reconcile(rows), NOW)
    assert merged["company.name"].value == "Blue Ocean"
    assert merged["person.job_title"].reason == "low_confidence"
    assert "signal.employed" not in merged


def test_confirmed_employer_is_noted():
    rows = [claim("Blue Ocean Ltd", field="company.name"), gravatar("company.name", "Blue Ocean")]
    assert merge(reconcile(rows), NOW)["signal.employed"].value is True


CLAIMS = st.lists(
    st.builds(
        claim,
        st.sampled_from(["A b", "a B", "C", "D", ""]),
        source=st.sampled_from(["lead", "website", "gravatar", "address"]),
        method=st.sampled_from(["stated", "structured", "text", "derived", "guessed"]),
        field=st.sampled_from(["person.name", "company.name", "company.headline", "person.job_title"]),
        confidence=st.floats(0, 1),
    ),
    max_size=12,
)


@given(CLAIMS, st.randoms(use_true_random=False))
def test_order_of_claims_changes_nothing(claims, rnd: random.Random):
    shuffled = list(claims)
    rnd.shuffle(shuffled)
    assert merge(reconcile(claims), NOW) == merge(reconcile(shuffled), NOW)


@given(CLAIMS)
def test_time_makes_nothing_surer(claims):
    dated = [claim(c.value, c.source, c.method, c.field, c.confidence, observed_at=NOW.isoformat()) for c in claims]
    today, later = merge(dated, NOW), merge(dated, NOW + timedelta(days=365))
    for path, proof in later.items():
        if proof.value is not None and proof.value == today[path].value:
            assert proof.confidence <= today[path].confidence
