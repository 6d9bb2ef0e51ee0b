"""Captures are appended durably, many to a commit, and a failing commit acknowledges nothing."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from typing import Any

import pytest

from stacklead.errors import StorageUnavailable
from stacklead.settings import Settings
from stacklead.storage import intake as intake_module
from stacklead.storage.database import Database
from stacklead.storage.intake import CaptureRow, Intake, SqliteIntake, open_intake
from support.postgres import Cluster
from support.tenants import Tenant
from unit.storage.rows import list_rows

pytestmark = pytest.mark.anyio


def make_row(tenant: Tenant | None = None, **values: Any) -> CaptureRow:
    row: dict[str, Any] = {
        "account_id": tenant.id if tenant else 1,
        "key_id": tenant.client_key_id if tenant else None,
        "via": "tag",
        "is_test": False,
        "email": "rebecca@example.com",
        "email_key": "rebecca@example.com",
        "is_mail_due": True,
        "is_duplicate_ok": True,
        "payload": "{}",
        "received_at": 1_700_000_000_000,
    }
    return CaptureRow(**{**dict.fromkeys(CaptureRow._fields), **row, **values})


class Told:
    """Keeps what the intake said is durable."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, ids: Sequence[int]) -> None:
        self.batches.append(list(ids))

    @property
    def ids(self) -> list[int]:
        return [one for batch in self.batches for one in batch]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def intake(each_settings: Settings, told: Told) -> AsyncIterator[Intake]:
    opened = open_intake(each_settings, told)
    yield opened
    await opened.close()


async def stored(databases: Database) -> list[dict[str, Any]]:
    async with databases.read() as db:
        return await list_rows(db, "captures")


async def test_row_is_stored_as_it_is(intake: Intake, databases: Database, shop: Tenant, told: Told) -> None:
    row = make_row(
        shop, email="Zoë@Example.com", payload='{"fields":{"name":"Zo\\u0000ë"}}', token="t'\"", is_test=True
    )
    capture_id = await intake.append(row)
    [found] = await stored(databases)
    assert {name: found[name] for name in CaptureRow._fields} == row._asdict()
    assert (found["id"], found["merged_at"], found["lead_id"]) == (capture_id, None, None)
    assert told.ids == [capture_id]


def test_commits_of_sqlite_are_on_the_disk(settings: Settings) -> None:
    with closing(intake_module._connect_sqlite(str(settings.sqlite_path))) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


async def test_many_at_once_are_few_commits(intake: Intake, databases: Database, shop: Tenant, told: Told) -> None:
    rows = [make_row(shop, email=f"lead{number}@example.com") for number in range(200)]
    ids = await asyncio.gather(*map(intake.append, rows))
    assert {row["id"]: row["email"] for row in await stored(databases)} == {
        capture_id: row.email for capture_id, row in zip(ids, rows, strict=True)
    }
    assert sorted(told.ids) == sorted(ids)
    assert len(told.batches) < 20


async def test_caller_who_left_leaves_the_others_alone(
    intake: Intake, databases: Database, shop: Tenant, told: Told
) -> None:
    calls = [asyncio.create_task(intake.append(make_row(shop))) for _ in range(10)]
    await asyncio.sleep(0)  # all of them wait for a commit now
    for call in calls[::2]:
        call.cancel()
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(one, int) for one in done[1::2])
    assert len(await stored(databases)) == 10  # whoever left is kept too: the row was on its way
    assert len(told.ids) == 10


async def test_row_that_cannot_be_stored_harms_no_other(intake: Intake, databases: Database, shop: Tenant) -> None:
    bad = make_row(shop, token="a\ud800")
    rows = [make_row(shop), bad, make_row(shop), make_row(shop, via="x" * 100, account_id=2**70)]
    done = await asyncio.gather(*map(intake.append, rows), return_exceptions=True)
    assert [isinstance(one, StorageUnavailable) for one in done] == [False, True, False, True]
    assert len(await stored(databases)) == 2
    await intake.append(make_row(shop))


async def test_nul_in_a_text_harms_no_other(intake: Intake, databases: Database, shop: Tenant) -> None:
    done = await asyncio.gather(
        *(intake.append(make_row(shop, token=token)) for token in ("a", "a\0b", "b")), return_exceptions=True
    )
    assert isinstance(done[0], int)
    assert isinstance(done[2], int)
    assert len(await stored(databases)) >= 2


async def test_full_queue_refuses_at_once(each_settings: Settings, shop: Tenant, told: Told) -> None:
    intake = open_intake(each_settings, told)
    with closing(sqlite3.connect(each_settings.data_dir / "stacklead.db")) as connection:
        connection.execute("BEGIN IMMEDIATE")  # SQLite's writer waits meanwhile; PostgreSQL's has no turn anyway
        calls = [asyncio.create_task(intake.append(make_row(shop))) for _ in range(2 * intake_module.MAX_WAITING + 10)]
        await asyncio.sleep(0)
        refused = [call for call in calls if call.done()]
        connection.rollback()
    assert len(refused) >= 10
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(call.exception()) for call in refused} == {StorageUnavailable}
    assert sorted(told.ids) == sorted(one for one in done if isinstance(one, int))
    await intake.close()


async def test_closing_commits_what_waits(
    each_settings: Settings, databases: Database, shop: Tenant, told: Told
) -> None:
    intake = open_intake(each_settings, told)
    calls = [asyncio.create_task(intake.append(make_row(shop))) for _ in range(20)]
    await asyncio.sleep(0)
    await intake.close()
    assert len(await asyncio.gather(*calls)) == 20
    assert len(await stored(databases)) == 20
    with pytest.raises(StorageUnavailable):
        await intake.append(make_row(shop))


async def test_closing_without_work_ends(each_settings: Settings, told: Told) -> None:
    async with asyncio.timeout(5):
        await open_intake(each_settings, told).close()


async def test_locked_file_refuses_and_recovers(settings: Settings, told: Told) -> None:
    intake = SqliteIntake(str(settings.sqlite_path), told, busy_timeout_s=0.05)
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable):
            await intake.append(make_row())
        connection.rollback()
        await intake.append(make_row())
        assert connection.execute("SELECT count(*) FROM captures").fetchone() == (1,)
    assert len(told.ids) == 1
    await intake.close()


async def test_postgres_restarted_in_between_is_not_noticed(
    postgres_settings: Settings, postgres_cluster: Cluster, told: Told
) -> None:
    intake = open_intake(postgres_settings, told)
    await intake.append(make_row())
    await asyncio.to_thread(postgres_cluster.stop)
    with pytest.raises(StorageUnavailable):
        await intake.append(make_row())
    await asyncio.to_thread(postgres_cluster.start)
    await intake.append(make_row())
    assert len(told.ids) == 2
    await intake.close()
