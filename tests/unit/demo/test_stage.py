"""Everything around the product at once, in a thread, as synchronous tests use it."""

import json
import smtplib
import urllib.request

from stacklead.demo.serving import listen
from stacklead.demo.stage import Ports, in_thread, stage
from stacklead.demo.world import World


def test_stage_in_a_thread_serves_ends_and_keeps_mails_for_the_next(tmp_path):
    for starts in (1, 2):
        with in_thread(stage(World(), tmp_path)) as around:
            with smtplib.SMTP("127.0.0.1", around.mailbox.port) as smtp:
                smtp.sendmail("a@x.example", ["b@x.example"], "Subject: Hi\r\n\r\nThere")
            with urllib.request.urlopen(f"{around.mailbox_url}.json?wait=5") as response:
                mails = json.load(response)["mails"]
            with urllib.request.urlopen(around.site.url) as response:
                assert response.status == 200
        assert [mail["subject"] for mail in mails] == ["Hi"] * starts
    assert {"STACKLEAD_SMTP_URL", "STACKLEAD_OUTBOUND_PROXY", "STACKLEAD_DNS_SERVERS"} <= set(around.env)


def test_taken_port_moves_and_the_old_inbox_stays_reachable(tmp_path):
    with listen(0) as taken, listen(0) as free:
        wanted, before = taken.getsockname()[1], free.getsockname()[1]
        free.close()
        with in_thread(stage(World(), tmp_path, Ports(desk=wanted, desk_before=before))) as around:
            urllib.request.urlopen(f"http://127.0.0.1:{before}/inbox", b"{}").close()
            assert around.desk.port != wanted
            assert len(around.inbox.shelf.items) == 1
