"""Compares results with the truth: coverage, precision, wrong people, calibration."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accuracy.cast import Case
from stacklead.report.proof import MAYBE_BELOW

BINS = 10  # of confidence, for the calibration error
ABOUT_A_PERSON = ("person.name", "person.job_title", "person.twitter.url")


@dataclass(slots=True)
class Tally:
    """Counts of one field: leads that have a true value, values that were given, and the right ones of them."""

    known: int = 0
    accepted: int = 0
    right: int = 0
    found: int = 0  # right ones; of leads that have a true value

    @property
    def coverage(self) -> float | None:
        """The share of true values that were given."""
        return self.found / self.known if self.known else None

    @property
    def precision(self) -> float | None:
        """The share of right values among those given as facts."""
        return self.right / self.accepted if self.accepted else None


@dataclass(slots=True)
class Verdict:
    """Everything that was counted. `faults` are (kind of lead, field, given, true), for people to look at."""

    fields: dict[str, Tally] = field(default_factory=dict[str, Tally])
    calibration: list[tuple[float, bool]] = field(default_factory=list[tuple[float, bool]])
    leads: int = 0
    wrong_people: int = 0
    wrong_companies: int = 0
    faults: list[tuple[str, str, Any, Any]] = field(default_factory=list[tuple[str, str, Any, Any]])

    def add(self, case: Case, result: Mapping[str, Any]) -> None:
        """Judge one result, of the wire shape."""
        wrong: set[str] = set()
        for path, true in case.truth.items():
            entry = result["evidence"].get(path, {})
            value, confidence = read(result["data"], path), entry.get("confidence")
            is_right = any(same(path, value, one) for one in true)
            tally = self.fields.setdefault(path, Tally())
            tally.known += bool(true)
            if value is None:
                continue
            if confidence is not None:
                self.calibration.append((confidence, is_right))
            if confidence is None or confidence < MAYBE_BELOW:
                continue
            tally.accepted += 1
            tally.right += is_right
            tally.found += is_right
            if not is_right:
                wrong.add(path)
                self.faults.append((case.kind, path, value, true))
        self.leads += 1
        self.wrong_people += any(path in wrong for path in ABOUT_A_PERSON)
        self.wrong_companies += "company.name" in wrong

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: how far confidence is from the share of right values, weighed over BINS."""
        return expected_error(self.calibration)


def expected_error(rows: Sequence[tuple[float, bool]]) -> float:
    """Return the expected calibration error (0 to 1) of (confidence, is right)."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for row in rows:
        bins.setdefault(min(BINS - 1, int(row[0] * BINS)), []).append(row)
    gaps = (abs(sum(sure for sure, _ in found) - sum(right for _, right in found)) for found in bins.values())
    return sum(gaps) / len(rows) if rows else 0.0


def read(data: Mapping[str, Any], path: str) -> Any:
    """Return the value under a dotted path."""
    value: Any = data
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def same(path: str, given: Any, true: Any) -> bool:
    """Return whether two values say the same; names of companies and links in any spelling."""
    if given is None:
        return False
    if path.endswith(".url"):
        return plain(re.sub(r"^https?://(www\.)?(x\.com|twitter\.com)", "twitter", str(given))) == plain(
            re.sub(r"^https?://(www\.)?(x\.com|twitter\.com)", "twitter", str(true))
        )
    return given == true if isinstance(true, int) else plain(str(given)) == plain(str(true))


def plain(text: str) -> str:
    """Return letters and digits in lower case."""
    return re.sub(r"[\W_]+", "", text.casefold())
