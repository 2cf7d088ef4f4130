"""How much of real calls streams are fed more than once, cut by the real voice detector."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.audio.decode import decode
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Channel, Role, Span
from huiting.engines import silero
from huiting.live.asks import Ask
from huiting.live.plan import Plan
from huiting.live.session import Session
from huiting.live.streams import Key, Streams

pytestmark = pytest.mark.model
CALLS = sorted((Path(__file__).resolve().parents[2] / "samples").glob("80*.wav"))
TICK = 1_600
OWN = Plan(first=0.2, every=0.3, context=0.0, drafts=False)
TWO_PASSES = Plan(first=0.2, every=0.3)


@dataclass
class Fed:
    """A `StreamingRecognizer`, and all of its streams: counts what it is fed."""

    rate: int = silero.RATE
    samples: int = 0
    begun: int = 0

    def stream(self, _hints: Hints, /) -> "Fed":
        """Begin one."""
        self.begun += 1
        return self

    def feed(self, samples: NDArray[np.float32], /) -> Hypothesis:
        """Count them."""
        self.samples += len(samples)
        return Hypothesis("")

    def finish(self) -> Hypothesis:
        """Hear nothing."""
        return Hypothesis("")


@pytest.fixture(scope="module")
def calls() -> Sequence[Sequence[NDArray[np.float32]]]:
    """The channels of some calls, two minutes of each."""
    found = []
    for path in CALLS:
        with decode(path, rate=silero.RATE, called=path.name) as decoded:
            found.append([track.cut(Span(0.0, 120.0)).samples for track in decoded.alive])
    return found


def asks_of(channels: Sequence[NDArray[np.float32]], plan: Plan) -> Iterator[Ask]:
    detector = silero.build()
    session = Session(
        [Channel(n, Role.UNKNOWN) for n in range(len(channels))],
        {n: detector.stream() for n in range(len(channels))},
        plan,
    )
    for at in range(0, len(channels[0]), TICK):
        session.feed([samples[at : at + TICK] for samples in channels])
        yield from session.asks()
    session.finish()
    yield from session.asks()


def share_heard_again(
    calls: Sequence[Sequence[NDArray[np.float32]]], plan: Plan
) -> tuple[float, float]:
    """Return the share of sound that streams are fed again, and of streams begun again."""
    source, samples, segments = Fed(), 0, 0
    for call, channels in enumerate(calls):
        streams, lengths = Streams(source, lambda: 0.0), dict[tuple[int, int], int]()
        for ask in asks_of(channels, plan):
            if ask.complete and not (ask.final and plan is OWN):
                continue  # for the engine of the second pass
            key = Key(str(call), ask.channel, ask.number)
            streams.hear(key, ask.audio.samples, Hints(), over=ask.final)
            longest = lengths.get((ask.channel, ask.number), 0)
            lengths[ask.channel, ask.number] = max(longest, len(ask.audio.samples))
        samples += sum(lengths.values())
        segments += len(lengths)
    assert segments > 10
    return source.samples / samples - 1, source.begun / segments - 1


def test_in_two_passes_nothing_is_heard_again(
    calls: Sequence[Sequence[NDArray[np.float32]]],
) -> None:
    assert share_heard_again(calls, TWO_PASSES) == pytest.approx((0.0, 0.0), abs=0.02)


def test_where_streams_tell_finals_nothing_is_heard_again(
    calls: Sequence[Sequence[NDArray[np.float32]]],
) -> None:
    assert share_heard_again(calls, OWN) == pytest.approx((0.0, 0.0), abs=0.02)
