"""One call, sent at the same time to two real web processes, is one lead with one answer."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

from stacklead.settings import Settings
from support.product import answers, free_port, run_product
from support.tenants import Tenant, make_tenant, run_in
from unit.storage.rows import list_rows

KEYS = 20


async def post(ports: tuple[int, int], tenant: Tenant, key: str, *names: str) -> list[tuple[int, dict[str, Any]]]:
    """Send a call to each process at once, with these names in them; returns status and body of both answers."""
    secret = base64.b64encode(f"{tenant.api_key}:".encode()).decode()
    lines = [await asyncio.open_connection("127.0.0.1", port) for port in ports]
    for (_, writer), name in zip(lines, names, strict=True):
        body = json.dumps({"email": "rebecca@example.com", "name": name})
        writer.write(
            f"POST /api/leads HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic {secret}\r\n"
            f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
    found: list[tuple[int, dict[str, Any]]] = []
    for reader, writer in lines:
        head, _, text = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        found.append((int(head.split(b" ", 2)[1]), json.loads(text)))
    return found


def test_two_web_processes_give_one_answer(postgres_settings: Settings, tmp_path: Path) -> None:
    tenant = run_in(postgres_settings, lambda db: make_tenant(db, "Blue Shop", reply_address="sales@shop.example"))
    ports = (free_port(), free_port())
    servers = [run_product(postgres_settings, tmp_path / f"{port}", "serve", "--port", str(port)) for port in ports]
    try:
        for server, port in zip(servers, ports, strict=True):
            server.wait_until(lambda port=port: answers(port))
        for number in range(KEYS):
            (one, first), (other, second) = asyncio.run(post(ports, tenant, f"key {number}", "Rebecca", "Rebecca"))
            assert (one, other) == (200, 200)
            assert first["data"] == second["data"]
            both = asyncio.run(post(ports, tenant, f"another {number}", "Rebecca", "Somebody else"))
            assert sorted(status for status, _ in both) == [200, 422]
    finally:
        for server in servers:
            server.stop()
    rows = run_in(postgres_settings, lambda db: list_rows(db, "captures"))
    wanted = [f"{word} {number}" for word in ("another", "key") for number in range(KEYS)]
    assert sorted(row["idempotency_key"] for row in rows) == sorted(wanted)
