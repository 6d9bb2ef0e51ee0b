import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def pins(path: Path) -> dict[str, str]:
    """The versions that a lock file names, by package."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text(), flags=re.MULTILINE))


def test_locks_are_there() -> None:
    assert [path.name for path in LOCKS] == ["requirements-node.lock", "requirements-test.lock", "requirements.lock"]


@pytest.mark.parametrize("path", [*LOCKS, ROOT / "package-lock.json"], ids=lambda path: path.name)
def test_lock_names_no_host(path: Path) -> None:
    if path.exists():
        assert not re.findall(
            r'^--|"resolved"|://(?!(?:www\.)?(?:github|opencollective|paypal|patreon|tidelift)\.)', path.read_text()
        )


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_a_hash(path: Path) -> None:
    blocks = re.split(r"\n(?=\S)", path.read_text().strip())
    assert [
        block for block in blocks if not re.match(r"[a-z0-9-]+==\S+.*\\\n +--hash=sha256:[0-9a-f]{64}", block)
    ] == []


def test_test_lock_holds_the_lock_for_running() -> None:
    assert pins(ROOT / "requirements.lock").items() <= pins(ROOT / "requirements-test.lock").items()


def test_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *project["optional-dependencies"]["demo"],
        *project["optional-dependencies"]["redis"],
    ]
    names = {re.split(r"[^A-Za-z0-9._-]", one)[0].lower().replace("_", "-").replace(".", "-") for one in wanted}
    assert names <= pins(ROOT / "requirements.lock").keys()


def test_node_lock_holds_every_platform() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wanted = {f"node_modules/{name}" for one in packages.values() for name in one.get("optionalDependencies", {})}
    assert wanted - packages.keys() == set(), "npm ci fails where the registry has more than the lock"
