"""A step of the set-up, and the marks in `.venv` that tell what is done."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
MARKS = VENV / ".stacklead"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that set-up brings.

    `is_needed` is False if the machine has it already. A step that is not required may fail: `cost` then says what
    does not work without it, and `command` is what a person runs to have it.
    """

    name: str
    reason: str
    is_needed: Callable[[], bool]
    run: Callable[[], None]
    is_required: bool = True
    cost: str = ""
    command: str = ""

    def is_done(self) -> bool:
        """Return True if there is nothing to do, or if trying again would be of no use."""
        return not self.is_needed() or (not self.is_required and self._absence_mark().exists())

    def absence(self) -> str:
        """Return what is missed without this, and the command that brings it; empty if it is there."""
        if self.is_required or not self.is_needed():
            return ""
        return f"{self.cost}\n    To have it, run: {self.command}"

    def remember_absence(self) -> None:
        """Note that it cannot be had, so that the next call does not spend time on it."""
        self._absence_mark().write_text("")

    def _absence_mark(self) -> Path:
        return MARKS / f"no-{self.name.lower().replace(' ', '-')}"


class CannotHave(Exception):
    """A step failed; `details` is what the tool said."""

    def __init__(self, details: str) -> None:
        super().__init__(details)
        self.details = details

    def remember(self, step: Step) -> None:
        """Note on disk that this step's thing cannot be had here."""
        step.remember_absence()


def digest(*parts: str | bytes) -> str:
    """Return a short hash of texts and file contents: what a mark is compared by."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode() if isinstance(part, str) else part)
        whole.update(b"\0")
    return whole.hexdigest()[:32]


def is_marked(name: str, value: str) -> bool:
    """Return True if the mark `name` holds `value`."""
    try:
        return (MARKS / name).read_text() == value
    except OSError:
        return False


def mark(name: str, value: str) -> None:
    """Set the mark `name`."""
    MARKS.mkdir(exist_ok=True)
    (MARKS / name).write_text(value)
