"""Between a connection and its line, on a clock that only waiting moves."""

import asyncio
import selectors
from collections.abc import Iterable
from typing import cast

from starlette.types import Message
from starlette.websockets import WebSocket

from huiting.service.live.opening import Opening
from huiting.web.live import wire
from huiting.web.live.carrying import Carrier, Door, How, Outcome
from huiting.web.live.terms import Terms
from served import PEOPLE
from speaking import ScriptedLine, ScriptedLive

IDLE = 60.0
TERMS = Terms(idle=IDLE)


class Skipping(selectors.DefaultSelector):
    """Waits for what others do, and lets the time pass at once in which nobody does anything."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready."""
        found = super().select(None if timeout is None else min(timeout, 0.001))
        if timeout is not None and not found:
            self.skipped += timeout
        return found


class Skipped(asyncio.SelectorEventLoop):
    """A loop on which it is as late as was waited for, however slow the machine."""

    def __init__(self) -> None:
        self._skipping = Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        """Return the seconds that were waited."""
        return self._skipping.skipped


class Slow:
    """A WebSocket whose other side says things with pauses before them, then nothing more."""

    def __init__(self, said: Iterable[tuple[float, str]]) -> None:
        self._said = iter(said)
        self.told: list[str] = []

    async def receive(self) -> Message:
        """Return the next message."""
        for pause, text in self._said:
            await asyncio.sleep(pause)
            return {"type": "websocket.receive", "text": text}
        return await asyncio.Future()

    async def send_text(self, text: str) -> None:
        """Take a message."""
        self.told.append(text)


def hear(text: str) -> bool:
    return isinstance(wire.read(text), wire.Finish)


def carried(*said: tuple[float, str]) -> tuple[Outcome, ScriptedLine]:
    """Carry what the other side says; return how it ended, and the line."""
    line = ScriptedLive().open(Opening(), PEOPLE["root"])
    door = Door(hear, lambda event: [wire.told(event)])

    async def run() -> Outcome:
        socket = cast("WebSocket", Slow(said))
        return await Carrier(socket, line, door, TERMS, lambda: None).run()

    with asyncio.Runner(loop_factory=Skipped) as runner:
        return runner.run(run()), line


def test_who_says_now_and_then_that_they_are_there_stays() -> None:
    outcome, line = carried(*[(0.9 * IDLE, '{"type": "ping"}')] * 20, (0.0, '{"type": "finish"}'))

    assert outcome.how is How.ENDED
    assert line.call.state == "finished"


def test_who_says_it_too_late_is_gone() -> None:
    outcome, line = carried((0.9 * IDLE, '{"type": "ping"}'), (1.1 * IDLE, '{"type": "finish"}'))

    assert outcome.how is How.IDLE
    assert line.call.state == "gone"
