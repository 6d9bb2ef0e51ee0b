"""The web process's end of a connection: uvicorn's, with bounds on what a stranger may keep it busy with.

uvicorn waits for a request's head for ever and keeps all of it, reads a refused body to its end, and refuses what is
too much with an answer that no page can read and that does not say when to come back.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.flow_control import service_unavailable
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_S = 10.0  # within which a request's head must have come
LOOK_S = 5.0  # between two looks at the clock
MAX_HEAD_BYTES = 64 * 1024  # of a head that comes in several pieces; one piece has at most 256 KiB
MAX_REST_BYTES = 1024 * 1024  # that are read beyond a refused body's end of interest, so that the refusal is read too
REST_S = 2.0  # for how long

_REFUSAL = b'{"error":{"code":"head_too_large","message":"The head of the request is too large.","param":null}}'
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(_REFUSAL), _REFUSAL)
)


class Connection(HttpToolsProtocol):
    """One connection; overrides callbacks of uvicorn's class, and a test holds each bound."""

    app: Any
    loop: asyncio.AbstractEventLoop
    _is_new = True  # nothing came yet
    _is_open = False  # a request has begun and not come to its end
    _has_head = False
    _began_at = 0.0
    _more_bytes = 0  # of the open request, after its first piece
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to look at the clock: one timer for a connection, none for a request."""
        super().connection_made(transport)
        self._began_at = self.loop.time()
        self._timer = self.loop.call_later(LOOK_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop looking."""
        super().connection_lost(exc)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Count what a request takes that does not come to its end."""
        was_open = self._is_open
        super().data_received(data)
        if was_open and self._is_open:
            self._more_bytes += len(data)
            if self._more_bytes > (MAX_REST_BYTES if self._has_head else MAX_HEAD_BYTES):
                self._cut()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_new, self._is_open, self._has_head = False, True, False
        self._more_bytes, self._began_at = 0, self.loop.time()

    def on_headers_complete(self) -> None:
        """Its head is there."""
        self._has_head = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """It has come to its end."""
        self._is_open = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Let go of a connection whose request was answered before its end."""
        super().on_response_complete()
        if self._is_open and self._has_head and self.cycle.response_complete and not self.transport.is_closing():
            self.loop.call_later(REST_S, self._end, self.cycle)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """Have a request over one connection too many refused by the application, as it refuses everything else."""
        if app is service_unavailable:
            cycle.scope["state"]["is_too_busy"] = True
            app = self.app
        super()._start_asgi_task(cycle, app)

    def _end(self, answered: RequestResponseCycle) -> None:
        if self.cycle is answered and self._is_open:
            self.transport.close()

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        is_waiting = self._is_new or (self._is_open and not self._has_head)
        if is_waiting and self.loop.time() - self._began_at > HEAD_S:
            self.transport.close()
            return
        self._timer = self.loop.call_later(LOOK_S, self._look)

    def _cut(self) -> None:
        if self.transport.is_closing():
            return
        if not self._has_head:
            self.transport.write(_TOO_LARGE)
        self.transport.close()
