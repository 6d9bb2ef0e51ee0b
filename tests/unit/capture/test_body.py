"""Request bodies: sizes, slowness, media types, and what attackers send (INTAKE.md 5.1)."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from stacklead.capture.body import MAX_BODY_BYTES, parse_body, parse_form, read_body
from stacklead.errors import InvalidRequest, PayloadTooLarge, StackLeadError, UnsupportedMediaType

pytestmark = pytest.mark.anyio

FORM = b"application/x-www-form-urlencoded"


def receive_of(*chunks: bytes, ends: bool = True) -> Callable[[], Awaitable[Any]]:
    """A client that sends these chunks, and then ends or leaves."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    if chunks and ends:
        messages[-1]["more_body"] = False

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    return receive


async def silent() -> Any:
    await asyncio.Event().wait()


async def parse(content_type: bytes, body: bytes, *, accept_plain: bool = False) -> dict[str, Any]:
    return await parse_body({b"content-type": content_type}, body, accept_plain=accept_plain)


async def test_body_comes_in_chunks() -> None:
    assert await read_body(receive_of(b"a=", b"", b"1"), None) == b"a=1"


@pytest.mark.parametrize(
    "chunks", [(b"x" * MAX_BODY_BYTES,), (b"x" * (MAX_BODY_BYTES - 1), b"x")], ids=["one chunk", "two chunks"]
)
async def test_largest_body_is_read(chunks: tuple[bytes, ...]) -> None:
    assert len(await read_body(receive_of(*chunks), None)) == MAX_BODY_BYTES


@pytest.mark.parametrize(
    ("chunks", "length"),
    [
        ((b"",), b"16385"),
        ((b"",), b"9" * 30),
        ((b"x" * (MAX_BODY_BYTES + 1),), None),
        ((b"x" * MAX_BODY_BYTES, b"x"), None),
        ((b"x" * (MAX_BODY_BYTES + 1),), b"5"),
    ],
    ids=["declared", "declared huge", "one chunk", "two chunks", "a declared length that lies"],
)
async def test_larger_body_is_refused(chunks: tuple[bytes, ...], length: bytes | None) -> None:
    with pytest.raises(PayloadTooLarge):
        await read_body(receive_of(*chunks), length)


async def test_endless_body_is_cut() -> None:
    async def endless() -> Any:
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    with pytest.raises(PayloadTooLarge):
        await read_body(endless, None)


@pytest.mark.parametrize("receive", [receive_of(b"a=", ends=False), receive_of(ends=False)], ids=["half", "none"])
async def test_body_without_its_end_is_refused(receive: Any) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        await read_body(receive, None)
    assert refusal.value.code == "body_incomplete"


@pytest.mark.parametrize("start", [(), (b"a=",)], ids=["nothing", "a part"])
async def test_slow_body_is_cut(start: tuple[bytes, ...]) -> None:
    parts = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in start]

    async def receive() -> Any:
        return parts.pop() if parts else await silent()

    with pytest.raises(InvalidRequest) as refusal:
        await read_body(receive, None, timeout_s=0.02)
    assert refusal.value.code == "body_too_slow"


@pytest.mark.parametrize(
    "content_type",
    [FORM, FORM + b"; charset=UTF-8", b"Application/X-WWW-Form-URLEncoded", b""],
)
async def test_form_is_read(content_type: bytes) -> None:
    assert await parse(content_type, b"email=a%2Bb%40x.co&name=A+B&empty=") == {
        "email": "a+b@x.co",
        "name": "A B",
        "empty": "",
    }


@pytest.mark.parametrize("content_type", [b"application/json", b"application/json; charset=utf-8", b"text/json"])
async def test_json_is_read(content_type: bytes) -> None:
    assert await parse(content_type, b'{"a": {"b": [1, true, null]}}') == {"a": {"b": [1, True, None]}}


async def test_plain_json_is_read_on_the_capture_route() -> None:
    assert await parse(b"text/plain;charset=UTF-8", b'{"a": 1}', accept_plain=True) == {"a": 1}


@pytest.mark.parametrize(
    "content_type", [b"text/plain", b"text/html", b"application/xml", b"image/png", b"application/", b"json"]
)
async def test_other_media_types_are_refused(content_type: bytes) -> None:
    with pytest.raises(UnsupportedMediaType):
        await parse(content_type, b"a=1")


@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"deflate", b"identity, gzip"])
async def test_encoded_body_is_refused(encoding: bytes) -> None:
    with pytest.raises(UnsupportedMediaType):
        await parse_body(
            {b"content-type": FORM, b"content-encoding": encoding}, gzip.compress(b"a=1"), accept_plain=False
        )


