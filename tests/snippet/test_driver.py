"""The checks of the driver can fail: a script that does one thing wrong is caught, in every engine, by that thing's name."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from snippet.driving import ENGINES, HERE, drive

FAULTY = HERE / "faulty"
PAGE = """<!doctype html>
<meta charset="utf-8"><title>Sign up</title>
<body>
<form method="post" action="/signup">
  <input name="email" id="mail"><input name="password" id="pass" type="password"><button>Go</button>
</form>
</body>
"""
PASSWORD = "Tr0ub4dor&3"
CASE: dict[str, Any] = {
    "about": "A form is typed and submitted",
    "steps": [
        {"type": ["#mail", "rebecca@blueocean.example"]},
        {"type": ["#pass", PASSWORD]},
        {"click": "button"},
        {"own": 1},
    ],
    "expect": {
        "people": [{"email": "rebecca@blueocean.example"}],
        "stages": [["submit"]],
        "own": ["email=rebecca%40blueocean.example&password=Tr0ub4dor%263"],
        "never": [PASSWORD],
        "params": {"client_key": "client_abc123"},
        "result": ["document.title", "thanks"],
    },
}
SEEN = {
    "password_plain": ["people", "never"],
    "password_base64": ["never"],
    "wrong_value": ["people"],
    "other_stage": ["stages"],
    "sends_twice": ["stages", "no call twice"],
    "another_lead": ["people", "stages"],
    "pixel": ["no request but POST"],
    "cookie": ["stages", "no cookie"],
    "throws": ["no exception in the page"],
    "rejects": ["no exception in the page"],
    "warns_twice": ["one warning at most"],
    "alters_submit": ["own"],
    "doubles_submit": ["own"],
}
# Faults of the case itself, or seen only with another expectation.
CHANGED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no_email": ({"steps": [], "expect": {"people": []}}, ["people", "no call at all"]),
    "unknown_step": ({"steps": [{"hover": "#mail"}]}, ["case"]),
    "preflight": ({"expect": {"people": CASE["expect"]["people"]}}, ["no request but POST"]),
    "never_true": ({"steps": [{"until": "false"}], "expect": {"people": []}}, ["steps"]),
    "other_result": ({"expect": {**CASE["expect"], "result": ["document.title", "no"]}}, ["result"]),
    "other_params": ({"expect": {**CASE["expect"], "params": {"utm_source": "news"}}}, ["params.utm_source"]),
    "no_callback": ({"expect": {**CASE["expect"], "callbacks": 1}}, ["callbacks"]),
}
EXPECTED = {"none": [], **SEEN, **{name: whats for name, (_, whats) in CHANGED.items()}}


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    corpus = tmp_path_factory.mktemp("faulty")
    for fault in EXPECTED:
        write_case(corpus, fault)

    @cache
    def of(engine: str) -> dict[str, Any]:
        options = ["--corpus", corpus, "--dist", FAULTY]
        return drive(engine, tmp_path_factory.mktemp("driver") / f"{engine}.json", *options)

    return of


def write_case(corpus: Path, fault: str) -> None:
    changes = CHANGED.get(fault, ({}, []))[0]
    tag = f'<script src="{{{{origin}}}}/faulty.js?fault={fault}"></script>'
    (corpus / f"{fault}.html").write_text(PAGE)
    (corpus / f"{fault}.json").write_text(json.dumps({**CASE, "tag": tag, **changes}))


@pytest.mark.parametrize("fault", EXPECTED)
@pytest.mark.parametrize("engine", ENGINES)
def test_driver_sees(engine: str, fault: str, results: Callable[[str], dict[str, Any]]) -> None:
    result = results(engine)[fault]
    assert [problem["what"] for problem in result["problems"]] == EXPECTED[fault], result["details"]
