from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from huiting.core.ports import Hints, Hypothesis, States
from huiting.core.types import Audio
from huiting.engines.enhanced import Enhanced

RATE = 16_000


class Loudness:
    """A recognizer that writes down how loud a clip is."""

    rate = RATE

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        for clip in clips:
            states = States(np.ones((2, 3), np.float32), 0.1)
            said = f"{clip.samples.max():.1f}"
            yield Hypothesis(said, language=hints.language, states=states)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        return ({f"{clip.samples.max():.1f}": 1.0} for clip in clips)


class Halving:
    """An enhancer that makes clips half as loud."""

    rate = RATE

    def enhance(self, clip: Audio, /) -> Audio:
        return Audio(clip.samples * np.float32(0.5), clip.rate)


CLIPS = [Audio(np.full(10, level, np.float32), RATE) for level in (0.2, 0.8)]


def test_the_recognizer_hears_enhanced_clips() -> None:
    heard = Enhanced(Loudness(), Halving()).transcribe(CLIPS, Hints("zh"))

    assert [(h.text, h.language) for h in heard] == [("0.1", "zh"), ("0.4", "zh")]


def test_so_does_what_detects_the_language() -> None:
    assert [dict(odds) for odds in Enhanced(Loudness(), Halving()).languages(CLIPS)] == [
        {"0.1": 1.0},
        {"0.4": 1.0},
    ]


def test_what_the_encoder_made_of_enhanced_sound_is_not_shown_to_others() -> None:
    assert [h.states for h in Enhanced(Loudness(), Halving()).transcribe(CLIPS, Hints())] == [
        None,
        None,
    ]


def test_the_rate_is_that_of_the_recognizer() -> None:
    assert Enhanced(Loudness(), Halving()).rate == RATE
