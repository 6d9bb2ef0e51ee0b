"""Ends this process when it hangs: what it holds, a lease or the database's lock, is free for others only then.

A thread does that, which works as long as Python itself goes on. A process that is stopped, or stuck in foreign code,
is ended from outside: it tells its signs of life to whoever supervises it, `stacklead up` or systemd (sd_notify(3)).
"""

import contextlib
import faulthandler
import os
import socket
import threading
import time

import structlog

HUNG_EXIT_CODE = 70
CHECKS = 20  # looks within the patience
LAST_WORDS_S = 1.0  # for the log, which may be what hangs

log = structlog.get_logger()


class Watchdog:
    """Wants to hear `beat` every so often.

    Args:
        patience_s: silence in seconds after which the process is ended.
        notify_socket: path of the supervisor's datagram socket, as systemd gives it; empty: there is none.
    """

    def __init__(self, patience_s: float, notify_socket: str = "") -> None:
        self.patience_s = patience_s
        self._check_s = patience_s / CHECKS
        self._supervisor = notify_socket.replace("@", "\0", 1) if notify_socket.startswith("@") else notify_socket
        self._until = time.monotonic() + patience_s
        self._is_over = threading.Event()

    def start(self) -> None:
        """Begin to watch."""
        self.beat()
        self._tell(b"READY=1")
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def beat(self) -> None:
        """Show that the work goes on."""
        self._until = time.monotonic() + self.patience_s
        self._tell(b"WATCHDOG=1")

    def stop(self) -> None:
        """Watch no longer: the process comes to its end, and whoever asked for it waits."""
        self._is_over.set()
        self._tell(b"STOPPING=1")

    def _watch(self) -> None:
        looked = time.monotonic()
        while not self._is_over.wait(self._check_s):
            now = time.monotonic()
            if now - looked > self.patience_s / 2:  # the whole process stood still, and was not to blame
                self._until = max(self._until, now + self.patience_s)
            looked = now
            if now > self._until:
                last_words = threading.Thread(target=self._say_why, daemon=True)
                last_words.start()
                last_words.join(LAST_WORDS_S)
                os._exit(HUNG_EXIT_CODE)

    def _say_why(self) -> None:
        log.error("worker_hangs", silent_s=self.patience_s, then="it ends, to be started again")
        faulthandler.dump_traceback()

    def _tell(self, word: bytes) -> None:
        if not self._supervisor:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            line.sendto(word, self._supervisor)


class SignsOfLife:
    """The supervisor's end: a datagram socket on which a child shows that it lives.

    Args:
        path: of the socket, at most 100 bytes.
        patience_s: silence in seconds after which the child hangs.
    """

    def __init__(self, path: str, patience_s: float) -> None:
        self.path = path
        self.patience_s = patience_s
        self._last: float | None = None  # None: the child is starting or stopping, and owes nothing
        self._looked = time.monotonic()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self._socket.setblocking(False)

    def forget(self) -> None:
        """Begin anew, with another child."""
        self._read()
        self._last = None

    def is_silent(self) -> bool:
        """Return whether the child hangs; to be asked every second or more often."""
        self._read()
        now = time.monotonic()
        if self._last is not None and now - self._looked > self.patience_s / 2:  # we stood still ourselves
            self._last = now
        self._looked = now
        return self._last is not None and now - self._last > self.patience_s

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while word := self._socket.recv(64):
                self._last = None if word == b"STOPPING=1" else time.monotonic()
