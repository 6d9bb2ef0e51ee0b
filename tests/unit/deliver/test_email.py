"""One message over SMTP, against a real server on loopback."""

import asyncio
import ssl
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import AuthResult

from stacklead.deliver.email import parse_smtp_url, send_email
from stacklead.deliver.message import make_plain_message
from stacklead.errors import DeliveryError
from stacklead.settings import Settings
from unit.deliver.receivers import Mailbox, silent_server, smtp_server

pytestmark = pytest.mark.anyio


async def send(url: str, *, timeout_s: float = 10.0, **settings: object) -> str:
    made = Settings.from_env(smtp_url=url, mail_from="StackLead <reports@leads.example>", **settings)
    message = make_plain_message(made, to="owner@shop.example", subject="Hello", text="Zoë")
    return await send_email(made, message, timeout_s=timeout_s)


def server_tls(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


async def test_a_message_arrives_and_the_servers_words_come_back(mailbox: Mailbox) -> None:
    words = await send(mailbox.url)
    [envelope] = mailbox.mails
    assert words == "2.0.0 Ok: queued as 4F2"
    assert envelope.mail_from == "reports@leads.example"
    assert envelope.rcpt_tos == ["owner@shop.example"]
    assert b"Subject: Hello" in envelope.content


async def test_a_long_subject_beyond_ascii_arrives_as_it_was(mailbox: Mailbox) -> None:
    subject = "[9/10] Rebecca Schroeder - Sr. Sales Representative, Blue Ocean… (127)"
    settings = Settings.from_env(smtp_url=mailbox.url, mail_from="StackLead <reports@leads.example>")
    await send_email(settings, make_plain_message(settings, to="owner@shop.example", subject=subject, text="x"))
    [envelope] = mailbox.mails
    assert message_from_bytes(envelope.content, policy=default)["Subject"] == subject


@pytest.mark.parametrize(
    ("rcpt", "permanent"),
    [
        ("550 5.1.1 No such user", True),
        ("550 no such user here", True),
        ("553 not a mailbox", True),
        ("550 5.2.1 mailbox disabled", True),
        ("550 5.7.1 relaying denied", False),
        ("554 relay access denied", False),
        ("552 5.2.2 mailbox full", False),
        ("450 4.2.0 greylisted, come back", False),
    ],
)
async def test_only_an_address_that_does_not_exist_ends_the_retries(
    mailbox: Mailbox, rcpt: str, permanent: bool
) -> None:
    mailbox.rcpt = rcpt
    with pytest.raises(DeliveryError) as caught:
        await send(mailbox.url)
    assert caught.value.permanent is permanent
    assert caught.value.status_code == int(rcpt[:3])
    assert rcpt in caught.value.message
    assert mailbox.mails == []


async def test_refused_content_is_retried_with_the_servers_words(mailbox: Mailbox) -> None:
    mailbox.data = "554 5.7.1 looks like spam"
    with pytest.raises(DeliveryError, match=r"554 5\.7\.1 looks like spam") as caught:
        await send(mailbox.url)
    assert (caught.value.permanent, caught.value.status_code) == (False, 554)


async def test_no_mail_server_is_retried() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(DeliveryError, match=f"No connection to the mail server 127.0.0.1:{port}") as caught:
        await send(f"smtp://127.0.0.1:{port}")
    assert not caught.value.permanent


@pytest.mark.parametrize("greeting", [b"", b"220 hi\r\n"])
async def test_a_server_that_hangs_up_is_retried(greeting: bytes) -> None:
    async with silent_server(greeting) as port:
        with pytest.raises(DeliveryError) as caught:
            await send(f"smtp://127.0.0.1:{port}")
    assert not caught.value.permanent


async def test_a_server_that_says_nothing_is_left_after_the_time() -> None:
    async with silent_server() as port:
        with pytest.raises(DeliveryError, match="No answer in time") as caught:
            await send(f"smtp://127.0.0.1:{port}", timeout_s=0.2)
    assert not caught.value.permanent


async def test_a_password_is_sent_over_checked_encryption(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    seen: list[tuple[bytes, bytes]] = []

    def check(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss", handled=False)

    async with smtp_server(Mailbox(), tls_context=server_tls(authority), authenticator=check) as box:
        url = box.url.replace("//", "//me:p%40ss@") + "?starttls=1"
        await send(url, ca_file=str(tmp_path / "ca.pem"))
        assert seen == [(b"me", b"p@ss")]
        with pytest.raises(DeliveryError) as caught:
            await send(url.replace("p%40ss", "wrong"), ca_file=str(tmp_path / "ca.pem"))
        assert caught.value.status_code == 535
    assert len(box.mails) == 1


async def test_nothing_is_said_to_a_server_whose_certificate_is_unknown() -> None:
    heard: list[object] = []

    async def note(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        heard.append(reader)

    async with await asyncio.start_server(note, "127.0.0.1", 0, ssl=server_tls(trustme.CA())) as server:
        with pytest.raises(DeliveryError, match="No connection"):
            await send(f"smtps://me:word@127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert heard == []


async def test_encryption_between_servers_is_taken_when_offered(mailbox: Mailbox) -> None:
    async with smtp_server(Mailbox(), tls_context=server_tls(trustme.CA()), require_starttls=True) as box:
        await send(box.url)
        assert len(box.mails) == 1
        with pytest.raises(DeliveryError):
            await send(box.url + "?starttls=0")
    with pytest.raises(DeliveryError):
        await send(mailbox.url + "?starttls=1")


@pytest.mark.parametrize(
    ("url", "port", "start_tls", "is_tls", "is_verified"),
    [
        ("smtp://mail.example", 25, None, False, False),
        ("smtp://mail.example?starttls=1", 587, True, False, True),
        ("smtp://mail.example:26?starttls=0", 26, False, False, False),
        ("smtp://me:x@mail.example", 25, None, False, True),
        ("smtps://mail.example", 465, False, True, True),
        ("smtps://[::1]:466", 466, False, True, True),
    ],
)
def test_the_mail_url_says_how_to_connect(
    url: str, port: int, start_tls: bool | None, is_tls: bool, is_verified: bool
) -> None:
    server = parse_smtp_url(url)
    assert (server.port, server.start_tls, server.is_tls, server.is_verified) == (port, start_tls, is_tls, is_verified)


@pytest.mark.parametrize("url", ["", "mail.example:25", "http://mail.example", "smtp://x:y", "smtp://x?starttls=maybe"])
async def test_a_mail_url_that_is_none_names_the_setting(url: str) -> None:
    with pytest.raises(DeliveryError, match="STACKLEAD_SMTP_URL"):
        await send(url)


async def test_an_address_in_other_letters_is_sent_or_refused_in_words(mailbox: Mailbox) -> None:
    settings = Settings.from_env(smtp_url=mailbox.url, mail_from="StackLead <reports@leads.example>")
    message = make_plain_message(settings, to="zoë@shop.example", subject="Hello", text="t")
    with pytest.raises(DeliveryError):
        await send_email(settings, message)
    async with smtp_server(Mailbox(), enable_SMTPUTF8=True) as box:
        await send_email(Settings.from_env(smtp_url=box.url), message)
    assert box.mails[0].rcpt_tos == ["zoë@shop.example"]
