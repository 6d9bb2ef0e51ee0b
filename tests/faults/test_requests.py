"""The short version of `make faults ARGS="--scenario requests"`."""

import asyncio
from pathlib import Path

import pytest

from faults.broken import OTHER_NAME, make_broken
from faults.requests import run_requests
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
    assert report.looked_up > 50


def test_a_build_that_keeps_another_name_fails(tmp_path: Path) -> None:
    report = asyncio.run(run_requests(60, source=make_broken(tmp_path, OTHER_NAME)))
    assert report.read_back < report.accepted
    assert any("Rebekka" in complaint for complaint in report.complaints)
    assert not report.is_good
