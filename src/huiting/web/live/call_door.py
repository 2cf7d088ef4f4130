"""The door of our own protocol: for telephone systems, programs, and the page for agents."""

from collections.abc import Callable

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket

from huiting.access.principal import Principal
from huiting.core.errors import HuitingError, InputError
from huiting.service.live.calls import Live
from huiting.service.live.happening import Event
from huiting.service.live.line import Line
from huiting.service.troubles import Leaving
from huiting.web.live import wire
from huiting.web.live.carrying import Carrier, Door, How, Outcome
from huiting.web.live.entering import GARBAGE, LEAVING, TIMEOUT, accept, close, code_of, tongue_of
from huiting.web.live.terms import Terms


class CallDoor:
    """Serves one connection, once."""

    def __init__(self, socket: WebSocket, live: Live, terms: Terms, principal: Principal) -> None:
        self._socket = socket
        self._live = live
        self._terms = terms
        self._principal = principal

    async def serve(self, admit: Callable[[], object]) -> int:
        """Talk until either side ends it; return the close code.

        Args:
            admit: raises when who speaks may no longer.
        """
        await accept(self._socket)
        self._live.prepare()
        try:
            with anyio.fail_after(self._terms.first):
                said = wire.read(await self._text())
        except TimeoutError:
            return await self._close(TIMEOUT, "nothing was said")
        except InputError as error:
            return await self._refuse(error, GARBAGE)
        except EOFError:
            return await self._close(1000)
        try:
            line, after = await run_in_threadpool(self._line, said)
        except Leaving as error:
            return await self._close(LEAVING, error.code)
        except HuitingError as error:
            return await self._refuse(error, code_of(error))
        opened = wire.opened(line.id, line.key, line.received, after)
        await self._socket.send_text(wire.written(opened))
        door = Door(_hear, _tell, wire.received)
        return await self._end(
            await Carrier(self._socket, line, door, self._terms, admit).run(after)
        )

    async def _text(self) -> str:
        """Return the first message.

        Raises:
            InputError: it is audio.
            EOFError: the other side went away.
        """
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise EOFError
        text = message.get("text")
        if not isinstance(text, str):
            raise InputError("message", "audio before the call was opened", "send open first")
        return text

    def _line(self, said: wire.Said) -> tuple[Line, int]:
        """Return the line that is asked for, and the event behind which it begins.

        Raises:
            InputError: none is asked for.
        """
        address = self._socket.client.host if self._socket.client else ""
        match said:
            case wire.Open():
                return self._live.open(said.opening(), self._principal, address), 0
            case wire.Resume():
                return self._live.resume(said.key, self._principal, address), said.after
        raise InputError("message", "the call was not opened", "send open first")

    async def _end(self, outcome: Outcome) -> int:
        match outcome.how:
            case How.ENDED:
                return await self._close(1000, "ended")
            case How.IDLE:
                return await self._close(TIMEOUT, "nothing came")
            case How.GONE:
                return await self._close(1000)
        assert outcome.error is not None
        garbage = outcome.how is How.GARBAGE
        return await self._refuse(outcome.error, GARBAGE if garbage else code_of(outcome.error))

    async def _refuse(self, error: HuitingError, code: int) -> int:
        told = wire.written(wire.trouble(error, tongue_of(self._socket)))
        await self._socket.send_text(told)
        return await self._close(code, error.code)

    async def _close(self, code: int, reason: str = "") -> int:
        await close(self._socket, code, reason)
        return code


def _hear(text: str) -> bool:
    said = wire.read(text)
    if isinstance(said, wire.Open | wire.Resume):
        raise InputError("message", "the call is open already", "use another connection")
    return isinstance(said, wire.Finish)


def _tell(event: Event) -> list[dict[str, object]]:
    return [wire.told(event)]
