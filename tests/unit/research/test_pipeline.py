import asyncio

import pytest

from stacklead.errors import SourceError
from stacklead.models import Claim, Lead
from unit.research.world import make_kit
from unit.research.world import research_now as run


class StaticSource:
    def __init__(self, name, *claims, error=None, wait_s=0.0):
        self.name, self.claims, self.error, self.wait_s = name, claims, error, wait_s

    async def find(self, subject, kit):
        if self.wait_s:
            await asyncio.sleep(self.wait_s)
        if self.error:
            raise self.error
        return self.claims


def test_dead_internet_still_gives_every_documented_field_a_value_or_a_reason():
    found = run(Lead(email="rebecca.schroeder@blueoceantech.example"))

    assert found.person.name == "Rebecca Schroeder"
    for path, proof in found.evidence.items():
        assert (proof.value not in (None, [])) != bool(proof.reason and proof.why), path


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(SourceError("x", reason="rate_limited"), "rate_limited"), (RuntimeError("boom"), "failed")],
    ids=["expected", "bug"],
)
def test_failing_source_costs_only_its_own_fields(error, outcome):
    good = Claim(field="person.job_title", value="Baker", source="gravatar", method="structured", confidence=1.0)
    rounds = ((StaticSource("website", error=error), StaticSource("gravatar", good)),)

    found = run(Lead(email="a@b.example"), rounds=rounds)

    assert found.person.job_title == "Baker"
    assert {run.source: run.outcome for run in found.runs} == {"website": outcome, "gravatar": "ok"}


def test_slow_source_is_left_behind_at_the_deadline():
    good = Claim(field="person.job_title", value="Baker", source="gravatar", method="structured", confidence=1.0)
    rounds = ((StaticSource("website", wait_s=60.0), StaticSource("gravatar", good)),)

    found = run(Lead(email="a@b.example"), rounds=rounds, overall_s=0.05)

    assert found.person.job_title == "Baker"
    assert [run.outcome for run in found.runs if run.source == "website"] == ["timeout"]
    assert found.evidence["company.employees"].reason == "source_failed"


def test_offline_research_calls_nobody():
    kit = make_kit()

    found = run(Lead(email="a@b.example"), kit, offline=True)

    assert kit.outbound.calls == []
    assert {run.outcome for run in found.runs if run.source not in ("lead", "address", "team")} == {"disabled"}
