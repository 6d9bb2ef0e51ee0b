"""What is one lead: visits, settling, repeats, calls of servers (DESIGN.md 4)."""

import asyncio
import itertools
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import update

from stacklead.models import LeadState
from stacklead.settings import Settings
from stacklead.storage import captures, leads, tables
from stacklead.storage.database import Database, now_ms
from stacklead.storage.merging import MAX_SETTLE_MS, MergeRules, merge_captures, merge_payload
from support.tenants import Tenant, make_tenant
from unit.storage.rows import RESULT, append_api, append_tag, finish, list_rows

pytestmark = pytest.mark.anyio

DAY_MS = 86_400_000
SETTLE_MS = 30_000
RULES = MergeRules(settle_ms=SETTLE_MS, repeat_window_ms=DAY_MS)
VISIT, VISIT_2 = "a" * 32, "b" * 32
A, B = "a@example.com", "b@example.com"


async def merge(databases: Database, rules: MergeRules = RULES) -> dict[int, int]:
    """Merge all there is, and return when which lead wants research."""
    due: dict[int, int] = {}
    while True:
        async with databases.write() as db:
            merged = await merge_captures(db, rules)
        due |= merged.due
        if not merged.captures:
            return due


async def tag(databases: Database, tenant: Tenant, email: str | None = A, **values: Any) -> int:
    async with databases.write() as db:
        return await append_tag(db, tenant, email, **values)


async def api(databases: Database, tenant: Tenant, email: str = A, **values: Any) -> int:
    async with databases.write() as db:
        return await append_api(db, tenant, email, **values)


async def rows(databases: Database, table: str = "leads") -> list[dict[str, Any]]:
    async with databases.read() as db:
        return await list_rows(db, table)


def said(row: dict[str, Any]) -> dict[str, str]:
    return msgspec.json.decode(row["payload"])["fields"]


async def research(databases: Database, lead_id: int) -> None:
    async with databases.write() as db:
        await db.execute(update(tables.leads).where(tables.leads.c.id == lead_id).values(next_at=0))
        await finish(db, lead_id)


async def claim(databases: Database, lead_id: int) -> Any:
    async with databases.write() as db:
        await db.execute(update(tables.leads).where(tables.leads.c.id == lead_id).values(next_at=0))
        return await leads.claim_lead(db, lead_id)


# --- one visit ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """One capture of the visit: `more` are columns."""

    stage: str | None
    email: str | None = A
    fields: tuple[tuple[str, str], ...] = ()
    visit: str | None = VISIT


def call(stage: str | None, email: str | None = A, visit: str | None = VISIT, **fields: str) -> Call:
    return Call(stage, email, tuple(fields.items()), visit)


