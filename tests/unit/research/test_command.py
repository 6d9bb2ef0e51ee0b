"""`stacklead research`: what it prints."""

import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from stacklead.__main__ import app
from stacklead.commands.research import run_research
from stacklead.settings import Settings, read_source_settings

OUTSIDE = ("DNS", "WEBSITE", "TECHNOLOGIES", "GRAVATAR", "TRANCO")
NOTHING_OUTSIDE = {f"STACKLEAD_{name}_ENABLED": "0" for name in OUTSIDE}


def printed(as_json):
    screen = Console(file=io.StringIO(), width=200)
    settings = Settings(source_settings=read_source_settings(NOTHING_OUTSIDE))
    run_research("jo.doe@acme.example", {"company": "Acme [b]"}, settings=settings, as_json=as_json, console=screen)
    return screen.file.getvalue()


def test_tables_show_values_reasons_and_score():
    text = printed(as_json=False)
    assert "Jo Doe" in text
    assert "Acme [b]" in text
    assert "source_disabled" in text
    assert "of 10" in text


def test_json_is_the_wire_shape():
    found = json.loads(printed(as_json=True))
    assert set(found) == {"data", "evidence", "score_detail"}
    assert found["data"]["person"]["name"] == "Jo Doe"


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["nonsense"], 2)])
def test_command_is_registered_and_refuses_what_is_no_address(arguments, code):
    assert CliRunner().invoke(app, ["research", *arguments]).exit_code == code
