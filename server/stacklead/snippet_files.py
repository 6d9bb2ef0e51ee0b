"""The files of the built snippet, read once, kept in memory, compressed once."""

import base64
import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import brotli as _brotli  # pyright: ignore[reportMissingTypeStubs]

brotli: Any = _brotli  # it declares no types

SCRIPT, MODULE = "stacklead.js", "stacklead.mjs"
WORLD, WORLD_MODULE = "stacklead.world.js", "stacklead.world.mjs"  # with the words of more languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One file of the snippet: its bytes, the short hash in its immutable name, and its SRI hash."""

    body: bytes
    hash: str
    integrity: str
    encoded: dict[str, bytes]


@cache
def load_script(name: str = SCRIPT) -> Script:
    """Read a file of the built snippet, from the wheel or from the checkout, and compress it."""
    body = _find_dist().joinpath(name).read_bytes()
    digest = hashlib.sha384(body).digest()
    return Script(
        body=body,
        hash=hashlib.sha256(body).hexdigest()[:12],
        integrity="sha384-" + base64.b64encode(digest).decode(),
        encoded={"br": brotli.compress(body, quality=11), "gzip": gzip.compress(body, 9, mtime=0)},
    )


def _find_dist() -> Path:
    packaged = Path(str(files("stacklead"))) / "snippet_dist"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "snippet" / "dist"
