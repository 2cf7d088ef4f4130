"""Calls in threads share one recognizer: order, errors, the end. No sleeps, no real model."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines.gather import Gathered, gathering

RATE = 100
POISON = 7
"""Length in samples of a clip the fake engine chokes on."""


@dataclass
class Measuring:
    """A `Recognizer` that says how long each clip is, and keeps the batches it was given."""

    rate: int = RATE
    batches: list[list[int]] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    """Decoding waits for this."""
    entered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        sizes = [len(clip.samples) for clip in clips]
        self.batches.append(sizes)
        self.entered.release()
        self.open.wait()
        for size in sizes:
            if size == POISON:
                raise EngineError("fake", "choked", "feed it something else")
            yield Hypothesis(str(size), language=hints.language)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        return iter([{"zh": 1.0}] * len(clips))


def clips(*sizes: int) -> list[Audio]:
    return [Audio(np.zeros(size, np.float32), RATE) for size in sizes]


def texts(gathered: Gathered, sizes: Sequence[int], language: str | None = "zh") -> list[str]:
    return [h.text for h in gathered.transcribe(clips(*sizes), Hints(language=language))]


def ready() -> Measuring:
    engine = Measuring()
    engine.open.set()
    return engine


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(8, 60), max_size=6), min_size=1, max_size=6),
    st.floats(0.1, 3.0),
)
def test_every_call_gets_its_own_clips_in_order(calls: list[list[int]], limit: float) -> None:
    with (
        gathering(ready(), patience=0.0, limit=limit) as gathered,
        ThreadPoolExecutor(len(calls)) as pool,
    ):
        found = list(pool.map(lambda sizes: texts(gathered, sizes), calls))

    assert found == [[str(size) for size in sizes] for sizes in calls]


def test_calls_that_wait_share_a_batch_sorted_by_length() -> None:
    engine = Measuring()
    with gathering(engine, patience=0.0) as gathered, ThreadPoolExecutor(3) as pool:
        first = pool.submit(texts, gathered, [10])
        engine.entered.acquire()  # the model is busy; the others must wait together
        others = [pool.submit(texts, gathered, sizes) for sizes in ([30, 20], [25, 15])]
        while len(gathered._waiting) < 2:
            threading.Event().wait(0.001)
        engine.open.set()

        assert first.result() == ["10"]
        assert [other.result() for other in others] == [["30", "20"], ["25", "15"]]
    assert engine.batches == [[10], [15, 20, 25, 30]]


def test_an_error_reaches_only_the_call_that_caused_it() -> None:
    engine = Measuring()
    with gathering(engine, patience=0.0) as gathered, ThreadPoolExecutor(3) as pool:
        first = pool.submit(texts, gathered, [10])
        engine.entered.acquire()
        bad = pool.submit(texts, gathered, [20, POISON])
        good = pool.submit(texts, gathered, [30])
        while len(gathered._waiting) < 2:
            threading.Event().wait(0.001)
        engine.open.set()

        assert first.result() == ["10"]
        assert good.result() == ["30"]
        with pytest.raises(EngineError, match="choked"):
            bad.result()


def test_different_hints_are_not_mixed() -> None:
    engine = ready()
    with gathering(engine) as gathered:
        heard = gathered.transcribe(clips(9), Hints(language="ja"))

        assert [h.language for h in heard] == ["ja"]


def test_a_batch_is_bounded_but_takes_at_least_one_request() -> None:
    engine = Measuring()
    with gathering(engine, patience=0.0, limit=0.5) as gathered, ThreadPoolExecutor(4) as pool:
        first = pool.submit(texts, gathered, [90])
        engine.entered.acquire()
        others = [pool.submit(texts, gathered, [30]) for _ in range(3)]
        while len(gathered._waiting) < 3:
            threading.Event().wait(0.001)
        engine.open.set()
        _ = [f.result() for f in [first, *others]]

    assert engine.batches == [[90], [30], [30], [30]]


def test_an_idle_model_starts_at_once_when_enough_waits() -> None:
    with gathering(ready(), patience=1000.0, limit=0.1) as gathered:
        assert texts(gathered, [10]) == ["10"]


def test_no_clips_give_no_hypotheses() -> None:
    with gathering(ready(), patience=0.0) as gathered:
        assert texts(gathered, []) == []


def test_closing_decodes_what_waits_and_refuses_what_comes() -> None:
    engine = Measuring()
    gathered = Gathered(engine, patience=1000.0, limit=600.0)
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(texts, gathered, [10])
        engine.open.set()
        while not gathered._waiting:
            threading.Event().wait(0.001)
        gathered.close()
        gathered.close()

        assert waiting.result() == ["10"]
    with pytest.raises(EngineError, match="it was closed"):
        texts(gathered, [10])


def test_rate_and_languages_are_those_of_the_engine() -> None:
    with gathering(ready()) as gathered:
        assert gathered.rate == RATE
        assert list(gathered.languages(clips(9, 9))) == [{"zh": 1.0}] * 2
