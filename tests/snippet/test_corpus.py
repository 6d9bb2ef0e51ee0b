"""Every page case in Chromium, and a sample of them in Firefox and WebKit.

All of them with STACKLEAD_SNIPPET_CASES=all. The driver runs once for an engine, with the cases that were chosen. What
the script cannot do yet stands in shortfalls.json, each with its reason.
A case alone: `node tests/snippet/run.mjs --engine firefox --only kind/name`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from snippet.driving import ENGINES, HERE, case_names, drive

SAMPLED = 8  # every eighth case, in the engines that take their time
# Always in all of them: where engines have differed (a button is :user-valid in Firefox from the start).
DIFFERING = {
    "fields-type-and-id/two-forms-both-used",
    "when-formless/two-groups",
    "when-tag-loading/after-typing-then-leave",
    "when-vue/chat-bot",
}
SHORTFALLS: dict[str, str] = json.loads((HERE / "shortfalls.json").read_text())

Results = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Results:
    chosen = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]

    @cache
    def of(engine: str) -> dict[str, Any]:
        names = [params["case"] for params in chosen if params.get("engine") == engine and "case" in params]
        only = [] if len(names) == len(case_names(engine)) else names
        folder = tmp_path_factory.mktemp("snippet")
        found = drive(engine, folder / f"{engine}.json", *only)
        # Pages with clocks of their own suffer on a busy machine: what failed is shown once more, with less around it.
        again = [name for name, result in found.items() if not result["ok"] and name not in SHORTFALLS]
        return {**found, **drive(engine, folder / "again.json", *again)} if again else found

    return of


def chosen_cases() -> list[tuple[str, str]]:
    is_all = os.environ.get("STACKLEAD_SNIPPET_CASES") == "all"
    return [
        (engine, case)
        for engine in ENGINES
        for i, case in enumerate(case_names(engine))
        if is_all or engine == "chromium" or i % SAMPLED == 0 or case in DIFFERING
    ]


@pytest.mark.parametrize(("engine", "case"), chosen_cases())
def test_page_case(engine: str, case: str, results: Results) -> None:
    result = results(engine)[case]
    if case in SHORTFALLS and not result["ok"]:
        pytest.xfail(SHORTFALLS[case])
    assert result["ok"], f"{case} in {engine}:\n{result['details']}"


def test_shortfalls_are_cases_with_reasons() -> None:
    assert SHORTFALLS.keys() <= set(case_names("chromium"))
    assert all(len(reason.split()) > 3 for reason in SHORTFALLS.values())


def test_cases_are_there() -> None:
    assert all(case_names(engine) for engine in ENGINES)
