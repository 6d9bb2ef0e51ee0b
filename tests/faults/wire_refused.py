"""Generated requests that must be refused: each is a good one with one thing wrong."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from faults.clients import Door
from faults.wire import API, CLIENT, Sent
from faults.wire_values import FORM, JSON, MULTIPART, NO_ADDRESS, NO_LONE_ADDRESS, basic, make_request

Said = dict[str, Any]
Headers = list[tuple[str, str]]


@st.composite
def refused_requests(draw: st.DrawFn, door: Door, mark: str) -> Sent:
    """A call of a server or a page with one thing wrong."""
    via = draw(st.sampled_from(["api", "tag"]))
    good: Said = {"email": f"{mark}@example.com", "name": draw(st.text(max_size=20).map(repr))}
    headers: Headers = []
    if via == "tag":
        good = {"client_key": door.client_key, **good}
    else:
        headers = [("Authorization", basic(door.api_key))]
    kinds = (_who, _which, _how, _where)
    what, method, target, body = draw(st.sampled_from(kinds))(draw, via, good, headers, door, mark)
    raw = make_request(draw, method, target.encode(), headers, body)
    return Sent(raw=raw, via=via, mark=mark, kept=None, what=f"refused {via}: {what}")


Wrong = tuple[str, str, str, bytes]  # what, method, target, body


def _path(via: str) -> str:
    return API if via == "api" else CLIENT


def _form(via: str, headers: Headers, said: Said, what: str) -> Wrong:
    headers.append(("Content-Type", FORM))
    return what, "POST", _path(via), urlencode(said).encode()


def _json(via: str, headers: Headers, said: Any, what: str) -> Wrong:
    headers.append(("Content-Type", JSON))
    return what, "POST", _path(via), json.dumps(said).encode()


def _who(draw: st.DrawFn, via: str, good: Said, headers: Headers, door: Door, _mark: str) -> Wrong:
    """A wrong key, a key of the other kind, or none."""
    headers.clear()
    if via == "tag":
        key = draw(st.sampled_from(["", "client_unknown", door.api_key, "null", "\x00", "é" * 20]))
        if draw(st.booleans()):
            headers.append(("Authorization", basic(door.api_key)))  # is nobody's business here
        return _form(via, headers, {**good, "client_key": key}, "key")
    said = {**good, **draw(st.sampled_from([{}, {"api_key": ""}, {"api_key": door.client_key}, {"api_key": "sl_x"}]))}
    wrong = [basic("unknown"), basic(door.client_key), "Basic !!!", "Basic", "Bearer " + door.api_key, "Digest a=b"]
    if draw(st.booleans()):
        headers.append(("Authorization", draw(st.sampled_from(wrong))))
    if headers and headers[0][1] in wrong[:2]:
        said["api_key"] = door.api_key  # Basic beats the parameter
    return _form(via, headers, said, "key")


def _which(draw: st.DrawFn, via: str, good: Said, headers: Headers, _door: Door, mark: str) -> Wrong:
    """A parameter that is wrong."""
    addresses: list[Any] = [text.format(m=mark) for text in (*NO_ADDRESS, *(NO_LONE_ADDRESS if via == "api" else ()))]
    if draw(st.booleans()):
        odd = draw(st.sampled_from([*addresses, None, [], {}, True, 17, [f"{mark}@example.com"]]))
        return _json(via, headers, {**good, "email": odd}, "address")
    if via == "tag":
        person = draw(st.sampled_from(["[]", "{", "nothing", '"text"', "17", "[" * 3000, '{"email": "' + mark + '"}']))
        return _form(via, headers, {**good, "email": "", "person": person}, "person")
    name, values = draw(
        st.sampled_from(
            [
                ("delivery_method", ("pigeon", "e-mail", "webhook,email", "\x00")),
                ("webhook_url", ("ftp://a.example", "javascript:alert(1)", "http://", "nothing", "http://10.1.2.3/")),
                (
                    "callback",
                    ("//a.example", "http://a b", "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/"),
                ),
                ("token", ("x" * 1001, "a\x00b")),
                ("created", ("yesterday", "-5", "1e99", "2014-13-45", "NaN", "0x10")),
            ]
        )
    )
    return _form(via, headers, {**good, name: draw(st.sampled_from(values))}, name)


def _how(draw: st.DrawFn, via: str, good: Said, headers: Headers, _door: Door, _mark: str) -> Wrong:
    """A body that is not what it says, or too much of it."""
    form, text = urlencode(good).encode(), json.dumps(good).encode()
    cut = draw(st.integers(1, len(text) - 1))
    wrong: list[tuple[str, str, bytes]] = [
        ("media type", "text/xml", b"<lead/>"),
        ("media type", "application/octet-stream", form),
        ("cut JSON", JSON, text[:cut]),
        ("JSON list", JSON, b"[" + text + b"]"),
        ("nested JSON", JSON, b"[" * draw(st.integers(2, 15_000))),
        ("nested JSON", JSON, text[:-1] + b', "x": ' + b'{"a":' * 2000),
        ("no UTF-8", FORM, form + b"&name=%ff%fe"),
        ("no UTF-8", FORM, form + b"&name=\xe9"),
        ("no UTF-8", JSON, text[:-1] + b', "x": "\xe9"}'),
        ("lone surrogate", JSON, text[:-1] + b', "x": "\\ud800"}'),
        ("fields", FORM, form + b"&a=b" * draw(st.integers(64, 3000))),
        ("fields", JSON, text[:-1] + b"".join(b', "n%d": 1' % number for number in range(70)) + b"}"),
        ("size", FORM, form + b"&name=" + b"x" * draw(st.integers(16_384, 60_000))),
        ("boundary", MULTIPART, form),
        ("boundary", f"{MULTIPART}; boundary=x", b"--x\r\nContent-Disposition: nothing\r\n\r\na\r\n--x--\r\n"),
    ]
    if via == "api":
        wrong.append(("media type", "text/plain", text))
    what, kind, body = draw(st.sampled_from(wrong))
    if draw(st.integers(0, 9)) == 0:
        what, kind, body = "content encoding", FORM, gzip.compress(form)
        headers.append(("Content-Encoding", draw(st.sampled_from(["gzip", "br", "identity, gzip"]))))
    headers.append(("Content-Type", kind))
    return what, "POST", _path(via), body


def _where(draw: st.DrawFn, via: str, good: Said, headers: Headers, _door: Door, _mark: str) -> Wrong:
    """Another method or path; never redirected."""
    path, body = _path(via), urlencode(good).encode()
    methods = ("PUT", "PATCH", "DELETE") if via == "api" else ("GET", "HEAD", "PUT", "DELETE")
    ways: list[Callable[[], Wrong]] = [
        lambda: ("method", draw(st.sampled_from(methods)), path, b""),
        lambda: ("slash", "POST", path + "/", body),
        lambda: ("path", "POST", path + draw(st.sampled_from(["x", "/../leads", "%00", "//", "/%2e%2e"])), body),
        lambda: ("case", "POST", path.upper(), body),
    ]
    if via == "api":
        ways.append(lambda: ("GET with an address", "GET", path + "?" + urlencode(good), b""))
    headers.append(("Content-Type", FORM))
    return draw(st.sampled_from(ways))()
