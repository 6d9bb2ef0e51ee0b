"""The figures of capture that both corpora give."""

from collections.abc import Iterable
from dataclasses import dataclass, field

PARAMS = ("email", "first_name", "last_name", "name", "company", "location")


@dataclass(slots=True)
class Tally:
    """Counts over cases; `of` gives rates, None where there was nothing to count."""

    leads: int = 0
    captured: int = 0
    expected: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARAMS, 0))
    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARAMS, 0))
    values: int = 0
    wrong: int = 0
    logins: int = 0
    login_captures: int = 0

    def add_lead(self, is_captured: bool, fields: Iterable[tuple[str, bool]], wrong: int) -> None:
        """Count one lead: for each parameter that it has, whether it came out right; and how many values are wrong."""
        self.leads += 1
        self.captured += is_captured
        self.wrong += wrong
        for name, is_right in fields:
            self.values += 1
            if name in self.expected:
                self.expected[name] += 1
                self.right[name] += is_right

    def of(self) -> dict[str, float | None]:
        """Return the rates by the names of the closing JSON object."""
        return {
            "capture": _rate(self.captured, self.leads),
            **{name: _rate(self.right[name], self.expected[name]) for name in PARAMS},
            "wrong": _rate(self.wrong, self.values),
            "login_captures": _rate(self.login_captures, self.logins),
        }


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None
