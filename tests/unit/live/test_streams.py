"""Streams of open segments: fed what they have not heard, begun anew where they are of no use."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hypothesis
from huiting.live.asks import Ask
from huiting.live.plan import Plan
from huiting.live.streams import Key, Streams
from live_calls import fed, padded, session, track

FIRST = Key("call", 0, 1)


@dataclass
class Count:
    """A `RecognitionStream` that hears how many samples it was fed."""

    source: "Source"
    samples: list[float] = field(default_factory=list)
    ended: bool = False

    def feed(self, samples: NDArray[np.float32], /) -> Hypothesis:
        """Count them."""
        self.source.fed += len(samples)
        if self.source.broken:
            raise EngineError("count", "it hurts", "try again")
        self.samples += samples.tolist()
        return Hypothesis(str(len(self.samples)))

    def finish(self) -> Hypothesis:
        """Say that it is over."""
        self.ended = True
        return Hypothesis(f"{len(self.samples)}.")


@dataclass
class Source:
    """A `StreamingRecognizer` that knows what was fed to all of its streams."""

    rate: int = 16_000
    fed: int = 0
    broken: bool = False
    begun: list[Count] = field(default_factory=list)
    hints: list[Hints] = field(default_factory=list)

    def stream(self, hints: Hints, /) -> Count:
        """Begin one."""
        self.hints.append(hints)
        self.begun.append(Count(self))
        return self.begun[-1]


@dataclass
class Clock:
    """A clock that a test sets."""

    time: float = 0.0

    def __call__(self) -> float:
        return self.time


def sound(count: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=count).astype(np.float32)


def made(source: Source, clock: Clock | None = None, **options: float) -> Streams:
    return Streams(source, clock or Clock(), **options)  # type: ignore[arg-type]


def hear(
    streams: Streams, samples: NDArray[np.float32], key: Key = FIRST, *, over: bool = False
) -> str:  # fmt: skip
    return streams.hear(key, samples, Hints("zh"), over=over).text


def test_a_stream_is_fed_only_what_it_has_not_heard() -> None:
    source = Source()
    streams, samples = made(source), sound(900)
    found = [hear(streams, samples[:n]) for n in (300, 300, 700)]
    found.append(hear(streams, samples, over=True))

    assert found == ["300", "300", "700", "900."]
    assert source.fed == 900
    assert source.begun[0].samples == samples.tolist()
    assert source.hints == [Hints("zh")]
    assert len(streams) == 0


def test_a_stream_that_is_not_there_is_begun_anew_with_all() -> None:
    source = Source()
    samples = sound(700)
    hear(made(source), samples[:300])

    assert hear(made(source), samples, over=True) == "700."
    assert source.fed == 1000


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(sound(300, seed=2), id="shorter, and another sound"),
        pytest.param(sound(900, seed=1), id="another sound"),
        pytest.param(sound(901)[1:], id="begins later"),
    ],
)
def test_a_sound_that_does_not_go_on_where_the_stream_is_begins_anew(
    samples: NDArray[np.float32],
) -> None:
    source = Source()
    streams = made(source)
    hear(streams, sound(700))

    assert hear(streams, samples) == str(len(samples))
    assert len(source.begun) == 2
    assert len(streams) == 1


def test_of_what_reaches_less_far_than_before_nothing_is_decoded_again() -> None:
    source = Source()
    streams = made(source)
    found = [hear(streams, sound(900)[:n]) for n in (700, 600, 700, 800)]

    assert found == ["700", "700", "700", "800"]
    assert source.fed == 800


def test_a_segment_that_ended_before_what_was_heard_of_it_is_heard_anew() -> None:
    source = Source()
    streams = made(source)
    hear(streams, sound(900)[:700])

    assert hear(streams, sound(900)[:600], over=True) == "600."
    assert len(source.begun) == 2


def test_calls_and_channels_do_not_mix() -> None:
    source = Source()
    streams = made(source)
    keys = [Key("a", 0, 1), Key("a", 1, 2), Key("b", 0, 1)]
    for part in (200, 500):
        for n, key in enumerate(keys):
            hear(streams, sound(900, seed=n)[:part], key)

    assert [one.samples for one in source.begun] == [
        sound(900, seed=n)[:500].tolist() for n in range(3)
    ]


def test_a_later_segment_of_a_channel_lets_go_of_those_before() -> None:
    streams = made(Source())
    hear(streams, sound(100), Key("a", 0, 1))
    hear(streams, sound(100), Key("a", 1, 2))
    hear(streams, sound(100), Key("a", 0, 3))

    assert len(streams) == 2
    hear(streams, sound(100), Key("a", 0, 3), over=True)
    assert len(streams) == 1


def test_those_used_longest_ago_go_first() -> None:
    source = Source()
    streams = made(source, most=2)
    for call in ("a", "b", "a", "c", "a"):
        hear(streams, sound(300), Key(call, 0, 1))

    assert len(streams) == 2
    assert len(source.begun) == 3
    hear(streams, sound(300), Key("b", 0, 1))
    assert len(source.begun) == 4


def test_those_that_nobody_feeds_are_let_go() -> None:
    source, clock = Source(), Clock()
    streams = made(source, clock, patience=10.0)
    hear(streams, sound(300), Key("a", 0, 1))
    clock.time = 6.0
    hear(streams, sound(300), Key("b", 0, 1))
    clock.time = 12.0
    hear(streams, sound(300), Key("b", 0, 1))

    assert len(streams) == 1
    assert len(source.begun) == 2


def test_a_stream_that_failed_is_of_no_more_use() -> None:
    source = Source()
    streams = made(source)
    hear(streams, sound(300))
    source.broken = True
    with pytest.raises(EngineError):
        hear(streams, sound(500))
    source.broken = False

    assert len(streams) == 0
    assert hear(streams, sound(600), over=True) == "600."


PARTS = st.lists(
    st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.9, 1.0, 1.4, 3.0]), st.booleans()), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(
    parts=PARTS, pause=st.sampled_from([0.7, 1.2]), sizes=st.lists(st.integers(1, 9000), max_size=5)
)
def test_each_ask_holds_the_sound_of_the_one_before_and_what_came_since(
    parts: list[tuple[float, bool]], pause: float, sizes: list[int]
) -> None:
    plan = Plan(pause=pause, first=0.2, every=0.3, context=0.0, drafts=False, longest=60.0)
    agent = track((0.3, False), *parts, (2.0, False))
    _, asks = fed(session(plan), padded(agent, agent[: len(agent) // 2]), sizes)

    for one, other in pairs(asks):
        before, after = one.audio.samples, other.audio.samples
        assert np.array_equal(before, after[: len(before)])


def test_no_second_is_decoded_twice_in_a_segment_that_is_not_cut_off() -> None:
    plan = Plan(first=0.2, every=0.3, context=0.0, drafts=False)
    talk = track((0.5, False), (2.0, True), (0.5, False), (1.5, True), (1.5, False), (1.0, True))
    _, asks = fed(session(plan), padded(talk, talk[:0]), [1600] * 60)
    source = Source()
    streams = made(source)
    for ask in asks:
        hear(streams, ask.audio.samples, Key("call", ask.channel, ask.number), over=ask.final)

    assert source.fed == sum(len(ask.audio.samples) for ask in asks if ask.final)
    assert len(source.begun) == sum(ask.final for ask in asks) == 2
    assert len(asks) > 12


def test_a_segment_that_is_cut_off_begins_anew_and_hears_all_of_it() -> None:
    plan = Plan(first=0.2, every=0.3, context=0.0, drafts=False, longest=3.0)
    talk = track((0.5, False), (8.0, True), (1.0, False))
    _, asks = fed(session(plan), padded(talk, talk[:0]), [1600] * 100)
    source = Source()
    streams = made(source)
    told = [
        hear(streams, ask.audio.samples, Key("call", ask.channel, ask.number), over=ask.final)
        for ask in asks
    ]

    finals = [f"{len(ask.audio.samples)}." for ask in asks if ask.final]
    assert [text for text in told if text.endswith(".")] == finals
    assert len(finals) >= 3


def pairs(asks: list[Ask]) -> Iterator[tuple[Ask, Ask]]:
    """Yield consecutive asks of the same segment."""
    numbers = {ask.number for ask in asks}
    for number in sorted(numbers):
        yield from pairwise(ask for ask in asks if ask.number == number)
