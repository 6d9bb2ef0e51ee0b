"""`stacklead import FILE.csv`: hands in a file of leads and follows their research (DESIGN.md 1 and 6).

The rows become captures like any other, so that the import goes on in the worker when this command is stopped.
"""

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from stacklead.capture.csv_file import Row, read_csv
from stacklead.commands.redis_server import is_redis_alive, redis_socket
from stacklead.errors import InvalidRequest, StackLeadError
from stacklead.keys import make_public_id
from stacklead.models import NO_DELIVERY, LeadState
from stacklead.queue import Queue
from stacklead.report.view import VERDICTS
from stacklead.settings import Settings
from stacklead.storage import accounts
from stacklead.storage.accounts import Account
from stacklead.storage.database import Database, migrate
from stacklead.storage.heartbeats import list_alive
from stacklead.storage.imports import ImportCount, count_import
from stacklead.storage.intake import CaptureRow, Intake, open_intake
from stacklead.storage.merging import dump_payload

BATCH = 500  # rows handed in at once
MAX_SHOWN = 20  # rows left out that are named; all are counted
POLL_S = 0.5  # between two looks at how far the worker is
PATIENCE_S = 10.0  # how long a worker may be gone before nobody waits for it any more
STRONG = VERDICTS[0][0]  # from this score on a lead is called strong in reports


class ImportDelivery(StrEnum):
    """Whether the results of an import are sent anywhere."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    NONE = NO_DELIVERY


@dataclass(slots=True, kw_only=True)
class Summary:
    """What came of an import, as `--json` prints it. `left_out` names at most MAX_SHOWN rows of `wrong_rows`."""

    account_id: str
    import_id: str
    rows: int = 0
    imported: int = 0
    repeats: int = 0
    wrong_rows: int = 0
    left_out: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    followed: bool = False
    researched: int = 0
    strong: int = 0
    failed: int = 0
    held: int = 0
    waiting: int = 0


@dataclass(slots=True, kw_only=True)
class _Import:
    """One import under way; `first_id` and `last_id` span its captures."""

    account: Account
    delivery: ImportDelivery
    summary: Summary
    first_id: int = 0
    last_id: int = 0


def import_leads(
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8 whose first line names the columns.")],
    account: Annotated[str | None, typer.Option(help="The account's id; not needed if there is only one.")] = None,
    delivery_method: Annotated[
        ImportDelivery, typer.Option(help="Send each result: by email, by webhook, or not at all.")
    ] = ImportDelivery.NONE,
    wait: Annotated[bool, typer.Option(help="Follow the research to its end.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Research every lead of a CSV file. Results are in the list of leads; nothing is sent unless you ask for it."""
    console = Console(stderr=as_json)
    settings = Settings.from_env()
    try:
        summary = asyncio.run(_run(settings, file, account, delivery_method, wait=wait, console=console))
    except StackLeadError as exc:
        typer.echo(exc.message, err=True)
        raise typer.Exit(1) from exc
    except KeyboardInterrupt as exc:
        typer.echo("Stopped before the whole file was read; what was read is being researched.", err=True)
        raise typer.Exit(130) from exc
    if as_json:
        typer.echo(json.dumps(asdict(summary), ensure_ascii=False))
    else:
        _print(summary, settings, console)
    if not summary.imported:
        raise typer.Exit(1)


async def _run(
    settings: Settings, file: Path, account_id: str | None, delivery: ImportDelivery, *, wait: bool, console: Console
) -> Summary:
    await migrate(settings)
    database = Database(settings)
    queue = Queue(_with_redis(settings))
    try:
        account = await _find_account(database, account_id)
        _check_delivery(account, delivery)
        summary = Summary(account_id=account.public_id, import_id=make_public_id("import_"))
        work = _Import(account=account, delivery=delivery, summary=summary)
        intake = open_intake(settings, queue.captures_committed)
        try:
            await _hand_in(work, intake, file, console)
        finally:
            await intake.close()
        if summary.imported:
            await _follow(work, database, wait=wait, console=console)
        return summary
    finally:
        await queue.close()
        await database.close()


def _with_redis(settings: Settings) -> Settings:
    """Return the settings with the Redis of a running `stacklead up`, if there is one and no other is configured."""
    if settings.redis_url or not is_redis_alive(settings.data_dir):
        return settings
    return settings.model_copy(update={"redis_url": f"unix://{redis_socket(settings.data_dir)}"})


async def _find_account(database: Database, account_id: str | None) -> Account:
    async with database.read() as db:
        if account_id is not None:
            return await accounts.get_account_by_public_id(db, account_id)
        found = await accounts.list_accounts(db)
    if not found:
        raise InvalidRequest("There is no account yet: make one with `stacklead account create --name NAME`.")
    if len(found) > 1:
        known = ", ".join(f"{one.public_id} ({one.name})" for one in found[:10])
        raise InvalidRequest(f"There are several accounts: say which with --account. There are {known}.")
    return found[0]


def _check_delivery(account: Account, delivery: ImportDelivery) -> None:
    if delivery == ImportDelivery.EMAIL and account.reply_address is None:
        raise InvalidRequest("No reply address is configured: set one at /settings/email.")
    if delivery == ImportDelivery.WEBHOOK and account.webhook_url is None:
        raise InvalidRequest("No webhook URL is configured: set one at /settings/api.")


