"""One connection for exact bytes, and what must be true of answers and of the rows behind them."""

from __future__ import annotations

import json
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from faults.wire import Sent

IDLE_S = 2.0  # a kept connection that was idle for longer is not used again: the server lets it go after 5 s
OK = b'{"message":"ok"}'


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """One kept connection, on which exact bytes are sent."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None
        self.used_at = 0.0

    def ask(self, raw: bytes) -> Answer:
        """Send a request and read its answer."""
        if self.socket is not None and time.monotonic() - self.used_at > IDLE_S:
            self.close()
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        with suppress(ConnectionError):  # it may have been answered before it was sent to its end
            self.socket.sendall(raw)
        answer, is_kept = self._read(self.socket, raw.startswith(b"HEAD "))
        self.used_at = time.monotonic()
        if not is_kept or answer.status in (413, 400, 415):
            self.close()
        return answer

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    @staticmethod
    def _read(line: socket.socket, is_head: bool) -> tuple[Answer, bool]:
        data = b""
        while b"\r\n\r\n" not in data:
            more = line.recv(65536)
            if not more:
                raise ConnectionError(f"no answer but {data!r}")
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
        length = 0 if is_head else int(headers.get("content-length", 0))
        while len(body) < length:
            body += line.recv(65536)
        return Answer(int(first.split(" ")[1]), headers, body), headers.get("connection") != "close"


# --- what must be true of answers and rows ----------------------------------------------------------------------------


def check_answer(sent: Sent, answer: Answer) -> str | None:
    """Return what is wrong with an answer, or None."""
    if sent.via == "tag" and answer.headers.get("access-control-allow-origin") != "*" and b"/API/" not in sent.raw[:20]:
        return "no CORS header"
    if sent.kept is None:
        return check_refusal(sent, answer)
    if answer.status != 200:
        return f"was refused with {answer.status}"
    if b"error" in answer.body:
        return "old clients take it for a failure"
    if sent.via == "tag":
        return None if answer.body == OK else "says something else than ok"
    data = json.loads(answer.body)["data"]
    columns = sent.kept.columns
    if "token" in columns and data["token"] != columns["token"]:
        return f"the token came back as {data['token']!r}"
    if columns.get("webhook_url") and data["callback"] != columns["webhook_url"]:
        return "the callback is another one"
    return None


def check_refusal(sent: Sent, answer: Answer) -> str | None:
    if not 400 <= answer.status < 500:
        return f"was answered with {answer.status}"
    if answer.status == 401 and sent.via == "api" and "www-authenticate" not in answer.headers:
        return "401 without a challenge"
    if sent.raw.startswith(b"HEAD ") or answer.headers["content-type"] != "application/json":
        return None if b"/API/" in sent.raw[:20] or sent.raw.startswith(b"HEAD ") else "is no JSON"
    body = json.loads(answer.body)
    if list(body) != ["error"] or list(body["error"]) != ["code", "message", "param"]:
        return "has another shape"
    return None


def compare(sent: Sent, row: dict[str, Any]) -> str | None:
    """Hold a stored row against what was to be kept, field for field."""
    kept = sent.kept
    assert kept is not None
    payload = json.loads(row["payload"])
    if row["via"] != sent.via:
        return f"came by {row['via']}"
    wrong = {name: row[name] for name, value in kept.columns.items() if normal(row[name]) != normal(value)}
    if wrong:
        return f"columns are {wrong}, not {kept.columns}"
    if sent.what == "schema":
        stored = payload["fields"]
        others = {name: text for name, text in kept.fields.items() if stored.get(name) != text[:1000].strip()}
        is_address = kept.email is None or row["email"] == kept.email.strip()
        return None if is_address and not others else f"stored is {row['email']}, {stored}, not {kept}"
    expected = {"fields": kept.fields, "words": kept.words, "utm": kept.utm, **kept.more}
    found = {"fields": {}, "words": {}, "utm": {}, **payload}
    if found != expected:
        return f"stored is {found}, not {expected}"
    is_key = row["email_key"] == (kept.email.lower() if kept.email else None)
    return None if is_key else f"the key of the address is {row['email_key']}"


def normal(value: Any) -> Any:
    return bool(value) if isinstance(value, int) else value
