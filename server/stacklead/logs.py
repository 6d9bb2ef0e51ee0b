"""Log lines: JSON on standard error, with ids and without personal data.

What an exception says may hold what a visitor typed, so its type and its place are logged, and its message is not.
"""

import contextlib
import logging
import sys
from types import TracebackType
from typing import Any, TextIO, cast

import structlog
from structlog.types import EventDict

MAX_FRAMES = 30  # of one exception, the innermost ones
MAX_CHAIN = 5  # exceptions that caused one another

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up_logging() -> None:
    """Write one JSON line per event of ours, and what libraries warn of, to standard error."""
    handler = logging.StreamHandler(cast(TextIO, PatientStream(sys.stderr)))
    handler.setFormatter(LibraryFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("arq").setLevel(logging.ERROR)  # its lines name every job; SQL has them
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            describe_exception,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, PatientStream(sys.stderr))),
    )


class PatientStream:
    """A log that cannot be written (its disk is full, its reader is gone) must not stop the work."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> None:
        """Write, or not."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(text)

    def flush(self) -> None:
        """Flush, or not."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.flush()


def describe_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Turn `exc_info` into `exception`, without what it says (a structlog processor)."""
    exc_info = event.pop("exc_info", None)
    exc = exc_info if isinstance(exc_info, BaseException) else sys.exc_info()[1] if exc_info else None
    if exc is not None:
        event["exception"] = describe(exc)
    return event


class LibraryFormatter(logging.Formatter):
    """Lines of libraries: no message of an exception, and of asyncio's lines the first, as the rest shows objects."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        if record.name == "asyncio":
            record.msg, record.args = record.getMessage().partition("\n")[0], None
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:
        """Return where an exception came from."""
        return describe(ei[1]) if ei[1] is not None else ""


def describe(exc: BaseException) -> str:
    """Return the types of an exception and of what caused it, each with its places."""
    parts: list[str] = []
    current: BaseException | None = exc
    while current is not None and len(parts) < MAX_CHAIN:
        places: list[str] = []
        frame = current.__traceback__
        while frame is not None:
            code = frame.tb_frame.f_code
            places.append(f"{code.co_filename}:{frame.tb_lineno} {code.co_name}")
            frame = frame.tb_next
        parts.append("\n  ".join([type(current).__qualname__, *places[-MAX_FRAMES:]]))
        current = current.__cause__ or current.__context__
    return "\nbecause of ".join(parts)
