"""The texts about the script say what its sources have, and the guides show tags that can work."""

import re
from pathlib import Path

import pytest

from stacklead.models import LEAD_FIELDS
from stacklead.settings import CAPTURE_PATH

ROOT = Path(__file__).resolve().parents[2]
CONFIG = (ROOT / "snippet" / "src" / "config.ts").read_text(encoding="utf-8")
SNIPPET = (ROOT / "docs" / "snippet.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTALL = ROOT / "docs" / "install"
GUIDES = sorted(INSTALL.glob("*.md"))
PLATFORMS = ["wordpress", "webflow", "shopify", "squarespace", "wix", "react", "nextjs", "vue", "google-tag-manager"]


def keys_of_the_script() -> set[str]:
    """The keys of `interface Config` in config.ts."""
    body = re.search(r"interface Config \{(.*?)^\}", CONFIG, flags=re.DOTALL | re.MULTILINE)
    assert body is not None
    return set(re.findall(r"^  (\w+)\??:", body[1], flags=re.MULTILINE))


def rows_of(text: str) -> list[list[str]]:
    """The rows of the table whose head begins with `StackLeadConfig`."""
    table = re.search(r"^\| `StackLeadConfig`.*?(?=\n\n)", text, flags=re.DOTALL | re.MULTILINE)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[0].splitlines()[2:]]


def keys_of(text: str) -> set[str]:
    return {re.findall(r"\w+", row[0])[0] for row in rows_of(text)}


@pytest.mark.parametrize("text", [SNIPPET, README], ids=["docs/snippet.md", "README.md"])
def test_keys_of_the_table_are_those_of_the_script(text: str) -> None:
    assert keys_of(text) == keys_of_the_script()


def test_every_key_has_its_attribute() -> None:
    for key, attribute, *_ in rows_of(SNIPPET):
        assert attribute.startswith(f"`data-{key.strip('`').replace('_', '-')}=")


@pytest.mark.parametrize("name", LEAD_FIELDS)
def test_parameter_is_described(name: str) -> None:
    assert f"`{name}`" in SNIPPET


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_shown_attributes_and_keys_exist(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    attributes = {f"data-{key.replace('_', '-')}" for key in keys_of(SNIPPET)}
    for tag in re.findall(r"<script[^>]*stacklead[^>]*>|<script[^>]*/hello/[^>]*>", text):
        assert set(re.findall(r"data-[a-z-]+", tag)) <= attributes
    for config in re.findall(r"(?:StackLeadConfig = |init\()\{(.*?)\}", text):
        assert set(re.findall(r"(\w+):\s", config)) <= keys_of(SNIPPET)


@pytest.mark.parametrize("name", PLATFORMS)
def test_guide_is_short_and_says_how_to_see_that_it_works(name: str) -> None:
    text = (INSTALL / f"{name}.md").read_text(encoding="utf-8")
    first = text.split("\n## ")[1 if name == "google-tag-manager" else 0]
    assert 3 <= len(re.findall(r"^\d\. ", first, flags=re.MULTILINE)) <= 5
    assert "?sl-debug=1" in text
    assert f"({name}.md)" in (INSTALL / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "manager",
    ["Cookiebot", "OneTrust", "Usercentrics", "iubenda", "Klaro", "Osano", "IAB TCF", "Google Consent Mode", "Shopify"],
)
def test_consent_manager_is_described(manager: str) -> None:
    text = (INSTALL / "consent.md").read_text(encoding="utf-8")
    assert f"\n## {manager}\n" in text


def test_proxy_hands_on_the_paths_of_the_settings() -> None:
    text = (INSTALL / "first-party.md").read_text(encoding="utf-8")
    paths = re.findall(r"STACKLEAD_(?:SCRIPT|CAPTURE)_PATH=(\S+)", text)
    assert len(paths) == 2
    assert all(path.startswith("/hello/") for path in paths)
    assert "location /hello/" in text
    assert "handle /hello/*" in text
    assert CAPTURE_PATH in text
