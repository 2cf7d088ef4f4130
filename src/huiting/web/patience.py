"""A connection that is closed when the head of a request does not come.

The server waits without end for what has begun; a stranger who opens many connections and
sends each a byte now and then would take all there are (Slowloris). Bodies, `security` bounds.
"""

from asyncio import TimerHandle, Transport

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD = 20.0
"""Seconds for the head of a request, from its first byte or from the connection."""


class Patient(H11Protocol):
    """uvicorn's protocol with an end to patience."""

    head = HEAD
    _alarm: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came; stop waiting when the head is whole."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._rest()
        elif self._alarm is None:
            self._alarm = self.loop.call_later(self.head, self._end)

    def _rest(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _end(self) -> None:
        """Close it; an answer that is on its way to somebody who was quicker is not cut off."""
        self._alarm = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()
