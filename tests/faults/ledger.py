"""The clients' own list of what was answered with 200, held against what the sinks wrote down.

Nothing here looks into the product's tables: `lost` and `doubled` come from the two ends alone.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path


class Failed(Exception):
    """The scenario could not be run, or the product did not do what it must."""


CHANNELS = {"webhook": ("webhook",), "mail": ("mail",), "tag": ("webhook", "mail")}


@dataclass(slots=True)
class Call:
    """One lead that a client hands in: by API for a webhook, by API for a mail, or by tag for both.

    `can_retry`: the call carries an Idempotency-Key or a capture id, so its client repeats it until it is answered.
    """

    kind: str
    email: str
    token: str
    can_retry: bool
    is_acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What the two ends say of each other; all four lists are empty if nothing went wrong."""

    lost: list[str]  # acknowledged, and never arrived
    doubled: list[str]  # arrived under two ids
    altered: list[str]  # the same webhook id came with other bytes, or with another token
    unasked: list[str]  # nobody handed this in

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.altered or self.unasked)


@dataclass
class Ledger:
    """Every call that was made, by its address, and the answers that were no 200, by their status."""

    calls: dict[str, Call] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0

    def add(self, call: Call) -> Call:
        self.calls[call.email] = call
        return call

    def acknowledge(self, call: Call) -> None:
        call.is_acknowledged = True
        self.acknowledged += 1


class Arrivals:
    """Follows the files of the sinks."""

    def __init__(self, paths: list[Path]) -> None:
        self.offsets = dict.fromkeys(paths, 0)
        self.ids: defaultdict[tuple[str, str], set[str]] = defaultdict(set)  # (via, email) -> ids
        self.taken: set[tuple[str, str]] = set()  # (via, email) of what the sink accepted
        self.bytes_of: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)  # webhook id -> (token, digest)
        self.count = 0
        self.has_doubled = False

    def read(self) -> None:
        """Take in what was written since the last reading."""
        for path, offset in self.offsets.items():
            with path.open("rb") as file:
                file.seek(offset)
                whole = file.read().rpartition(b"\n")[0]
            self.offsets[path] = offset + len(whole) + (1 if whole else 0)
            for line in whole.splitlines():
                self._add(json.loads(line))

    def _add(self, arrival: dict[str, str]) -> None:
        self.count += 1
        place = (arrival["via"], arrival["email"])
        self.ids[place].add(arrival["id"])
        self.has_doubled = self.has_doubled or len(self.ids[place]) > 1
        if not arrival["refused"]:
            self.taken.add(place)
        if arrival["via"] == "webhook":
            self.bytes_of[arrival["id"]].add((arrival["token"], arrival["digest"]))

    def missing(self, ledger: Ledger) -> list[str]:
        """Return what was acknowledged and did not arrive (yet)."""
        return [
            f"{via} of {call.email}"
            for call in ledger.calls.values()
            if call.is_acknowledged
            for via in CHANNELS[call.kind]
            if (via, call.email) not in self.taken
        ]

    def account(self, ledger: Ledger) -> Account:
        """Settle up."""
        self.read()
        doubled = [f"{via} of {email}: {sorted(ids)}" for (via, email), ids in self.ids.items() if len(ids) > 1]
        unasked = [f"{via} of {email}" for via, email in self.ids if via not in _channels(ledger, email)]
        altered = [f"webhook {id}" for id, seen in self.bytes_of.items() if len(seen) > 1]
        for (via, email), ids in self.ids.items():
            token = ledger.calls[email].token if email in ledger.calls else ""
            if via == "webhook" and token and any(seen[0] != token for id in ids for seen in self.bytes_of[id]):
                altered.append(f"the token of {email}")
        return Account(lost=self.missing(ledger), doubled=doubled, altered=altered, unasked=unasked)


def _channels(ledger: Ledger, email: str) -> tuple[str, ...]:
    call = ledger.calls.get(email)
    return CHANNELS[call.kind] if call else ()
