"""A plainly installed wheel has all that the product serves."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of a wheel built from this tree."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_has_the_script(names: set[str]) -> None:
    assert "stacklead/snippet_dist/stacklead.js" in names


def test_wheel_has_every_file_of_the_package(names: set[str]) -> None:
    package = ROOT / "server" / "stacklead"
    there = {f"stacklead/{p.relative_to(package)}" for p in package.rglob("*") if p.is_file()}
    assert {name for name in there - names if "__pycache__" not in name} == set()


def test_wheel_has_the_licence(names: set[str]) -> None:
    assert any(name.endswith("LICENSE") for name in names)


def test_package_says_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.search(rf'"{re.escape(version)}"', (ROOT / "server/stacklead/__init__.py").read_text())
