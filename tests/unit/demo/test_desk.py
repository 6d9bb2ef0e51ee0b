"""Mailbox, webhook inbox and their pages, asked over real sockets."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from email.message import EmailMessage

import aiohttp
import aiosmtplib
import pytest
from standardwebhooks import Webhook

from stacklead.demo.desk import desk_app
from stacklead.demo.inbox import Inbox
from stacklead.demo.mailbox import Mailbox
from stacklead.demo.pages import Links
from stacklead.demo.serving import WebServer
from stacklead.demo.shelf import Shelf

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Desk:
    """A running desk and a client of it."""

    def __init__(self, folder):
        self.mailbox = Mailbox(Shelf(folder / "mail.jsonl", 5))
        self.inbox = Inbox(Shelf(folder / "webhooks.jsonl", 5), [SECRET])
        self.server = WebServer(desk_app(self.mailbox, self.inbox, Links(desk_url="http://localhost:1")))

    async def start(self, stack):
        await self.mailbox.start()
        stack.push_async_callback(self.mailbox.close)
        await self.server.start()
        stack.push_async_callback(self.server.close)
        for shelf in (self.mailbox.shelf, self.inbox.shelf):
            stack.callback(shelf.close)
        self.client = await stack.enter_async_context(aiohttp.ClientSession(self.server.url))

    async def get(self, path):
        """Return a page's text or JSON; `NEWEST` in the path is the number of the newest mail or webhook."""
        shelf = self.mailbox.shelf if path.startswith("/mail") else self.inbox.shelf
        path = path.replace("NEWEST", str(shelf.items[-1]["n"] if shelf.items else 0))
        async with self.client.get(path) as response:
            is_json = response.content_type == "application/json"
            return await response.json() if is_json else await response.text()

    async def post(self, path, body, headers=None):
        async with self.client.post(path, data=body, headers=headers, allow_redirects=False) as response:
            return response.status

    async def mail(self, to="sales@fieldnote.example", subject="Hello", html="<p>Hi <b>you</b></p>"):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "StackLead <r@stacklead.example>", to, subject
        message.set_content("Hi you\nhttp://localhost:8000/sign-in")
        message.add_alternative(html, subtype="html")
        return await aiosmtplib.send(message, hostname="127.0.0.1", port=self.mailbox.port, start_tls=False)


@pytest.fixture(scope="module")
def desk_runner(tmp_path_factory):
    with asyncio.Runner() as runner:
        stack, desk = AsyncExitStack(), Desk(tmp_path_factory.mktemp("desk"))
        runner.run(desk.start(stack))
        yield lambda visit: runner.run(visit(desk))
        runner.run(stack.aclose())


@pytest.fixture
def on_desk(desk_runner):
    """Run `async def visit(desk)` against an empty desk."""

    async def empty(desk):
        desk.mailbox.shelf.clear()
        desk.inbox.shelf.clear()
        desk.inbox.failures.clear()

    desk_runner(empty)
    return desk_runner


def signed(body, secret=SECRET):
    now = datetime.now(UTC)
    signature = Webhook(secret).sign("msg_1", now, body)
    stamp = str(int(now.timestamp()))
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


def test_mail_is_kept_with_its_parts(on_desk):
    async def visit(desk):
        await desk.mail(subject="Größe für Zoë")
        listed = await desk.get("/mail.json")
        return listed["mails"][0], await desk.get("/mail/NEWEST.json")

    summary, mail = on_desk(visit)
    assert summary == {name: mail[name] for name in summary}
    assert (mail["subject"], mail["recipients"]) == ("Größe für Zoë", ["sales@fieldnote.example"])
    assert mail["text"].startswith("Hi you")
    assert "<b>you</b>" in mail["html"]
    assert dict(mail["headers"])["From"] == "StackLead <r@stacklead.example>"
    assert "multipart/alternative" in mail["raw"]


def test_mail_page_shows_html_in_a_sandbox_that_runs_nothing(on_desk):
    async def visit(desk):
        await desk.mail(html="<script>alert(1)</script><p>Report</p>")
        number = desk.mailbox.shelf.items[-1]["n"]
        async with desk.client.get(f"/mail/{number}/html") as response:
            return await desk.get("/mail/NEWEST"), response.headers["Content-Security-Policy"]

    page, policy = on_desk(visit)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "<script>alert" not in page
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy


@pytest.mark.parametrize(
    ("view", "part"),
    [("text", 'href="http://localhost:8000/sign-in"'), ("headers", "<th>Subject</th>"), ("source", "MIME-Version")],
)
def test_mail_page_has_other_views(on_desk, view, part):
    async def visit(desk):
        await desk.mail()
        return await desk.get(f"/mail/NEWEST?view={view}")

    assert part in on_desk(visit)


