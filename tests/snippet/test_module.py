"""The module build where there is no browser, as when a framework draws the page on its server."""

import subprocess
from pathlib import Path

import pytest

from machine import need_node

DIST = Path(__file__).resolve().parents[2] / "snippet" / "dist"

# Whatever the module takes from URL, Blob or a page while it is loaded throws: not every server has them.
IMPORT = """
const TAKEN = "URL Blob URLSearchParams fetch setTimeout window document navigator localStorage";
for (const name of TAKEN.split(" "))
  Object.defineProperty(globalThis, name, { get() { throw new Error(name); } });
import(process.argv[1]).then(
  (module) => console.log(Object.keys(module).sort().join()),
  (problem) => { console.log(String(problem)); },
);
"""


@pytest.mark.parametrize("file", ["stacklead.mjs", "stacklead.world.mjs"])
def test_import_touches_nothing_of_the_browser(file: str) -> None:
    done = subprocess.run([need_node(), "-e", IMPORT, DIST / file], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "capture,consent,init,optOut", done.stdout + done.stderr