# --- file -> captures -----------------------------------------------------------------------------------------------


async def _hand_in(work: _Import, intake: Intake, file: Path, console: Console) -> None:
    """Append every good row; returns when all are durable."""
    rows = read_csv(file, time.time())
    with console.status("Reading the file ...") as status:
        while batch := await asyncio.to_thread(_take, rows):
            asked = [_make_row(work, row) for row in batch if _note(work.summary, row)]
            ids = await asyncio.gather(*(intake.append(row) for row in asked))
            if ids:
                work.first_id = work.first_id or min(ids)
                work.last_id = max(ids)
            work.summary.imported += len(ids)
            status.update(f"Reading the file: {work.summary.rows} rows, {work.summary.imported} leads")


def _take(rows: Iterable[Row]) -> list[Row]:
    return list(islice(rows, BATCH))


def _note(summary: Summary, row: Row) -> bool:
    """Count a row; return whether it is a lead to research."""
    summary.rows += 1
    if row.is_repeat:
        summary.repeats += 1
    elif row.asked is None:
        summary.wrong_rows += 1
        if len(summary.left_out) < MAX_SHOWN:
            summary.left_out.append({"line": row.line, "reason": row.reason})
    return row.asked is not None


def _make_row(work: _Import, row: Row) -> CaptureRow:
    asked = row.asked
    assert asked is not None and asked.email is not None  # noqa: PT018, S101 (`_note` and `read_csv` saw to it)
    payload: dict[str, Any] = {"fields": asked.fields}
    for name in ("words", "utm", "page", "referrer"):
        if value := getattr(asked, name):
            payload[name] = value
    return CaptureRow(
        account_id=work.account.id,
        key_id=None,
        via="import",
        is_test=False,
        lead_public_id=None,
        token=None,
        email=asked.email,
        email_key=asked.email.lower(),
        capture_id=work.summary.import_id,
        stage=None,
        delivery_method=work.delivery.value,
        webhook_url=None,
        # Who asks for mails of an import wants them, however old the leads are.
        is_mail_due=work.delivery == ImportDelivery.EMAIL,
        is_duplicate_ok=work.delivery != ImportDelivery.NONE,
        idempotency_key=None,
        request_hash=None,
        payload=dump_payload(payload),
        received_at=int(time.time() * 1000),
    )


# --- captures -> researched leads -----------------------------------------------------------------------------------


async def _follow(work: _Import, database: Database, *, wait: bool, console: Console) -> None:
    """Show the research until it ended, nobody works any more, or Ctrl-C; the research itself goes on."""
    columns = (TextColumn("Researching"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task("", total=work.summary.imported)
            worked_at = time.monotonic()
            while True:
                count, has_worker = await _look(work, database)
                progress.update(bar, completed=max(0, work.summary.imported - count.unmerged - count.left))
                now = time.monotonic()
                worked_at = now if has_worker else worked_at
                is_new = work.summary.waiting == 0 and not work.summary.followed
                _save(work.summary, count)
                work.summary.followed = has_worker and count.is_done
                if count.is_done or not wait or (not has_worker and (is_new or now - worked_at > PATIENCE_S)):
                    break
                await asyncio.sleep(POLL_S)
    except asyncio.CancelledError:  # Ctrl-C: what is committed is researched all the same
        if (task := asyncio.current_task()) is not None:
            task.uncancel()


async def _look(work: _Import, database: Database) -> tuple[ImportCount, bool]:
    async with database.read() as db:
        count = await count_import(
            db, work.account.id, work.summary.import_id, work.first_id, work.last_id, strong_from=STRONG
        )
        return count, bool(await list_alive(db))


def _save(summary: Summary, count: ImportCount) -> None:
    summary.researched = count.states.get(LeadState.DONE, 0)
    summary.failed = count.states.get(LeadState.GAVE_UP, 0)
    summary.held = count.states.get(LeadState.HELD, 0)
    summary.waiting = count.unmerged + count.left
    summary.strong = count.strong


# --- what is printed ------------------------------------------------------------------------------------------------


def _print(summary: Summary, settings: Settings, console: Console) -> None:
    for row in summary.left_out:
        console.print(f"[yellow]line {row['line']}[/]: {escape(row['reason'])}")
    if summary.wrong_rows > len(summary.left_out):
        console.print(f"[yellow]... and {summary.wrong_rows - len(summary.left_out)} more rows[/]")
    table = Table("", "leads", title="The import", title_justify="left")
    shown = {
        "rows read": summary.rows,
        "imported": summary.imported,
        "repeated in the file": summary.repeats,
        "left out": summary.wrong_rows,
        "researched": summary.researched,
        "strong leads": summary.strong,
        "failed": summary.failed,
        "held": summary.held,
        "still waiting": summary.waiting,
    }
    for name, count in shown.items():
        if count or name in ("imported", "researched", "strong leads", "failed"):
            table.add_row(name, str(count))
    console.print(table)
    if summary.waiting:
        hint = "The worker goes on with the rest; if none runs, start one with `stacklead up`."
        console.print(hint, soft_wrap=True)
    if summary.held:
        hint = "More leads than STACKLEAD_DAILY_LEADS allows in a day are held; release them in the list of leads."
        console.print(hint, soft_wrap=True)
    if summary.imported:
        console.print(f"See them at {settings.base_url.rstrip('/')}/leads", soft_wrap=True)
