"""`make snippet-bench`: the script on real forms and what it costs; last line: one JSON object.

Rates are 0 to 1, from the saved forms of real sites where that folder exists, else from the pages of the repo.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from bench.processes import Failed
from bench.snippet import cost, forms, pages, table

ROOT = Path(__file__).resolve().parents[2]
BESIDE = ROOT.parent / "shared" / "forms-bench"


def main() -> int:
    """Run everything that this machine has; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make snippet-bench", description=__doc__)
    place = os.environ.get("STACKLEAD_FORMS_BENCH", str(BESIDE))
    parser.add_argument("--forms", type=Path, default=Path(place), help="folder of the saved forms (%(default)s)")
    parser.add_argument("--states", default=",".join(forms.STATES), help="of the endpoint: %(default)s")
    parser.add_argument("--sample", type=int, help="so many of the saved forms instead of all")
    parser.add_argument("--ip-offset", type=int, default=0, help="other loopback addresses, for two runs at once")
    parser.add_argument("--dist", type=Path, default=ROOT / "snippet" / "dist", help="the build to measure")
    parser.add_argument("--keep", type=Path, help="folder for everything that was measured, as JSON")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="stacklead-snippet-bench-") as folder:
            print(json.dumps(measure(options, options.keep or Path(folder))))
    except Failed as exc:
        print(f"The measurement failed: {exc}", file=sys.stderr)
        return 1
    return 0


def measure(options: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Run the parts one after the other, print the table, return the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    costs = cost.measure(options.dist, folder)
    own = pages.measure(options.dist, folder)
    real = None
    if lacks := forms.absence(options.forms):
        print(f"NOT MEASURED on saved forms of real sites: {lacks}")
    else:
        runs = forms.Runs(options.forms, options.dist, folder, options.sample, options.ip_offset)
        real = runs.measure(options.states.split(","))
    table.print_figures(own, real, costs)
    rates = own if real is None else real
    return {**table.rounded(rates), **costs, "pages": own["pages"], "pages_passed": own["pages_passed"]}


if __name__ == "__main__":
    sys.exit(main())