Lead = tuple[str, str, dict[str, str]]
SEQUENCES: dict[str, tuple[list[Call], list[Lead]]] = {
    "entry": ([call("entry", name="R")], [(A, "waiting", {"name": "R"})]),
    "submit": ([call("submit", name="R")], [(A, "queued", {"name": "R"})]),
    "leave": ([call("leave")], [(A, "queued", {})]),
    "old tag without a stage": ([call(None, visit=None, name="R")], [(A, "queued", {"name": "R"})]),
    "entry, submit": (
        [call("entry", name="R"), call("submit", name="Rebecca", company="Blue")],
        [(A, "queued", {"name": "Rebecca", "company": "Blue"})],
    ),
    "entry, bare submit": ([call("entry", name="R"), call("submit", None)], [(A, "queued", {"name": "R"})]),
    "entry, bare leave": ([call("entry", name="R"), call("leave", None)], [(A, "queued", {"name": "R"})]),
    "entry, corrected entry": (
        [call("entry", name="Reb"), call("entry", name="Rebecca", company="Blue"), call("leave", None)],
        [(A, "queued", {"name": "Rebecca", "company": "Blue"})],
    ),
    "entry, entry with another address": (
        [call("entry", A, name="R"), call("entry", B)],
        [(B, "waiting", {"name": "R"})],
    ),
    "entry, submit with another address": ([call("entry", A), call("submit", B)], [(B, "queued", {})]),
    "submit overtakes entry": (
        [call("submit", name="Rebecca"), call("entry", name="Reb", company="Blue")],
        [(A, "queued", {"name": "Rebecca", "company": "Blue"})],
    ),
    "bare submit overtakes entry": ([call("submit", None), call("entry", name="R")], [(A, "queued", {"name": "R"})]),
    "leave with fields overtakes entry": (
        [call("leave", None, company="Blue"), call("entry", name="R", company="B")],
        [(A, "queued", {"name": "R", "company": "Blue"})],
    ),
    "bare entry overtakes entry": ([call("entry", None), call("entry", name="R")], [(A, "waiting", {"name": "R"})]),
    "everything twice": (
        [
            call("entry", name="R"),
            call("entry", name="R"),
            call("submit", name="R"),
            call("submit", name="R"),
            call("leave", None),
            call("leave", None),
        ],
        [(A, "queued", {"name": "R"})],
    ),
    "bare follow-up of nothing": ([call("submit", None)], []),
    "two visits of two addresses, interleaved": (
        [
            call("entry", A, VISIT),
            call("entry", B, VISIT_2),
            call("submit", None, VISIT, name="A"),
            call("leave", None, VISIT_2, name="B"),
        ],
        [(A, "queued", {"name": "A"}), (B, "queued", {"name": "B"})],
    ),
    "two visits of one address": (
        [call("entry", A, VISIT, name="R"), call("entry", A, VISIT_2, name="Other", company="Blue")],
        [(A, "waiting", {"name": "R", "company": "Blue"})],
    ),
    "submit of the first of two visits ends the wait": (
        [call("entry", A, VISIT), call("entry", A, VISIT_2), call("submit", None, VISIT)],
        [(A, "queued", {})],
    ),
    "submit of the second of two visits ends the wait": (
        [call("entry", A, VISIT), call("entry", A, VISIT_2), call("submit", None, VISIT_2)],
        [(A, "queued", {})],
    ),
    "second visit corrects its address: the first one's lead stays": (
        [call("entry", A, VISIT), call("entry", A, VISIT_2), call("entry", B, VISIT_2)],
        [(A, "waiting", {}), (B, "waiting", {})],
    ),
    "address corrected to that of another lead": (
        [call("submit", A, VISIT), call("entry", B, VISIT_2, name="R"), call("submit", A, VISIT_2, company="Blue")],
        [(A, "queued", {"name": "R", "company": "Blue"})],
    ),
    "another person after a submit": (
        [call("submit", A, name="A"), call("entry", B, name="B"), call("submit", B)],
        [(A, "queued", {"name": "A"}), (B, "queued", {"name": "B"})],
    ),
    "one address in other letters": (
        [call("entry", A, VISIT), call("submit", "A@Example.com", VISIT_2)],
        [(A, "queued", {})],
    ),
    "old tags repeat": (
        [call(None, A, None, name="R"), call(None, A, None, company="Blue"), call(None, B, None)],
        [(A, "queued", {"name": "R", "company": "Blue"}), (B, "queued", {})],
    ),
}


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one by one"])
@pytest.mark.parametrize("name", SEQUENCES)
async def test_sequence_of_calls(databases: Database, shop: Tenant, name: str, together: bool) -> None:
    calls, expected = SEQUENCES[name]
    for one in calls:
        await tag(databases, shop, one.email, stage=one.stage, capture_id=one.visit, fields=dict(one.fields))
        if not together:
            await merge(databases)
    await merge(databases)
    assert [(row["email"], row["state"], said(row)) for row in await rows(databases)] == expected
    assert all(row["merged_at"] for row in await rows(databases, "captures"))


async def test_address_keeps_the_spelling_of_its_first_call(databases: Database, shop: Tenant) -> None:
    for email in ("Rebecca@Example.com", "rebecca@example.com"):
        await tag(databases, shop, email, stage="entry", capture_id=VISIT)
    await merge(databases)
    [lead] = await rows(databases)
    assert (lead["email"], lead["email_key"]) == ("Rebecca@Example.com", "rebecca@example.com")


async def test_lead_remembers_where_it_came_from(databases: Database, shop: Tenant) -> None:
    await tag(databases, shop, stage="entry", capture_id=VISIT, page="https://x.example/first", utm={"utm_source": "a"})
    await tag(databases, shop, stage="submit", capture_id=VISIT, page="https://x.example/second")
    await merge(databases)
    payload = msgspec.json.decode((await rows(databases))[0]["payload"])
    assert (payload["page"], payload["utm"]) == ("https://x.example/first", {"utm_source": "a"})


@pytest.mark.parametrize("other", ["account", "key"])
async def test_one_capture_id_of_two_keys_is_two_visits(
    databases: Database, shop: Tenant, other_shop: Tenant, other: str
) -> None:
    await tag(databases, shop, A, stage="entry", capture_id=VISIT)
    tenant, key_id = (other_shop, other_shop.client_key_id) if other == "account" else (shop, 999)
    async with databases.write() as db:
        capture_id = await append_tag(db, tenant, B, stage="entry", capture_id=VISIT)
        await db.execute(update(tables.captures).where(tables.captures.c.id == capture_id).values(key_id=key_id))
    await merge(databases)
    assert [row["email"] for row in await rows(databases)] == [A, B]


