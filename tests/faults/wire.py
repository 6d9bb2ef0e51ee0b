"""Generated requests: every row of WIRE.md sections 1 and 2, mutated, each with what must come of it.

A request is drawn as an intention (who, which values, by which way), so what is to be stored is known without the
product's own rules: each value is drawn as a pair of what is sent and what is kept of it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from faults.clients import Door
from faults.wire_values import (
    DOCUMENTED,
    FORM,
    JSON,
    PLAIN,
    TAME,
    TEXT,
    Pairs,
    addresses,
    basic,
    encode_form,
    encode_json,
    encode_multipart,
    make_request,
    values,
)

DAY_S = 86_400
API, CLIENT = "/api/leads", "/api/client/leads"


@dataclass(slots=True, kw_only=True)
class Kept:
    """What an accepted request leaves in `captures`, as read back."""

    email: str | None
    fields: dict[str, str]
    words: dict[str, str] = field(default_factory=dict)
    utm: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)  # other parts of the payload
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Sent:
    """One request: its bytes, and what must come of it (`kept` is None: a refusal)."""

    raw: bytes
    via: str  # api or tag
    mark: str  # stands in the address, token or capture id, and nowhere else
    kept: Kept | None
    what: str  # the mutation, for people


# --- servers (WIRE.md 1) --------------------------------------------------------------------------------------------


@st.composite
def api_requests(draw: st.DrawFn, door: Door, mark: str, callback: str) -> Sent:
    """A server's call that must be accepted."""
    way = draw(st.sampled_from(["form", "query", "json", "multipart", "mixed"]))
    pairs, fields, words = draw(values(is_json=way == "json"))
    if way == "multipart":
        pairs, fields, words = _without_odd_parts(pairs, fields, words)
    sent, address = draw(addresses(mark))
    pairs = [("email", sent), *pairs]
    columns: dict[str, Any] = {
        "email": address,
        "is_mail_due": True,
        "is_duplicate_ok": True,
        "delivery_method": "email",
    }
    _add_options(draw, pairs, columns, callback, is_json=way == "json")
    headers = _add_api_key(draw, pairs, door)
    utm = _add_campaign(draw, pairs)
    target, body = _travel(draw, way, pairs, headers, door)
    kept = Kept(email=address, fields=fields, words=words, utm=utm, columns=columns)
    return Sent(
        raw=make_request(draw, "POST", target, headers, body), via="api", mark=mark, kept=kept, what=f"api {way}"
    )


def _without_odd_parts(pairs: Pairs, fields: dict[str, str], words: dict[str, str]) -> tuple[Pairs, Any, Any]:
    """Multipart has no spelling for a part without a name, nor for line ends of its own."""
    odd = {name for name, value in pairs if not name or "\n" in str(value) or "\r" in str(value) or '"' in name}
    return (
        [pair for pair in pairs if pair[0] not in odd],
        {name: text for name, text in fields.items() if name not in odd},
        {name: text for name, text in words.items() if name not in odd},
    )


def _add_options(draw: st.DrawFn, pairs: Pairs, columns: dict[str, Any], callback: str, *, is_json: bool) -> None:
    """Token, delivery, creation time and repeats: each given or not."""
    token, _ = draw(st.one_of(st.just((None, None)), TEXT, TAME))
    if token is not None:
        pairs.append(("token", token))
        columns["token"] = token
    method = draw(st.sampled_from([None, "email", "webhook", "EMAIL ", ""]))
    if method is not None:
        pairs.append(("delivery_method", method))
    columns["delivery_method"] = (method or "email").strip().lower() or "email"
    name = draw(st.sampled_from([None, None, "webhook_url", "callback"]))
    if name is not None:
        url = callback + draw(st.sampled_from(["", "/deep/path", "?a=b&c=d", "/error"]))
        pairs.append((name, url))
        columns |= {"webhook_url": url, "delivery_method": "webhook"}
    created, is_due = draw(creations())
    if created is not None:
        pairs.append(("created", created if is_json else str(created)))
        columns["is_mail_due"] = is_due
    duplicates = draw(st.sampled_from([None, None, False, "false", "true", "0"]))
    if duplicates is not None:
        pairs.append(("duplicates", duplicates if is_json else str(duplicates).lower()))
        columns["is_duplicate_ok"] = duplicates == "true"


