"""Thousands of generated requests against a real web process, and what came of each, read back from SQL and the API.

Counts what was sent, accepted and read back; complains of every answer that is none, every row that says something
else than was sent, and every row of a request that was refused.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from faults.attacks import CLIENT, FORM, MAX_PEAK_MIB, Attack, kept_requests, peak_mib, run_attacks
from faults.ledger import Failed
from faults.system import System
from faults.wire import Kept, Sent, api_requests, page_requests
from faults.wire_refused import refused_requests
from faults.wire_values import DOCUMENTED, JSON, basic

MARK = re.compile(r"q\d+q")
MAX_GROWTH_MIB = 20.0
MIN_ACCEPTED_SHARE = 0.3
WARM_UP = 0.2  # of the requests come before memory is looked at
SCHEMATHESIS_SHARE = 0.1
IDLE_S = 2.0  # a kept connection that was idle for longer is not used again: the server lets it go after 5 s
OK = b'{"message":"ok"}'


@dataclass(slots=True)
class Report:
    """What came of a run."""

    requests: int = 0
    accepted: int = 0
    read_back: int = 0
    looked_up: int = 0  # of the accepted calls, those that the API shows as they were sent
    statuses: Counter[int] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    growth_mib: float = 0.0
    peak_growth_mib: float = 0.0  # at the worst moment of the attacks
    seconds: float = 0.0
    complaints: list[str] = field(default_factory=list)

    @property
    def accepted_share(self) -> float:
        return self.accepted / max(1, self.requests)

    @property
    def is_good(self) -> bool:
        return not self.complaints and self.accepted_share >= MIN_ACCEPTED_SHARE and self.read_back == self.accepted

    def summarise(self) -> dict[str, Any]:
        """Return the figures, as `make faults` prints them."""
        return {
            "requests": self.requests,
            "accepted": self.accepted,
            "accepted_share": round(self.accepted_share, 3),
            "read_back": self.read_back,
            "looked_up": self.looked_up,
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "memory_growth_mib": round(self.growth_mib, 1),
            "memory_peak_growth_mib": round(self.peak_growth_mib, 1),
            "complaints": len(self.complaints),
            "seconds": round(self.seconds, 1),
        }

    def complain(self, text: str) -> None:
        if len(self.complaints) < 50:
            self.complaints.append(text)


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


class Requests:
    """One run: a web process of its own, the requests, and what they left."""

    def __init__(self, system: System, report: Report, number: int) -> None:
        self.system = system
        self.report = report
        self.number = number
        self.web = system.run("serve", "--port", str(system.port))
        self.line = Line(system.port)
        self.marks = 0
        self.kept: dict[str, Sent] = {}  # accepted, by mark
        self.ids: dict[str, str] = {}  # lead ids of accepted calls, by mark
        self.memory_mib = 0.0

    def generate(self, count: int) -> None:
        """Send what Hypothesis draws; an example is one request."""
        door, callback = self.system.door, f"http://127.0.0.1:{self.system.sinks['webhook']}/hook"

        def draw(data: st.DataObject) -> None:
            mark = self.next_mark()
            way = data.draw(st.integers(0, 9))
            if way < 3:
                sent = data.draw(api_requests(door, mark, callback))
            elif way < 6:
                sent = data.draw(page_requests(door, mark, callback))
            else:
                sent = data.draw(refused_requests(door, mark))
            self.send(sent)

        run_examples(count, self.number, draw, st.data())

    def send(self, sent: Sent) -> None:
        try:
            answer = self.line.ask(sent.raw)
        except OSError as exc:
            self.line.close()
            self.report.complain(f"{sent.what}: {exc!r}: {sent.raw[:300]!r}")
            return
        self.count(sent.what, answer.status)
        complaint = check_answer(sent, answer)
        if complaint:
            self.report.complain(f"{sent.what}: {complaint}: {sent.raw[:700]!r} -> {answer.body[:200]!r}")
        if answer.status == 200 and sent.kept is not None:
            self.kept[sent.mark] = sent
            if sent.via == "api":
                self.ids[sent.mark] = json.loads(answer.body)["data"]["id"]

    def next_mark(self) -> str:
        self.marks += 1
        return f"q{self.marks:06}q"  # of one length, because draws may depend on that

    def count(self, what: str, status: int) -> None:
        self.report.requests += 1
        self.report.statuses[status] += 1
        self.report.ways[what] += 1
        self.report.accepted += status == 200 and not what.startswith("schema read")

    # --- from the served description ------------------------------------------------------------------------------

    def generate_from_schema(self, count: int) -> None:
        """Send what Schemathesis makes of the served OpenAPI document, good and bad."""
        schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{self.system.port}/openapi.json")
        operations = [found.ok() for found in schema.get_all_operations()]
        modes = (GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        pairs = [(operation, mode) for operation in operations for mode in modes if operation.method != "delete"]
        for operation, mode in pairs:
            each = max(1, count // len(pairs))
            with suppress(Unsatisfiable):  # an operation without parameters has no bad ones
                run_examples(each, self.number, self._call, operation.as_strategy(generation_mode=mode))

    def _call(self, case: Any) -> None:
        mark = self.next_mark()
        is_post = case.operation.method == "post"
        if is_post and isinstance(case.body, dict) and is_text(case.body.get("email")):
            case.body["email"] = f"{mark}@example.com"
            case.query = None
            for name in ("webhook_url", "callback", "delivery_method", "duplicates"):
                case.body.pop(name, None)
        key = {"Authorization": basic(self.system.door.api_key)}
        if isinstance(case.body, dict) and "client_key" in case.body:
            case.body["client_key"] = self.system.door.client_key
        response = case.call(base_url=f"http://127.0.0.1:{self.system.port}", headers=key, timeout=60)
        self.count("schema" if is_post else "schema read", response.status_code)
        if response.status_code >= 500:
            self.report.complain(f"schema: {response.status_code} of {case.as_curl_command()[:700]}")
        if is_post and response.status_code == 200:
            self._remember(case, mark, response)

    def _remember(self, case: Any, mark: str, response: Any) -> None:
        via = "api" if case.operation.path == "/api/leads" else "tag"
        said = case.body if isinstance(case.body, dict) else {}
        fields = {name: said[name].strip() for name in DOCUMENTED if is_text(said.get(name))}
        kept = Kept(email=said.get("email"), fields=fields)
        self.kept[mark] = Sent(raw=b"", via=via, mark=mark, kept=kept, what="schema")
        if via == "api":
            self.ids[mark] = response.json()["data"]["id"]

    # --- attacks --------------------------------------------------------------------------------------------------

    def attack(self, say: Callable[[str], None]) -> None:
        """Attack the web process, and hand in odd leads that are to be kept."""
        before, peak = memory_mib(self.web.pid), peak_mib(self.web.pid)
        for complaint in run_attacks(self.system.door, say):
            self.report.complain(complaint)
        for body, fields in kept_requests(self.system.door):
            mark = self.next_mark()
            kept = Kept(email=f"{mark}@example.com", fields=fields)
            is_json = body.startswith(b"{")
            more = f', "email": "{kept.email}"}}' if is_json else f"&email={kept.email}"
            raw = body.removesuffix(b"}") + more.encode()
            status = Attack(self.system.door).post(CLIENT, JSON if is_json else FORM, raw)
            self.count("odd", status)
            if status != 200:
                self.report.complain(f"odd: {status}: {raw[:300]!r}")
            self.kept[mark] = Sent(raw=raw, via="tag", mark=mark, kept=kept, what="odd")
        self.report.peak_growth_mib = peak_mib(self.web.pid) - max(before, peak)
        if self.report.peak_growth_mib > MAX_PEAK_MIB:
            self.report.complain(f"memory grew by {self.report.peak_growth_mib:.1f} MiB under attack")

    # --- afterwards -----------------------------------------------------------------------------------------------

    def read_back(self) -> None:
        """Hold every row against what was sent, and see that there is no other."""
        rows = asyncio.run(list_captures(self.system))
        marks = {lead_id: mark for mark, lead_id in self.ids.items()}
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            mark = marks.get(row["lead_public_id"] or "") or find_mark(row)
            if row["email"] == "fine@example.com":  # handed in under attack
                continue
            if mark is None or mark in found or mark not in self.kept:
                self.report.complain(f"a row that nobody was told of: {row}")
            else:
                found[mark] = row
        for mark, sent in self.kept.items():
            complaint = compare(sent, found[mark]) if mark in found else "is not stored"
            if complaint:
                self.report.complain(f"{sent.what}: {complaint}: {sent.raw[:900]!r}")
            else:
                self.report.read_back += 1

    def look_up(self) -> None:
        """Have the API show every accepted call of a server, and the worker make leads of all there is."""
        worker, key = self.system.run("worker"), f"Authorization: {basic(self.system.door.api_key)}"
        deadline = time.monotonic() + 120
        while not all(row["merged_at"] for row in asyncio.run(list_captures(self.system))):
            if time.monotonic() > deadline:
                raise Failed("not all captures were merged")
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        for mark, lead_id in self.ids.items():
            answer = self.line.ask(f"GET /api/leads/{lead_id} HTTP/1.1\r\nHost: x\r\n{key}\r\n\r\n".encode())
            kept = self.kept[mark].kept
            shown = json.loads(answer.body) if answer.status == 200 else {}
            token = kept.columns.get("token") if kept else None
            is_same = kept is not None and shown.get("email") == kept.email and token in (None, shown.get("token"))
            if not is_same or shown["state"] == "gave_up":
                self.report.complain(f"the API shows {answer.body[:300]!r} of {mark}")
            else:
                self.report.looked_up += 1
        worker.wait(60)


def run_examples(count: int, number: int, use: Callable[[Any], None], strategy: st.SearchStrategy[Any]) -> None:
    """Draw so many examples and use each once."""

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def example(drawn: Any) -> None:
        use(drawn)

    example()


def is_text(value: Any) -> bool:
    """Return whether this is a text that is kept as it is; long numbers in it could be a card's."""
    return isinstance(value, str) and value.strip() != "" and value.isprintable() and not re.search(r"\d{3}", value)


