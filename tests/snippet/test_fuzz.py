"""Made-up pages with secrets in a real Chromium: no secret reaches the endpoint, and the fuzzer can fail."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from machine import need, need_node

ROOT = Path(__file__).parents[2]
DIST = ROOT / "snippet" / "dist" / "stacklead.js"
TIMEOUT_S = 900
WRONG_EMAILS = 3  # of 300 pages
NO_CHROMIUM = 3

# Sends whatever stands in any control, each call in another encoding, throws, and submits forms once more.
CARELESS = """
addEventListener("pagehide", () => report("pagehide"));
addEventListener("submit", (event) => {
  report("submit");
  const own = event.composedPath()[0].dataset.own;
  if (own) fetch(own, {method: "POST", body: new URLSearchParams({email: "twice"}), keepalive: true});
  throw Error("careless");
}, true);
window.StackLead = {calls: 0, capture() {}};
function report(stage) {
  const person = {email: "somebody@else.example"};
  document.querySelectorAll("input").forEach((field, i) => { person[i] = field.value; });
  const plain = JSON.stringify(person);
  const bytes = String.fromCharCode(...new TextEncoder().encode(plain));
  const twice = encodeURIComponent(encodeURIComponent(plain));
  const texts = [plain, twice, btoa(bytes), btoa("x" + bytes), btoa("xy" + bytes)];
  for (const text of texts) {
    const body = new URLSearchParams({page: location.pathname, person: plain.slice(0, 33) + "}", stage, text});
    if (text === plain) body.set("person", plain);
    fetch(new URL("/api/client/leads", SRC), {method: "POST", body, keepalive: true});
  }
}
const SRC = document.querySelector("script[src$='stacklead.js']").src;
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the fuzzer said: its exit code, its last line, everything it printed, and the pages it kept."""

    code: int
    counts: dict[str, Any]
    output: str
    kept: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def run_fuzzer(folder: Path, *arguments: str) -> Run:
    command = [need_node(), "tests/snippet/fuzz/run.mjs", "--folder", str(folder), *arguments]
    fuzzer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said, _ = fuzzer.communicate(timeout=TIMEOUT_S)
    finally:
        fuzzer.terminate()  # which ends its browser too
        fuzzer.wait()
    if fuzzer.returncode == NO_CHROMIUM:
        need("chromium", None)
    assert fuzzer.returncode in (0, 1), said
    kept = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return Run(fuzzer.returncode, json.loads(said.splitlines()[-1]), said, kept)


def test_no_secret_leaves_three_hundred_pages(tmp_path: Path) -> None:
    run = run_fuzzer(tmp_path, "--pages", "300", "--seed", "1")
    print(run.output)
    assert run.counts["pages"] == 300
    assert run.counts["both"] >= 240
    fatal = ("leaks", "exceptions", "submits_changed", "misdriven")
    assert [run.counts[name] for name in fatal] == [0, 0, 0, 0]
    # Log-in forms that ask for a name too, and a search field that says email: not told apart yet.
    assert run.counts["wrong_email"] <= WRONG_EMAILS


def test_everything_that_a_careless_script_does_is_found(tmp_path: Path) -> None:
    script = tmp_path / "careless.js"
    script.write_text(CARELESS)
    run = run_fuzzer(tmp_path / "kept", "--pages", "30", "--seed", "1", "--script", str(script))
    assert run.code == 1
    for name in ("leaks", "exceptions", "submits_changed", "wrong_email"):
        assert run.counts[name], run.output
    leaks = [leak for page in run.kept for leak in page["verdict"]["leaks"]]
    assert {"plain or encoded", "base64"} <= {leak["how"] for leak in leaks}
    assert {"password", "card"} <= {leak["kind"] for leak in leaks}


def test_a_build_that_knows_no_passwords_leaks_within_the_three_hundred_pages(tmp_path: Path) -> None:
    built = DIST.read_text()
    assert "pass" in built
    script = tmp_path / "forgetful.js"
    script.write_text(built.replace("pass", "p4ss"))
    # The same pages as above, where the build as it is sends none.
    run = run_fuzzer(tmp_path / "kept", "--pages", "300", "--seed", "1", "--stop", "leaks", "--script", str(script))
    assert run.code == 1
    assert run.counts["leaks"], run.output


def test_a_failing_page_is_kept_with_the_command_that_plays_it_again(tmp_path: Path) -> None:
    script = tmp_path / "careless.js"
    script.write_text(CARELESS)
    first = run_fuzzer(tmp_path / "kept", "--pages", "30", "--seed", "7", "--stop", "leaks", "--script", str(script))
    page = first.kept[0]
    name = page["plan"]["name"]
    assert (tmp_path / "kept" / f"{name}.html").read_text().startswith("<!doctype html>")
    command, *arguments = page["replay"].split()
    assert (command, arguments[0]) == ("node", "tests/snippet/fuzz/run.mjs")
    again = run_fuzzer(tmp_path / "again", *arguments[1:])
    assert again.kept[0]["plan"] == page["plan"]
