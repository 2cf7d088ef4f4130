"""A recognizer whose crashes can be traced to the clip that caused them. Knows no model.

Before native code is given clips it is written down which, in a journal that outlives the
process. Clips that were under way at a crash are later decoded one by one, and a clip that
took the process down by itself is left out: it comes back with the gate `unprocessable`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from hashlib import blake2b
from typing import Protocol, TypeVar

import numpy as np

from huiting.core.ports import Hints, Hypothesis, Recognizer
from huiting.core.types import Audio, ConditionKind
from huiting.engines.gather import gathering
from huiting.engines.life import living

Found = TypeVar("Found")
GATE = ConditionKind.UNPROCESSABLE.value
"""Of a clip that native code does not survive."""
TOGETHER = 200.0
"""Seconds of clips given to the recognizer at once: enough to fill its batches, and few to be
taken one by one after a crash."""


class Journal(Protocol):
    """Outlives this process; says what is to be done with care."""

    def step(self, keys: Sequence[bytes], /) -> AbstractContextManager[Callable[[], None]]:
        """Tell that native code is given these clips while inside.

        Give what tells that one of them is done.
        """
        ...

    def waiting(self) -> AbstractContextManager[None]:
        """Tell that this thread waits while inside for what others use too."""
        ...

    def apart(self, key: bytes, /) -> bool:
        """Tell whether a clip is to be decoded by itself."""
        ...

    def skipped(self, key: bytes, /) -> bool:
        """Tell whether a clip is not to be decoded."""
        ...


@contextmanager
def shared_with_care(recognizer: Recognizer, journal: Journal) -> Iterator[Recognizer]:
    """Share `recognizer` between threads while inside, as `gathering` does, with a journal."""
    with gathering(Careful(recognizer, journal)) as gathered:
        yield Waiting(gathered, journal)


@contextmanager
def at_once_with_care(recognizer: Recognizer, journal: Journal) -> Iterator[Recognizer]:
    """Let threads use `recognizer` each by itself, with a journal.

    For short clips that somebody waits for: none is held up until another is decoded.
    """
    yield Careful(recognizer, journal)


class Careful:
    """A `Recognizer` that keeps a journal of what it gives to another."""

    def __init__(self, recognizer: Recognizer, journal: Journal) -> None:
        self._recognizer = recognizer
        self._journal = journal

    @property
    def recognizer(self) -> Recognizer:
        """The other one."""
        return self._recognizer

    @property
    def rate(self) -> int:
        """Sample rate the model wants, in Hz."""
        return self._recognizer.rate

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield one hypothesis for each clip, in order.

        Raises:
            EngineError: the model failed.
        """
        found: dict[int, Hypothesis] = {}
        keys = [key_of(clip, b"transcribe") for clip in clips]
        for batch in self._batches(clips, keys):
            with self._journal.step([keys[i] for i in batch]) as moved, living(moved):
                told = self._recognizer.transcribe([clips[i] for i in batch], hints)
                heard = list(_each(told, moved))
            found.update(zip(batch, heard, strict=True))
        for i in range(len(clips)):
            yield found.get(i) or Hypothesis("", language=hints.language, gate=GATE)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield for each clip the probability of each language; none for one that is left out.

        Raises:
            EngineError: the model failed.
        """
        found: dict[int, Mapping[str, float]] = {}
        keys = [key_of(clip, b"languages") for clip in clips]
        for batch in self._batches(clips, keys):
            with self._journal.step([keys[i] for i in batch]) as moved, living(moved):
                told = self._recognizer.languages([clips[i] for i in batch])
                heard = list(_each(told, moved))
            found.update(zip(batch, heard, strict=True))
        for i in range(len(clips)):
            yield found.get(i, {})

    def _batches(self, clips: Sequence[Audio], keys: Sequence[bytes]) -> Iterator[list[int]]:
        """Yield indexes of clips that go together; those under suspicion go alone, and last."""
        wanted = [i for i, key in enumerate(keys) if not self._journal.skipped(key)]
        apart = {i for i in wanted if self._journal.apart(keys[i])}
        batch: list[int] = []
        seconds = 0.0
        for i in wanted:
            if i in apart:
                continue
            batch.append(i)
            seconds += clips[i].duration
            if seconds >= TOGETHER:
                yield batch
                batch, seconds = [], 0.0
        if batch:
            yield batch
        for i in sorted(apart):
            yield [i]


def with_care(journal: Journal, clip: Audio, hear: Callable[[], Hypothesis]) -> Hypothesis:
    """Return what `hear` returns of a clip that it gives to native code, by parts or whole.

    Nothing where that took the process down before: then it is not called.
    """
    key = key_of(clip, b"stream")
    if journal.skipped(key):
        return Hypothesis("", gate=GATE)
    with journal.step([key]):
        return hear()


class Waiting:
    """A `Recognizer` that tells when a thread waits for one that is shared."""

    def __init__(self, recognizer: Recognizer, journal: Journal) -> None:
        self._recognizer = recognizer
        self._journal = journal

    @property
    def rate(self) -> int:
        """Sample rate the model wants, in Hz."""
        return self._recognizer.rate

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield one hypothesis for each clip, in order; all are decoded before the first.

        Raises:
            EngineError: the model failed.
        """
        with self._journal.waiting():
            found = list(self._recognizer.transcribe(clips, hints))
        yield from found

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield for each clip the probability of each language.

        Raises:
            EngineError: the model failed.
        """
        with self._journal.waiting():
            found = list(self._recognizer.languages(clips))
        yield from found


def _each(told: Iterator[Found], moved: Callable[[], None]) -> Iterator[Found]:
    """Yield what a recognizer tells; of each say that it works on, as a slow server may be asked."""
    for one in told:
        moved()
        yield one


def key_of(clip: Audio, use: bytes) -> bytes:
    """Return what names a clip and its use: the same samples always have the same key."""
    samples = np.ascontiguousarray(clip.samples)
    return blake2b(samples.data, digest_size=16, person=use).digest()
