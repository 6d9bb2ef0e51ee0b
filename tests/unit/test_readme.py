"""What the README promises is there."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer

from stacklead.__main__ import app
from stacklead.commands.settings import settings_rows
from stacklead.dashboard.tag import make_tag
from stacklead.models import LEAD_FIELDS
from stacklead.settings import SOURCES, Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands() -> set[str]:
    """Every `stacklead ...` that the README shows, without its arguments."""
    shown = re.findall(r"(?:`|bin/)stacklead ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)", README)
    return {one for one in shown if one}


def find_command(words: list[str]) -> Any:
    found: Any = typer.main.get_command(app)
    for word in words:
        assert word in getattr(found, "commands", {}), f"there is no stacklead {' '.join(words)}"
        found = found.commands[word]
    return found


@pytest.mark.parametrize("command", sorted(commands()))
def test_shown_command_exists(command: str) -> None:
    find_command(command.split())


def test_commands_are_found_in_the_readme() -> None:
    assert {"up", "serve", "worker", "account create", "account sign-in-link", "research"} <= commands()


@pytest.mark.parametrize("line", re.findall(r"^\.venv/bin/stacklead (.*--.*)$", README, flags=re.MULTILINE))
def test_shown_option_exists(line: str) -> None:
    words = line.split(" --")[0].split()
    known = {option for parameter in find_command(words).params for option in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", line)) <= known


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:`|^)make ([a-z-]+)", README, flags=re.MULTILINE))))
def test_shown_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


def test_variables_are_settings() -> None:
    known = {row.variable for row in settings_rows()}
    assert set(re.findall(r"STACKLEAD_[A-Z_]+[A-Z]", README)) - known <= {"STACKLEAD"}


def test_tag_is_the_documented_one() -> None:
    settings = Settings.from_env(base_url="https://leads.example.com")
    assert make_tag(settings, "client_abc123") in README


@pytest.mark.parametrize("name", LEAD_FIELDS)
def test_recognised_field_is_named(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("host", [urlsplit(source.url).hostname for source in SOURCES if source.url])
def test_outside_host_is_named(host: str) -> None:
    assert f"| `{host}` |" in README
