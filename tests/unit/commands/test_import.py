"""`stacklead import`: what it hands in, what it prints, and that nothing is sent unless it is asked for."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from stacklead.__main__ import app
from stacklead.jobs import plan_deliveries
from stacklead.models import DeliveryMethod, LeadState
from stacklead.settings import Settings
from stacklead.storage import leads, tables
from stacklead.storage.merging import MergeRules, merge_captures
from support.tenants import Tenant, run_in

RULES = MergeRules(settle_ms=0, repeat_window_ms=1000)
TWO = "E-mail,First Name,Notes\nJo@a.example,Jo,met at the fair\nbad,Bo,\nmo@a.example,Mo,\njo@a.example,Jo,\n"


@pytest.fixture
def run(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a text as a file, with options; returns the outcome."""
    monkeypatch.setenv("STACKLEAD_DATA_DIR", str(settings.data_dir))
    monkeypatch.delenv("STACKLEAD_REDIS_URL", raising=False)

    def import_text(content: str, *options: str) -> Result:
        file = tmp_path / "leads.csv"
        file.write_text(content)
        return CliRunner().invoke(app, ["import", str(file), *options])

    return import_text


def merged_leads(settings: Settings, tenant: Tenant) -> list[leads.LeadRow]:
    async def work(db: Any) -> list[leads.LeadRow]:
        while (await merge_captures(db, RULES)).captures:
            pass
        return (await leads.list_leads(db, tenant.id))[0]

    return run_in(settings, work)


def test_rows_become_queued_leads_and_the_rest_is_told(run, settings, account):
    done = run(TWO, "--json")
    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    told = {key: summary[key] for key in ("rows", "imported", "repeats", "wrong_rows", "waiting", "followed")}
    assert told == {"rows": 4, "imported": 2, "repeats": 1, "wrong_rows": 1, "waiting": 2, "followed": False}
    assert [row["line"] for row in summary["left_out"]] == [3]
    mo, jo = merged_leads(settings, account)
    assert (jo.email, jo.via, jo.state) == ("Jo@a.example", "import", LeadState.QUEUED)
    assert jo.payload == {"fields": {"first_name": "Jo"}, "words": {"Notes": "met at the fair"}}
    assert mo.email == "mo@a.example"


@pytest.mark.parametrize(
    ("options", "methods"),
    [
        ([], []),
        (["--delivery-method", "email"], [DeliveryMethod.EMAIL]),
        (["--delivery-method", "webhook"], [DeliveryMethod.WEBHOOK]),
    ],
)
def test_nothing_is_sent_unless_it_is_asked_for(run, settings, account, options, methods):
    assert run("email,created\njo@a.example,2014-06-03\n", *options).exit_code == 0
    (lead,) = merged_leads(settings, account)
    result = {"data": {}, "evidence": {}, "score_detail": {}}
    assert [one.method for one in plan_deliveries(lead, account.account, result)] == methods


def test_the_same_file_again_makes_no_second_leads_and_fills_blanks(run, settings, account):
    run(TWO)
    merged_leads(settings, account)
    run(TWO.replace("mo@a.example,Mo,", "mo@a.example,Mo,likes tea"))
    mo, jo = merged_leads(settings, account)
    assert (jo.version, mo.version) == (1, 2)
    assert mo.payload["words"] == {"Notes": "likes tea"}


def test_a_table_says_what_came_of_it_and_that_no_worker_runs(run, account):
    printed = run(TWO).stdout
    for words in ("line 3", "imported", "strong leads", "stacklead up", "/leads"):
        assert words in printed


@pytest.mark.parametrize("content", ["email\nnobody\n", "email\n"])
def test_a_file_without_a_single_lead_is_a_failure(run, account, content):
    assert run(content).exit_code == 1


@pytest.mark.parametrize(
    ("options", "words"), [(["--account", "acct_none"], "no such account"), ([], "say which with --account")]
)
def test_the_account_must_be_clear(run, account, other_account, settings, options, words):
    done = run(TWO, *options)
    assert done.exit_code == 1
    assert words in done.stderr
    assert run_in(settings, lambda db: _count(db)) == 0


async def _count(db: Any) -> int:
    return len((await db.execute(select(tables.captures.c.id))).all())


def test_a_named_account_gets_the_leads(run, settings, account, other_account):
    assert run(TWO, "--account", other_account.account.public_id).exit_code == 0
    assert merged_leads(settings, account) == []
    assert len(merged_leads(settings, other_account)) == 2


def test_without_any_account_the_command_says_how_to_make_one(run):
    assert "stacklead account create" in run(TWO).stderr


def test_a_delivery_that_nothing_is_configured_for_is_refused(run, other_account):
    done = run(TWO, "--delivery-method", "webhook")
    assert (done.exit_code, "/settings/api" in done.stderr) == (1, True)
