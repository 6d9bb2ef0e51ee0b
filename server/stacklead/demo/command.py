"""The command `stacklead demo`; imports its packages late, as a plain installation does not have them."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

_EXTRA = {"aiosmtpd", "h11", "trustme"}  # what the `demo` extra brings


def demo(
    data_dir: Annotated[Path, typer.Option(help="Where keys, leads, mails and webhooks are kept.")] = Path("demo-data"),
    port: Annotated[int, typer.Option(help="Port of the product; a taken one moves.")] = 8000,
    site_port: Annotated[int, typer.Option(help="Port of the sample site.")] = 8001,
    desk_port: Annotated[int, typer.Option(help="Port of mailbox and webhook inbox.")] = 8002,
    control_port: Annotated[int, typer.Option(help="Port on which tests change the demo internet.")] = 8003,
) -> None:
    """Run the whole product offline, with a sample site, a mailbox and made-up companies to research."""
    try:
        from stacklead.demo.notebook import AlreadyRunning
        from stacklead.demo.product import ProductFailed
        from stacklead.demo.run import run_demo
        from stacklead.demo.screen import show_failure
        from stacklead.demo.stage import Ports
    except ModuleNotFoundError as missing:
        if missing.name not in _EXTRA:
            raise
        typer.echo("The demo needs a few more packages. Install them with: pip install 'stacklead[demo]'", err=True)
        raise typer.Exit(1) from missing
    ports = Ports(product=port, site=site_port, desk=desk_port, control=control_port)
    try:
        asyncio.run(run_demo(data_dir.resolve(), ports))
    except (AlreadyRunning, ProductFailed) as failure:
        show_failure(str(failure))
        raise typer.Exit(1) from failure
