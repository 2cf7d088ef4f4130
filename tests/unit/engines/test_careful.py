"""A recognizer with a journal: what is written down, decoded apart, and left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Barrier

import numpy as np
import pytest

from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines.careful import (
    GATE,
    Careful,
    at_once_with_care,
    key_of,
    shared_with_care,
    with_care,
)

RATE = 100
CHINESE = Hints(language="zh")


@dataclass
class Diary:
    """A `Journal` that can be read."""

    suspected: set[bytes] = field(default_factory=set)
    condemned: set[bytes] = field(default_factory=set)
    steps: list[tuple[bytes, ...]] = field(default_factory=list)
    under_way: list[tuple[bytes, ...]] = field(default_factory=list)
    waits: int = 0
    moves: int = 0

    def _moved(self) -> None:
        self.moves += 1

    @contextmanager
    def step(self, keys: Sequence[bytes], /) -> Iterator[Callable[[], None]]:
        self.steps.append(tuple(keys))
        self.under_way.append(tuple(keys))
        try:
            yield self._moved
        finally:
            self.under_way.remove(tuple(keys))

    @contextmanager
    def waiting(self) -> Iterator[None]:
        self.waits += 1
        yield

    def apart(self, key: bytes, /) -> bool:
        return key in self.suspected

    def skipped(self, key: bytes, /) -> bool:
        return key in self.condemned


@dataclass
class Measuring:
    """A `Recognizer` that says how long each clip is."""

    diary: Diary
    rate: int = RATE

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        assert self.diary.under_way == [tuple(key_of(c, b"transcribe") for c in clips)]
        for clip in clips:
            if len(clip.samples) == 7:
                raise EngineError("fake", "choked", "feed it something else")
            yield Hypothesis(str(len(clip.samples)), language=hints.language)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        assert self.diary.under_way == [tuple(key_of(c, b"languages") for c in clips)]
        return iter([{"zh": 1.0}] * len(clips))


def clip(size: int) -> Audio:
    return Audio(np.full(size, size / 1e6, np.float32), RATE)


def keys(*sizes: int, use: bytes = b"transcribe") -> tuple[bytes, ...]:
    return tuple(key_of(clip(size), use) for size in sizes)


def heard(careful: Careful, *sizes: int) -> list[Hypothesis]:
    return list(careful.transcribe([clip(size) for size in sizes], CHINESE))


def test_each_clip_that_is_done_is_a_sign_of_life() -> None:
    diary = Diary()

    heard(Careful(Measuring(diary), diary), 20, 30, 40)
    list(Careful(Measuring(diary), diary).languages([clip(20)]))

    assert diary.moves == 4


def test_clips_are_written_down_while_native_code_has_them() -> None:
    diary = Diary()

    assert [h.text for h in heard(Careful(Measuring(diary), diary), 20, 30, 40)] == [
        "20",
        "30",
        "40",
    ]
    assert diary.steps == [keys(20, 30, 40)]
    assert not diary.under_way


def test_many_clips_are_given_in_batches_of_bounded_length() -> None:
    diary = Diary()
    sizes = [9_000 + i for i in range(7)]  # 90 s each

    assert [h.text for h in heard(Careful(Measuring(diary), diary), *sizes)] == [
        str(size) for size in sizes
    ]
    assert [len(step) for step in diary.steps] == [3, 3, 1]


def test_suspected_clips_go_alone_after_the_others_and_come_back_in_their_places() -> None:
    diary = Diary(suspected=set(keys(20, 40)))

    assert [h.text for h in heard(Careful(Measuring(diary), diary), 20, 30, 40, 50)] == [
        "20",
        "30",
        "40",
        "50",
    ]
    assert diary.steps == [keys(30, 50), keys(20), keys(40)]


def test_a_condemned_clip_is_not_decoded_and_says_so() -> None:
    diary = Diary(condemned=set(keys(30)))
    found = heard(Careful(Measuring(diary), diary), 20, 30)

    assert [h.gate for h in found] == [None, GATE]
    assert found[1] == Hypothesis("", language="zh", gate="unprocessable")
    assert diary.steps == [keys(20)]


def test_the_language_of_a_clip_is_told_with_the_same_care() -> None:
    diary = Diary(condemned=set(keys(30, use=b"languages")))
    careful = Careful(Measuring(diary), diary)

    assert list(careful.languages([clip(20), clip(30)])) == [{"zh": 1.0}, {}]
    assert [h.gate for h in heard(careful, 30)] == [None]  # it fell in the one use, not the other


def test_an_error_of_the_model_goes_on_and_ends_the_step() -> None:
    diary = Diary()

    with pytest.raises(EngineError):
        heard(Careful(Measuring(diary), diary), 20, 7)
    assert not diary.under_way


def test_shared_with_care_it_tells_who_waits() -> None:
    diary = Diary()
    with shared_with_care(Measuring(diary), diary) as recognizer:
        texts = [h.text for h in recognizer.transcribe([clip(50), clip(20)], CHINESE)]
        languages = list(recognizer.languages([clip(20)]))

    assert (texts, languages) == (["50", "20"], [{"zh": 1.0}])
    assert recognizer.rate == RATE
    assert diary.waits == 2


@dataclass
class Together:
    """A `Recognizer` that hears nothing until two threads ask it."""

    both: Barrier
    rate: int = RATE

    def transcribe(self, clips: Sequence[Audio], _hints: Hints, /) -> Iterator[Hypothesis]:
        self.both.wait(10)
        return iter([Hypothesis(str(len(clip.samples))) for clip in clips])

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        return iter([{"zh": 1.0}] * len(clips))


def test_at_once_with_care_nobody_waits_for_the_clips_of_others() -> None:
    diary = Diary()
    with (
        at_once_with_care(Together(Barrier(2)), diary) as recognizer,
        ThreadPoolExecutor(2) as pool,
    ):
        both = pool.map(lambda n: list(recognizer.transcribe([clip(n)], CHINESE)), (50, 20))
        texts = [hypothesis.text for found in both for hypothesis in found]

    assert texts == ["50", "20"]
    assert sorted(diary.steps) == sorted([keys(50), keys(20)])
    assert diary.waits == 0


def test_the_same_samples_have_the_same_key_wherever_they_lie() -> None:
    samples = np.arange(20, dtype=np.float32)
    spread = np.repeat(samples, 2)[::2]

    assert key_of(Audio(samples, RATE), b"x") == key_of(Audio(spread, RATE), b"x")
    assert key_of(Audio(samples, RATE), b"x") != key_of(Audio(samples[:19], RATE), b"x")
    assert len(key_of(Audio(samples[:0], RATE), b"x")) == 16


def test_what_a_stream_is_fed_is_written_down_by_all_of_its_sound() -> None:
    diary = Diary()

    def hear() -> Hypothesis:
        assert diary.under_way == [keys(20, use=b"stream")]
        return Hypothesis("20")

    assert with_care(diary, clip(20), hear).text == "20"
    assert not diary.under_way


def test_a_stream_is_not_fed_what_took_the_process_down() -> None:
    def hear() -> Hypothesis:
        raise AssertionError("it was fed")

    diary = Diary(condemned=set(keys(20, use=b"stream")))
    assert with_care(diary, clip(20), hear).gate == GATE


def test_who_is_wrapped_can_be_found() -> None:
    diary = Diary()
    inner = Measuring(diary)

    assert Careful(inner, diary).recognizer is inner