async def test_changed_address_is_a_new_lead_once_research_began(databases: Database, shop: Tenant) -> None:
    await tag(databases, shop, A, stage="entry", capture_id=VISIT)
    [first] = await merge(databases)
    assert await claim(databases, first)
    await tag(databases, shop, B, stage="submit", capture_id=VISIT)
    await merge(databases)
    assert [(row["email"], row["state"]) for row in await rows(databases)] == [(A, "researching"), (B, "queued")]


async def test_bare_follow_up_belongs_to_what_the_visit_said_last(databases: Database, shop: Tenant) -> None:
    await tag(databases, shop, A, stage="submit", capture_id=VISIT)
    await tag(databases, shop, B, stage="entry", capture_id=VISIT)
    await tag(databases, shop, None, stage="submit", capture_id=VISIT)
    await merge(databases)
    assert [(row["email"], row["state"]) for row in await rows(databases)] == [(A, "queued"), (B, "queued")]


# --- settling -------------------------------------------------------------------------------------------------------


async def test_entry_waits_to_settle(databases: Database, shop: Tenant) -> None:
    at = now_ms()
    await tag(databases, shop, stage="entry", capture_id=VISIT, received_at=at)
    assert list((await merge(databases)).values()) == [at + SETTLE_MS]
    await tag(databases, shop, stage="entry", capture_id=VISIT, received_at=at + 10_000, fields={"name": "R"})
    assert list((await merge(databases)).values()) == [at + 10_000 + SETTLE_MS]


@pytest.mark.parametrize("stage", ["submit", "leave", None])
async def test_end_of_a_visit_ends_the_wait_at_once(databases: Database, shop: Tenant, stage: str | None) -> None:
    at = now_ms()
    await tag(databases, shop, stage="entry", capture_id=VISIT, received_at=at)
    await tag(databases, shop, None, stage=stage, capture_id=VISIT, received_at=at + 500)
    assert list((await merge(databases)).values()) == [at + 500]


@pytest.mark.parametrize("visits", ["one visit", "many visits"])
async def test_entries_never_wait_beyond_five_minutes(databases: Database, shop: Tenant, visits: str) -> None:
    at = now_ms()
    due: dict[int, int] = {}
    for number in range(40):
        visit = VISIT if visits == "one visit" else f"{number:032}"
        await tag(
            databases,
            shop,
            stage="entry",
            capture_id=visit,
            received_at=at + 20_000 * number,
            fields={"name": str(number)},
        )
        due |= await merge(databases)
    assert list(due.values()) == [at + MAX_SETTLE_MS]


async def test_long_settling_time_is_bounded(databases: Database, shop: Tenant) -> None:
    at = now_ms()
    await tag(databases, shop, stage="entry", capture_id=VISIT, received_at=at)
    due = await merge(databases, MergeRules(settle_ms=10**9, repeat_window_ms=DAY_MS))
    assert list(due.values()) == [at + MAX_SETTLE_MS]


async def test_entry_that_came_late_does_not_shorten_the_wait(databases: Database, shop: Tenant) -> None:
    at = now_ms()
    await tag(databases, shop, stage="entry", capture_id=VISIT, received_at=at)
    await tag(databases, shop, stage="entry", capture_id=VISIT, received_at=at - 5000)
    assert list((await merge(databases)).values()) == [at + SETTLE_MS]


# --- repeats --------------------------------------------------------------------------------------------------------


async def test_repeat_fills_blanks_and_refreshes_quietly(databases: Database, shop: Tenant) -> None:
    await tag(databases, shop, stage="submit", capture_id=VISIT, fields={"name": "Rebecca"})
    [lead_id] = await merge(databases)
    await research(databases, lead_id)
    await tag(databases, shop, stage="submit", capture_id=VISIT_2, fields={"name": "R", "company": "Blue"})
    assert list(await merge(databases)) == [lead_id]
    [lead] = await rows(databases)
    assert (lead["state"], lead["version"], lead["attempts"]) == ("queued", 2, 0)
    assert said(lead) == {"name": "Rebecca", "company": "Blue"}
    await research(databases, lead_id)
    assert len(await rows(databases, "deliveries")) == 1  # no second report
    assert len(await rows(databases, "research")) == 1


