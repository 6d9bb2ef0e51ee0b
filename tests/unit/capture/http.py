"""What tests over HTTP share: how each kind of key travels, and what any refusal looks like."""

import base64
from typing import Any

from starlette.testclient import TestClient

CLIENT = "/api/client/leads"
API = "/api/leads"


def basic(user: str, password: str = "") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def hand_in(client: TestClient, key: str, **parameters: Any) -> Any:
    """POST a lead as a server does."""
    answer = client.post(API, headers=basic(key), data={"email": "rebecca@example.com", **parameters})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def assert_refused(answer: Any, status: int, code: str | None = None, param: str | None = None) -> None:
    """Check the one shape of every refusal."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "message", "param"]
    assert body["error"]["message"]
    assert answer.headers["x-stacklead-reason"] == body["error"]["code"]
    assert "Traceback" not in answer.text
    if code is not None:
        assert body["error"]["code"] == code
        assert body["error"]["param"] == param
