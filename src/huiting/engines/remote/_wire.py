"""What a protocol offers to the engine, and the limits of all of them."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from huiting.core.ports import Hints, Hotword, Hypothesis
from huiting.core.types import Audio

LARGEST = 4 << 20
"""Bytes of an answer that are read."""
MOST_HOTWORDS = 100
PROMPT_LENGTH = 200
"""Characters of all hotwords together: Whisper reads 223 tokens, a Chinese character is one or two."""

Hear = Callable[[Audio, Hints], Awaitable[Hypothesis]]
"""Asks a server what is said in a clip; raises `EngineError`."""


class Server(Protocol):
    """A server, by its protocol."""

    def settled(self, hints: Hints, /) -> bool:
        """Tell whether it is known what it takes: till then it is asked one clip at a time."""
        ...

    def open(self) -> AbstractAsyncContextManager[Hear]:
        """Hold connections while inside."""
        ...


def chosen(hotwords: Iterable[Hotword], length: int = PROMPT_LENGTH) -> Sequence[Hotword]:
    """Return the hotwords of the highest weight that fit, in their order, each once."""
    first: dict[str, Hotword] = {}
    for word in hotwords:
        text = " ".join(word.text.split())
        if text:
            first.setdefault(text, Hotword(text, word.weight))
    kept, left = set(), length
    for word in sorted(first.values(), key=lambda w: -w.weight)[:MOST_HOTWORDS]:
        if len(word.text) <= left:
            kept.add(word.text)
            left -= len(word.text) + 2
    return [word for word in first.values() if word.text in kept]