@pytest.mark.parametrize("content_type", [b"", FORM, b"application/json", b"multipart/form-data", b"image/png"])
async def test_empty_body_has_no_parameters(content_type: bytes) -> None:
    assert await parse(content_type, b" \r\n") == {}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "malformed_json"),
        (b"[]", "malformed_json"),
        (b'"text"', "malformed_json"),
        (b"5", "malformed_json"),
        (b"null", "malformed_json"),
        (b"NaN", "malformed_json"),
        (b'{"a": 1} x', "malformed_json"),
        (b"{'a': 1}", "malformed_json"),
        (b'{"a": "\xff"}', "malformed_json"),
        (b'{"a": "\\ud800"}', "malformed_json"),
        (b"[" * MAX_BODY_BYTES, "malformed_json"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "malformed_json"),
        (b'{"a": 1e999}', "malformed_json"),
        (json.dumps({f"f{number}": 1 for number in range(65)}).encode(), "too_many_fields"),
    ],
)
async def test_bad_json_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        await parse(b"application/json", body)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"a=%ff", "malformed_encoding"),
        (b"a=\xff", "malformed_encoding"),
        (b"a=%ed%a0%80", "malformed_encoding"),
        (b"&".join(b"f%d=1" % number for number in range(65)), "too_many_fields"),
        (b"&" * 10_000, "too_many_fields"),
    ],
)
async def test_bad_form_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        await parse(FORM, body)
    assert refusal.value.code == code


@pytest.mark.parametrize("body", [b"a", b"a=1=2", b"=", b"%", b"a=%zz", b"\x00=\x00", b"a;b=1"])
async def test_odd_form_is_read(body: bytes) -> None:
    assert isinstance(await parse(FORM, body), dict)


def test_64_fields_are_read() -> None:
    assert len(parse_form("&".join(f"f{number}=1" for number in range(64)))) == 64


@pytest.mark.parametrize(("query", "value"), [("a=1&a=2", "2"), ("a=1&a=", "1"), ("a=&a=2", "2"), ("a=&a=", "")])
def test_of_repeated_names_the_last_with_a_value_counts(query: str, value: str) -> None:
    assert parse_form(query) == {"a": value}


def multipart(*parts: tuple[str, bytes], boundary: str = "B") -> bytes:
    lines = [f"--{boundary}\r\n{headers}\r\n\r\n".encode() + value + b"\r\n" for headers, value in parts]
    return b"".join(lines) + f"--{boundary}--\r\n".encode()


def disposition(name: str, more: str = "") -> str:
    return f'Content-Disposition: form-data; name="{name}"{more}'


MULTIPART = b"multipart/form-data; boundary=B"


async def test_multipart_is_read_without_its_files() -> None:
    body = multipart(
        (disposition("email"), b"a+b@x.co"),
        (disposition("name"), "Zoë".encode()),
        (disposition("cv", '; filename="cv.pdf"'), b"%PDF\xff\xfe"),
        (disposition("email"), b""),
    )
    assert await parse(MULTIPART, body) == {"email": "a+b@x.co", "name": "Zoë"}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (b"multipart/form-data", b"x"),
        (b"multipart/form-data; boundary=", b"x"),
        (MULTIPART, b"garbage"),
        (MULTIPART, b"\x00\xff" * 100),
        (MULTIPART, b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--\r\n"),
        (MULTIPART, b"--B\r\nno header\r\n\r\nx\r\n--B--\r\n"),
        (MULTIPART, multipart(*[(disposition(f"f{number}"), b"x") for number in range(65)])),
        (MULTIPART, multipart(*[(disposition(f"f{n}", '; filename="x"'), b"x") for n in range(65)])),
        (MULTIPART, multipart((disposition("a"), b"\xff"))),
        (b"multipart/form-data; boundary=" + b"x" * 5000, b"x"),
    ],
    ids=[
        "no boundary",
        "empty boundary",
        "garbage",
        "bytes",
        "no name",
        "no header",
        "65 fields",
        "65 files",
        "no UTF-8",
        "long boundary",
    ],
)
async def test_bad_multipart_is_refused(content_type: bytes, body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        await parse(content_type, body)


async def test_refusals_never_echo_the_body() -> None:
    with pytest.raises(StackLeadError) as refusal:
        await parse(b"application/json", b'{"hunter2')
    assert "hunter2" not in refusal.value.message