async def test_repeat_that_says_nothing_new_does_nothing(databases: Database, shop: Tenant) -> None:
    await tag(databases, shop, stage="submit", capture_id=VISIT, fields={"name": "Rebecca"})
    [lead_id] = await merge(databases)
    await research(databases, lead_id)
    await tag(databases, shop, stage="submit", capture_id=VISIT_2, fields={"name": "Other"})
    await tag(databases, shop, None, stage="leave", capture_id=VISIT_2)
    assert await merge(databases) == {}
    [lead] = await rows(databases)
    assert (lead["state"], lead["version"]) == ("done", 1)


@pytest.mark.parametrize(("age_ms", "count"), [(DAY_MS - 1000, 1), (DAY_MS + 1000, 2)])
async def test_repeat_counts_within_the_window_only(databases: Database, shop: Tenant, age_ms: int, count: int) -> None:
    at = now_ms()
    await tag(databases, shop, received_at=at - age_ms)
    await merge(databases)
    await tag(databases, shop, received_at=at)
    await merge(databases)
    assert len(await rows(databases)) == count


@pytest.mark.parametrize("different", ["account", "test key", "by server", "given up"])
async def test_same_address_is_a_lead_of_its_own_elsewhere(
    databases: Database, shop: Tenant, other_shop: Tenant, different: str
) -> None:
    await tag(databases, shop)
    [lead_id] = await merge(databases)
    if different == "account":
        await tag(databases, other_shop)
    elif different == "test key":
        await tag(databases, shop, is_test=True)
    elif different == "by server":
        await api(databases, shop)
    else:
        async with databases.write() as db:
            changes = {"state": LeadState.GAVE_UP}
            await db.execute(update(tables.leads).where(tables.leads.c.id == lead_id).values(changes))
        await tag(databases, shop)
    await merge(databases)
    assert len(await rows(databases)) == 2


async def test_what_a_lead_learns_during_its_research_is_researched(databases: Database, shop: Tenant) -> None:
    await tag(databases, shop, stage="submit", capture_id=VISIT)
    [lead_id] = await merge(databases)
    lead = await claim(databases, lead_id)
    await tag(databases, shop, stage="leave", capture_id=VISIT, fields={"name": "Rebecca"})
    assert await merge(databases) == {}
    async with databases.write() as db:
        assert await leads.save_result(db, lead, RESULT, 1)
    [row] = await rows(databases)
    assert (row["state"], row["attempts"]) == ("queued", 0)


# --- calls of servers -----------------------------------------------------------------------------------------------


async def test_calls_of_servers_are_never_merged(databases: Database, shop: Tenant) -> None:
    for _ in range(3):
        await api(databases, shop, token="same")
    await tag(databases, shop)
    due = await merge(databases)
    assert len(due) == len(await rows(databases)) == 4


async def test_lead_of_a_call_has_what_its_answer_said(databases: Database, shop: Tenant) -> None:
    await api(
        databases,
        shop,
        token="t1",
        lead_public_id="lead_x",
        webhook_url="http://x.example",
        delivery_method="webhook",
        is_mail_due=False,
    )
    await merge(databases)
    [lead] = await rows(databases)
    assert {name: lead[name] for name in ("token", "public_id", "webhook_url", "delivery_method", "via")} == {
        "token": "t1",
        "public_id": "lead_x",
        "webhook_url": "http://x.example",
        "delivery_method": "webhook",
        "via": "api",
    }
    assert lead["is_mail_due"] is False


@pytest.mark.parametrize(
    ("before", "count"),
    [
        ("a call that waits", 1),
        ("a call that is done", 1),
        ("a capture that is done", 1),
        ("a capture that waits", 2),
        ("a test call that is done", 2),
        ("a call that was given up", 2),
        ("a call done 31 days ago", 2),
        ("a call of another account", 2),
        ("nothing", 1),
    ],
)
async def test_duplicates_false(databases: Database, shop: Tenant, other_shop: Tenant, before: str, count: int) -> None:
    at = now_ms() - (31 * DAY_MS if "31 days" in before else 0)
    if before != "nothing":
        append = tag if "capture" in before else api
        tenant = other_shop if "another account" in before else shop
        await append(databases, tenant, received_at=at, is_test="test" in before)
        [lead_id] = await merge(databases)
        if "done" in before:
            await research(databases, lead_id)
        async with databases.write() as db:
            lead = update(tables.leads).where(tables.leads.c.id == lead_id)
            if "31 days" in before:
                await db.execute(lead.values(researched_at=at))
            if "given up" in before:
                await db.execute(lead.values(state=LeadState.GAVE_UP))
    await api(databases, shop, is_duplicate_ok=False)
    await merge(databases)
    assert len(await rows(databases)) == count


