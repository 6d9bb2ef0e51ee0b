"""What `stacklead demo` says in the terminal."""

from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

_console = Console(highlight=False)


def show_starting(data_dir: Path) -> None:
    """Say that it takes a moment."""
    _console.print(f"Starting the StackLead demo (data in {data_dir}) ...")


def show_running(notes: dict[str, Any], data_dir: Path) -> None:
    """Show where everything is; what is meant for copying stands on lines of its own."""
    table = Table.grid(padding=(0, 2))
    rows = (
        ("Sample site", notes["site_url"], "forms to try"),
        ("Mailbox", notes["mailbox_url"], "reports arrive here"),
        ("Webhooks", notes["inbox_url"], "API results arrive here"),
        ("StackLead", notes["product_url"], "leads and settings"),
    )
    for name, value, hint in rows:
        table.add_row(f"[bold]{name}[/]", f"[cyan]{value}[/]", f"[dim]{hint}[/]")
    title = "[bold]The StackLead demo is running[/]"
    _console.print()
    _console.print(Panel(table, title=title, box=box.ROUNDED, expand=False, padding=(1, 2)))
    _line("First", f"open the sample site, type {notes['example_emails'][0]} into a form, then look into the mailbox")
    _line("Sign in", notes["sign_in_url"])
    _line("Client key (public, stands in pages)", notes["client_key"])
    _line("API key (secret, for servers)", notes["api_key"])
    _line("Call the API", notes["curl"])
    _show_moves(notes)
    _console.print(f"\n[dim]The same is in {data_dir / 'demo.json'}. Ctrl-C stops everything.[/]", soft_wrap=True)


def _show_moves(notes: dict[str, Any]) -> None:
    moved = [f"{wanted} to {got}" for wanted, got in notes["moved_ports"].items()]
    if moved:
        _line("Ports that were taken moved", ", ".join(moved))


def show_stopping() -> None:
    """Say that it ends."""
    _console.print("\nStopping ...")


def show_failure(message: str) -> None:
    """Say what went wrong, in the words of the part that failed."""
    Console(stderr=True, highlight=False).print(message, markup=False, soft_wrap=True)


def _line(name: str, value: str) -> None:
    _console.print(f"\n[bold]{name}[/]")
    _console.print(f"  {value}", markup=False, soft_wrap=True)
