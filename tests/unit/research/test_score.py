"""The score: every rule, every gate, and what holds for all evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacklead.models import Evidence
from stacklead.research.score import GROUPS, RULES, half_up, score, widened


def proofs(confidence=1.0, **values):
    named = {path.replace("__", "."): value for path, value in values.items()}
    return {path: Evidence(value=value, confidence=confidence, source="test") for path, value in named.items()}


BUSINESS = {"signal__role": False, "signal__relay": False, "domain__personal": False, "domain__disposable": False}
BEST = BUSINESS | {
    "company__employees": 127,
    "company__industry": "Software",
    "domain__alexa__global__rank": 9362,
    "signal__site": "live",
    "person__job_title": "VP Sales",
    "signal__mail": "ok",
    "domain__tools": [str(n) for n in range(12)],
    "person__name": "Rebecca Schroeder",
}


def points(code, **values):
    return next((r.points for r in score(proofs(**values))[1].reasons if r.code == code), None)


def test_groups_add_up_to_ten_and_hold_their_rules():
    assert sum(GROUPS.values()) == 10.0
    for group, cap in GROUPS.items():
        assert sum(rule.max for rule in RULES if rule.group == group) == pytest.approx(cap)


def test_nothing_known_is_neutral_and_wide():
    found, detail = score({})
    assert (found, detail.raw, detail.low, detail.high, detail.coverage) == (4, 4.0, 0.0, 10.0, 0.0)
    assert {miss.code for miss in detail.missing} == {rule.code for rule in RULES}


def test_everything_good_and_certain_is_nearly_ten():
    found, detail = score(proofs(**BEST))
    assert found == 10
    assert detail.coverage == 1.0
    assert detail.low == detail.high == detail.raw
    assert [r.points for r in detail.reasons] == sorted((r.points for r in detail.reasons), reverse=True)


@pytest.mark.parametrize(
    ("employees", "got"), [(1, 0.32), (5, 0.64), (30, 1.12), (127, 1.6), (500, 1.44), (5000, 1.28)]
)
def test_company_size_prefers_the_middle(employees, got):
    assert points("company_size", company__employees=employees) == pytest.approx(got)


def test_employees_that_are_no_number_are_unknown():
    assert points("company_size", company__employees="many") is None


@pytest.mark.parametrize(
    ("values", "got"),
    [
        ({"company__funding_usd": 19_400_000}, 1.0),
        ({"domain__alexa__global__rank": 500}, 1.0),
        ({"domain__alexa__global__rank": 50_000}, 0.8),
        ({"domain__alexa__global__rank": 900_000}, 0.6),
        ({"domain__alexa__global__rank": 2_000_000}, 0.5),
        ({"domain__alexa__global__rank": 10**12}, 0.5),
    ],
)
def test_standing_comes_from_funding_or_rank(values, got):
    assert points("company_standing", **values) == pytest.approx(got)


@pytest.mark.parametrize(("state", "got"), [("live", 0.8), ("parked", 0.0)])
def test_site_counts_if_it_lives(state, got):
    assert points("company_site", signal__site=state) == got


@pytest.mark.parametrize(
    ("title", "seniority", "function"),
    [
        ("CEO & Co-Founder", 1.5, 0.9),
        ("VP of Sales", 1.35, 1.0),
        ("Marketing Manager", 1.05, 1.0),
        ("Sr. Software Engineer", 0.825, 0.8),
        ("Intern", 0.15, 0.4),
        ("Baker", 0.6, 0.4),
    ],
)
def test_role_is_judged_by_the_words_of_the_title(title, seniority, function):
    assert points("role_seniority", person__job_title=title) == pytest.approx(seniority)
    assert points("role_function", person__job_title=title) == pytest.approx(function)


@pytest.mark.parametrize(("state", "got"), [("ok", 0.8), ("implicit", 0.48), ("odd", 0.0)])
def test_mail_counts_if_it_arrives(state, got):
    assert points("mail_reachable", signal__mail=state) == pytest.approx(got)


@pytest.mark.parametrize(
    ("values", "got"),
    [
        ({"signal__role": True}, 0.14),
        ({"signal__role": False, "signal__relay": True}, 0.21),
        ({"signal__role": False, "domain__personal": True}, 0.35),
        ({"signal__role": False}, 0.7),
    ],
)
def test_mailbox_kind_prefers_a_person_at_a_company(values, got):
    assert points("mailbox_kind", **values) == pytest.approx(got)


@pytest.mark.parametrize(
    ("values", "code", "cap"),
    [
        ({"signal__mail": "none"}, "no_mail_host", 0),
        ({"signal__mail": "no_domain"}, "no_mail_host", 0),
        ({"domain__disposable": True}, "disposable_email", 1),
        ({"domain__personal": True}, "personal_email", 5),
    ],
)
def test_gate_caps_the_score(values, code, cap):
    found, detail = score(proofs(**(BEST | values)))
    assert found == cap
    assert [(gate.code, gate.cap) for gate in detail.gates] == [(code, cap)]
    assert detail.high <= cap


def test_personal_mailbox_with_a_proved_employer_is_not_capped():
    assert score(proofs(**(BEST | {"domain__personal": True, "signal__employed": True})))[1].gates == []


def test_doubt_pulls_a_fact_towards_neutral_and_widens_the_interval():
    sure, doubtful = score(proofs(**BEST))[1], score(proofs(confidence=0.5, **BEST))[1]
    assert doubtful.raw < sure.raw
    assert doubtful.low < doubtful.raw < doubtful.high


def test_evidence_without_confidence_counts_as_certain():
    assert score({"person.name": Evidence(value="Jo")})[1].reasons[0].confidence == 1.0


@pytest.mark.parametrize(("raw", "rounded"), [(0.49, 0), (0.5, 1), (6.5, 7), (9.99, 10), (-1.0, 0), (11.0, 10)])
def test_rounding_is_half_up_within_0_and_10(raw, rounded):
    assert half_up(raw) == rounded


def test_widened_interval_holds_other_scores():
    detail = widened(score(proofs(**BEST))[1], [3.3])
    assert detail.low == 3.3
    assert detail.high == detail.raw


SOME = st.dictionaries(
    st.sampled_from([*BEST, "signal__employed", "company__funding_usd"]),
    st.one_of(
        st.booleans(),
        st.integers(0, 10**7),
        st.sampled_from(["VP Sales", "live", "none", ""]),
        st.none(),
        st.lists(st.sampled_from(["a", "b"])),
    ),
)


@given(SOME, st.floats(0, 1))
def test_score_lies_in_its_interval_whatever_the_evidence(values, confidence):
    found, detail = score(proofs(confidence, **values))
    assert 0 <= detail.low <= detail.raw <= detail.high <= 10
    assert found == half_up(detail.raw)
    assert score(proofs(confidence, **values)) == (found, detail)
