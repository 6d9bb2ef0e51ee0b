"""`make bench`: measures the intake, prints tables and, as the last line, one JSON object."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from bench.parts import FULL, PARTS, QUICK
from bench.processes import Failed


def main() -> int:
    """Run the parts that were asked for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small rounds: shows that it works, measures little")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between: %(default)s")
    options = parser.parse_args()
    names = options.only.split(",")
    if unknown := set(names) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    figures: dict[str, float] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="stacklead-bench-") as place:
            for name in names:
                folder = Path(place) / name
                folder.mkdir()
                figures |= PARTS[name](folder, QUICK if options.quick else FULL)
    except Failed as exc:
        print(f"The measurement failed: {exc}", file=sys.stderr)
        return 1
    print()
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
