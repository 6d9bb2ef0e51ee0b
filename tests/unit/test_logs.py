import io
import json
import logging

import pytest
import structlog

from stacklead.logs import LibraryFormatter, describe, set_up_logging


def fail() -> None:
    try:
        raise KeyError("rebecca@example.com")
    except KeyError as exc:
        raise ValueError("no value: rebecca@example.com") from exc


def raised() -> Exception:
    try:
        fail()
    except ValueError as exc:
        return exc
    raise AssertionError


def test_exception_is_described_without_its_message() -> None:
    text = describe(raised())
    assert "rebecca" not in text
    assert text.startswith("ValueError\n")
    assert "because of KeyError" in text
    assert "test_logs.py" in text
    assert " fail" in text


def test_line_of_ours_has_the_places_and_no_message(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:]
    set_up_logging()
    try:
        structlog.get_logger().error("went_wrong", lead_id=5, exc_info=raised())
        try:
            fail()
        except ValueError:
            structlog.get_logger().exception("went_wrong_too")
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers[:] = before
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [("went_wrong", "error"), ("went_wrong_too", "error")]
    assert all("ValueError" in line["exception"] and "rebecca" not in line["exception"] for line in lines)


@pytest.mark.parametrize("name", ["asyncio", "uvicorn.error"])
def test_line_of_a_library_has_no_message_of_an_exception(name: str) -> None:
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(LibraryFormatter())
    logger = logging.Logger(name)
    logger.addHandler(handler)
    what = "Task exception was never retrieved\nfuture: <Task exception=ValueError('rebecca@example.com')>"
    logger.error(what if name == "asyncio" else "Exception in ASGI application\n", exc_info=raised())
    assert "ValueError" in log.getvalue()
    assert "rebecca" not in log.getvalue()
