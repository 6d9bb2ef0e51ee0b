"""Operator settings from the environment; nothing else reads it.

`stacklead settings` and the README table are made from the fields below, so each has a one-line help.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(value: Any) -> Any:
    """Turn `a, b` into `("a", "b")`; tuples pass."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]

SCRIPT_PATH = "/stacklead.js"  # the documented addresses, which always work
CAPTURE_PATH = "/api/client/leads"
# beside the script, wherever that is
SNIPPET_FILES = (
    "stacklead.world.js",
    "stacklead.debug.js",
    "stacklead.mjs",
    "stacklead.world.mjs",
    "stacklead.d.ts",
)
# What our own routes begin with: names that a path of the operator's may not take. A test compares it with the routes.
TAKEN_NAMES = frozenset(
    [
        "api",
        "confirm",
        "deliveries",
        "docs",
        "first-steps",
        "healthz",
        "leads",
        "metrics",
        "openapi.json",
        "readyz",
        "settings",
        "sign-in",
        "sign-out",
        "sign-out-everywhere",
        "static",
    ]
)
_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


def _check_path(path: str) -> str:
    """Return an additional path that the script or the endpoint can have.

    Raises:
        ValueError: it is not absolute, holds something else than letters, digits and `-._~`, or belongs to a page.
    """
    if path in (SCRIPT_PATH, CAPTURE_PATH):
        return path
    if len(path) > 200 or not _PATH.fullmatch(path):
        raise ValueError("must be an absolute path like /js/hello.js: letters, digits and -._~ between the slashes")
    first = path.split("/")[1]
    if first in TAKEN_NAMES or (first.startswith("stacklead.") and path.count("/") == 1):
        raise ValueError(f"must not begin with /{first}, which is a route of StackLead's own")
    return path


