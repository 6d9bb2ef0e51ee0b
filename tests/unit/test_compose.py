"""docker-compose.yml and Dockerfile are read here; nothing in the tests starts them."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


def test_compose_runs_the_four_parts() -> None:
    assert set(SERVICES) == {"app", "worker", "postgres", "redis"}
    assert SERVICES["app"]["command"][:2] == ["stacklead", "serve"]
    assert SERVICES["worker"]["command"] == ["stacklead", "worker"]


def test_web_and_worker_wait_for_their_servers() -> None:
    for name in ("app", "worker"):
        assert {one["condition"] for one in SERVICES[name]["depends_on"].values()} == {"service_healthy"}
    for name in ("app", "postgres", "redis"):
        assert SERVICES[name]["healthcheck"]["test"]


def test_both_work_on_the_same() -> None:
    assert SERVICES["app"]["environment"] == SERVICES["worker"]["environment"]


def test_redis_never_drops_jobs() -> None:
    assert "noeviction" in SERVICES["redis"]["command"]


def test_volumes_are_declared() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])


def test_image_runs_as_no_root_and_copies_what_is_there() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert any(line.startswith("USER ") and line != "USER root" for line in lines)
    for line in lines:
        if line.startswith("COPY "):
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
