"""Prints the figures beside their targets (docs of the issue that asked for the script: capture, leaks, cost)."""

from collections.abc import Callable
from typing import Any

AT_LEAST = {"capture": 0.99, "email": 0.97, "first_name": 0.92, "last_name": 0.92, "name": 0.92, "company": 0.92}
RATES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    **{name: (f">= {least:.0%}", lambda got, least=least: got >= least) for name, least in AT_LEAST.items()},
    "location": (">= 88%", lambda got: got >= 0.88),
    "wrong": ("<= 1%", lambda got: got <= 0.01),
    "leaks": ("0", lambda got: got == 0),
    "broken_submits": ("all 0", lambda got: not any(got.values())),
    "negative_calls": ("0", lambda got: got == 0),
    "login_captures": ("<= 5%", lambda got: got <= 0.05),
}
COSTS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "bytes_br": ("<= 3000", lambda got: got <= 3000),
    "load_ms": ("< 1", lambda got: got < 1),
    "idle_ms": ("0", lambda got: got == 0),
    "key_ms": ("< 0.05", lambda got: got < 0.05),
    "listeners": ("<= 10", lambda got: got <= 10),
}
COUNTS = ("leaks", "negative_calls")


def rounded(found: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of RATES, rates with four digits."""
    return {name: round(found[name], 4) if isinstance(found[name], float) else found[name] for name in RATES}


def print_figures(own: dict[str, Any], real: dict[str, Any] | None, costs: dict[str, Any]) -> None:
    """Print one line a figure: pages of the repo, saved forms of real sites, target."""
    print(f"\n{'':<16}{'pages of the repo':>22}{'forms of real sites':>22}{'target':>10}")
    for name, (target, is_met) in RATES.items():
        ones = [own[name], None if real is None else real[name]]
        missed = any(one is not None and not is_met(one) for one in ones)
        print(f"{name:<16}{show(name, ones[0]):>22}{show(name, ones[1]):>22}{target:>10}{'  MISSED' if missed else ''}")
    passed, pages = own["pages_passed"], own["pages"]
    print(f"{'pages passed':<16}{f'{passed} of {pages}':>22}{'':>22}{'all':>10}{'' if passed == pages else '  MISSED'}")
    print()
    for name, (target, is_met) in COSTS.items():
        print(f"{name:<16}{costs[name]:>22}{'':>22}{target:>10}{'' if is_met(costs[name]) else '  MISSED'}")
    print(flush=True)


def show(name: str, got: Any) -> str:
    """Write a figure for people."""
    if got is None:
        return "-"
    if isinstance(got, dict):
        return " ".join(str(one) for one in got.values())
    return str(got) if name in COUNTS else f"{got:.1%}"
