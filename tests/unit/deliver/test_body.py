"""The bytes of a webhook."""

import json
import os
from pathlib import Path

from stacklead.deliver.body import make_webhook_body
from unit.report.samples import rebecca

GOLDEN = Path(__file__).parent / "golden" / "webhook.json"

RESEARCH = {"data": {"score": 7, "person": {"email": "error@x.example"}}, "evidence": {}, "score_detail": {"raw": 6.8}}


def test_the_body_has_the_documented_members_first() -> None:
    body = make_webhook_body(token="lkyp7nyc2hzx", id="lead_1", research=RESEARCH)
    assert list(json.loads(body)) == ["token", "data", "evidence", "score_detail", "id"]
    assert json.loads(body) == {"token": "lkyp7nyc2hzx", "id": "lead_1", **RESEARCH}


def test_the_body_is_the_same_each_time_and_hides_the_word_that_old_clients_search() -> None:
    bodies = {make_webhook_body(token="t", id="lead_1", research=RESEARCH) for _ in range(3)}
    assert len(bodies) == 1
    assert b"error" not in bodies.pop()


def test_the_body_is_the_golden_one() -> None:
    """Set STACKLEAD_GOLDEN=write to accept a change after having looked at it."""
    found = make_webhook_body(token="lkyp7nyc2hzx", id="lead_01jd", research=rebecca())
    if os.environ.get("STACKLEAD_GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_bytes(found)
    assert found == GOLDEN.read_bytes()
