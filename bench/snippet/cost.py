"""Bytes of the script and its time on the main thread."""

import json
import subprocess
from pathlib import Path
from typing import Any

import brotli

from bench.processes import Failed

ROOT = Path(__file__).resolve().parents[2]


def measure(dist: Path, folder: Path) -> dict[str, Any]:
    """Measure the automatic bundle: `bytes_br`, and what cost.mjs says of its time and listeners."""
    print("Cost on the main thread, in Chromium ...", flush=True)
    report = folder / "cost.json"
    command = ["node", "bench/snippet/cost.mjs", str(dist), str(report)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise Failed(f"cost.mjs ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    size = len(brotli.compress((dist / "stacklead.js").read_bytes(), quality=11))
    return {"bytes_br": size, **json.loads(report.read_text())}
