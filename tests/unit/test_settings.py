import os
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from pydantic import ValidationError
from rich.console import Console

from stacklead.commands.settings import print_settings, settings_markdown, settings_rows
from stacklead.settings import SOURCES, Settings, read_source_settings

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("STACKLEAD_")]:
        monkeypatch.delenv(name)


def test_every_field_has_a_help() -> None:
    assert [row.variable for row in settings_rows() if not row.help] == []


def test_variables_are_unique() -> None:
    variables = [row.variable for row in settings_rows()]
    assert len(set(variables)) == len(variables)


@pytest.mark.parametrize("name", [name for name, field in Settings.model_fields.items() if not field.exclude])
def test_every_field_has_a_row(name: str) -> None:
    assert f"STACKLEAD_{name.upper()}" in {row.variable for row in settings_rows()}


def test_readme_holds_the_table() -> None:
    assert settings_markdown() in README.read_text(encoding="utf-8"), "run: make readme"


@pytest.mark.parametrize(
    ("variable", "raw", "field", "value"),
    [
        ("STACKLEAD_DATA_DIR", "/srv/leads", "data_dir", Path("/srv/leads")),
        ("STACKLEAD_SETTLE_S", "0.5", "settle_s", 0.5),
        ("STACKLEAD_DNS_SERVERS", "10.0.0.1:53, 10.0.0.2:5353", "dns_servers", ("10.0.0.1:53", "10.0.0.2:5353")),
        ("STACKLEAD_ALLOWED_NETWORKS", "", "allowed_networks", ()),
    ],
)
def test_environment_sets_a_field(
    monkeypatch: pytest.MonkeyPatch, variable: str, raw: str, field: str, value: object
) -> None:
    monkeypatch.setenv(variable, raw)
    assert getattr(Settings.from_env(), field) == value


def test_override_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKLEAD_SETTLE_S", "7")
    assert Settings.from_env(settle_s=2.0).settle_s == 2.0


@pytest.mark.parametrize(
    ("variable", "raw"),
    [("STACKLEAD_RATE_KEY", "0"), ("STACKLEAD_SETTLE_S", "soon"), ("STACKLEAD_RETENTION_DAYS", "-1")],
)
def test_wrong_value_is_refused(monkeypatch: pytest.MonkeyPatch, variable: str, raw: str) -> None:
    monkeypatch.setenv(variable, raw)
    with pytest.raises(ValidationError, match=variable.removeprefix("STACKLEAD_").lower()):
        Settings.from_env()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings.from_env().settle_s = 1.0


@pytest.mark.parametrize(
    ("url", "is_sqlite", "start"),
    [
        ("", True, "sqlite+aiosqlite:///"),
        ("postgres://u:p@db/leads", False, "postgresql+asyncpg://u:p@db/leads"),
        ("postgresql+asyncpg://db/leads", False, "postgresql+asyncpg://db/leads"),
    ],
)
def test_database_url_names_its_driver(url: str, is_sqlite: bool, start: str) -> None:
    settings = Settings.from_env(database_url=url)
    assert settings.is_sqlite is is_sqlite
    assert settings.sqlalchemy_url.startswith(start)


def test_sqlite_file_lies_in_the_data_directory(tmp_path: Path) -> None:
    assert Settings.from_env(data_dir=tmp_path).sqlite_path.parent == tmp_path


@pytest.mark.parametrize(("url", "is_https"), [("https://leads.example", True), ("http://localhost:8000", False)])
def test_https_follows_the_base_url(url: str, is_https: bool) -> None:
    assert Settings.from_env(base_url=url).is_https is is_https


def test_signing_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = Settings.from_env(data_dir=tmp_path / "new").signing_key()
    assert len(first) == 64
    assert Settings.from_env(data_dir=tmp_path / "new").signing_key() == first
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600


def test_signing_key_of_the_operator_wins(tmp_path: Path) -> None:
    assert Settings.from_env(data_dir=tmp_path, secret_key="chosen").signing_key() == "chosen"
    assert list(tmp_path.iterdir()) == []


def test_source_is_read_from_its_variables() -> None:
    found = read_source_settings(
        {
            "STACKLEAD_GRAVATAR_URL": "http://127.0.0.1:9/v3/",
            "STACKLEAD_GRAVATAR_ENABLED": "false",
            "STACKLEAD_GRAVATAR_TIMEOUT_S": "1.5",
        }
    )["gravatar"]
    assert (found.url, found.enabled, found.timeout_s) == ("http://127.0.0.1:9/v3", False, 1.5)


def test_source_with_a_switch_of_its_own_name_obeys_that() -> None:
    assert not read_source_settings({})["smtp_probe"].enabled
    assert not read_source_settings({"STACKLEAD_SMTP_PROBE_ENABLED": "true"})["smtp_probe"].enabled
    found = read_source_settings({"STACKLEAD_SMTP_PROBE": "true", "STACKLEAD_SMTP_PROBE_PORT": "2525"})["smtp_probe"]
    assert (found.enabled, found.port) == (True, 2525)


def test_source_without_variables_keeps_its_defaults() -> None:
    assert read_source_settings({}) == {source.name: source for source in SOURCES}


def test_source_is_found_by_name() -> None:
    assert Settings.from_env().source("dns").name == "dns"
    assert Settings(source_settings={}).source("dns").name == "dns"


@pytest.fixture
def console() -> Iterator[Console]:
    with StringIO() as text:
        yield Console(file=text, width=300)


def printed(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_command_shows_what_is_set(console: Console) -> None:
    print_settings({"STACKLEAD_SETTLE_S": "12.5"}, console=console)
    assert "12.5" in printed(console)


@pytest.mark.parametrize(
    ("variable", "raw"),
    [
        ("STACKLEAD_SECRET_KEY", "hush-hush"),
        ("STACKLEAD_SMTP_URL", "smtp://user:hush-hush@mail.example:587"),
        ("STACKLEAD_DATABASE_URL", "postgresql://user:hush-hush@db/leads"),
    ],
)
def test_command_never_shows_a_secret(console: Console, variable: str, raw: str) -> None:
    print_settings({variable: raw}, console=console)
    assert "hush-hush" not in printed(console)


def test_command_prints_the_table_of_the_readme(console: Console) -> None:
    print_settings({}, markdown=True, console=console)
    assert printed(console).strip() == settings_markdown()
