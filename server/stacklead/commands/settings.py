"""`stacklead settings`: every setting, with its default and what it is now, for the terminal and for the README."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stacklead.settings import SOURCES, Settings, SourceSettings

# What each source may be told, beside its switch and address.
_SOURCE_FIELDS: Mapping[str, str] = {
    "KEY": "key for the outside service, where it has one",
    "TIMEOUT_S": "seconds that one call may take",
    "TTL_S": "seconds for which an answer is used again",
    "RATE_PER_S": "calls per second from one process",
}
_SECRET = re.compile(r"_(SECRET_)?KEY$")
_PASSWORD = re.compile(r"(?<=://)[^/@\s]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One line of the table: an environment variable, its default in words (empty if none) and what it is."""

    variable: str
    default: str
    help: str


def settings_rows() -> list[SettingRow]:
    """Return every setting in the order of `Settings`, then those of the sources."""
    rows = [
        SettingRow(variable=_variable(name), default=_words(field.default), help=field.description or "")
        for name, field in Settings.model_fields.items()
        if not field.exclude
    ]
    for source in SOURCES:
        rows.append(SettingRow(variable=source.switch_variable, default=_words(source.enabled), help=source.help))
        if source.url:
            text = f"where {source.name} is reached"
            rows.append(SettingRow(variable=f"{_prefix(source)}URL", default=source.url, help=text))
        if source.port:
            text = "the port on which mail servers are asked"
            rows.append(SettingRow(variable=f"{_prefix(source)}PORT", default=_words(source.port), help=text))
    rows += [
        SettingRow(variable=f"STACKLEAD_<SOURCE>_{name}", default="", help=h) for name, h in _SOURCE_FIELDS.items()
    ]
    return rows


def settings_markdown() -> str:
    """Return the table of the README, without a line break at its end."""
    lines = ["| variable | default | what it is |", "|---|---|---|"]
    for row in settings_rows():
        default = f"`{row.default}`" if row.default else ""
        lines.append(f"| `{row.variable}` | {default} | {row.help} |")
    return "\n".join(lines)


def print_settings(environ: Mapping[str, str], *, markdown: bool = False, console: Console | None = None) -> None:
    """Print every setting, those of `environ` marked; secrets and passwords are never shown.

    Args:
        environ: the environment that the settings are read from.
        markdown: print the README's table instead.
        console: where to print; standard output if absent.
    """
    console = console or Console()
    if markdown:
        console.print(settings_markdown(), markup=False, highlight=False, soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("setting", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("what it is", overflow="fold")
    for row in settings_rows():
        raw = environ.get(row.variable)
        value = Text(row.default, style="dim") if raw is None else Text(_shown(row.variable, raw), style="bold")
        table.add_row(row.variable, value, Text(row.help.replace("`", "")))
    console.print(table)


def _variable(name: str) -> str:
    return f"STACKLEAD_{name.upper()}"


def _prefix(source: SourceSettings) -> str:
    return f"STACKLEAD_{source.name.upper()}_"


def _words(value: Any) -> str:
    """Return a default as it would be written into the environment."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(str(one) for one in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shown(variable: str, raw: str) -> str:
    """Return a value from the environment without its secret."""
    return "(set)" if raw and _SECRET.search(variable) else _PASSWORD.sub("***@", raw)