@st.composite
def creations(draw: st.DrawFn) -> tuple[Any, bool]:
    """A time as clients write it, and whether mail is due for a lead of that time."""
    age_s = draw(st.sampled_from([0, 60, DAY_S - 600, DAY_S + 600, 30 * DAY_S]))
    at = int(time.time()) - age_s
    clock = time.gmtime(at)
    spellings = [
        at,
        at * 1000,
        time.strftime("%Y-%m-%dT%H:%M:%SZ", clock),
        time.strftime("%a, %d %b %Y %H:%M:%S +0000", clock),
        time.strftime("%a %b %d %Y %H:%M:%S GMT+0000 (UTC)", clock),
    ]
    return draw(st.sampled_from([(None, True), ("", True), *((one, age_s < DAY_S) for one in spellings)]))


def _add_api_key(draw: st.DrawFn, pairs: Pairs, door: Door) -> list[tuple[str, str]]:
    """The key in one of the forms that clients use; Basic beats the parameter."""
    form = draw(st.sampled_from(["basic", "password", "scheme", "parameter", "both", "broken"]))
    if form in ("parameter", "broken"):
        pairs.append(("api_key", door.api_key))
        return [("Authorization", "Bearer nothing")] if form == "broken" else []
    if form == "both":
        pairs.append(("api_key", "another"))
    value = basic(door.api_key, "anything" if form == "password" else "")
    return [("Authorization", value.replace("Basic", "basic", 1) if form == "scheme" else value)]


def _add_campaign(draw: st.DrawFn, pairs: Pairs) -> dict[str, str]:
    utm = {f"utm_{name}": draw(TAME)[0] for name in draw(st.sets(st.sampled_from(["source", "medium", "term"])))}
    pairs.extend(utm.items())
    return utm


def _travel(draw: st.DrawFn, way: str, pairs: Pairs, headers: list[tuple[str, str]], door: Door) -> tuple[bytes, bytes]:
    """Put parameters into query and body; returns target and body, and adds the headers that go with them."""
    path = API.encode()
    if way == "query":
        return path + b"?" + _query(draw, pairs), b""
    if way == "json":
        headers.append(("Content-Type", draw(st.sampled_from([JSON, f"{JSON}; charset=utf-8", "Application/JSON"]))))
        return path, encode_json(draw, dict(pairs))
    if way == "multipart":
        kind, body = encode_multipart(pairs)
        headers.append(("Content-Type", kind))
        return path, body
    if draw(st.booleans()):
        headers.append(("Content-Type", draw(st.sampled_from([FORM, f"{FORM}; charset=UTF-8", FORM.title()]))))
    if way == "form":
        return path, encode_form(draw, pairs)
    at = draw(st.integers(0, len(pairs)))
    beaten = [(name, "of the query") for name, value in pairs[at:] if name in DOCUMENTED and str(value).strip()]
    return path + b"?" + _query(draw, [*pairs[:at], *beaten]), encode_form(draw, pairs[at:])


def _query(draw: st.DrawFn, pairs: Pairs) -> bytes:
    """A query; one client did not percent-encode the plus of an address."""
    parts = encode_form(draw, pairs).split(b"&")
    if draw(st.booleans()):
        parts = [part.replace(b"%2B", b"+") if part.startswith(b"email=") else part for part in parts]
    return b"&".join(parts)


# --- pages (WIRE.md 2) ----------------------------------------------------------------------------------------------


