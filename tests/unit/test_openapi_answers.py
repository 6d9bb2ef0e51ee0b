"""What the running server answers is what /openapi.json says: schemathesis makes the requests, good ones and bad."""

import base64
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from stacklead.app import create_app
from stacklead.capture.docs import load_openapi
from stacklead.demo.internet import internet
from stacklead.demo.stage import in_thread
from stacklead.demo.world import World
from stacklead.settings import Settings
from support.tenants import Template, Tenant

# Not among them: that bad requests are refused. Unknown parameters are never an error here.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
QUICK = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DOCUMENT = load_openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
MACHINES = SCHEMA.include(path_regex="^/(api|healthz|readyz)")


@dataclass(frozen=True)
class Served:
    """A real server on loopback, and an account in its database."""

    url: str
    tenant: Tenant


@pytest.fixture(scope="module")
def name_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Knows no name: webhook addresses that are made up here are looked up nowhere else."""
    with in_thread(internet(World(), tmp_path_factory.mktemp("names") / "ca.pem")) as net:
        yield net.names.address


@pytest.fixture(scope="module")
def served(
    name_server: str, migrated_sqlite: Path, template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    made = Settings(
        data_dir=tmp_path_factory.mktemp("served"),
        base_url="http://leads.example",
        secret_key="k" * 32,
        dns_servers=(name_server,),
        rate_key=1e6,
        rate_address=1e6,
    )
    shutil.copy(migrated_sqlite, made.sqlite_path)
    tenant = template.copy(made, "Blue Shop", reply_address="sales@shop.example", webhook_url="http://203.0.113.9/hook")
    running = uvicorn.Server(uvicorn.Config(create_app(made), port=0, log_config=None, lifespan="on"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield Served(f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}", tenant)
    running.should_exit = True
    thread.join(20)


@MACHINES.parametrize()
@QUICK
def test_answer_is_a_described_one(case: Any, served: Served) -> None:
    if case.path.startswith("/api/leads"):
        word = base64.b64encode(f"{served.tenant.api_key}:".encode()).decode()
        case.headers = {**dict(case.headers or {}), "Authorization": f"Basic {word}"}
    if case.path == "/api/client/leads" and isinstance(case.body, dict):
        case.body = {**case.body, "client_key": served.tenant.client_key}
    case.validate_response(case.call(base_url=served.url, timeout=20), checks=CHECKS)


@MACHINES.parametrize()
@QUICK
def test_answer_to_a_stranger_is_a_described_one(case: Any, served: Served) -> None:
    case.validate_response(case.call(base_url=served.url, timeout=20), checks=CHECKS)
