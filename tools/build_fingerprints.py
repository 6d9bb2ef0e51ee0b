"""Builds server/stacklead/research/data/fingerprints.json from the MIT-licensed npm package `wappalyzer`.

Run by hand when the data should change: `python tools/build_fingerprints.py`. It needs npm (for `npm pack`), checks
the integrity hash below, keeps what can be seen in a page, its headers and its cookies, and drops the rest.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import re2

PACKAGE = "wappalyzer@6.10.47"  # the last line of releases whose data is under the MIT licence
INTEGRITY = "5FW0KWxB+3a+5GIkumvRksbYNZdOojby2Op4qHwTCGa/uzvifRjaw99CL/QIIw0K8xVMa7uU36YmV+/Rkq1tYg=="
TARGET = Path(__file__).parents[1] / "server/stacklead/research/data/fingerprints.json"
NOTICE = (
    "Fingerprints from the npm package wappalyzer 6.10.47, "
    "author Wappalyzer, licence MIT as stated in its package.json; reduced and rearranged. The MIT licence text "
    "stands in FINGERPRINTS-LICENSE.txt."
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = fetch(Path(folder))
        technologies, licence = read(archive)
    if licence != "MIT":
        sys.exit(f"the package says its licence is {licence}")
    kept = {name: entry for name, raw in sorted(technologies.items()) if (entry := reduce(raw))}
    lines = ",\n".join(f"{json.dumps(n)}:{json.dumps(e, separators=(',', ':'))}" for n, e in kept.items())
    TARGET.write_text(f'{{"notice":{json.dumps(NOTICE)},\n"technologies":{{\n{lines}\n}}}}\n', encoding="utf-8")
    print(f"{len(kept)} of {len(technologies)} technologies, {TARGET.stat().st_size:,} bytes")


def fetch(folder: Path) -> Path:
    subprocess.run(["npm", "pack", PACKAGE, "--silent"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    archive = next(folder.glob("*.tgz"))
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != INTEGRITY:
        sys.exit(f"{archive.name} has another hash than expected: sha512-{found}")
    return archive


def read(archive: Path) -> tuple[dict, str]:
    technologies: dict = {}
    licence = ""
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            file = tar.extractfile(member)
            if file is None:
                continue
            if re.fullmatch(r"package/technologies/.\.json", member.name):
                technologies.update(json.load(file))
            elif member.name == "package/package.json":
                licence = json.load(file)["license"]
    return technologies, licence


def as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def pattern(text: str) -> list | None:
    """Return [regex, confidence 0-100, is_re2], or None if no engine takes it."""
    regex, *tags = str(text).split("\\;")
    sure = next((int(t.partition(":")[2]) for t in tags if t.startswith("confidence:")), 100)
    regex = regex.replace("\\/", "/")
    for is_re2, engine in ((1, re2), (0, re)):
        try:
            engine.compile(regex)
        except Exception:  # noqa: BLE001 - either engine has its own
            continue
        return [regex, sure, is_re2]
    return None


def patterns(value) -> list:
    return [row for text in as_list(value) if (row := pattern(text)) and row[0]]


def named(value) -> dict:
    return {k.lower(): [row for t in as_list(v) if (row := pattern(t))] for k, v in value.items()}


def reduce(raw: dict) -> dict | None:
    entry: dict = {}
    for key, short in (("scriptSrc", "script"), ("html", "html"), ("scripts", "inline"), ("url", "url")):
        rows = patterns(raw[key]) if key in raw else []
        if rows:
            entry[short] = rows
    for key, short in (("headers", "header"), ("meta", "meta"), ("cookies", "cookie")):
        if raw.get(key):
            entry[short] = named(raw[key])
    rules = dom(raw["dom"]) if "dom" in raw else []
    if rules:
        entry["dom"] = rules
    if not entry:
        return None
    entry["cats"] = raw["cats"]
    for key in ("implies", "requires", "excludes", "requiresCategory"):
        if key in raw:
            entry[key] = [str(v).split("\\;")[0] for v in as_list(raw[key])]
    return entry


def dom(value) -> list:
    """Return [selector, attribute or "" or "text", pattern or null] rows that need no JavaScript."""
    rows: list = []
    for part in as_list(value):
        if isinstance(part, str):
            rows += [[one, "", None] for one in split_selectors(part)]
            continue
        for selector, checks in part.items():
            for check in as_list(checks):
                for one in split_selectors(selector):
                    if "exists" in check:
                        rows.append([one, "", None])
                    if "text" in check and check["text"] and (row := pattern(check["text"])):
                        rows.append([one, "text", row])
                    for name, text in check.get("attributes", {}).items():
                        if row := pattern(text):
                            rows.append([one, name.lower(), row])
    return rows


def split_selectors(text: str) -> list[str]:
    """Split at commas that stand outside quotes, brackets and parentheses."""
    parts, depth, quote, current = [], 0, "", ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "[(":
            depth += 1
        elif char in "])":
            depth -= 1
        if char == "," and not depth and not quote:
            parts.append(current.strip())
            current = ""
        else:
            current += char
    return [part for part in [*parts, current.strip()] if part]


if __name__ == "__main__":
    main()
