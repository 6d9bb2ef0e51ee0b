"""Fetches the two files that the pages bring from elsewhere, checked against a pinned hash: python tools/vendor.py.

What it writes is committed; nothing is fetched when the product is set up or runs.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "server/stacklead/dashboard/static/vendor"


@dataclass(frozen=True, kw_only=True)
class Package:
    """One npm package at one version; `files` maps a path in it to the name that it gets here."""

    name: str
    version: str
    sha512: str
    files: dict[str, str]


PACKAGES = (
    Package(
        name="htmx.org",
        version="2.0.11",
        sha512="Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        files={"dist/htmx.min.js": "htmx-2.0.11.min.js", "LICENSE": "htmx-LICENSE.txt"},
    ),
    Package(
        name="@picocss/pico",
        version="2.1.1",
        sha512="kIDugA7Ps4U+2BHxiNHmvgPIQDWPDU4IeU6TNRdvXQM1uZX+FibqDQT2xUOnnO2yq/LUHcwnGlu1hvf4KfXnMg==",
        files={"css/pico.min.css": "pico-2.1.1.min.css", "LICENSE.md": "pico-LICENSE.txt"},
    ),
)


def fetch(package: Package) -> None:
    """Fetch one package, check it, and take the wanted files out."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"{package.name}@{package.version}"
        subprocess.run(["npm", "pack", "--silent", wanted], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != package.sha512:
            sys.exit(f"{wanted} is not what it was: sha512-{found}")
        with tarfile.open(archive) as tar:
            for path, name in package.files.items():
                file = tar.extractfile(f"package/{path}")
                if file is None:
                    sys.exit(f"{wanted} has no {path}")
                (TARGET / name).write_bytes(file.read())
                print(f"{name}: {(TARGET / name).stat().st_size} bytes")


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for each in PACKAGES:
        fetch(each)
