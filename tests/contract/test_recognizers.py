"""What every recognizer promises, whatever it is made of."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from platformdirs import user_cache_path

from huiting.core.errors import ModelUnavailable
from huiting.core.ports import Hints, Hypothesis, Recognizer
from huiting.core.types import Audio
from huiting.engines import catalogue, whisper
from huiting.engines.gather import Gathered

RATE = 16_000


class Constant:
    """The least that is a `Recognizer`: hears the same in everything."""

    rate = RATE

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        return (Hypothesis("好", language=hints.language) for _ in clips)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        return ({"zh": 1.0} for _ in clips)


def constant() -> Recognizer:
    return Constant()


def gathered() -> Recognizer:
    return Gathered(Constant(), patience=0.0, limit=600.0)


def embedded() -> Recognizer:
    models: Path = user_cache_path("huiting") / "models"
    try:
        weights = catalogue.weights("whisper-base", models).folder
    except ModelUnavailable as error:
        pytest.skip(str(error))
    return whisper.build(weights=weights, threads=1)


@pytest.fixture(
    params=[
        pytest.param(constant, id="constant"),
        pytest.param(gathered, id="gathered"),
        pytest.param(embedded, id="whisper", marks=pytest.mark.model),
    ],
    scope="module",
)
def recognizer(request: pytest.FixtureRequest) -> Recognizer:
    made: Recognizer = request.param()
    return made


def noise(seconds: float) -> Audio:
    samples = np.random.default_rng(0).normal(0, 0.01, round(seconds * RATE))
    return Audio(samples.astype(np.float32), RATE)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_one_hypothesis_a_clip(recognizer: Recognizer, count: int) -> None:
    clips = [noise(1)] * count

    assert len(list(recognizer.transcribe(clips, Hints(language="zh")))) == count
    assert len(list(recognizer.languages(clips))) == count


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.5, 35.0])
def test_clips_of_any_length_are_taken(recognizer: Recognizer, seconds: float) -> None:
    (heard,) = recognizer.transcribe([noise(seconds)], Hints(language="zh"))

    assert (heard.text == "") == (heard.gate is not None)


def test_words_lie_inside_the_clip_and_in_its_text_in_order(recognizer: Recognizer) -> None:
    clip = noise(2)
    for heard in recognizer.transcribe([clip], Hints(language="en")):
        at = 0
        for word in heard.words:
            assert 0 <= word.span.start <= word.span.end <= clip.duration
            at = heard.text.index(word.text, at) + len(word.text)


def test_probabilities_of_languages_add_up_to_one(recognizer: Recognizer) -> None:
    (odds,) = recognizer.languages([noise(2)])

    assert sum(odds.values()) == pytest.approx(1)
