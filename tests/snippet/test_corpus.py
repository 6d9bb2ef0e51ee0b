"""Every page case in every engine. The driver runs once for an engine, with the cases that were chosen.

A case alone: `node tests/snippet/run.mjs --engine firefox --only kind/name`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from snippet.driving import ENGINES, case_names, drive

Results = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Results:
    chosen = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]

    @cache
    def of(engine: str) -> dict[str, Any]:
        names = [params["case"] for params in chosen if params.get("engine") == engine and "case" in params]
        only = [] if len(names) == len(case_names(engine)) else names
        return drive(engine, tmp_path_factory.mktemp("snippet") / f"{engine}.json", *only)

    return of


@pytest.mark.parametrize(("engine", "case"), [(engine, case) for engine in ENGINES for case in case_names(engine)])
def test_page_case(engine: str, case: str, results: Results) -> None:
    result = results(engine)[case]
    assert result["ok"], f"{case} in {engine}:\n{result['details']}"


def test_cases_are_there() -> None:
    assert all(case_names(engine) for engine in ENGINES)
