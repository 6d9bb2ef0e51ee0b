"""Makes, hashes and compares keys, tokens and public ids."""

import base64
import hashlib
import os
import secrets
import time

CLIENT_KEY_PREFIX = "client_"
TEST_KEY_PREFIX = "test_"

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case: sorts like the number


def make_client_key() -> str:
    """Make a public client key: `client_` and 20 random characters."""
    return CLIENT_KEY_PREFIX + _random_text(20)


def make_api_key(*, is_test: bool = False) -> str:
    """Make a secret API key of 160 random bits, `sl_...` or `test_...`."""
    return (TEST_KEY_PREFIX if is_test else "sl_") + _random_text(32)


def make_webhook_secret() -> str:
    """Make a signing secret of 32 random bytes in the form of Standard Webhooks: `whsec_` and base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def make_token() -> str:
    """Make a token for a caller who sent none: 20 characters, unique."""
    return _random_text(20)


def make_public_id(prefix: str, at_ms: int | None = None) -> str:
    """Make a time-ordered public id: the prefix, 10 characters of time in milliseconds, 12 random ones."""
    stamp = int(time.time() * 1000) if at_ms is None else at_ms
    number = (stamp << 60) | (int.from_bytes(_random_bytes(8), "big") & ((1 << 60) - 1))
    return prefix + _encode(number, 22)


def hash_key(key: str) -> str:
    """Return the SHA-256 of a key in hex; long random keys need no slow hash."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _random_text(length: int) -> str:
    return "".join(_ALPHABET[byte & 31] for byte in secrets.token_bytes(length))


def _encode(number: int, length: int) -> str:
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (length - 1), -1, -5))


class _RandomBlock:
    """Random bytes drawn in blocks: one system call per capture would be a tenth of its cost."""

    def __init__(self) -> None:
        self.block = b""
        self.offset = 0
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        self.block = b""
        self.offset = 0

    def take(self, count: int) -> bytes:
        if self.offset + count > len(self.block):
            self.block, self.offset = os.urandom(4096), 0
        self.offset += count
        return self.block[self.offset - count : self.offset]


_random_bytes = _RandomBlock().take