@st.composite
def page_requests(draw: st.DrawFn, door: Door, mark: str, callback: str) -> Sent:
    """A page's call that must be accepted; what a public key may not ask for is sent too, and ignored."""
    way = draw(st.sampled_from(["tag", "flat", "json", "plain", "nested", "multipart"]))
    is_json = way in ("json", "plain", "nested")
    pairs, fields, words = draw(values(is_json=is_json or way == "tag"))
    if way == "multipart":
        pairs, fields, words = _without_odd_parts(pairs, fields, words)
    is_follow_up = draw(st.integers(0, 7)) == 0
    sent, address = draw(addresses(mark))
    if draw(st.integers(0, 5)) == 0:
        sent = draw(st.sampled_from(["Rebecca <{}>", "mail: {} (work)", "{}, thanks", '"{}"'])).format(sent.strip())
    person = pairs if is_follow_up else [*pairs[:2], ("email", sent), *pairs[2:]]
    outer: Pairs = [("client_key", door.client_key)]
    kept = Kept(email=None if is_follow_up else address, fields=fields, words=words)
    kept.columns = {
        "email": kept.email,
        "token": None,
        "webhook_url": None,
        "delivery_method": None,
        "is_mail_due": True,
    }
    _add_visit(draw, outer, kept, mark, is_follow_up=is_follow_up)
    outer += draw(
        st.sampled_from(
            [[], [("delivery_method", "email")], [("webhook_url", callback), ("token", "mine"), ("callback", "x")]]
        )
    )
    kept.utm = _add_campaign(draw, outer)
    headers = _add_origin(draw, kept)
    body = _pack(draw, way, outer, person, headers)
    return Sent(
        raw=make_request(draw, "POST", CLIENT.encode(), headers, body),
        via="tag",
        mark=mark,
        kept=kept,
        what=f"page {way}",
    )


def _add_visit(draw: st.DrawFn, outer: Pairs, kept: Kept, mark: str, *, is_follow_up: bool) -> None:
    """Capture id, stage and place, as the script sends them; what is none of these is ignored, not refused."""
    if is_follow_up or draw(st.booleans()):
        capture_id = f"visit-{mark}"
        stage = draw(st.sampled_from(["entry", "submit", "leave", "LEAVE"]))
        outer += [("capture_id", capture_id), ("stage", stage)]
        kept.columns |= {"capture_id": capture_id, "stage": stage.lower()}
    elif draw(st.booleans()):
        outer += [("capture_id", "no id !"), ("stage", "never")]
        kept.columns |= {"capture_id": None, "stage": None}
    for name in ("page", "referrer"):
        sent, shown = draw(
            st.sampled_from(
                [
                    (None, None),
                    ("https://shop.example/contact?email=x@y.example#top", "https://shop.example/contact"),
                    ("http://user:pw@shop.example:8080/a", "http://shop.example:8080/a"),
                    ("javascript:alert(1)", None),
                ]
            )
        )
        if sent is not None:
            outer.append((name, sent))
        if shown is not None:
            kept.more[name] = shown


def _add_origin(draw: st.DrawFn, kept: Kept) -> list[tuple[str, str]]:
    origin = draw(st.sampled_from([None, "null", "https://shop.example", "http://localhost:3000"]))
    if origin is None:
        return []
    kept.more["origin"] = origin
    return [("Origin", origin)]


def _pack(draw: st.DrawFn, way: str, outer: Pairs, person: Pairs, headers: list[tuple[str, str]]) -> bytes:
    if way == "tag":
        headers.append(("Content-type", FORM))
        return encode_form(draw, [outer[0], ("person", encode_json(draw, dict(person)).decode()), *outer[1:]])
    if way == "flat":
        headers.append(("Content-Type", draw(st.sampled_from([FORM, f"{FORM};charset=UTF-8", FORM.upper()]))))
        return encode_form(draw, [*outer, *person])
    if way == "multipart":
        kind, body = encode_multipart([*outer, *person])
        headers.append(("Content-Type", kind))
        return body
    kind = PLAIN if way == "plain" else JSON
    headers.append(("Content-Type", draw(st.sampled_from([kind, f"{kind};charset=UTF-8"]))))
    said = {**dict(outer), "person": dict(person)} if way == "nested" else {**dict(outer), **dict(person)}
    return encode_json(draw, said)
