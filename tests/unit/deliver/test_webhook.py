"""One signed POST, against a real receiver on loopback."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from standardwebhooks.webhooks import Webhook

from stacklead.deliver.webhook import parse_retry_after, read_answer, send_webhook, sign_webhook
from stacklead.errors import DeliveryError
from stacklead.keys import make_webhook_secret
from stacklead.outbound import Outbound
from stacklead.settings import Settings
from unit.deliver.receivers import Inbox, silent_server

pytestmark = pytest.mark.anyio

SECRET = make_webhook_secret()
BODY = '{"token":"t","data":{"name":"Zoë"}}'.encode()
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def outbound() -> Outbound:
    return Outbound(Settings.from_env(allowed_networks=("127.0.0.0/8",), base_url="https://leads.example"))


async def send(outbound: Outbound, url: str, **kwargs: object) -> object:
    return await send_webhook(outbound, **{"url": url, "secret": SECRET, "message_id": "msg_1", "body": BODY, **kwargs})


async def test_a_webhook_arrives_signed_byte_for_byte(outbound: Outbound, inbox: Inbox) -> None:
    inbox.text = "thanks"
    answer = await send(outbound, inbox.url)
    [(path, headers, body)] = inbox.requests
    assert (answer.status, answer.answer_text) == (200, "thanks")
    assert answer.took_ms >= 0
    assert (path, body) == ("/hook?a=1", BODY)
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("StackLead/")
    assert headers["user-agent"].endswith("(+https://leads.example)")
    assert headers["webhook-id"] == "msg_1"
    assert Webhook(SECRET).verify(body, headers)["token"] == "t"


async def test_each_attempt_is_signed_at_its_own_time_under_the_same_id() -> None:
    first = sign_webhook(secret=SECRET, message_id="m", body=BODY, now=NOW)
    later = sign_webhook(secret=SECRET, message_id="m", body=BODY, now=NOW + timedelta(hours=4))
    assert first["webhook-id"] == later["webhook-id"]
    assert first["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert first["webhook-signature"] != later["webhook-signature"]


async def test_other_time_zones_sign_the_same_moment() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=5)))
    assert sign_webhook(secret=SECRET, message_id="m", body=BODY, now=there) == sign_webhook(
        secret=SECRET, message_id="m", body=BODY, now=NOW
    )


async def test_two_secrets_sign_twice(outbound: Outbound, inbox: Inbox) -> None:
    other = make_webhook_secret()
    await send(outbound, inbox.url, secret=f"{SECRET} {other}")
    headers, body = inbox.requests[0][1:]
    for secret in (SECRET, other):
        Webhook(secret).verify(body, headers)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_ü"])
async def test_an_unusable_secret_ends_the_retries(outbound: Outbound, inbox: Inbox, secret: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        await send(outbound, inbox.url, secret=secret)
    assert caught.value.permanent
    assert inbox.requests == []


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_success(outbound: Outbound, inbox: Inbox, status: int) -> None:
    inbox.status = status
    assert (await send(outbound, inbox.url)).status == status


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(301, False), (302, False), (307, False), (400, False), (404, False), (410, True), (429, False), (500, False)],
)
async def test_everything_else_fails_and_only_410_ends_the_retries(
    outbound: Outbound, inbox: Inbox, status: int, permanent: bool
) -> None:
    inbox.status, inbox.text, inbox.headers = status, "no", {"Location": inbox.url}
    with pytest.raises(DeliveryError, match=str(status)) as caught:
        await send(outbound, inbox.url)
    assert len(inbox.requests) == 1
    assert (caught.value.status_code, caught.value.permanent) == (status, permanent)
    assert caught.value.answer == "no"
    assert caught.value.retry_after_s is None


async def test_the_receivers_wish_for_time_is_reported(outbound: Outbound, inbox: Inbox) -> None:
    inbox.status, inbox.headers = 503, {"Retry-After": "120"}
    with pytest.raises(DeliveryError) as caught:
        await send(outbound, inbox.url)
    assert caught.value.retry_after_s == 120


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "ftp://x.example/", "http://u:p@127.0.0.1/", "", "http://[::1]/"])
async def test_a_refused_address_ends_the_retries(outbound: Outbound, url: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        await send(outbound, url)
    assert caught.value.permanent


async def test_no_connection_is_retried(outbound: Outbound) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(DeliveryError, match="No connection") as caught:
        await send(outbound, f"http://127.0.0.1:{port}/")
    assert not caught.value.permanent


async def test_a_receiver_that_never_answers_is_left_after_the_time(outbound: Outbound) -> None:
    async with silent_server() as port:
        with pytest.raises(DeliveryError, match=r"0\.2 seconds") as caught:
            await send(outbound, f"http://127.0.0.1:{port}/", timeout_s=0.2)
    assert not caught.value.permanent


async def test_a_large_answer_is_cut(outbound: Outbound, inbox: Inbox) -> None:
    inbox.text = "x" * 100_000
    assert (await send(outbound, inbox.url)).answer_text == "x" * 4096


def test_an_answer_is_text_of_at_most_4_kib() -> None:
    assert (
        read_answer(b"a\x00b\x1b[31m\n\xff")
        == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m\n\N{REPLACEMENT CHARACTER}"
    )
    assert len(read_answer(b"\xff" * 10_000).encode()) <= 4096


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("99999999999999999999", 86_400),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOW - timedelta(minutes=5), usegmt=True), 0),
        ("Mon, 23 Nov 2026 12:01:00 -0000", 60),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: int | None) -> None:
    assert parse_retry_after(value, NOW) == seconds
