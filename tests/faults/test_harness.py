"""The harness finds what it is there to find: a product broken on purpose fails it."""

import asyncio
import json
from pathlib import Path

from faults.broken import EARLY_ANSWER, NEW_ID_PER_ATTEMPT, Break, make_broken
from faults.ledger import Arrivals, Call, Ledger
from faults.scenarios import Outcome, Plan, run_scenario
from machine import need_redis


def run_broken(name: str, folder: Path, how: Break, *, calls: int, patience_s: float) -> Outcome:
    need_redis()
    plan = Plan(
        name=name,
        rounds=1,
        calls=calls,
        connections=32,
        store="sqlite",
        seed=1,
        source=make_broken(folder, how),
        patience_s=patience_s,
    )
    return asyncio.run(run_scenario(plan))


def test_a_build_that_answers_before_the_commit_fails(tmp_path: Path) -> None:
    assert run_broken("web", tmp_path, EARLY_ANSWER, calls=100, patience_s=15).account.lost


def test_a_build_that_sends_every_attempt_under_a_new_id_fails(tmp_path: Path) -> None:
    assert run_broken("flushall", tmp_path, NEW_ID_PER_ATTEMPT, calls=100, patience_s=90).account.doubled


def settle(tmp_path: Path, *arrivals: dict[str, object]) -> tuple[Ledger, Arrivals]:
    path = tmp_path / "webhook.jsonl"
    path.write_text("".join(json.dumps({"via": "webhook", "refused": False, **one}) + "\n" for one in arrivals))
    ledger = Ledger()
    ledger.acknowledge(ledger.add(Call("webhook", "a-0-1@probe.example", "T", can_retry=True)))
    ledger.add(Call("webhook", "a-0-2@probe.example", "U", can_retry=False))  # never answered
    return ledger, Arrivals([path])


FIRST = {"id": "m1", "email": "a-0-1@probe.example", "token": "T", "digest": "d"}


def test_the_same_id_twice_is_a_retry(tmp_path: Path) -> None:
    ledger, arrivals = settle(tmp_path, FIRST, FIRST)
    assert arrivals.account(ledger).is_clean


def test_what_was_acknowledged_and_did_not_arrive_is_lost(tmp_path: Path) -> None:
    ledger, arrivals = settle(tmp_path)
    assert arrivals.account(ledger).lost == ["webhook of a-0-1@probe.example"]


def test_what_the_sink_refused_has_not_arrived(tmp_path: Path) -> None:
    ledger, arrivals = settle(tmp_path, {**FIRST, "refused": True})
    assert len(arrivals.account(ledger).lost) == 1


def test_two_ids_are_doubled(tmp_path: Path) -> None:
    ledger, arrivals = settle(tmp_path, FIRST, {**FIRST, "id": "m2"})
    assert len(arrivals.account(ledger).doubled) == 1


def test_a_call_without_an_answer_may_arrive_once_only(tmp_path: Path) -> None:
    second = {"id": "m3", "email": "a-0-2@probe.example", "token": "U", "digest": "e"}
    ledger, arrivals = settle(tmp_path, FIRST, second)
    assert arrivals.account(ledger).is_clean
    ledger, arrivals = settle(tmp_path, FIRST, second, {**second, "id": "m4"})
    assert len(arrivals.account(ledger).doubled) == 1


def test_other_bytes_or_another_token_are_altered(tmp_path: Path) -> None:
    ledger, arrivals = settle(tmp_path, FIRST, {**FIRST, "digest": "other"})
    assert arrivals.account(ledger).altered
    ledger, arrivals = settle(tmp_path, {**FIRST, "token": "other"})
    assert arrivals.account(ledger).altered


def test_what_nobody_handed_in_is_unasked(tmp_path: Path) -> None:
    ledger, arrivals = settle(tmp_path, FIRST, {**FIRST, "id": "m5", "email": "b-0-1@probe.example"})
    assert arrivals.account(ledger).unasked
