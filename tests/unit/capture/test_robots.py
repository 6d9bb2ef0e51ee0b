import msgspec
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from stacklead.capture.robots import is_robot
from stacklead.settings import Settings
from stacklead.storage.tables import captures
from support.tenants import Tenant, run_in
from unit.capture.http import CLIENT

CHROME = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
GOOGLEBOT = b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.mark.parametrize(
    "agent", [GOOGLEBOT, b"facebookexternalhit/1.1", b"Mozilla/5.0 (compatible; AhrefsBot/7.0)", b"GPTBot/1.2"]
)
def test_robot_is_known(agent: bytes) -> None:
    assert is_robot(agent)


@pytest.mark.parametrize(
    "agent",
    [
        b"",
        CHROME,
        CHROME.replace(b"Chrome", b"HeadlessChrome"),  # people's own tests
        b"curl/8.5.0",
        b"python-requests/2.32",
        b"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
        b"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
        b"\xff\x00" * 5000,
    ],
)
def test_browsers_and_tools_are_no_robots(agent: bytes) -> None:
    assert not is_robot(agent)


@pytest.mark.parametrize(("agent", "flag"), [(GOOGLEBOT, True), (CHROME, None)])
def test_robot_s_capture_is_kept_and_flagged(
    client: TestClient, account: Tenant, settings: Settings, agent: bytes, flag: bool | None
) -> None:
    answer = client.post(
        CLIENT,
        data={"client_key": account.client_key, "email": "a@example.com"},
        headers={"user-agent": agent.decode()},
    )
    assert answer.status_code == 200
    kept: str = run_in(settings, lambda db: db.scalar(select(captures.c.payload)))  # type: ignore[arg-type]
    assert msgspec.json.decode(kept).get("robot") is flag
    assert "compatible" not in kept
    assert "Chrome" not in kept
