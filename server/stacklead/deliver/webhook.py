"""One signed POST to a customer's URL (Standard Webhooks 1.0.0)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from stacklead.deliver.schedule import MAX_RETRY_AFTER_S
from stacklead.errors import AddressRefused, DeliveryError, OutboundError
from stacklead.outbound import Answer, Outbound

MAX_ANSWER_BYTES = 4096  # what is kept of an answer, for the owner to read
GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAnswer:
    """What the receiver said: `answer_text` is at most 4 KiB, `took_ms` is wall time."""

    status: int
    answer_text: str
    took_ms: int


async def send_webhook(
    outbound: Outbound,
    *,
    url: str,
    secret: str,
    message_id: str,
    body: bytes,
    timeout_s: float = 15.0,
    now: datetime | None = None,
) -> WebhookAnswer:
    """POST `body` with its signature; only a 2xx is success, redirects are failures and not followed.

    Args:
        outbound: the guarded client.
        url: where to; any port, http or https.
        secret: `whsec_...`; several, separated by blanks, sign once each while a secret is being changed.
        message_id: stays the same for every attempt and every "send again", so that receivers drop repeats.
        body: JSON in UTF-8, sent and signed as it is.
        timeout_s: for the whole call.
        now: the time to sign, of this attempt; aware.

    Raises:
        DeliveryError: permanent if the address is refused or unusable, the secret is, or the receiver said 410.
    """
    headers = sign_webhook(secret=secret, message_id=message_id, body=body, now=now or datetime.now(UTC))
    headers |= {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    try:
        answer = await outbound.fetch(
            "POST", url, headers=headers, body=body, timeout_s=timeout_s, max_bytes=MAX_ANSWER_BYTES, truncate=True
        )
    except AddressRefused as exc:
        raise DeliveryError(exc.message, permanent=True) from exc
    except OutboundError as exc:
        raise DeliveryError(exc.message) from exc
    if not 200 <= answer.status < 300:
        raise _make_failure(answer)
    return WebhookAnswer(status=answer.status, answer_text=read_answer(answer.body), took_ms=answer.took_ms)


def sign_webhook(*, secret: str, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the three headers of Standard Webhooks for exactly these bytes.

    Raises:
        DeliveryError: permanent; the secret is none.
    """
    moment = now.astimezone(UTC)
    try:
        signatures = [Webhook(part).sign(message_id, moment, body.decode()) for part in secret.split() or [""]]
    except (ValueError, EmptyWebhookSecretError) as exc:
        raise DeliveryError("The signing secret cannot be used; make a new one.", permanent=True) from exc
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def read_answer(body: bytes) -> str:
    """Return an answer as text of at most 4 KiB that a page can show."""
    text = body[:MAX_ANSWER_BYTES].decode("utf-8", "replace")
    printable = "".join(char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)
    return printable.encode()[:MAX_ANSWER_BYTES].decode("utf-8", "ignore")


def parse_retry_after(value: str | None, now: datetime) -> int | None:
    """Return the seconds of a Retry-After header (a number or an HTTP date), at most a day; None if it is neither."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), MAX_RETRY_AFTER_S)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(round(wait.total_seconds()), 0), MAX_RETRY_AFTER_S)


def _make_failure(answer: Answer) -> DeliveryError:
    message = f"The receiver answered {answer.status}."
    if 300 <= answer.status < 400:
        message = f"The receiver answered {answer.status}, a redirect; enter the address that it leads to."
    if answer.status == GONE:
        message = "The receiver answered 410: it wants no more webhooks."
    return DeliveryError(
        message,
        permanent=answer.status == GONE,
        status_code=answer.status,
        answer=read_answer(answer.body),
        retry_after_s=parse_retry_after(answer.headers.get("retry-after"), datetime.now(UTC)),
    )
