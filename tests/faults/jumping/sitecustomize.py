"""Gives every Python that finds this file first a clock that can jump: FAULTS_CLOCK names a file with the offset."""

import os
import time

_real, _real_ns, _monotonic = time.time, time.time_ns, time.monotonic
_read_at, _offset_s = 0.0, 0
LOOK_S = 0.1


def _offset() -> int:
    global _read_at, _offset_s
    if _monotonic() - _read_at > LOOK_S:
        _read_at = _monotonic()
        with open(os.environ["FAULTS_CLOCK"]) as file:
            _offset_s = int(file.read())
    return _offset_s


time.time = lambda: _real() + _offset()
time.time_ns = lambda: _real_ns() + _offset() * 1_000_000_000
