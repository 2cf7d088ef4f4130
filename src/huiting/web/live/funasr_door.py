"""The door for clients of FunASR's runtime: stretches of audio, one after the other."""

from collections.abc import Callable
from contextlib import closing
from typing import Any, BinaryIO, cast

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import EngineError, HuitingError, InputError
from huiting.service.live.happening import Away, Ended, Event, Missed
from huiting.service.live.opening import Opening
from huiting.service.live.seats import Seat
from huiting.service.transcriber import Wishes
from huiting.service.troubles import Leaving, TooLarge
from huiting.web.doors import check
from huiting.web.live.carrying import Carrier, Door, How
from huiting.web.live.entering import (
    GARBAGE,
    LEAVING,
    TIMEOUT,
    TOO_LARGE,
    accept,
    close,
    code_of,
    tongue_of,
)
from huiting.web.live.funasr_asked import Asked, Mode, read
from huiting.web.live.funasr_told import Message, Telling, offline, refused
from huiting.web.live.whole_file import WholeFile
from huiting.web.live.wire import written
from huiting.web.parts import Parts
from huiting.web.problems import worded
from huiting.web.waiting import heard


class _Cut(Exception):
    """The connection is to be closed."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class FunasrDoor:
    """Serves one connection, once."""

    def __init__(
        self, socket: WebSocket, parts: Parts, principal: Principal, admit: Callable[[], object]
    ) -> None:
        """Stand at the door.

        Args:
            socket: not accepted yet.
            parts: of the server.
            principal: who speaks.
            admit: raises when they may no longer.
        """
        self._socket = socket
        self._parts = parts
        self._principal = principal
        self._admit = admit
        self._asked = Asked()
        self._seat: Seat | None = None
        """Counts as a call from the first message on, whatever is sent."""

    async def serve(self) -> int:
        """Talk until either side ends it; return the close code."""
        await accept(self._socket)
        self._parts.live.prepare()
        try:
            await self._talk()
        except _Cut as cut:
            code = cut.code
        except Leaving:
            code = LEAVING
        except HuitingError as error:
            told = refused(self._asked, worded(error, tongue_of(self._socket)))
            await self._send(told)
            code = _code(error)
        finally:
            if self._seat is not None:
                self._parts.live.leave(self._seat)
        await close(self._socket, code)
        return code

    async def _talk(self) -> None:
        """Take one stretch of audio after the other, until the connection is to be closed."""
        terms = self._parts.live_terms
        data = await self._audio(terms.first)
        while True:
            if data is None:
                await self._send(self._nothing())
            elif self._asked.mode is Mode.OFFLINE:
                await self._hear_whole(data)
            else:
                await self._hear_live(data)
            data = await self._audio(terms.idle)
            await run_in_threadpool(self._admit)  # short stretches end before it is asked again

    async def _audio(self, patience: float) -> bytes | None:
        """Return the next audio; None when it is said that it came to its end.

        Raises:
            InputError: what came is no message of the protocol.
            TooMany: as many speak as may.
        """
        while True:
            try:
                with anyio.fail_after(patience):
                    message = await self._socket.receive()
            except TimeoutError as error:
                raise _Cut(TIMEOUT) from error
            patience = self._parts.live_terms.idle
            if message["type"] == "websocket.disconnect":
                raise _Cut(1000)
            data, text = message.get("bytes"), message.get("text")
            if len(data or text or "") > self._parts.live_terms.frame:
                raise TooLarge("message", "too large", "send smaller ones")
            over = text is not None and self._hear(text)
            if self._seat is None:  # now it is known how a refusal must be told
                self._seat = await run_in_threadpool(self._parts.live.take_seat, self._principal)
            if over:
                return None
            if data:
                return cast("bytes", data)

    def _hear(self, text: str) -> bool:
        """Take what is said of the audio; tell whether it came to its end."""
        self._asked = read(text, self._asked)
        return self._asked.over

    async def _hear_live(self, data: bytes) -> None:
        """Tell what is said while it is said."""
        line = await run_in_threadpool(
            self._parts.live.open, self._opening(), self._principal, self._address, self._seat
        )
        telling = Telling(self._asked)

        def hear(text: str) -> bool:
            over = self._hear(text)
            telling.learn(self._asked)
            return over

        def tell(event: Event) -> list[Message]:
            match event.what:
                case Ended():
                    return [telling.end()]
                case Away() | Missed():
                    return []
                case update:
                    return telling.tell(update)

        door = Door(hear, tell)
        carrier = Carrier(self._socket, line, door, self._parts.live_terms, self._admit)
        outcome = await carrier.run(first=data)
        if outcome.error is not None:
            raise outcome.error
        if outcome.how is not How.ENDED:
            raise _Cut(TIMEOUT if outcome.how is How.IDLE else 1000)

    def _opening(self) -> Opening:
        asked = self._asked
        if not asked.raw:
            raise InputError(
                "wav_format", "a file cannot be heard live", "send pcm, or mode offline"
            )
        return Opening(
            rate=asked.rate, language=asked.language, hotwords=asked.hotwords, name=asked.name
        )

    async def _hear_whole(self, data: bytes) -> None:
        """Take audio to its end, and tell what was said in all of it."""
        check(self._principal, Permission.TRANSCRIBE)
        most = self._parts.limits.upload
        with closing(WholeFile(self._asked, most)) as whole:
            following: bytes | None = data
            while following is not None:
                await run_in_threadpool(whole.write, following)
                following = await self._audio(self._parts.live_terms.idle)
            asked, stream = self._asked, cast("BinaryIO", whole)
            wishes = Wishes(asked.language, asked.hotwords, asked.itn)
            answer = await heard(stream, asked.name, wishes, self._principal, self._parts)
        if answer.heard is None:
            raise EngineError("audio", "it is still being heard", "ask again in a while")
        await self._send(offline(asked, answer.heard.call.segments))

    def _nothing(self) -> Message:
        """Return what is told of audio that came to its end before it began."""
        if self._asked.mode is Mode.OFFLINE:
            return offline(self._asked, ())
        return Telling(self._asked).end()

    async def _send(self, message: dict[str, Any]) -> None:
        await self._socket.send_text(written(message))

    @property
    def _address(self) -> str:
        return self._socket.client.host if self._socket.client else ""


def _code(error: HuitingError) -> int:
    if isinstance(error, TooLarge):
        return TOO_LARGE
    return GARBAGE if isinstance(error, InputError) else code_of(error)
