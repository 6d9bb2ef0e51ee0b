"""Servers that tests start, and that end with the tests, however these end."""

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# Ends the server when our end of its standard input closes: at `stop`, and also when the tests are killed.
_LEASH = '"$@" <&- & server=$!; cat >/dev/null; kill -{signal} $server; wait $server'
START_S = 90.0  # of a machine that may be busy with other things


class Server:
    """A process on a leash; its output goes to `log`."""

    def __init__(self, command: Sequence[str], log: Path, *, signal: str = "TERM", **options: Any) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                ["sh", "-c", _LEASH.format(signal=signal), "sh", *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                **options,
            )

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Wait until the server answers; fails with its output if it does not."""
        deadline = time.monotonic() + START_S
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{self.log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it and wait for its end."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


def runs_as_root() -> bool:
    """Return whether we are root, whom some servers refuse."""
    return os.geteuid() == 0