def memory_mib(pid: int) -> float:
    """Return the resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1048576


async def list_captures(system: System) -> list[dict[str, Any]]:
    if system.cluster is None:
        with closing(sqlite3.connect(f"file:{system.data_dir / 'stacklead.db'}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute("SELECT * FROM captures ORDER BY id")]
    connection = await asyncpg.connect(system.env["STACKLEAD_DATABASE_URL"])
    try:
        return [dict(row) for row in await connection.fetch("SELECT * FROM captures ORDER BY id")]
    finally:
        await connection.close()


def find_mark(row: dict[str, Any]) -> str | None:
    match = MARK.search(f"{row['email'] or ''} {row['capture_id'] or ''}")
    return match.group() if match else None


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


async def run_requests(
    count: int,
    *,
    store: str = "sqlite",
    number: int = 1,
    has_attacks: bool = True,
    say: Callable[[str], None] = print,
) -> Report:
    """Send so many requests and read back what they left; `number` seeds what is drawn."""
    report, started = Report(), time.monotonic()
    system = System({"STACKLEAD_REDIS_URL": ""}, is_postgres=store == "postgres")
    try:
        run = Requests(system, report, number)
        await system.wait_ready()
        await asyncio.to_thread(run_all, run, count, say, has_attacks=has_attacks)
        if run.web.poll() is not None:
            report.complain(f"the web process ended: {system.last_words()}")
    finally:
        system.close()
    report.seconds = time.monotonic() - started
    return report


def run_all(run: Requests, count: int, say: Callable[[str], None], *, has_attacks: bool) -> None:
    by_schema = int(count * SCHEMATHESIS_SHARE)
    warm_up = int(count * WARM_UP)
    run.generate(warm_up)
    before = memory_mib(run.web.pid)
    run.number += 1
    run.generate(count - warm_up - by_schema)
    run.generate_from_schema(by_schema)
    run.generate(max(0, count - run.report.requests))
    if has_attacks:
        run.attack(say)
    run.report.growth_mib = memory_mib(run.web.pid) - before
    if run.report.growth_mib > MAX_GROWTH_MIB:
        run.report.complain(f"memory grew by {run.report.growth_mib:.1f} MiB")
    say(f"  requests  {run.report.requests} sent, {run.report.accepted} accepted; now they are read back")
    run.read_back()
    run.look_up()
