"""Whether a capture costs more when many leads are stored: two databases of the same product, filled before."""

import sqlite3
from contextlib import ExitStack
from pathlib import Path

from bench.captures import Comparison, compare, database_of, start_product, warm_up
from bench.server import Server

FEW = 10_000

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
_LEADS = f"""
    INSERT INTO leads (public_id, account_id, via, is_test, token, email, email_key, state, version, attempts, next_at,
                       first_entry_at, is_mail_due, payload, created_at, updated_at, researched_at)
    {_NUMBERS}
    SELECT printf('lead_%012d', i), 1, 'tag', 0, lower(hex(randomblob(16))), printf('old.%09d@blueocean.example', i),
           printf('old.%09d@blueocean.example', i), 'done', 1, 1, i, i, 1, :payload, i, i, i
    FROM n"""
_CAPTURES = """
    INSERT INTO captures (account_id, key_id, via, is_test, email, email_key, stage, is_mail_due, is_duplicate_ok,
                          payload, received_at, merged_at, lead_id)
    SELECT account_id, 1, via, is_test, email, email_key, 'submit', 1, 1, payload, created_at, created_at, id FROM leads
    """
_PAYLOAD = '{"fields":{"first_name":"Rebecca","last_name":"Schroeder"},"page":"https://shop.blueocean.example/contact"}'


def measure_stored(folder: Path, *, leads: int, calls: int, rounds: int) -> Comparison:
    """Compare a product that has `leads` leads stored with one that has FEW (in `bare`), in turns."""
    with ExitStack() as stack:
        many, few = (_start(stack, folder / str(count), count) for count in (leads, FEW))
        warm_up(many, few)
        return compare(many, few, connections=64, calls=calls, rounds=rounds)


def _start(stack: ExitStack, folder: Path, leads: int) -> Server:
    server = start_product(stack, folder)
    with sqlite3.connect(database_of(folder), timeout=60) as database:
        database.execute(_LEADS, {"count": leads, "payload": _PAYLOAD})
        database.execute(_CAPTURES)
    database.close()
    return server
