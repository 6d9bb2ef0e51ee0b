"""The bytes of a webhook: made once per delivery and stored, so that every retry sends the same."""

from collections.abc import Mapping
from typing import Any

from stacklead.wire import dump_json, escape_old_client_text


def make_webhook_body(*, token: str, id: str, research: Mapping[str, Any]) -> bytes:
    """Return `{"token", "data", "evidence", "score_detail", "id"}` as JSON.

    Args:
        token: the caller's, unchanged.
        id: the lead's public id.
        research: `Research.to_dict()`, or the same as stored.
    """
    body = {
        "token": token,
        "data": research["data"],
        "evidence": research["evidence"],
        "score_detail": research["score_detail"],
        "id": id,
    }
    return escape_old_client_text(dump_json(body))
