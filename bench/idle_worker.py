"""`stacklead worker` with a research that does nothing, so that only what surrounds the research is measured."""

from typing import Any

from stacklead.models import Company, Domain, Lead, Person, Research, ScoreDetail
from stacklead.settings import Settings
from stacklead.worker import work


async def find_nothing(lead: Lead, _kit: Any, **_options: Any) -> Research:
    """Return a result without any fact in it."""
    return Research(
        score=0,
        person=Person(email=lead.email),
        company=Company(),
        domain=Domain(),
        emails=[],
        email_catchall=None,
        evidence={},
        score_detail=ScoreDetail(raw=0.0, low=0.0, high=0.0, coverage=0.0, profile="b2b"),
    )


if __name__ == "__main__":
    work(Settings.from_env(), find_nothing)
