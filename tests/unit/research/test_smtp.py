"""The question to mail servers: through the demo internet's real SMTP, and against servers of every bad kind."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from stacklead.demo.internet import Internet, internet
from stacklead.demo.sample import sample_world
from stacklead.demo.world import Company, World
from stacklead.models import Lead
from stacklead.outbound import Outbound
from stacklead.research.pipeline import research
from stacklead.research.rcpt import Kind, judge
from stacklead.research.source import Kit
from stacklead.research.sources.smtp import RETRY_S, SmtpSource, own_name
from stacklead.settings import Settings, read_source_settings
from unit.outbound.servers import raw_site
from unit.research.world import NOW, DictCache, InlineReader, make_kit, make_subject, research_now

pytestmark = pytest.mark.anyio
MAIL_FROM = "StackLead <reports@stacklead.example>"
RATES = {"STACKLEAD_SMTP_PROBE_RATE_PER_S": "0"}


@dataclass
class Keeping(DictCache):
    """Notes for how long answers are kept."""

    kept: dict[Any, Any] = field(default_factory=dict)
    seconds: list[int] = field(default_factory=list)

    async def put(self, source: str, subject: str, answer: Any, ttl_s: int) -> None:
        self.seconds.append(ttl_s)
        await super().put(source, subject, answer, ttl_s)


def make_real_kit(settings: Settings) -> Kit:
    return Kit(settings=settings, outbound=Outbound(settings), cache=Keeping(), now=lambda: NOW, reader=InlineReader())


@asynccontextmanager
async def opened(tmp_path: Any, world: World | None = None, **more: str) -> AsyncIterator[tuple[Internet, Kit]]:
    """Run a demo internet and a kit whose every call goes to it."""
    async with internet(world or sample_world(), tmp_path / "ca.pem") as net:
        environ = {**net.env, **RATES, **more}
        names = ("dns_servers", "outbound_proxy", "ca_file", "allowed_networks")
        values = {name: environ[f"STACKLEAD_{name.upper()}"] for name in names}
        made = Settings(source_settings=read_source_settings(environ), mail_from=MAIL_FROM, **values)
        yield net, make_real_kit(made)


async def ask(kit: Kit, email: str) -> tuple[Any, str, str]:
    """Return the value or reason, its field and the words."""
    (claim,) = await SmtpSource().find(make_subject(Lead(email=email)), kit)
    return claim.value, claim.field, claim.snippet or ""


def tunnels(net: Internet) -> list[str]:
    return [seen["url"] for seen in net.proxy.requests if seen["url"].endswith(":25")]


# --- what answers mean


@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [
        (250, "2.1.5 OK", Kind.TAKEN),
        (251, "User not local; will forward", Kind.TAKEN),
        (252, "2.5.0 Cannot VRFY, but will try", Kind.UNCLEAR),
        (550, "5.1.1 The email account that you tried to reach does not exist.", Kind.REFUSED),
        (550, "5.4.1 Recipient address rejected: Access denied.", Kind.REFUSED),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound", Kind.REFUSED),
        (550, "5.2.1 The account is disabled", Kind.REFUSED),
        (550, "No such user here", Kind.REFUSED),
        (553, "sorry, that mailbox is unknown", Kind.REFUSED),
        (550, "5.7.1 Client host rejected", Kind.BLOCKED),
        (550, "5.7.606 Access denied, banned sending IP", Kind.BLOCKED),
        (550, "Blocked, see https://www.spamhaus.org/query/ip/192.0.2.1", Kind.BLOCKED),
        (550, "relay not permitted", Kind.BLOCKED),
        (
            554,
            "Your access to this mail system has been rejected due to the sending MTA's poor reputation",
            Kind.BLOCKED,
        ),
        (554, "Transaction failed", Kind.UNCLEAR),
        (550, "5.1.8 Bad sender's system address", Kind.UNCLEAR),
        (530, "5.7.0 Must issue a STARTTLS command first", Kind.BLOCKED),
        (503, "5.5.1 Bad sequence", Kind.UNCLEAR),
        (450, "4.2.0 Greylisted", Kind.LATER),
        (451, "Try again later", Kind.LATER),
        (421, "Too many connections", Kind.LATER),
        (550, "host 192.0.2.5.1.1 says no such user", Kind.REFUSED),
        (-1, "Malformed SMTP response line", Kind.UNCLEAR),
    ],
)
async def test_answer_means(code: int, words: str, kind: Kind) -> None:
    assert judge(code, words) == kind


# --- through the demo internet


@pytest.mark.parametrize(
    ("email", "value", "field", "words"),
    [
        ("sam@acceptsall.example", True, "email_catchall", "took addresses"),
        ("rebecca@blueocean.example", False, "email_catchall", "refused addresses"),
        ("sam@comelater.example", "source_failed", "signal.catchall", "come back later"),
        ("sam@knowsyou.example", "source_failed", "signal.catchall", "refuses to talk"),
        ("sam@nomail.example", "not_found", "signal.catchall", "no mail host"),
        ("sam@nowhere.example", "not_found", "signal.catchall", "no mail host"),
    ],
)
async def test_each_kind_of_mail_host_is_told_apart(
    tmp_path: Any, email: str, value: Any, field: str, words: str
) -> None:
    async with opened(tmp_path) as (_, kit):
        found = await ask(kit, email)
    assert found[:2] == (value, field)
    assert words in found[2]


async def test_talk_names_us_and_asks_for_two_unknown_addresses_and_sends_nothing(tmp_path: Any) -> None:
    async with opened(tmp_path) as (net, kit):
        await ask(kit, "sam@acceptsall.example")
    assert {host for host, _ in net.mail_hosts.heard} == {"mx1.acceptsall.example"}
    lines = [line for _, line in net.mail_hosts.heard]
    recipients = [re.fullmatch(r"RCPT TO:<([a-z]{18})@acceptsall\.example>", line) for line in lines[2:4]]
    assert lines[:2] == ["EHLO stacklead.example", "MAIL FROM:<>"]
    assert all(recipients)
    assert lines[2] != lines[3]
    assert lines[4:] == ["QUIT"]


@pytest.mark.parametrize("domain", ["knowsyou.example", "comelater.example"])
async def test_host_that_blocks_or_puts_off_is_asked_for_nothing_more(tmp_path: Any, domain: str) -> None:
    async with opened(tmp_path) as (net, kit):
        await ask(kit, f"sam@{domain}")
    assert [line[:4] for _, line in net.mail_hosts.heard] == ["EHLO", "MAIL", "RCPT", "QUIT"]


async def test_address_of_the_lead_is_never_said(tmp_path: Any) -> None:
    async with opened(tmp_path) as (net, kit):
        await ask(kit, "rebecca@blueocean.example")
    assert "rebecca" not in str(net.mail_hosts.heard)


async def test_leads_of_one_domain_ask_once(tmp_path: Any) -> None:
    async with opened(tmp_path) as (net, kit):
        found = await asyncio.gather(*(ask(kit, f"lead{number}@acceptsall.example") for number in range(5)))
        again = await ask(kit, "late@acceptsall.example")
    assert {one[0] for one in (*found, again)} == {True}
    assert len(tunnels(net)) == 1
    assert kit.cache.seconds == [86_400]


async def test_doubt_is_kept_for_the_day_too(tmp_path: Any) -> None:
    async with opened(tmp_path) as (net, kit):
        first = await ask(kit, "sam@comelater.example")
        assert await ask(kit, "kim@comelater.example") == first
    assert len(tunnels(net)) == 1


async def test_silent_host_is_given_up(tmp_path: Any) -> None:
    async with opened(tmp_path, STACKLEAD_SMTP_PROBE_TIMEOUT_S="0.3") as (_, kit):
        value, _, words = await ask(kit, "sam@saysnothing.example")
    assert value == "source_failed"
    assert "in time" in words


async def test_second_host_is_asked_if_the_first_cannot_be_reached(tmp_path: Any) -> None:
    world = World()
    mx = ["20 mx2.twohosts.example", "10 mx1.twohosts.example"]
    records = {"mx1.twohosts.example": {"TXT": ["has no address"]}}
    world.add_company(Company(domain="twohosts.example", name="Two", mx=mx, records=records))
    async with opened(tmp_path, world) as (net, kit):
        assert (await ask(kit, "sam@twohosts.example"))[0] is False
    assert {host for host, _ in net.mail_hosts.heard} == {"mx2.twohosts.example"}


async def test_filter_that_takes_everything_says_nothing(tmp_path: Any) -> None:
    world = World()
    for domain, way in (("taken.example", "catch_all"), ("refused.example", "strict")):
        world.add_company(Company(domain=domain, name=domain, mx=["10 mx1.eu.pphosted.com"], mail_server=way))
    async with opened(tmp_path, world) as (_, kit):
        value, where, words = await ask(kit, "sam@taken.example")
        assert (await ask(kit, "sam@refused.example"))[:2] == (False, "email_catchall")
    assert (value, where) == ("not_found", "signal.catchall")
    assert "says nothing" in words


@pytest.mark.parametrize(
    "address", ["10.0.0.5", "169.254.169.254", "192.168.1.1", "::ffff:10.0.0.5", "100.100.100.200"]
)
async def test_mail_host_on_a_private_network_is_not_called(tmp_path: Any, address: str) -> None:
    world = World()
    kind = "AAAA" if ":" in address else "A"
    records = {"mx1.inward.example": {kind: [address]}}
    world.add_company(Company(domain="inward.example", name="In", mx=["10 mx1.inward.example"], records=records))
    async with opened(tmp_path, world) as (net, kit):
        value, _, words = await ask(kit, "sam@inward.example")
    assert value == "source_failed"
    assert "private" in words
    assert list(net.proxy.requests) == []


@pytest.mark.parametrize("exchange", ["10.0.0.5", "2130706433", "0x7f000001", "127.1"])
async def test_mail_host_that_is_an_address_in_disguise_is_not_called(tmp_path: Any, exchange: str) -> None:
    world = World()
    world.add_company(Company(domain="numeric.example", name="Numeric", mx=[f"10 {exchange}"]))
    async with opened(tmp_path, world) as (net, kit):
        assert (await ask(kit, "sam@numeric.example"))[0] == "source_failed"
    assert list(net.proxy.requests) == []


async def test_whole_research_says_so_in_data_evidence_and_score(tmp_path: Any) -> None:
    async with opened(tmp_path) as (_, kit):
        found = (await research(Lead(email="sam@acceptsall.example"), kit)).to_dict()
        doubtful = (await research(Lead(email="sam@comelater.example"), kit)).to_dict()
    assert found["data"]["email_catchall"] is True
    assert found["evidence"]["email_catchall"]["source"] == "smtp_probe"
    assert "mx1.acceptsall.example" in found["evidence"]["email_catchall"]["snippet"]
    why = {reason["code"]: reason["why"] for reason in found["score_detail"]["reasons"]}
    assert "not proved" in why["mail_reachable"]
    assert doubtful["data"]["email_catchall"] is None
    assert doubtful["evidence"]["email_catchall"]["reason"] == "source_failed"
    assert "come back later" in doubtful["evidence"]["email_catchall"]["why"]
    assert "email_catchall" in found["data"]
    assert "signal.catchall" not in doubtful["evidence"]


# --- nobody is asked


@pytest.mark.parametrize(
    ("email", "value"),
    [("jo@gmail.com", False), ("jo@mailinator.com", True), ("jo@privaterelay.appleid.com", "not_found")],
)
async def test_providers_are_known_without_a_question(email: str, value: Any) -> None:
    kit = make_kit(env={"STACKLEAD_SMTP_PROBE": "true"})
    (claim,) = await SmtpSource().find(make_subject(Lead(email=email)), kit)
    assert claim.value == value
    assert claim.method == ("derived" if claim.field == "email_catchall" else "structured")


async def test_address_literals_are_not_asked_about() -> None:
    assert list(await SmtpSource().find(make_subject(Lead(email="jo@[10.0.0.1]")), make_kit())) == []


def test_nobody_is_asked_unless_it_is_switched_on() -> None:
    kit = make_kit(records={("acme.example", "MX"): ["10 mx.acme.example."]})
    found = research_now(Lead(email="jo@acme.example"), kit)
    assert {run.source: run.outcome for run in found.runs}["smtp_probe"] == "disabled"
    assert found.email_catchall is None
    assert found.evidence["email_catchall"].reason == "source_disabled"
    assert "STACKLEAD_SMTP_PROBE" in (found.evidence["email_catchall"].why or "")


def test_test_keys_ask_nobody() -> None:
    found = research_now(Lead(email="jo@gmail.com"), make_kit(env={"STACKLEAD_SMTP_PROBE": "true"}), offline=True)
    assert found.email_catchall is None


@pytest.mark.parametrize(
    ("base_url", "mail_from", "name"),
    [
        ("https://leads.acme.com/", "x@mail.acme.com", "leads.acme.com"),
        ("http://localhost:8000", "Acme <x@mail.acme.com>", "mail.acme.com"),
        ("http://192.0.2.7:8000", "x@mail.acme.com", "mail.acme.com"),
        ("http://[::1]:8000", "x@mail.acme.com", "mail.acme.com"),
        ("http://leads.local", "x@acme.com", "acme.com"),
        ("http://localhost:8000", "StackLead <stacklead@localhost>", None),
        ("http://[", "nobody", None),
    ],
)
async def test_we_introduce_ourselves_by_a_public_name(base_url: str, mail_from: str, name: str | None) -> None:
    assert own_name(Settings(base_url=base_url, mail_from=mail_from)) == name


async def test_without_a_public_name_nobody_is_asked(tmp_path: Any) -> None:
    async with opened(tmp_path) as (net, kit):
        nameless = make_real_kit(kit.settings.model_copy(update={"mail_from": "stacklead@localhost"}))
        value, _, words = await ask(nameless, "sam@acceptsall.example")
    assert value == "source_failed"
    assert "STACKLEAD_BASE_URL" in words
    assert tunnels(net) == []


# --- servers of every bad kind, dialled directly on loopback

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def script(*answers: str) -> Talk:
    """Return a server that says these lines in turn, each after a line of the client but the first, then leaves."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, answer in enumerate(answers):
            if number:
                await reader.readline()
            writer.write(answer.encode("latin-1"))
            await writer.drain()

    return talk


