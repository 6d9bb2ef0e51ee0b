"""The demo's webhook inbox: a receiver that keeps every POST byte for byte and checks its signature.

Paths under `/inbox/` make it misbehave, so that retries and failures can be watched: `fail/<status>`, `hang`, `gone`,
`redirect`, `slow/<seconds>`, `retry-after/<seconds>` and `flaky/<times>` (fails so often for each webhook-id).
"""

import base64
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from stacklead.demo.shelf import Item, Shelf

MAX_POSTS = 500
MAX_BODY_BYTES = 1_000_000
HANG_S = 120.0  # longer than any sender waits
SIGNATURE_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(slots=True)
class Inbox:
    """Receives webhooks; `secrets` are the `whsec_` secrets that a signature may be made with."""

    shelf: Shelf
    secrets: list[str] = field(default_factory=list[str])
    failures: Counter[str] = field(default_factory=Counter[str])

    async def receive(self, request: Request) -> Response:
        """Keep a POST and answer as its path says."""
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY_BYTES:
                return JSONResponse({"message": "too large for the demo"}, status_code=413)
        path = request.path_params.get("rest", "").strip("/")
        answer, delay_s = self._answer(path, request.headers.get("webhook-id", ""))
        self.shelf.add(
            {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "path": request.url.path,
                "query": request.url.query,
                "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in request.headers.raw],
                "body_base64": base64.b64encode(body).decode(),
                "answered": answer.status_code,
                "signature": self._signature(bytes(body), dict(request.headers)),
            }
        )
        await self.shelf.sleep(delay_s)
        return answer

    def _answer(self, path: str, webhook_id: str) -> tuple[Response, float]:
        """Return what a path answers and how many seconds late."""
        mode, _, argument = path.partition("/")
        number = int(argument) if argument.isdigit() else 0
        if mode == "fail":
            return Response(status_code=number if 200 <= number <= 599 else 500), 0
        if mode == "flaky":
            self.failures[webhook_id] += 1
            return Response(status_code=503 if self.failures[webhook_id] <= number else 200), 0
        if mode == "retry-after":
            return Response(status_code=503, headers={"Retry-After": str(number)}), 0
        answers = {
            "gone": Response(status_code=410),
            "redirect": Response(status_code=302, headers={"Location": "/inbox/elsewhere"}),
        }
        delays = {"hang": HANG_S, "slow": float(min(number, HANG_S))}
        return answers.get(mode) or JSONResponse({"message": "thanks"}), delays.get(mode, 0)

    def _signature(self, body: bytes, headers: dict[str, str]) -> str:
        """Return `valid`, `invalid`, `unsigned`, or `unknown` if no secret is known to check with."""
        if not all(name in headers for name in SIGNATURE_HEADERS):
            return "unsigned"
        if not self.secrets:
            return "unknown"
        return "valid" if any(_is_signed_with(secret, body, headers) for secret in self.secrets) else "invalid"


def _is_signed_with(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def post_of(item: Item) -> dict[str, Any]:
    """Return a kept POST with its body also as `body` (text) and `json` (None if it is not JSON)."""
    body = base64.b64decode(item["body_base64"])
    try:
        parsed: Any = json.loads(body)
    except ValueError:
        parsed = None
    return {**item, "body": body.decode("utf-8", "replace"), "json": parsed}
