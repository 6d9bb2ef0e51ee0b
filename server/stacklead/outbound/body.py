"""Reading an answer within bounds: compressed bytes are counted, and so is what they unfold to."""

import zlib
from collections.abc import AsyncIterable

from stacklead.errors import OutboundError

SLACK_BYTES = 65_536  # compressed bytes allowed beyond the limit for the body, so that stored blocks still fit


class Inflater:
    """Unfolds one gzip or deflate body, never more than it is asked for at a time."""

    def __init__(self, encoding: str) -> None:
        self._is_gzip = encoding in ("gzip", "x-gzip")
        self._stream = zlib.decompressobj(wbits=31 if self._is_gzip else 15)
        self._has_started = False

    def feed(self, chunk: bytes, max_bytes: int) -> bytes:
        """Return at most `max_bytes` of what `chunk` unfolds to; the rest of the chunk is dropped.

        Raises:
            zlib.error: the bytes are not of this encoding.
        """
        if not self._is_gzip and not self._has_started and chunk and chunk[0] & 0x0F != 8:
            self._stream = zlib.decompressobj(wbits=-15)  # deflate without its header, as some servers send it
        self._has_started = self._has_started or bool(chunk)
        return self._stream.decompress(chunk, max_bytes)


async def read_body(chunks: AsyncIterable[bytes], *, encoding: str, max_bytes: int) -> tuple[bytes, bool]:
    """Return at most `max_bytes` of the decoded body, and True if there was more.

    Raises:
        OutboundError: an encoding that is not read here, or bytes that are not of it.
    """
    inflater = _make_inflater(encoding.strip().lower())
    body = bytearray()
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        room = max_bytes + 1 - len(body)
        try:
            body += chunk[:room] if inflater is None else inflater.feed(chunk, room)
        except zlib.error as exc:
            raise OutboundError("The answer's compression is broken.") from exc
        if len(body) > max_bytes or received > max_bytes + SLACK_BYTES:
            return bytes(body[:max_bytes]), True
    return bytes(body), False


def _make_inflater(encoding: str) -> Inflater | None:
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip", "deflate"):
        return Inflater(encoding)
    raise OutboundError("The answer is in an encoding that was not asked for.")