HttpPath = Annotated[str, AfterValidator(_check_path)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """How one research source is reached: `STACKLEAD_<SOURCE>_URL`, `_KEY`, `_ENABLED`, and so on."""

    name: str
    help: str
    url: str = ""  # base URL, no slash at the end; empty for sources that have none
    key: str = ""  # secret of the outside service, where it has one
    enabled: bool = True
    timeout_s: float = 5.0
    ttl_s: int = 86_400  # how long an answer is reused
    rate_per_s: float = 5.0  # calls per second from this process
    port: int = 0  # which is called; 0 for sources whose URLs say it
    switch: str = ""  # the variable that switches it on or off, if it has a name of its own

    @property
    def switch_variable(self) -> str:
        """The environment variable that switches it on or off."""
        return self.switch or f"STACKLEAD_{self.name.upper()}_ENABLED"


# The sources that exist, with their defaults. Order is that of the README table.
SOURCES: tuple[SourceSettings, ...] = (
    SourceSettings(name="dns", help="mail host and back-office tools from MX, SPF and TXT", timeout_s=3.0),
    SourceSettings(name="website", help="the company's own pages", timeout_s=10.0),
    SourceSettings(name="technologies", help="technologies on the pages that were read", timeout_s=5.0),
    SourceSettings(
        name="gravatar",
        help="public profile of the address",
        url="https://api.gravatar.com/v3",
        rate_per_s=2.0,
    ),
    SourceSettings(name="tranco", help="popularity rank of the domain", url="https://tranco-list.eu", rate_per_s=1.0),
    SourceSettings(
        name="smtp_probe",
        help="ask the company's mail server whether it takes any address, once per domain and day",
        switch="STACKLEAD_SMTP_PROBE",
        enabled=False,  # it may harm the reputation of the operator's address
        timeout_s=10.0,
        rate_per_s=2.0,
        port=25,
    ),
)

_SOURCE_TYPES: dict[str, Any] = {
    "url": str,
    "key": str,
    "enabled": bool,
    "timeout_s": float,
    "ttl_s": int,
    "rate_per_s": float,
    "port": int,
}


class Settings(BaseSettings):
    """All settings, read once at start with `Settings.from_env()`."""

    model_config = SettingsConfigDict(env_prefix="STACKLEAD_", frozen=True, extra="ignore")

    data_dir: Path = Field(Path("./data"), description="where the database, the secret key and Redis' files live")
    base_url: str = Field("http://localhost:8000", description="public address that links are made from")
    secret_key: str = Field("", description="signs cookies and links; made and kept in the data directory if absent")
    database_url: str = Field("", description="`postgresql://...`; SQLite in the data directory if absent")
    redis_url: str = Field("", description="`redis://...` or `unix://...`; `stacklead up` starts its own if absent")
    smtp_url: str = Field("smtp://localhost:25", description="`smtp://user:pass@host:port?starttls=1` or `smtps://...`")
    mail_from: str = Field("StackLead <stacklead@localhost>", description="sender of reports and sign-in links")
    dns_servers: Words = Field((), description="`host:port,...` asked instead of the system's resolver")
    outbound_proxy: str = Field("", description="egress proxy (`http://...`) for all calls of research and webhooks")
    ca_file: str = Field("", description="extra CA certificates (PEM) that outward calls trust")
    allowed_networks: Words = Field((), description="CIDRs that outward calls may reach although they are private")
    trusted_proxies: Words = Field((), description="addresses or CIDRs whose X-Forwarded-For counts")
    script_path: HttpPath = Field(SCRIPT_PATH, description="another path of the script; `/stacklead.js` works too")
    capture_path: HttpPath = Field(
        CAPTURE_PATH, description="another path that captures are sent to; `/api/client/leads` works too"
    )
    settle_s: float = Field(30.0, description="seconds that research waits after the last entry", ge=0)
    repeat_window_s: float = Field(86_400.0, description="seconds in which captures of one address are one lead", ge=0)
    rate_key: float = Field(50.0, description="captures per second and client key", gt=0)
    rate_address: float = Field(5.0, description="captures per second and visitor address (burst 30)", gt=0)
    daily_leads: int = Field(2000, description="leads researched per account and UTC day; more are held", gt=0)
    hang_s: float = Field(30.0, description="seconds without a sign of life after which a worker is ended", gt=0)
    retention_days: int = Field(0, description="days that leads are kept; 0 keeps them", ge=0)
    source_settings: dict[str, SourceSettings] = Field(default_factory=dict, exclude=True)

    @model_validator(mode="after")
    def _check_paths(self) -> "Settings":
        if self.script_path == CAPTURE_PATH or self.capture_path in (SCRIPT_PATH, *self.script_paths):
            raise ValueError(
                "script_path and capture_path must be two different paths, and neither the other's default"
            )
        return self

    @classmethod
    def from_env(cls, *, port: int | None = None, **overrides: Any) -> "Settings":
        """Read the environment once; `overrides` win over it. `port` makes the default of `base_url`.

        Raises:
            pydantic.ValidationError: a value is not of its type; the message names the variable.
        """
        overrides.setdefault("source_settings", read_source_settings(read_environment()))
        settings = cls(**overrides)
        if port is not None and "base_url" not in settings.model_fields_set:
            return settings.model_copy(update={"base_url": f"http://localhost:{port}"})
        return settings

    def source(self, name: str) -> SourceSettings:
        """Return how the named source is reached."""
        return self.source_settings.get(name) or next(s for s in SOURCES if s.name == name)

    @property
    def script_paths(self) -> tuple[str, ...]:
        """The paths under the operator's name: the script, the same with `{hash}` in its name, and the other files."""
        folder, _, name = self.script_path.rpartition("/")
        stem, dot, extension = name.rpartition(".")
        pinned = f"{stem}.{{hash}}.{extension}" if dot else f"{name}.{{hash}}"
        return self.script_path, f"{folder}/{pinned}", *(f"{folder}/{file}" for file in SNIPPET_FILES)

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL with the async driver in it."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{self.data_dir / 'stacklead.db'}"
        return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+asyncpg://", self.database_url)

    @property
    def is_sqlite(self) -> bool:
        """True if leads are kept in an SQLite file."""
        return self.sqlalchemy_url.startswith("sqlite")

    @property
    def sqlite_path(self) -> Path:
        """The SQLite file; only meaningful if `is_sqlite`."""
        return Path(self.sqlalchemy_url.partition(":///")[2])

    @property
    def is_https(self) -> bool:
        """True if people reach the pages over https, so that cookies are Secure."""
        return self.base_url.startswith("https://")

    def signing_key(self) -> str:
        """Return the secret key, making and keeping one in the data directory (mode 0600) if none is set."""
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret_key"
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        return path.read_text().strip()


def read_environment() -> dict[str, str]:
    """Return all of this process's environment: what its children start from."""
    return dict(os.environ)


def read_source_settings(environ: Mapping[str, str]) -> dict[str, SourceSettings]:
    """Return each source's settings: its defaults with `STACKLEAD_<SOURCE>_<FIELD>` over them."""
    found: dict[str, SourceSettings] = {}
    for default in SOURCES:
        values: dict[str, Any] = {}
        for field, kind in _SOURCE_TYPES.items():
            variable = f"STACKLEAD_{default.name.upper()}_{field.upper()}"
            raw = environ.get(default.switch_variable if field == "enabled" else variable)
            if raw is not None:
                values[field] = TypeAdapter(kind).validate_python(raw)
        if "url" in values:
            values["url"] = values["url"].rstrip("/")
        found[default.name] = SourceSettings(**{**_as_dict(default), **values})
    return found


def _as_dict(source: SourceSettings) -> dict[str, Any]:
    return {name: getattr(source, name) for name in SourceSettings.__slots__}
