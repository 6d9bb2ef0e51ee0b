"""Request bodies to flat parameters: form, multipart, JSON, and JSON labelled text/plain."""

import asyncio
import types
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser

from stacklead.errors import InvalidRequest, PayloadTooLarge, UnsupportedMediaType

MAX_BODY_BYTES = 16 * 1024
MAX_FIELDS = 64
BODY_TIMEOUT_S = 10.0  # a body that trickles in for longer is cut

Parameters = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]

FORM = b"application/x-www-form-urlencoded"
_JSON_TYPES = (b"application/json", b"text/json")


async def read_body(receive: Receive, content_length: bytes | None, *, timeout_s: float = BODY_TIMEOUT_S) -> bytes:
    """Read a whole request body.

    Raises:
        PayloadTooLarge: it is, or says it is, larger than MAX_BODY_BYTES.
        InvalidRequest: it did not come to its end, or not within `timeout_s`.
    """
    if content_length is not None and content_length.isdigit() and int(content_length) > MAX_BODY_BYTES:
        raise _too_large()
    reading = _read_chunks(receive)
    try:
        waited_for = reading.send(None)
    except StopIteration as done:  # it was all there: nearly always, and a timer costs more than to read it
        return done.value
    try:
        async with asyncio.timeout(timeout_s):
            return await _go_on(reading, waited_for)
    except TimeoutError as exc:
        raise InvalidRequest("The body took too long to arrive.", code="body_too_slow") from exc


@types.coroutine
def _go_on(begun: Coroutine[Any, Any, bytes], waited_for: Any) -> Generator[Any, Any, bytes]:
    """Await the rest of a coroutine that was begun by hand, and waits for this."""
    try:
        while True:
            try:
                came = yield waited_for
            except BaseException as exc:  # noqa: BLE001 (the coroutine's to handle)
                waited_for = begun.throw(exc)
            else:
                waited_for = begun.send(came)
    except StopIteration as done:
        return done.value


async def _read_chunks(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidRequest("The body ended before its time.", code="body_incomplete")
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise _too_large()
        if not message.get("more_body"):
            return body


def _too_large() -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is larger than {MAX_BODY_BYTES} bytes.")


async def parse_body(headers: Mapping[bytes, bytes], body: bytes, *, accept_plain: bool) -> Parameters:
    """Parse a body by its media type.

    Args:
        headers: the raw request headers, lower-case names.
        body: the whole body.
        accept_plain: read text/plain as JSON (the capture route only: pages send it to avoid a preflight).

    Raises:
        InvalidRequest: it is not what its media type says.
        UnsupportedMediaType: a media type or encoding that is not read here.
    """
    if headers.get(b"content-encoding", b"identity") not in (b"identity", b""):
        raise UnsupportedMediaType("The body must come without Content-Encoding.")
    content_type = headers.get(b"content-type", b"")
    media_type = content_type.partition(b";")[0].strip().lower()
    if not body.strip():
        return {}
    if media_type in (FORM, b""):
        return parse_form(body)
    if media_type in _JSON_TYPES or (accept_plain and media_type == b"text/plain"):
        return _parse_json(body)
    if media_type == b"multipart/form-data":
        return await _parse_multipart(content_type, body)
    raise UnsupportedMediaType(
        "The body must be application/x-www-form-urlencoded, multipart/form-data or application/json."
    )


def parse_form(body: bytes | str) -> Parameters:
    """Parse a form-encoded body or a query string; of repeated names the last non-empty value counts."""
    try:
        text = body.decode() if isinstance(body, bytes) else body
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError as exc:
        raise InvalidRequest("The parameters must be UTF-8, percent-encoded.", code="malformed_encoding") from exc
    except ValueError as exc:
        raise _too_many() from exc
    found: Parameters = {}
    for name, value in pairs:
        if value or name not in found:
            found[name] = value
    return found


def _parse_json(body: bytes) -> Parameters:
    parameters = parse_json_object(body, None)
    if len(parameters) > MAX_FIELDS:
        raise _too_many()
    return parameters


def _too_many() -> InvalidRequest:
    return InvalidRequest(f"There are more than {MAX_FIELDS} parameters.", code="too_many_fields")


def parse_json_object(text: bytes | str, param: str | None) -> Parameters:
    """Parse a JSON object; raises InvalidRequest that names `param`."""
    what = param or "The body"
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise InvalidRequest(f"{what} is not valid JSON.", param=param, code="malformed_json") from exc
    if not isinstance(value, dict):
        raise InvalidRequest(f"{what} must be a JSON object.", param=param, code="malformed_json")
    return value  # pyright: ignore[reportUnknownVariableType]


async def _parse_multipart(content_type: bytes, body: bytes) -> Parameters:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body
        yield b""

    headers = Headers({"content-type": content_type.decode("latin-1")})
    parser = MultiPartParser(
        headers, stream(), max_files=MAX_FIELDS, max_fields=MAX_FIELDS, max_part_size=MAX_BODY_BYTES
    )
    try:
        form = await parser.parse()
    except (MultiPartException, UnicodeError, KeyError, ValueError) as exc:
        raise InvalidRequest("The multipart body is malformed.", code="malformed_multipart") from exc
    found: Parameters = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and (value or name not in found):
            found[name] = value
    await form.close()
    # The parser reads as Latin-1 what is no UTF-8.
    if any(value.encode() not in body for value in found.values()):
        raise InvalidRequest("The parameters must be UTF-8.", code="malformed_encoding")
    return found
