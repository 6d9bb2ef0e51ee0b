"""JSON as it goes over the wire, to programs of today and to those of 2014."""

from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder()

# Old clients take any answer with this text in it for a failure: they search for /error/, case and all.
_FORBIDDEN = b"error"
_ESCAPED = b"\\u0065rror"


def dump_json(value: Any) -> bytes:
    """Return `value` (dicts, lists, dataclasses, numbers, strings) as compact UTF-8 JSON.

    Raises:
        TypeError: something in it has no JSON form.
    """
    return _ENCODER.encode(value)


def escape_old_client_text(body: bytes) -> bytes:
    r"""Write the text "error" with a JSON escape (`\u0065rror`) in a success body; it parses to the same.

    `body` must be JSON: there the text can only stand inside a string or a key, and never after a lone backslash.
    """
    return body.replace(_FORBIDDEN, _ESCAPED)
