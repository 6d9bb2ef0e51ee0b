"""`stacklead account`: the operator makes accounts and sign-in links."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Annotated, Any

import typer
from rich.console import Console

from stacklead.address import is_address
from stacklead.dashboard.tag import make_tag
from stacklead.errors import StackLeadError
from stacklead.links import OPERATOR_VALID_S, make_sign_in_link
from stacklead.settings import Settings
from stacklead.storage import account_keys, accounts
from stacklead.storage.database import Database, migrate

app = typer.Typer(no_args_is_help=True, help="Make accounts and sign-in links.")
console = Console()


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What the account is called, usually the company.")],
    reply_address: Annotated[str | None, typer.Option(help="Where reports are mailed to.")] = None,
    webhook_url: Annotated[str | None, typer.Option(help="Where webhooks are posted to.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Make an account with its keys, and print them; the API key is shown this once."""
    if reply_address is not None and not is_address(reply_address):
        raise typer.BadParameter("is no email address", param_hint="--reply-address")
    if webhook_url is not None and not webhook_url.startswith(("http://", "https://")):
        raise typer.BadParameter("must be an http or https address", param_hint="--webhook-url")
    settings = Settings.from_env()
    made = _run(make_account(settings, name, reply_address, webhook_url))
    if as_json:
        typer.echo(json.dumps(made))
        return
    for key, value in made.items():
        console.print(f"[bold]{key}[/bold]", value, highlight=False, markup=key != "tag", soft_wrap=True)


async def make_account(
    settings: Settings, name: str, reply_address: str | None = None, webhook_url: str | None = None
) -> dict[str, str]:
    """Make an account and its first two keys; return what `--json` prints."""
    await migrate(settings)
    database = Database(settings)
    async with database.write() as db:
        account = await accounts.create_account(db, name=name, reply_address=reply_address, webhook_url=webhook_url)
        _, client_key = await account_keys.create_key(db, account.id, "client", label="Website")
        _, api_key = await account_keys.create_key(db, account.id, "api", label="First key")
    await database.close()
    return {
        "account_id": account.public_id,
        "api_key": api_key,
        "client_key": client_key,
        "webhook_secret": account.webhook_secret,
        "tag": make_tag(settings, client_key),
        "sign_in_url": make_sign_in_link(settings, account.public_id, valid_s=OPERATOR_VALID_S),
    }


@app.command("sign-in-link")
def sign_in_link(account_id: Annotated[str, typer.Argument(help="The account's id, acct_...")]) -> None:
    """Print a fresh one-time link."""
    settings = Settings.from_env()
    typer.echo(_run(_make_link(settings, account_id)))


async def _make_link(settings: Settings, account_id: str) -> str:
    await migrate(settings)
    database = Database(settings)
    async with database.read() as db:
        account = await accounts.get_account_by_public_id(db, account_id)
    await database.close()
    return make_sign_in_link(settings, account.public_id, valid_s=OPERATOR_VALID_S)


@app.command("list")
def list_accounts() -> None:
    """List the accounts: id, name and reply address."""
    settings = Settings.from_env()
    for account in _run(_list(settings)):
        typer.echo(f"{account.public_id}  {account.name}  {account.reply_address or '-'}")


async def _list(settings: Settings) -> list[accounts.Account]:
    await migrate(settings)
    database = Database(settings)
    async with database.read() as db:
        found = await accounts.list_accounts(db)
    await database.close()
    return found


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return asyncio.run(work)
    except StackLeadError as exc:
        typer.echo(exc.message, err=True)
        raise typer.Exit(1) from exc
