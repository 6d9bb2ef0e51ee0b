"""Thousands of generated requests against a real web process, and what came of each, read back from SQL and the API.

Counts what was sent, accepted and read back; complains of every answer that is none, every row that says something
else than was sent, and every row of a request that was refused.
"""

from __future__ import annotations

import asyncio
import copy
import json
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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

from faults.answers import Line, check_answer, compare
from faults.attacks import CLIENT, FORM, MAX_PEAK_MIB, Attack, kept_requests, peak_mib, run_attacks
from faults.ledger import Failed
from faults.system import System
from faults.wire import Kept, Sent, api_requests, page_requests
from faults.wire_refused import refused_requests
from faults.wire_values import DOCUMENTED, JSON, basic

MARK = re.compile(r"q\d+q")
MAX_GROWTH_MIB = 20.0
MIN_ACCEPTED_SHARE = 0.3
MERGE_S = 600.0  # within which the worker makes leads of everything
MAX_LOOK_UPS = 300  # about; every row is read from SQL anyway
WARM_UP = 0.2  # of the requests come before memory is looked at
SCHEMATHESIS_SHARE = 0.1


@dataclass(slots=True)
class Report:
    """What came of a run."""

    requests: int = 0
    accepted: int = 0
    read_back: int = 0
    looked_up: int = 0  # of a sample of the accepted calls, those that the API shows as they were sent
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
        if is_post:
            self._make_findable(case, mark)
        key = {"Authorization": basic(self.system.door.api_key)}
        response = case.call(base_url=f"http://127.0.0.1:{self.system.port}", headers=key, timeout=60)
        self.count("schema" if is_post else "schema read", response.status_code)
        if response.status_code >= 500:
            self.report.complain(f"schema: {response.status_code} of {case.as_curl_command()[:700]}")
        if is_post and response.status_code == 200:
            self._remember(case, mark, response)

    def _make_findable(self, case: Any, mark: str) -> None:
        """Leave a call what Schemathesis made of it, but an address of its own, and what would make it a repeat."""
        case.query = None
        case.headers = {name: value for name, value in (case.headers or {}).items() if name != "Idempotency-Key"}
        if not isinstance(case.body, dict):
            return
        case.body = copy.deepcopy(case.body)  # examples are handed out again
        if is_text(case.body.get("email")):
            case.body["email"] = f"{mark}@example.com"
        if "client_key" in case.body:
            case.body["client_key"] = self.system.door.client_key
        for name in ("webhook_url", "callback", "delivery_method", "duplicates"):
            case.body.pop(name, None)
        if is_text(case.body.get("capture_id")):
            case.body["capture_id"] = f"visit-{mark}"
        person = read_person(case)
        if person and "json" not in str(case.media_type):
            case.body["person"] = json.dumps(person)  # Schemathesis would spread it over the form
        if is_text(person.get("email")):
            person = {**person, "email": f"{mark}@example.com"}
            case.body["person"] = json.dumps(person) if isinstance(case.body["person"], str) else person

    def _remember(self, case: Any, mark: str, response: Any) -> None:
        via = "api" if case.operation.path == "/api/leads" else "tag"
        said = {**case.body, **read_person(case)} if isinstance(case.body, dict) else {}
        fields = {name: said[name].strip() for name in DOCUMENTED if is_text(said.get(name))}
        kept = Kept(email=said.get("email"), fields=fields)
        self.kept[mark] = Sent(raw=b"", via=via, mark=mark, kept=kept, what="schema")
        if via == "api":
            self.ids[mark] = response.json()["data"]["id"]

    # --- attacks --------------------------------------------------------------------------------------------------

    def send_odd(self) -> None:
        """Hand in odd leads that are to be kept."""
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
        """Have the worker make leads of all there is, and the API show a sample of the accepted calls of servers."""
        worker, key = self.system.run("worker"), f"Authorization: {basic(self.system.door.api_key)}"
        deadline = time.monotonic() + MERGE_S
        while not all(row["merged_at"] for row in asyncio.run(list_captures(self.system))):
            if time.monotonic() > deadline:
                raise Failed("not all captures were merged")
            time.sleep(0.5)
        worker.kill()  # what it has begun to research and deliver is nothing that is looked at here
        step = max(1, len(self.ids) // MAX_LOOK_UPS)
        for mark, lead_id in list(self.ids.items())[::step]:
            answer = self.line.ask(f"GET /api/leads/{lead_id} HTTP/1.1\r\nHost: x\r\n{key}\r\n\r\n".encode())
            kept = self.kept[mark].kept
            shown = json.loads(answer.body) if answer.status == 200 else {}
            token = kept.columns.get("token") if kept else None
            is_same = kept is not None and shown.get("email") == kept.email and token in (None, shown.get("token"))
            if not is_same or shown["state"] == "gave_up":
                self.report.complain(f"the API shows {answer.body[:300]!r} of {mark}")
            else:
                self.report.looked_up += 1


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


def read_person(case: Any) -> dict[str, Any]:
    """Return what a page's call says in its `person`, an object or JSON text; a server's call has none."""
    person = case.body.get("person") if case.operation.path == CLIENT else None
    with suppress(ValueError):
        person = json.loads(person) if isinstance(person, str) else person
    return person if isinstance(person, dict) else {}


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


async def run_requests(
    count: int,
    *,
    store: str = "sqlite",
    number: int = 1,
    source: Path | None = None,
    say: Callable[[str], None] = print,
) -> Report:
    """Send so many requests and read back what they left.

    `number` seeds what is drawn; `source` is the folder of the package, if it is not our own: then nothing attacks.
    """
    report, started = Report(), time.monotonic()
    system = System({"STACKLEAD_REDIS_URL": ""}, source=source, is_postgres=store == "postgres")
    try:
        run = Requests(system, report, number)
        await system.wait_ready()
        await asyncio.to_thread(run_all, run, count, say, has_attacks=source is None)
        if run.web.poll() is not None:
            report.complain(f"the web process ended: {system.last_words()}")
        run.line.close()
    finally:
        system.close()
    report.seconds = time.monotonic() - started
    return report


def run_all(run: Requests, count: int, say: Callable[[str], None], *, has_attacks: bool) -> None:
    """Warm up; send the most while the attacks go on; read everything back."""
    report, by_schema, warm_up = run.report, int(count * SCHEMATHESIS_SHARE), int(count * WARM_UP)
    run.generate(warm_up)
    before = memory_mib(run.web.pid)
    run.number += 1
    with ThreadPoolExecutor(1) as pool:
        attacks = pool.submit(run_attacks, run.system.door, say) if has_attacks else None
        run.generate(count - warm_up - by_schema)
        run.generate_from_schema(by_schema)
        if report.requests < count:
            run.generate(count - report.requests)
        for complaint in attacks.result() if attacks else []:
            report.complain(complaint)
    run.send_odd()
    report.growth_mib = memory_mib(run.web.pid) - before
    report.peak_growth_mib = peak_mib(run.web.pid) - before
    for growth, limit in ((report.growth_mib, MAX_GROWTH_MIB), (report.peak_growth_mib, MAX_PEAK_MIB)):
        if growth > limit:
            report.complain(f"memory grew by {growth:.1f} MiB")
    say(f"  requests  {report.requests} sent, {report.accepted} accepted; now they are read back")
    run.read_back()
    run.look_up()
