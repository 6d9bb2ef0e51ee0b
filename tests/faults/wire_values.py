"""What goes into generated requests: values as pairs of what is sent and what is kept, addresses, and encodings."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MULTIPART, PLAIN = "multipart/form-data", "text/plain"
DOCUMENTED = ("name", "first_name", "last_name", "location", "linkedin", "twitter", "company", "company_website")
Pairs = list[tuple[str, Any]]
NOTHING = None  # what is kept of a value that must not be stored

# No digits, so that nothing looks like a card; no spaces but the plain one, no control or direction characters.
LETTERS = st.characters(categories=("L", "P", "S", "M"))
TEXT = st.text(LETTERS, min_size=1, max_size=40).map(lambda text: (text, text))
TAME = st.sampled_from(
    [
        *("Rebecca", "Schröder, Åsa", "O'Brien & Sons; 50 % off", "303-555-0142", "+44 20 7946 0958", "=SUM(A1)"),
        *("error", "<b>bold</b>", '"quoted" \\ and so on', "שלום עולם", "مرحبا", "👩 🚀 🏳️", "a\tb", "line\nline"),
        *(
            "http://www.twitter.com/BeccaSchroe",
            "{{7*7}}",
            "' OR 1=1 --",
            "%00%ff",
            "null",
            "日本語テキスト",
            "e\u0301",
        ),
    ]
).map(lambda text: (text, text))
SPACED = TAME.map(lambda pair: (f"  {pair[0]}\t", pair[1]))
CONTROLLED = st.sampled_from(
    [("Reb\u202eecca", "Rebecca"), ("Reb\x07ecca\u200f", "Rebecca"), ("\ufeffRebecca", "Rebecca"), ("a\x00b", "ab")]
)
SECRETS = st.sampled_from(
    ["4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "078-05-1120", "GB82 WEST 1234 5698 7654 32"]
).map(lambda text: (text, NOTHING))
EMPTY = st.sampled_from(["", " ", "\t \n"]).map(lambda text: (text, NOTHING))
LONG = st.integers(257, 1300).map(lambda size: ("long" * (size // 4), size))
JSON_ONLY = st.sampled_from(
    [(True, "true"), (False, "false"), (42, "42"), (2.5, "2.5"), (None, NOTHING), ({"a": "b"}, NOTHING)]
)
SIMPLE = st.one_of(TEXT, TAME, TAME, SPACED, CONTROLLED, SECRETS, EMPTY)
WORD_NAMES = st.sampled_from(
    [
        "phone",
        "website",
        "user_ip",
        "user_agent",
        "CustomFields[2]",
        "tos",
        "submit",
        "size",
        "msg",
        "plan",
        "größe",
        "x",
    ]
)
SECRET_NAMES = st.sampled_from(
    ["password", "pwd", "user_pass", "cc_number", "cvc", "ssn", "otp", "csrf_token", "card[number]", "passwordConfirm"]
)


def cut(pair: tuple[Any, Any], limit: int) -> tuple[Any, str | None]:
    """A long value is kept up to a limit."""
    sent, kept = pair
    return (sent, sent[:limit] if kept is not NOTHING else NOTHING) if isinstance(kept, int) else pair


@st.composite
def values(draw: st.DrawFn, *, is_json: bool) -> tuple[Pairs, dict[str, str], dict[str, str]]:
    """Some of the documented parameters and some others: (sent, kept fields, kept words)."""
    kinds = st.one_of(SIMPLE, JSON_ONLY) if is_json else SIMPLE
    pairs: Pairs = []
    fields: dict[str, str] = {}
    words: dict[str, str] = {}
    long_at = draw(st.integers(0, 12))
    for name in draw(st.lists(st.sampled_from(DOCUMENTED), unique=True, max_size=5)):
        sent, kept = cut(draw(LONG), 1000) if long_at == len(pairs) else draw(kinds)
        pairs.append((name, sent))
        if kept is not NOTHING:
            fields[name] = kept
    for name in draw(st.lists(WORD_NAMES, unique=True, max_size=4)):
        sent, kept = cut(draw(LONG), 256) if long_at == len(pairs) else draw(kinds)
        pairs.append((name, sent))
        if kept is not NOTHING:
            words[name] = kept
    for name in draw(st.lists(SECRET_NAMES, unique=True, max_size=2)):
        pairs.append((name, draw(TAME)[0]))
    if draw(st.booleans()):
        pairs.append(("", "a field without a name"))
    if "location" not in dict(pairs) and draw(st.integers(0, 5)) == 0:
        add_place(draw, pairs, fields, words, is_json=is_json)
    return draw(st.permutations(pairs)), fields, words


def add_place(draw: st.DrawFn, pairs: Pairs, fields: dict[str, str], words: dict[str, str], *, is_json: bool) -> None:
    """City and country as Segment sent them: flat, or in an `address` object, which only JSON has."""
    place = {"city": "Boulder", "state": "CO", "country": "USA"}
    fields["location"] = "Boulder, CO, USA"
    if is_json and draw(st.booleans()):
        pairs.append(("address", {**place, "street": "Pearl"}))
    else:
        pairs.extend(place.items())
        words.update(place)


@st.composite
def addresses(draw: st.DrawFn, mark: str) -> tuple[str, str]:
    """An address that is one, as (sent, kept); the mark makes it unique."""
    local = draw(
        st.sampled_from(
            [
                "{}",
                "{}+tag",
                "R.{}",
                "{}.o'brien",
                "UPPER-{}",
                "{}_x",
                "x" * 30 + "{}",
                "{}!#$%&*/=?^`|~",
                "грета.{}",
                "{}é",
            ]
        )
    ).format(mark)
    host = draw(
        st.sampled_from(
            [
                "blueocean.example",
                "mail.example.com",
                "x.test",
                "a.local",
                "no.invalid",
                "EXAMPLE.com",
                "bücher.example",
            ]
        )
    )
    address = f"{local}@{host}"
    return draw(st.sampled_from(["{}", "{}", "{}", " {} ", "\t{}\n"])).format(address), address


NO_ADDRESS = (
    *("", "   ", "{m}", "{m}@", "@{m}.example", "{m}@example", "{m}@@example.com", "{m}@exa mple.com", "{m}@.com"),
    *(
        "{m}..x@example.com",
        "{m}@example.com\x00",
        "{m}@[127.0.0.1]",
        "{m}@-a.example.com",
        "{m}@1.2.3.4",
        "{m}\u202e@",
    ),
    *("x" * 65 + "{m}@example.com", "{m}@" + "a." * 130 + "example", "{m}@example.com,b@example.com"),
)
NO_LONE_ADDRESS = ("{m} x@example.com y", ".{m}@example.com")  # of which a page's call finds the one in it


# --- encodings ------------------------------------------------------------------------------------------------------


def encode_form(draw: st.DrawFn, pairs: Pairs) -> bytes:
    """Form or query, in one of the spellings that clients use."""
    escape: Callable[[str], str] = draw(st.sampled_from([quote_plus, lambda text: quote(text, safe=""), _lower_hex]))
    return "&".join(f"{escape(name)}={escape(str(value))}" for name, value in pairs).encode()


def _lower_hex(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def encode_multipart(pairs: Pairs) -> tuple[str, bytes]:
    boundary = "xXxBoundaryxXx"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{quote_name(name)}"\r\n\r\n{value}\r\n'
        for name, value in pairs
    ]
    return f"{MULTIPART}; boundary={boundary}", "".join([*parts, f"--{boundary}--\r\n"]).encode()


def quote_name(name: str) -> str:
    return name.replace('"', "%22")


def encode_json(draw: st.DrawFn, said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 2]))).encode()


def make_request(
    draw: st.DrawFn, method: str, target: bytes, headers: list[tuple[str, str]], body: bytes, *, is_plain: bool = False
) -> bytes:
    """The bytes of a request: header names in any case, the body with its length or in chunks."""
    spell = draw(st.sampled_from([str, str.lower, str.upper]))
    lines = [f"{spell(name)}: {value}" for name, value in [("Host", "x"), *headers]]
    if body and not is_plain and draw(st.integers(0, 4)) == 0:
        size = draw(st.integers(1, 700))
        lines.append("Transfer-Encoding: chunked")
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    else:
        lines.append(f"Content-Length: {len(body)}")
    return method.encode() + b" " + target + b" HTTP/1.1\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def basic(user: str, password: str = "") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
