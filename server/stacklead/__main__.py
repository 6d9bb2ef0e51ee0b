"""The command line: `stacklead COMMAND`, or `python -m stacklead COMMAND` (DESIGN.md 6)."""

from typing import Annotated

import typer

from stacklead import __version__
from stacklead.commands import account, serve, up
from stacklead.commands.import_leads import import_leads
from stacklead.commands.research import research
from stacklead.commands.settings import print_settings
from stacklead.demo.command import demo
from stacklead.settings import read_environment

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="An email address in, a researched lead with proof beside every field out.",
)
app.command("up")(up.up)
app.command("demo")(demo)
app.command("research")(research)
app.command("import")(import_leads)
app.add_typer(account.app, name="account")
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("migrate")(serve.migrate)
app.command("backup")(serve.backup)


@app.command("settings")
def settings(
    markdown: Annotated[bool, typer.Option(help="Print the README's table.")] = False,
) -> None:
    """Show every setting, its default and what it is now."""
    print_settings(read_environment(), markdown=markdown)


@app.command("version")
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
