"""The short version of `make faults ARGS="--scenario requests"`."""

import asyncio

import pytest

from faults.requests import Requests, run_requests
from machine import need_postgres

SHORT = {"sqlite": 1500, "postgres": 300}


@pytest.mark.parametrize("store", SHORT)
def test_generated_requests_are_answered_and_kept_as_they_were_sent(store: str) -> None:
    if store == "postgres":
        need_postgres()
    report = asyncio.run(run_requests(SHORT[store], store=store))
    print(report.summarise())
    assert report.complaints == []
    assert report.requests >= SHORT[store]
    assert report.accepted_share >= 0.3
    assert report.read_back == report.accepted
    assert report.looked_up > 0.2 * report.accepted


def test_a_product_that_keeps_something_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading back is no check that cannot fail: every name that comes back is another one here."""
    send = Requests.send

    def swap(self: Requests, sent: object) -> None:
        send(self, sent)  # type: ignore[arg-type]
        for one in self.kept.values():
            if one.kept is not None:
                one.kept.fields["name"] = "somebody else"

    monkeypatch.setattr(Requests, "send", swap)
    report = asyncio.run(run_requests(30, has_attacks=False))
    assert report.accepted > 5
    assert report.read_back == 0
    assert len(report.complaints) >= report.accepted
