"""One call to a public JSON API: cache, turn, call, decode; every failure becomes a SourceError."""

import json
from collections.abc import Mapping
from typing import Any

from stacklead.errors import AddressRefused, OutboundError, SourceError
from stacklead.outbound import WEB_PORTS, Answer
from stacklead.research.source import Kit

MAX_BYTES = 256 * 1024  # an API answer; real ones are a few kilobytes


async def get_json(kit: Kit, source: str, path: str, *, subject: str, headers: Mapping[str, str] | None = None) -> Any:
    """Return the decoded answer of a source's API, or None for 404.

    `path` is what follows the source's base URL, with its first slash; `subject` is the key of the answer in the
    cache, never an address in clear.

    Raises:
        SourceError: `rate_limited`, `timeout`, `refused` or `unavailable`.
    """
    settings = kit.settings.source(source)
    kept = await kit.cache.get(source, subject) if settings.ttl_s > 0 else None
    if isinstance(kept, dict) and "answer" in kept:
        return kept["answer"]  # pyright: ignore[reportUnknownVariableType]
    await kit.guard.wait_turn(source, settings.rate_per_s, settings.timeout_s)
    answer = await _call(kit, source, settings.url + path, {"accept": "application/json", **(headers or {})})
    found = _decode(source, answer)
    if settings.ttl_s > 0:
        await kit.cache.put(source, subject, {"answer": found}, settings.ttl_s)
    return found


async def _call(kit: Kit, source: str, url: str, headers: Mapping[str, str]) -> Answer:
    settings = kit.settings.source(source)
    try:
        answer = await kit.outbound.fetch(
            "GET",
            url,
            timeout_s=settings.timeout_s,
            max_bytes=MAX_BYTES,
            headers=headers,
            max_redirects=2,
            ports=WEB_PORTS,
        )
    except AddressRefused as exc:
        raise SourceError(f"the address of {source} is refused", reason="refused") from exc
    except OutboundError as exc:
        kit.guard.failed(source)
        raise SourceError(f"{source} did not answer", reason="unavailable") from exc
    if answer.status == 429:
        kit.guard.rest(source, _retry_after_s(answer.headers.get("retry-after")))
        raise SourceError(f"{source} limits our calls", reason="rate_limited")
    if answer.status >= 500:
        kit.guard.failed(source)
        raise SourceError(f"{source} answered {answer.status}", reason="unavailable")
    kit.guard.succeeded(source)
    return answer


def _decode(source: str, answer: Answer) -> Any:
    if answer.status == 404:
        return None
    if answer.status != 200:
        reason = "refused" if answer.status in (401, 403) else "unavailable"
        raise SourceError(f"{source} answered {answer.status}", reason=reason)
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as exc:
        raise SourceError(f"{source} answered something that is not JSON", reason="unavailable") from exc


def _retry_after_s(header: str | None) -> float:
    try:
        return float(header or "")
    except ValueError:
        return 60.0