HELLO = ("220 mx ready\r\n", "250 mx\r\n", "250 2.1.0 OK\r\n")
OK, NO = "250 OK\r\n", "550 5.1.1 unknown\r\n"


@asynccontextmanager
async def asked_of(talk: Talk, tmp_path: Any, **more: str) -> AsyncIterator[Kit]:
    """Give a kit with which mail for bad.example leads to a server on loopback, without a proxy."""
    world = World()
    records = {"mx1.bad.example": {"A": ["127.0.0.1"]}}
    world.add_company(Company(domain="bad.example", name="Bad", mx=["10 mx1.bad.example"], records=records))
    async with AsyncExitStack() as stack:
        net = await stack.enter_async_context(internet(world, tmp_path / "ca.pem"))
        port = await stack.enter_async_context(raw_site(talk))
        environ = {"STACKLEAD_SMTP_PROBE_PORT": str(port), **RATES, **more}
        yield make_real_kit(
            Settings(
                dns_servers=(net.names.address,),
                allowed_networks=("127.0.0.1/32",),
                mail_from=MAIL_FROM,
                source_settings=read_source_settings(environ),
            )
        )


@pytest.mark.parametrize(
    ("answers", "value"),
    [
        ((*HELLO, OK, OK), True),
        ((*HELLO, NO, NO), False),
        ((*HELLO, "550-5.1.1 two\r\n550 5.1.1 lines\r\n", NO), False),
        ((*HELLO, OK, NO), "not_found"),
        ((*HELLO, NO, OK), "not_found"),
        ((*HELLO, OK, "451 4.7.1 later\r\n"), "source_failed"),
        ((*HELLO, OK), "source_failed"),
        (HELLO, "source_failed"),
        ((), "source_failed"),
        (("554 5.7.1 go away\r\n",), "source_failed"),
        (("421 busy\r\n",), "source_failed"),
        (("220 mx\r\n", "500 what\r\n", "500 what\r\n"), "source_failed"),
        ((*HELLO[:2], "550 5.1.1 no bounces here\r\n"), "source_failed"),
        ((*HELLO[:2], "530 5.7.0 Must issue a STARTTLS command first\r\n"), "source_failed"),
        (("HTTP/1.1 400 Bad Request\r\n\r\n",), "source_failed"),
        (("220 mx\r\n" + "x" * 200_000,), "source_failed"),
        (("220 " + "x" * 100_000 + "\r\n",), "source_failed"),
        ((*HELLO, "250 \x00\x1b[31m<script>alert(1)</script>\xff\r\n", OK), True),
    ],
)
async def test_server_of_any_kind_gets_a_verdict(tmp_path: Any, answers: tuple[str, ...], value: Any) -> None:
    async with asked_of(script(*answers), tmp_path, STACKLEAD_SMTP_PROBE_TIMEOUT_S="2") as kit:
        found, _, words = await ask(kit, "sam@bad.example")
    assert found == value
    assert words.isprintable()
    assert len(words) < 700
    assert "<script" not in words


async def test_unreachable_port_is_doubt_that_is_kept_for_an_hour(tmp_path: Any) -> None:
    async with asked_of(script(), tmp_path) as kit:
        pass  # its port is closed from here on, and its name server too
    async with asked_of(
        script(), tmp_path, STACKLEAD_SMTP_PROBE_PORT=str(kit.settings.source("smtp_probe").port)
    ) as late:
        value, _, words = await ask(late, "sam@bad.example")
    assert value == "source_failed"
    assert "could not be reached" in words
    assert late.cache.seconds == [RETRY_S]


async def test_closed_network_is_left_alone_after_some_tries(tmp_path: Any) -> None:
    async with asked_of(script(), tmp_path) as closed:
        pass
    port = str(closed.settings.source("smtp_probe").port)
    async with asked_of(script(), tmp_path, STACKLEAD_SMTP_PROBE_PORT=port, STACKLEAD_SMTP_PROBE_TTL_S="0") as kit:
        for _ in range(5):
            await ask(kit, "sam@bad.example")
        found = await research(Lead(email="sam@bad.example"), kit, rounds=((SmtpSource(),),))
    assert found.evidence["email_catchall"].reason in ("source_failed", "source_disabled")
    assert kit.guard.states["smtp_probe"].open_until > 0
