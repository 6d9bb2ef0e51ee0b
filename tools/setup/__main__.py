"""Set-up: brings what StackLead needs onto this machine, once. Started by `tools/setup.sh`, which found this Python.

Standard library only, since nothing is installed yet. Each step knows whether it is done, so that a second call
does nothing. A step that is not required and cannot be had is named with the one command that brings it.
"""

import sys
import time

import browser
import node
import packages
import services
from step import CannotHave, Step

SHARED = (packages.environment, packages.for_running, packages.program, services.redis)
GOALS: dict[str, tuple[Step, ...]] = {
    "shared": SHARED,
    "test": (
        packages.environment,
        packages.for_testing,
        packages.program,
        services.redis,
        services.postgres,
        node.runtime,
        node.packages,
        browser.chromium,
        browser.firefox,
        browser.webkit,
    ),
    "node": (packages.environment, node.runtime, node.packages),
}


def main(goal: str) -> int:
    """Take the steps of a goal that are not done yet. Returns the exit code."""
    started = time.monotonic()
    steps_taken = 0
    for step in GOALS[goal]:
        if step.is_done():
            continue
        if steps_taken == 0:
            print(f"Setting up StackLead in .venv with Python {sys.version.split()[0]}; this happens once.")
        steps_taken += 1
        try:
            take(step)
        except CannotHave as exc:
            if step.is_required:
                return 1
            exc.remember(step)
    for step in GOALS[goal]:
        show_absence(step)
    if steps_taken:
        print(f"Set up in {time.monotonic() - started:.0f} s. Nothing is fetched after this.")
    return 0


def take(step: Step) -> None:
    """Run a step, with one line that says what for, and how long it took."""
    print(f"  {step.name:<16} {step.reason:<66}", end="", flush=True)
    started = time.monotonic()
    try:
        step.run()
    except CannotHave as exc:
        print(f"  not had\n{exc.details}".rstrip())
        raise
    print(f"{time.monotonic() - started:6.1f} s")


def show_absence(step: Step) -> None:
    """Say what this machine lacks, what that costs, and the one command that brings it."""
    note = step.absence()
    if note:
        print(f"  {step.name} is missing: {note}")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in GOALS:
        sys.exit(f"usage: tools/setup.sh {'|'.join(GOALS)}")
    sys.exit(main(sys.argv[1]))
