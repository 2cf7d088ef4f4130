"""Parts that read a track show life with each piece, and change nothing else."""

from collections.abc import Sequence

import numpy as np
import pytest

from huiting.core.ports import Track
from huiting.core.types import Audio, Event, EventLabel, EventSource, Span
from huiting.engines.lively import (
    LivelyDiarizer,
    LivelySoundTagger,
    LivelySpeechMeter,
    LivelyVoiceDetector,
)
from speeches import Loudness

TRACK = Audio(np.arange(40, dtype=np.float32), 10)
WHOLE = Span(0.0, 4.0)


class Reading:
    """A `VoiceDetector`, `Diarizer` and `SoundTagger` that reads all there is."""

    def speech(self, track: Track, /) -> Sequence[Span]:
        assert (track.rate, track.duration) == (10, 4.0)
        assert sum(len(block.samples) for block in track.blocks(1.0)) == 40
        return [WHOLE]

    def turns(
        self, track: Track, speech: Sequence[Span], count: int | None, /
    ) -> Sequence[tuple[int, Span]]:
        assert len(track.cut(WHOLE).samples) == 40
        return [(count or 0, span) for span in speech]

    def events(self, track: Track, channel: int, speech: Sequence[Span], /) -> Sequence[Event]:
        assert len(track.cut(WHOLE).samples) == 40
        return [Event(EventLabel.MUSIC, span, EventSource.SIGNAL, channel) for span in speech]


def test_each_piece_that_is_read_is_a_sign_of_life() -> None:
    signs: list[None] = []

    def alive() -> None:
        signs.append(None)

    assert LivelyVoiceDetector(Reading(), alive).speech(TRACK) == [WHOLE]
    assert len(signs) == 4
    assert LivelyDiarizer(Reading(), alive).turns(TRACK, [WHOLE], 2) == [(2, WHOLE)]
    assert [e.channel for e in LivelySoundTagger(Reading(), alive).events(TRACK, 1, [WHOLE])] == [1]
    assert len(signs) == 6


def test_whoever_is_not_wanted_any_more_ends_at_the_next_piece() -> None:
    class Enough(Exception):
        pass

    def alive() -> None:
        raise Enough

    with pytest.raises(Enough):
        LivelyVoiceDetector(Reading(), alive).speech(TRACK)


def test_a_meter_shows_life_with_each_piece() -> None:
    pieces: list[int] = []
    meter = LivelySpeechMeter(Loudness(), lambda: pieces.append(1))

    found = meter.probabilities(Audio(np.zeros(32_000, np.float32), 16_000))
    assert (meter.rate, meter.hop, len(found)) == (16_000, 512, 63)
    assert len(pieces) == 4
