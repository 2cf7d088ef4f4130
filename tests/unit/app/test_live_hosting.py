"""What the child of live calls makes of a stretch of speech."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from huiting.app.hosting import Made
from huiting.app.live_hosting import heard
from huiting.app.settings import Settings
from huiting.core.ports import Hints, Hypothesis, States
from huiting.core.types import Audio, Emotion, EmotionLabel, Role, Segment
from huiting.service.live.hearing import Earlier, Listen
from tones import SENTENCES, Ear, kit, speak


class Timeless(Ear):
    """Knows no times of words; remembers how long what it heard was."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[float] = []

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield what is said, without times."""
        self.lengths += [clip.duration for clip in clips]
        yield from (replace(found, words=()) for found in super().transcribe(clips, hints))


class Feeling:
    """An `EmotionTagger`: who spoke before is angry now."""

    def listen(self, clip: Audio, _states: States | None, /) -> NDArray[np.float32]:
        """Return how long it is."""
        return np.array([clip.duration], np.float32)

    def judge(
        self, segments: Sequence[Segment], impressions: Sequence[NDArray[np.float32]], /
    ) -> Sequence[Emotion]:
        """Return anger for all but the first."""
        assert len(segments) == len(impressions)
        assert {s.role for s in segments} == {Role.CUSTOMER}
        labels = [EmotionLabel.NEUTRAL] + [EmotionLabel.ANGRY] * (len(segments) - 1)
        return [Emotion(label, 0.9) for label in labels]


def asked(*, complete: bool = True, earlier: tuple[Earlier, ...] = ()) -> Listen:
    return Listen(
        samples=speak(2.0, (0.5, 1.5, 500)).tobytes(),
        channel=1,
        start=10.0,
        spans=((10.5, 11.5),),
        offsets=(0.5,),
        since=10.5,
        complete=complete,
        role=Role.CUSTOMER,
        earlier=earlier,
    )


def made(language: str | None = None) -> Made:
    return Made(kit(emotion=Feeling()), Hints(language), Settings())


def test_a_stretch_becomes_segments_on_the_clock_of_the_call() -> None:
    [segment] = heard(asked(), made(), set()).segments

    assert segment.text == SENTENCES[500]
    assert (segment.channel, segment.role, segment.language) == (1, Role.CUSTOMER, "zh")
    assert 10.5 <= segment.span.start < segment.span.end <= 11.5


def test_a_language_that_was_not_said_is_heard_and_told() -> None:
    assert heard(asked(), made(), set()).odds["zh"] == 0.95
    assert heard(asked(), made("en"), set()).odds == {}


def test_how_a_voice_sounds_is_judged_against_what_it_said_before() -> None:
    before = (Earlier("你好", np.array([1.0], np.float32).tobytes()),)
    first, later = heard(asked(), made(), set()), heard(asked(earlier=before), made(), set())

    assert [s.emotion and s.emotion.label for s in first.segments] == [EmotionLabel.NEUTRAL]
    assert [s.emotion and s.emotion.label for s in later.segments] == [EmotionLabel.ANGRY]
    assert [row.tolist() for row in later.impressions] == [[1.0]]


def test_of_what_is_not_over_nobody_asks_how_it_sounds() -> None:
    found = heard(asked(complete=False), made(), set())

    assert found.impressions == ()
    assert found.segments[0].emotion is None


def test_what_was_said_before_is_left_out_where_words_have_no_times() -> None:
    ear = Timeless()
    timeless: set[str] = set()
    stretch = Listen(
        samples=speak(4.0, (0.5, 1.5, 600), (2.5, 3.5, 500)).tobytes(),
        channel=1,
        start=10.0,
        spans=((10.5, 11.5), (12.5, 13.5)),
        offsets=(0.5, 2.5),
        since=12.5,
        complete=False,
        language="zh",
    )
    child = Made(kit(ear), Hints(), Settings())

    for _ in range(2):
        [segment] = heard(stretch, child, timeless).segments
        assert segment.text == SENTENCES[500]
        assert segment.span.start >= 12.5

    assert ear.lengths == [4.0, 2.0, 2.0]  # found out once
