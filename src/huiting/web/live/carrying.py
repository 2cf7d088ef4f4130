"""Between a connection and its line: audio goes one way, what happens comes the other.

Knows no protocol: what text messages say, and how events are told, the door gives.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import anyio
import anyio.to_thread
from starlette.websockets import WebSocket, WebSocketDisconnect

from huiting.core.errors import HuitingError, InputError, StoreError
from huiting.service.live.happening import Event
from huiting.service.live.log import Watching
from huiting.service.troubles import Gone
from huiting.web.live.pipe import Pipe
from huiting.web.live.terms import Terms
from huiting.web.live.waking import Waking
from huiting.web.live.wire import written

LAST = 60.0
"""Seconds that the end of a call is waited for after its line has failed."""
_SAFE = 1.0
"""Seconds between two looks at how much is safe."""


class Lined(Protocol):
    """What is needed of a line."""

    @property
    def received(self) -> int:
        """Bytes that are safe."""
        ...

    def feed(self, data: bytes) -> None:
        """Take audio."""
        ...

    def events(self, after: int = 0, wake: Callable[[], None] | None = None) -> Watching:
        """Read what happens."""
        ...

    def gone(self) -> None:
        """Say that the connection is cut."""
        ...

    def finish(self) -> None:
        """Say that the call is over."""
        ...


class How(StrEnum):
    """What became of a connection."""

    ENDED = "ended"
    """The call is over."""
    GONE = "gone"
    """The other side went away."""
    IDLE = "idle"
    """The other side said nothing for too long."""
    REFUSED = "refused"
    """It does not go on; `Outcome.error` says why."""
    GARBAGE = "garbage"
    """What came was no message of the protocol."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a connection came to its end."""

    how: How
    error: HuitingError | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """What a door knows of its protocol."""

    hear: Callable[[str], bool]
    """Takes a text message; tells whether the call is over. Raises `InputError` for garbage."""
    tell: Callable[[Event], Iterable[Mapping[str, Any]]]
    """Returns what is sent of an event."""
    safe: Callable[[int], Mapping[str, Any]] | None = None
    """Returns what is sent of how many bytes are safe."""


class Carrier:
    """Carries for one connection, once."""

    def __init__(
        self, socket: WebSocket, line: Lined, door: Door, terms: Terms, admit: Callable[[], object]
    ) -> None:
        """Stand between.

        Args:
            socket: accepted.
            line: of the call.
            door: the protocol.
            terms: what holds.
            admit: raises when who speaks may no longer; called in a thread.
        """
        self._socket = socket
        self._line = line
        self._door = door
        self._terms = terms
        self._admit = admit
        self._pipe = Pipe()
        self._limiter = anyio.CapacityLimiter(1)  # its own: a line that waits holds up no other
        self._outcome: Outcome | None = None

    async def run(self, after: int = 0, *, first: bytes = b"") -> Outcome:
        """Carry until the call is over or the connection cut; say so to the line.

        Args:
            after: number of the event behind which to begin.
            first: audio that came already.
        """
        await self._pipe.put(first)
        try:
            async with anyio.create_task_group() as group:
                scope = group.cancel_scope
                group.start_soon(self._guarded, self._feed, scope)
                group.start_soon(self._guarded, lambda: self._tell(after), scope)
                group.start_soon(self._guarded, self._look_again, scope)
                group.start_soon(self._guarded, self._listen, scope)
        finally:  # also when something fails that nobody foresaw: the call must not wait forever
            if self._outcome is None or self._outcome.how is not How.ENDED:
                with anyio.CancelScope(shield=True):
                    await self._leave()
        assert self._outcome is not None
        return self._outcome

    async def _guarded(self, work: Callable[[], Any], scope: anyio.CancelScope) -> None:
        """Do one side's work; the first outcome ends all."""
        try:
            outcome: Outcome | None = await work()
        except WebSocketDisconnect:
            outcome = Outcome(How.GONE)
        except HuitingError as error:
            outcome = Outcome(How.REFUSED, error)
        if outcome is not None:
            self._outcome = self._outcome or outcome
            scope.cancel()

    async def _listen(self) -> Outcome | None:
        while True:
            try:
                with anyio.fail_after(self._terms.idle):
                    message = await self._socket.receive()
            except TimeoutError:
                return Outcome(How.IDLE)
            if message["type"] == "websocket.disconnect":
                return Outcome(How.GONE)
            try:
                over = self._heard(message)
            except InputError as error:
                return Outcome(How.GARBAGE, error)
            await self._pipe.put(message.get("bytes") or b"")
            if over:
                self._pipe.close()
                return None  # what may follow is for another call

    def _heard(self, message: Mapping[str, Any]) -> bool:
        """Take the text of a message; tell whether the call is over."""
        data, text = message.get("bytes"), message.get("text")
        if len(data or text or "") > self._terms.frame:
            raise InputError("message", "too large", "send smaller ones")
        return text is not None and self._door.hear(text)

    async def _feed(self) -> None:
        """Give the line its audio; to its end, when the other side says that it is over."""
        try:
            while data := await self._pipe.take():
                await self._thread(self._line.feed, data)
            await self._thread(self._line.finish)
        except (Gone, StoreError):  # the call ends by itself, which is told
            await anyio.sleep(LAST)
            raise

    async def _tell(self, after: int) -> Outcome:
        waking = Waking()
        watching = self._line.events(after, waking)
        safe = _Safe(self._line.received)
        try:
            while True:
                waking.clear()
                while events := watching.take():
                    for event in events:
                        await self._send(self._door.tell(event))
                if watching.over:
                    return Outcome(How.ENDED)
                if self._door.safe and safe.grown(self._line.received):
                    await self._send([self._door.safe(safe.size)])
                await waking.wait(_SAFE)
        finally:
            watching.close()

    async def _send(self, messages: Iterable[Mapping[str, Any]]) -> None:
        for message in messages:
            await self._socket.send_text(written(message))

    async def _look_again(self) -> None:
        """See that who speaks still may: sessions end and tokens are revoked."""
        while True:
            await anyio.sleep(self._terms.again)
            await anyio.to_thread.run_sync(self._admit)

    async def _leave(self) -> None:
        """Give the line what came before the connection was cut, and say that it is."""
        self._pipe.close()
        try:
            while data := await self._pipe.take():
                await self._thread(self._line.feed, data)
        except HuitingError:
            return  # over, or gone on with elsewhere: there is nothing to wait for
        finally:
            await self._thread(self._line.gone)

    async def _thread(self, work: Callable[..., None], *args: bytes) -> None:
        with anyio.CancelScope(shield=True):  # what was taken from the pipe must not be lost
            await anyio.to_thread.run_sync(work, *args, limiter=self._limiter)


class _Safe:
    """Tells when it is worth saying how much is safe."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._said = time.monotonic()

    def grown(self, size: int) -> bool:
        now = time.monotonic()
        if size == self.size or now - self._said < _SAFE:
            return False
        self.size, self._said = size, now
        return True