def test_hostile_subject_is_escaped_on_the_page(on_desk):
    async def visit(desk):
        await desk.mail(subject="<img src=x onerror=alert(1)>")
        return await desk.get("/mail/NEWEST")

    assert "<img" not in on_desk(visit)


@pytest.mark.parametrize(("to", "code"), [("nobody@x.example", 550), ("full@x.example", 452)])
def test_some_mailboxes_are_refused_with_words(on_desk, to, code):
    async def visit(desk):
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
            await desk.mail(to=to)
        return refused.value.recipients[0].code

    assert on_desk(visit) == code


def test_waiting_for_mail_ends_when_it_comes(on_desk):
    async def visit(desk):
        waiting = asyncio.create_task(desk.get("/mail.json?to=B@x.example&wait=20"))
        await desk.mail(to="a@x.example")
        await desk.mail(to="b@x.example")
        return await waiting

    assert [mail["recipients"] for mail in on_desk(visit)["mails"]] == [["b@x.example"]]


def test_webhook_is_kept_byte_for_byte_with_its_signature_checked(on_desk):
    body = b'{"token": "t1",\n "data": {"person": {"name": "Rebecca"}}}'

    async def visit(desk):
        await desk.post("/inbox/any/path?x=1", body, signed(body.decode()))
        await desk.post("/inbox", body, signed(body.decode(), "whsec_" + "A" * 32))
        await desk.post("/inbox", body)
        posts = (await desk.get("/inbox.json"))["posts"]
        return posts, await desk.get(f"/inbox/{posts[0]['n']}")

    posts, page = on_desk(visit)
    assert [post["signature"] for post in posts] == ["valid", "invalid", "unsigned"]
    assert posts[0]["body"].encode() == body
    assert (posts[0]["path"], posts[0]["query"], posts[0]["json"]["token"]) == ("/inbox/any/path", "x=1", "t1")
    assert "signature valid" in page


@pytest.mark.parametrize(
    ("path", "status"),
    [("fail/500", 500), ("fail/404", 404), ("gone", 410), ("redirect", 302), ("retry-after/7", 503), ("slow/0", 200)],
)
def test_inbox_misbehaves_as_its_path_says(on_desk, path, status):
    async def visit(desk):
        answered = await desk.post(f"/inbox/{path}", b"{}")
        return answered, (await desk.get("/inbox.json"))["posts"][0]["answered"]

    assert on_desk(visit) == (status, status)


def test_flaky_path_recovers_for_each_webhook(on_desk):
    async def visit(desk):
        return [await desk.post("/inbox/flaky/2", b"{}", signed("{}")) for _ in range(4)]

    assert on_desk(visit) == [503, 503, 200, 200]


def test_hanging_path_keeps_the_post_and_does_not_answer(on_desk):
    async def visit(desk):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(desk.post("/inbox/hang", b"{}"), 0.2)
        return (await desk.get("/inbox.json"))["posts"]

    assert len(on_desk(visit)) == 1


@pytest.mark.parametrize("body", [b"[1, 2]", b"no json", b'{"data": 3}', b'{"data": {"person": 1}}', b"\xff\xfe"])
def test_inbox_pages_show_any_body(on_desk, body):
    async def visit(desk):
        await desk.post("/inbox", body)
        return await desk.get("/inbox"), await desk.get("/inbox/NEWEST")

    assert all("POST /inbox" in page for page in on_desk(visit))


def test_json_on_the_page_is_escaped(on_desk):
    async def visit(desk):
        await desk.post("/inbox", json.dumps({"data": {"x": "<script>alert(1)</script>"}}).encode())
        return await desk.get("/inbox/NEWEST")

    assert "<script>alert" not in on_desk(visit)


def test_other_host_names_are_refused(on_desk):
    async def visit(desk):
        async with desk.client.get("/mail.json", headers={"Host": "evil.example"}) as response:
            return response.status

    assert on_desk(visit) == 400


def test_emptied_mailbox_is_empty(on_desk):
    async def visit(desk):
        await desk.mail()
        await desk.client.delete("/mail.json")
        return await desk.get("/mail.json")

    assert on_desk(visit) == {"mails": []}


def test_shelf_survives_a_restart_and_keeps_the_newest(tmp_path):
    path = tmp_path / "shelf.jsonl"
    shelf = Shelf(path, 3)
    for number in range(10):
        shelf.add({"value": number})
    with path.open("a") as file:
        file.write('{"n": 11, "val')
    again = Shelf(path, 3)
    assert [item["value"] for item in again.items] == [7, 8, 9]
    assert again.add({"value": 10})["n"] == 11
