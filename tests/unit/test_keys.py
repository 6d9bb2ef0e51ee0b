import base64
import os
import re

import pytest

from stacklead import keys

ALPHABET = "[0-9a-hjkmnp-tv-z]"


@pytest.mark.parametrize(
    ("make", "pattern"),
    [
        (keys.make_client_key, rf"client_{ALPHABET}{{20}}"),
        (keys.make_api_key, rf"sl_{ALPHABET}{{32}}"),
        (lambda: keys.make_api_key(is_test=True), rf"test_{ALPHABET}{{32}}"),
        (keys.make_token, rf"{ALPHABET}{{20}}"),
        (lambda: keys.make_public_id("lead_"), rf"lead_{ALPHABET}{{22}}"),
    ],
    ids=["client key", "api key", "test key", "token", "public id"],
)
def test_key_has_its_form_and_is_new_each_time(make: object, pattern: str) -> None:
    assert callable(make)
    made = [make() for _ in range(500)]
    assert all(re.fullmatch(pattern, one) for one in made)
    assert len(set(made)) == len(made)


def test_webhook_secret_is_that_of_standard_webhooks() -> None:
    secret = keys.make_webhook_secret()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32


def test_public_ids_sort_by_time() -> None:
    made = [keys.make_public_id("lead_", at_ms) for at_ms in (0, 1, 1_700_000_000_000, 1_700_000_000_001, 2**48)]
    assert made == sorted(made)


def test_public_ids_of_one_millisecond_differ() -> None:
    assert len({keys.make_public_id("lead_", 5) for _ in range(1000)}) == 1000


def test_hash_is_sha_256() -> None:
    assert keys.hash_key("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_hash_takes_what_is_no_unicode() -> None:
    assert len(keys.hash_key("\ud800")) == 64


def test_forked_process_does_not_repeat_random_bytes() -> None:
    keys.make_public_id("lead_")  # fills the block
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, keys.make_public_id("lead_", 5).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as file:
        assert file.read() != keys.make_public_id("lead_", 5)
