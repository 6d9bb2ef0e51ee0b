"""`stacklead import`: a file of people of the demo, researched by the running product and found in the list."""

import json
from pathlib import Path

from e2e.product import Account

PEOPLE = """E-mail;First Name;Last Name;Website;Source
rebecca@blueocean.example;Rebecca;Schroeder;;fair
rita@kitebird.example;Rita;Azevedo;;fair
mara_lindqvist@gmail.com;Mara;Lindqvist;openrivers.example;list
not an address;;;;list
RITA@kitebird.example;;;;list
"""


def test_a_file_is_researched_to_its_end_and_nothing_is_sent(account: Account, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8-sig")
    summary = json.loads(account.product.run("import", str(file), "--account", account.account_id, "--json"))
    assert (summary["imported"], summary["repeats"], summary["wrong_rows"]) == (3, 1, 1)
    assert (summary["followed"], summary["researched"], summary["waiting"], summary["failed"]) == (True, 3, 0, 0)
    listed = {lead["email"]: lead for lead in account.get("/api/leads").json()["leads"]}
    assert {lead["state"] for lead in listed.values()} == {"done"}
    found = {email: account.lead(lead["id"])["data"] for email, lead in listed.items()}
    assert found["rebecca@blueocean.example"]["company"]["name"] == "Blue Ocean Technologies"
    assert found["rita@kitebird.example"]["person"]["job_title"] == "Game Designer"
    assert found["mara_lindqvist@gmail.com"]["company"]["name"] == "Open Rivers"
    assert (account.mails(), account.posts()) == ([], [])