# --- what never happens ---------------------------------------------------------------------------------------------


async def test_capture_that_cannot_be_merged_stops_no_other(databases: Database, shop: Tenant) -> None:
    """The job falls back to this after a batch failed (`test_jobs.py`)."""
    await api(databases, shop, A)
    await tag(databases, shop, A)
    async with databases.write() as db:
        bad = await append_tag(db, shop, B)
        await db.execute(update(tables.captures).where(tables.captures.c.id == bad).values(payload="{"))
    await tag(databases, shop, "c@example.com")
    async with databases.write() as db:
        await merge_captures(db, RULES, one_by_one=True)
    assert [row["email"] for row in await rows(databases)] == [A, A, "c@example.com"]
    assert [row["email"] for row in await rows(databases, "captures") if row["lead_id"] is None] == [B]


async def test_mergers_at_once_double_nothing(databases: Database, shop: Tenant) -> None:
    for number in range(30):
        await tag(databases, shop, f"lead{number % 10}@example.com", stage="submit", capture_id=f"{number:032}")
    await asyncio.gather(*(merge(databases) for _ in range(4)))
    assert len(await rows(databases)) == 10


async def test_more_than_a_batch_is_merged(databases: Database, shop: Tenant) -> None:
    async with databases.write() as db:
        for number in range(captures.MERGE_BATCH + 5):
            await append_tag(db, shop, f"lead{number}@example.com")
    assert len(await merge(databases)) == captures.MERGE_BATCH + 5


def test_payload_keeps_where_it_came_from() -> None:
    merged, is_changed = merge_payload({"page": "a"}, {"page": "b", "referrer": "c"}, overwrite=True)
    assert (merged["page"], merged["referrer"], is_changed) == ("a", "c", False)


STEPS = st.tuples(
    st.sampled_from(["entry", "submit", "leave", None]),
    st.sampled_from([A, B, "c@example.com", None]),
    st.sampled_from([VISIT, VISIT_2, "c" * 32]),
    st.sampled_from(["", "Rebecca", "Reb"]),
    st.booleans(),  # merge now
    st.booleans(),  # research what is due now
)
_RUNS = itertools.count()


@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_no_address_is_lost_or_doubled(settings: Settings, steps: list[Any]) -> None:
    """Whatever pages send, in whatever order: every submitted address is one lead, and nothing waits for ever."""
    asyncio.run(_play(settings, steps))


async def _play(settings: Settings, steps: list[Any]) -> None:
    database = Database(settings)
    async with database.write() as db:
        tenant = await make_tenant(db, f"Run {next(_RUNS)}")
    at = now_ms()
    for number, (stage, email, visit, name, merges, researches) in enumerate(steps):
        fields = {"name": name} if name else {}
        await tag(database, tenant, email, stage=stage, capture_id=visit, fields=fields, received_at=at + number * 1000)
        if merges:
            await merge(database)
        if merges and researches:
            await _research_all(database, tenant)
    await merge(database)
    await _check(database, tenant, steps, at)
    await database.close()


async def _research_all(database: Database, tenant: Tenant) -> None:
    for row in await rows(database):
        if row["account_id"] == tenant.id and row["state"] == "queued":
            await research(database, row["id"])


async def _check(database: Database, tenant: Tenant, steps: list[Any], at: int) -> None:
    mine = [row for row in await rows(database) if row["account_id"] == tenant.id]
    addresses = [row["email_key"] for row in mine]
    assert len(addresses) == len(set(addresses)), "one address, two leads"
    complete = {email for stage, email, *_ in steps if email and stage != "entry"}
    assert complete <= set(addresses), "a submitted address was lost"
    assert set(addresses) <= {email for _, email, *_ in steps}
    assert all(row["next_at"] <= at + MAX_SETTLE_MS + SETTLE_MS for row in mine)
    waiting = {row["id"] for row in mine if row["state"] == "waiting"}
    own = [row for row in await rows(database, "captures") if row["account_id"] == tenant.id]
    assert all(row["merged_at"] for row in own)
    assert not [row for row in own if row["email"] and row["lead_id"] is None], "a capture went nowhere"
    assert not [row for row in own if row["lead_id"] in waiting and row["stage"] != "entry"], (
        "a submit did not end the wait"
    )
    deliveries = [row["lead_id"] for row in await rows(database, "deliveries")]
    assert len(deliveries) == len(set(deliveries)), "a second report"
