"""Supervised child processes: each is started again if it dies, and all are stopped in order."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType

import structlog

from stacklead.watchdog import SignsOfLife

PARENT_VARIABLE = "STACKLEAD_PARENT_PID"  # set for children, which stop when this process is gone
RESTART_S = (0.2, 0.5, 1.0, 2.0, 5.0)  # waits before a dead child is started again
STABLE_S = 10.0  # a child that lived this long starts from the first wait again
ORPHAN_CHECK_S = 1.0  # between two looks at a process that an earlier run left
STOP_S = 30.0  # how long a child may take to stop

log = structlog.get_logger()


class Child:
    """One supervised process.

    Args:
        name: what the log calls it.
        command: the command line.
        env: the whole environment.
        signs_of_life: where it shows that it does not hang; if it does, it is killed.
        is_alive_elsewhere: says that an orphan of an earlier run does this work already, so that none is started.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        env: Mapping[str, str],
        is_alive_elsewhere: Callable[[], bool] | None = None,
        *,
        signs_of_life: SignsOfLife | None = None,
    ) -> None:
        self.name = name
        self.command = command
        self.env = dict(env)
        self.is_alive_elsewhere = is_alive_elsewhere
        self.signs_of_life = signs_of_life
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.deaths = 0
        self.start_at = 0.0

    def start(self) -> None:
        """Start it now."""
        self.started_at = time.monotonic()
        if self.signs_of_life is not None:
            self.signs_of_life.forget()
        # A group of its own, so that Ctrl-C reaches us alone and we stop the children in order.
        self.process = subprocess.Popen(self.command, env=self.env, start_new_session=True)  # noqa: S603

    def tend(self) -> None:
        """Start it again if it died and its wait is over; kill it if it hangs."""
        self._end_if_hung()
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.deaths = 0 if now - self.started_at > STABLE_S else self.deaths
            wait_s = RESTART_S[min(self.deaths, len(RESTART_S) - 1)]
            log.warning("child_died", child=self.name, code=self.process.returncode, again_in_s=wait_s)
            self.deaths += 1
            self.start_at, self.process = now + wait_s, None
        if self.process is None and now >= self.start_at:
            self.start_at = now + ORPHAN_CHECK_S
            if self.is_alive_elsewhere is None or not self.is_alive_elsewhere():
                self.start()

    def _end_if_hung(self) -> None:
        if self.process is None or self.signs_of_life is None or not self.signs_of_life.is_silent():
            return
        log.error("child_hangs", child=self.name, silent_s=self.signs_of_life.patience_s)
        self.process.kill()
        self.process.wait()

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to stop, and insist after STOP_S."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signum)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def supervise(children: list[Child], wait: Callable[[float], bool]) -> None:
    """Keep the children running until `wait` returns True; then stop them, the last one started first."""
    while True:
        for child in children:
            child.tend()
        if wait(0.2):
            break
    for child in reversed(children):
        child.stop()


def stop_on_signal() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set; must be called in the main thread."""
    stop = threading.Event()

    def ask_to_stop(_signum: int, _frame: FrameType | None) -> None:
        stop.set()

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, ask_to_stop)
    return stop
