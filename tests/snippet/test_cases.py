"""The page cases are whole: pages and cases in pairs, enough of each kind, nothing loaded from another machine."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from snippet.driving import CORPUS

CASES_OF_A_KIND = 8
PAGES = sorted(CORPUS.rglob("*.html"))
CASES = sorted(CORPUS.rglob("*.json"))
KINDS = sorted({path.parent for path in CASES if path.parent.name != "samples"})
WORDS = {"about", "config", "tag", "headers", "endpoint", "gpc", "engines", "steps", "expect"}
EXPECTED = {"people", "any_order", "stages", "own", "never", "params", "callbacks", "result"}
ELSEWHERE = re.compile(r"""\b(?:src|href|action|content)\s*=\s*["']?\s*(?:\d+;\s*url=)?(?:https?:)?//""", re.IGNORECASE)


def name_of(path: Path) -> str:
    return str(path.relative_to(CORPUS))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_page_has_a_case_or_belongs_to_one(page: Path) -> None:
    around = [path for path in page.parent.iterdir() if path.suffix in (".json", ".html", ".js") and path != page]
    assert page.with_suffix(".json").exists() or any(page.name in path.read_text() for path in around)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_case_is_whole(case: Path) -> None:
    said: dict[str, Any] = json.loads(case.read_text())
    assert case.with_suffix(".html").exists()
    assert said.keys() <= WORDS
    assert said["expect"].keys() <= EXPECTED
    assert len(said["about"].split()) > 3
    assert all(value for person in said["expect"]["people"] for value in person.values())


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_page_loads_nothing_from_elsewhere(page: Path) -> None:
    assert not ELSEWHERE.search(page.read_text())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_kind_has_enough_cases(kind: Path) -> None:
    assert len(list(kind.glob("*.json"))) >= CASES_OF_A_KIND


def test_no_page_is_a_copy() -> None:
    pages = [page.read_text() for page in PAGES]
    assert len(set(pages)) == len(pages)
