"""The WebSocket of FunASR's runtime, mode `offline`: one connection a clip, one answer.

`hotwords`, `timestamp` and `stamp_sents` are JSON or lists inside JSON; `is_final` is false in
the one answer there is. A server that decodes nothing sends nothing, and is given up in time.

Source:
    FunASR, runtime/docs/websocket_protocol_zh.md and runtime/websocket/bin/websocket-server.cpp.
"""

import json
import logging
import math
import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from ssl import SSLCertVerificationError, SSLContext
from types import TracebackType
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

from huiting.core.ports import Hints, Hotword, Hypothesis
from huiting.core.types import Audio
from huiting.engines.remote._address import Address
from huiting.engines.remote._answer import Answer, hypothesis_of
from huiting.engines.remote._attempts import Asking, refusal
from huiting.engines.remote._sound import pcm
from huiting.engines.remote._times import Timed
from huiting.engines.remote._trouble import Busy, Lost, Refused, Untrusted, Unusable
from huiting.engines.remote._wire import LARGEST, Hear, chosen

PIECE = 1 << 16
"""Bytes sent at a time."""
MOST_HOTWORDS_LENGTH = 2000
"""Characters: they are no prompt here, and go to a decoding graph."""
WEIGHT = 20
"""Of a hotword of weight 1, as FunASR's documents have it."""
MOST = 20_000
"""Times that are read."""
SILENT = logging.Logger("speech server", logging.CRITICAL)  # noqa: LOG001  (heard by nobody)
"""The library's own log would hold the key and what was said."""


class Direct(connect):
    """Goes where it is sent and nowhere else, and leaves nothing open, however it is left."""

    def process_redirect(self, exc: Exception) -> Exception:
        """Take a redirect for the failure that it is."""
        return exc

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Say goodbye; who is stopped meanwhile, or was before, just hangs up."""
        transport = self.connection.transport
        try:
            await super().__aexit__(exc_type, exc_value, traceback)
        finally:
            transport.abort()


@dataclass(frozen=True, slots=True)
class FunAsr:
    """A `Server`."""

    address: Address
    key: str = field(repr=False)
    trust: SSLContext
    asking: Asking
    words: bool = True
    hotwords: bool = True
    itn: bool = True

    def settled(self, _hints: Hints, /) -> bool:
        """Tell that nothing is learned: options that a runtime lacks it passes over."""
        return True

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Hear]:
        """Hold nothing: a connection is for one clip."""

        async def hear(clip: Audio, hints: Hints) -> Hypothesis:
            async def ask() -> Answer:
                return read(await self._sent(clip, hints), words=self.words)

            try:
                answer = await self.asking.answer(ask, clip.duration)
            except Refused as error:
                raise refusal(self.asking.circuit.server, error) from error
            return hypothesis_of(answer, clip.duration, hints.language)

        yield hear

    async def _sent(self, clip: Audio, hints: Hints) -> str:
        """Ask once; return the first answer.

        Raises:
            Lost: none came.
            Busy: the server asks to come later.
            Refused: it takes no connection.
            Untrusted: its certificate is not good.
            Unusable: the answer is no text.
        """
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else None
        try:
            async with Direct(
                self.address.url,
                ssl=self.trust if self.address.secure else None,
                additional_headers=headers,
                proxy=None,
                compression=None,
                open_timeout=None,  # each try has a limit, see `_attempts`
                close_timeout=1.0,
                max_size=LARGEST,
                logger=SILENT,
            ) as socket:
                await socket.send(json.dumps(self._begin(clip, hints), ensure_ascii=False))
                data = pcm(clip)
                for at in range(0, len(data), PIECE):
                    await socket.send(data[at : at + PIECE])
                await socket.send(json.dumps({"is_speaking": False}))
                answer = await socket.recv()
        except InvalidStatus as error:
            _judge(error.response.status_code)
            raise Refused(error.response.status_code) from error
        except SSLCertVerificationError as error:
            raise Untrusted from error
        except (OSError, InvalidHandshake) as error:
            raise Lost(f"no connection ({type(error).__name__})") from error
        except WebSocketException as error:
            raise Lost(f"no whole answer ({type(error).__name__})") from error
        if not isinstance(answer, str):
            raise Unusable("its answer is no transcription")
        return answer

    def _begin(self, clip: Audio, hints: Hints) -> dict[str, Any]:
        found: dict[str, Any] = {
            "mode": "offline",
            "wav_name": "clip",
            "wav_format": "pcm",
            "audio_fs": clip.rate,
            "is_speaking": True,
            "itn": self.itn,
            "svs_lang": hints.language or "auto",
            "svs_itn": self.itn,
        }
        words = chosen(hints.hotwords, MOST_HOTWORDS_LENGTH) if self.hotwords else ()
        if words:
            weights = {word.text: _weight(word) for word in words}
            found["hotwords"] = json.dumps(weights, ensure_ascii=False)
        return found


def _weight(word: Hotword) -> int:
    return max(1, min(100, round(WEIGHT * word.weight)))


def _judge(status: int) -> None:
    """Tell apart why a server takes no connection.

    Raises:
        Busy: it asks to come later.
        Lost: it failed.
    """
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Busy(status, None)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Lost(f"HTTP {status}")


def read(message: str, *, words: bool = True) -> Answer:
    """Return what an answer says.

    Raises:
        Unusable: it is none.
    """
    try:
        body = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise Unusable("its answer is no transcription") from error
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        raise Unusable("its answer is no transcription")
    text = body["text"].encode(errors="replace").decode()  # JSON may hold half a character
    return Answer(text, words=tuple(_timed(text, body)) if words else ())


def _timed(text: str, body: dict[str, Any]) -> Iterator[Timed]:
    """Yield the words of the sentences; where there are none, those of the text.

    Times belong to words only where there are as many of the one as of the other: what ITN has
    rewritten has none.
    """
    sentences = _listed(body.get("stamp_sents"))
    if sentences:
        for sentence in sentences:
            if isinstance(sentence, dict) and isinstance(sentence.get("text_seg"), str):
                yield from _paired(sentence["text_seg"].split(), _listed(sentence.get("ts_list")))
        return
    yield from _paired(_tokens(text), _listed(body.get("timestamp")))


def _paired(tokens: Sequence[str], times: Sequence[Any]) -> Iterator[Timed]:
    if len(tokens) != len(times):
        return
    for token, time in zip(tokens, times, strict=True):
        start, end = time if isinstance(time, list) and len(time) == 2 else (None, None)  # noqa: PLR2004
        yield Timed(token, _seconds(start), _seconds(end))


def _tokens(text: str) -> list[str]:
    """Return what has a time of its own: a character of Chinese, a word of letters and digits."""
    spaced = "".join(
        f" {char} "
        if unicodedata.east_asian_width(char) in "WF"
        else char
        if char.isalnum() or char in "'’"
        else " "
        for char in text
    )
    return [token for token in spaced.split() if any(c.isalnum() for c in token)]


def _listed(value: object) -> list[Any]:
    """Return a list that may be written as JSON in a string."""
    if isinstance(value, str) and len(value) <= LARGEST:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    return value[:MOST] if isinstance(value, list) else []


def _seconds(milliseconds: object) -> float | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    try:
        found = float(milliseconds) / 1000
    except OverflowError:
        return None
    return found if math.isfinite(found) else None
