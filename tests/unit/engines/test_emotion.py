from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes import AGENT, CUSTOMER, says
from huiting.core.errors import ModelUnavailable
from huiting.core.ports import EmotionTagger, States
from huiting.core.types import Audio, Emotion, EmotionLabel, EmotionSource, Segment
from huiting.engines._emotion_heads import Heads, load, save
from huiting.engines._lexicon import Found
from huiting.engines.emotion import BRIEF, WEIGHTS, Emotions, build, joined, labelled

ANGRY, HAPPY, NEUTRAL = EmotionLabel.ANGRY, EmotionLabel.HAPPY, EmotionLabel.NEUTRAL
UNKNOWN = EmotionLabel.UNKNOWN
RATE = 16_000
Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def tagger() -> Emotions:
    return build()


@pytest.fixture(scope="module")
def heads() -> Heads:
    return load(WEIGHTS)


def voice(
    hertz: float = 180, *, gain: float = 0.1, seconds: float = 1.5, fall: float = 1.2
) -> Floats:
    """Return syllables of a buzz with a melody: voiced, and not a word."""
    time = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(hertz * (1 + 0.1 * np.sin(2 * np.pi * time))) / RATE
    buzz = np.sum([np.sin(k * phase + k) / k**fall for k in range(1, 15)], axis=0)
    return np.asarray(gain * buzz * (0.6 - 0.4 * np.cos(2 * np.pi * 4 * time)), np.float32)


def said(count: int, text: str = "查一下订单") -> list[Segment]:
    return [says(CUSTOMER, 3 * i, 3 * i + 2, text) for i in range(count)]


def judged(tagger: Emotions, clips: Sequence[Floats]) -> Sequence[Emotion]:
    kept = [tagger.listen(Audio(clip, RATE), None) for clip in clips]
    return tagger.judge(said(len(clips)), kept)


def states(seconds: float = 1.5, seed: int = 0) -> States:
    rng = np.random.default_rng(seed)
    return States(rng.normal(0, 1, (round(seconds / 0.02), 512)).astype(np.float32), 0.02)


def test_it_is_an_emotion_tagger(tagger: Emotions) -> None:
    typed: EmotionTagger = tagger  # compared by mypy

    assert typed is tagger


@pytest.mark.parametrize("heard", [states(), None], ids=["states", "no states"])
def test_an_impression_is_small_and_finite(tagger: Emotions, heard: States | None) -> None:
    kept = tagger.listen(Audio(voice(), RATE), heard)

    assert kept.ndim == 1
    assert len(kept) <= 128
    assert kept.dtype == np.float32
    assert np.isfinite(kept).all()


@pytest.mark.parametrize(
    "clip",
    [
        pytest.param(np.zeros(0, np.float32), id="nothing"),
        pytest.param(np.zeros(2 * RATE, np.float32), id="silence"),
        pytest.param(voice(seconds=0.3), id="too short"),
        pytest.param(np.random.default_rng(2).normal(0, 0.05, RATE).astype(np.float32), id="noise"),
    ],
)
def test_what_holds_no_voice_is_unknown(tagger: Emotions, clip: Floats) -> None:
    emotion = judged(tagger, [clip])[0]

    assert emotion == Emotion(UNKNOWN)


def test_words_decide_where_no_voice_is_heard(tagger: Emotions) -> None:
    silence = tagger.listen(Audio(np.zeros(RATE, np.float32), RATE), None)
    emotion = tagger.judge(said(1, "气死我了，我要投诉你们"), [silence])[0]

    assert emotion.label is ANGRY
    assert emotion.sources == (EmotionSource.WORDS,)
    assert "气死我" in emotion.words
    assert emotion.valence is not None
    assert emotion.valence < 0


def test_an_agent_who_names_complaints_is_not_angry(tagger: Emotions) -> None:
    kept = tagger.listen(Audio(voice(), RATE), None)
    line = says(AGENT, 0, 2, "您是要投诉吗，我帮您登记投诉")

    assert tagger.judge([line], [kept])[0].sources == (EmotionSource.VOICE,)


def test_odds_add_up_and_arousal_and_valence_lie_on_the_circle(tagger: Emotions) -> None:
    emotion = judged(tagger, [voice(320, fall=0.4)])[0]

    assert sum(emotion.odds.values()) == pytest.approx(1, abs=0.05)
    assert emotion.arousal is not None
    assert emotion.valence is not None
    assert -1 <= emotion.arousal <= 1
    assert -1 <= emotion.valence <= 1


def test_how_loud_a_lone_voice_was_recorded_changes_nothing(tagger: Emotions) -> None:
    soft, loud = (judged(tagger, [voice(gain=gain)])[0] for gain in (0.01, 0.3))

    assert loud.odds == pytest.approx(soft.odds, abs=0.02)


def test_a_voice_that_is_always_pressed_is_not_angry_all_the_time(heads: Heads) -> None:
    """The more of a voice is known, the less its usual sound counts as a feeling."""
    count, place = len(heads.classes), heads.classes.index("ANGRY")
    absolute = np.full(count, -3.0, np.float32)
    absolute[heads.classes.index("NEUTRAL")] = 0.0
    absolute[place] = -0.5
    pressed = heads.prosody.calm.copy()
    pressed[place] += 2.0
    no_states = np.zeros(2 * count, np.float32)
    row = np.concatenate([[1.0, 0.0], no_states, absolute, pressed]).astype(np.float32)
    few, many = heads.odds([row])[0], heads.odds([row] * 40)[0]

    assert few is not None
    assert many is not None
    assert many[place] < few[place]


def test_an_outburst_stands_out_of_a_calm_voice(tagger: Emotions, heads: Heads) -> None:
    calm = [voice(120 + i, gain=0.03, fall=1.8) for i in range(10)]
    outburst = voice(300, gain=0.3, fall=0.3)
    odds = heads.odds([tagger.listen(Audio(clip, RATE), None) for clip in [*calm, outburst]])
    place = heads.classes.index("ANGRY")
    anger = [row[place] for row in odds if row is not None]

    assert len(anger) == 11
    assert anger[-1] > 100 * max(anger[:-1])


def test_the_same_call_is_judged_the_same(tagger: Emotions) -> None:
    clips = [voice(120), voice(250, fall=0.5)]

    assert judged(tagger, clips) == judged(build(), clips)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_one_emotion_a_segment(tagger: Emotions, count: int) -> None:
    assert len(judged(tagger, [voice()] * count)) == count


def test_states_of_another_encoder_are_not_listened_to(tagger: Emotions) -> None:
    other = States(np.ones((75, 768), np.float32), 0.02)
    clip = Audio(voice(), RATE)

    assert (tagger.listen(clip, other) == tagger.listen(clip, None)).all()


def test_a_long_stretch_is_judged_by_its_beginning(tagger: Emotions) -> None:
    start = voice(seconds=20)
    long = Audio(np.concatenate([start, voice(400, seconds=5, fall=0.2)]), RATE)

    assert (tagger.listen(long, None) == tagger.listen(Audio(start, RATE), None)).all()


def test_calm_is_more_usual_the_longer_the_call() -> None:
    row = np.array([0.5, 0.5], np.float32)
    lone, short, long = (labelled(["ANGRY", "NEUTRAL"], row, n)[ANGRY] for n in (1, 5, 200))

    assert lone == pytest.approx(0.5)
    assert short == pytest.approx(1 / 4)
    assert 0.15 < long < short


def test_boredom_is_calm_and_disgust_is_rare() -> None:
    odds = labelled(["BORED", "NEUTRAL", "DISGUSTED"], np.array([0.3, 0.3, 0.4], np.float32), 1)

    assert odds[NEUTRAL] == pytest.approx(0.6 / 0.68)
    assert odds[EmotionLabel.DISGUSTED] == pytest.approx(0.08 / 0.68)


VOICE = {NEUTRAL: 0.8, ANGRY: 0.1, HAPPY: 0.1}


@pytest.mark.parametrize(
    ("voice_", "found", "label"),
    [
        pytest.param(VOICE, [], NEUTRAL, id="calm voice, plain words"),
        pytest.param(VOICE, [Found(ANGRY, 0.93, "气死我")], ANGRY, id="strong words decide"),
        pytest.param(VOICE, [Found(ANGRY, 0.5, "烦不烦")], NEUTRAL, id="weak words do not"),
        pytest.param(
            {NEUTRAL: 0.3, ANGRY: 0.6, HAPPY: 0.1},
            [Found(HAPPY, 0.5, "谢谢")],
            ANGRY,
            id="angry thanks",
        ),
        pytest.param(
            {NEUTRAL: 0.3, ANGRY: 0.6, HAPPY: 0.1},
            [Found(ANGRY, 0.62, "投诉"), Found(HAPPY, 0.66, "谢谢")],
            ANGRY,
            id="the voice chooses among words",
        ),
        pytest.param({NEUTRAL: 0.4, ANGRY: 0.3, HAPPY: 0.3}, [], UNKNOWN, id="unsure voice"),
        pytest.param(None, [], UNKNOWN, id="neither voice nor words"),
    ],
)
def test_voice_and_words_join(
    voice_: dict[EmotionLabel, float] | None, found: list[Found], label: EmotionLabel
) -> None:
    assert joined(voice_, found).label is label


def test_what_is_unknown_has_no_score_and_keeps_its_odds() -> None:
    emotion = joined({NEUTRAL: 0.4, ANGRY: 0.35, HAPPY: 0.25}, [])

    assert emotion.score is None
    assert emotion.odds[ANGRY] == pytest.approx(0.35)


LOUD = {NEUTRAL: 0.3, ANGRY: 0.6, HAPPY: 0.1}


@pytest.mark.parametrize(
    ("found", "label"),
    [
        pytest.param([], UNKNOWN, id="no words"),
        pytest.param([Found(HAPPY, 0.5, "谢谢")], UNKNOWN, id="words of something else"),
        pytest.param([Found(ANGRY, 0.5, "烦不烦")], ANGRY, id="words that say so too"),
        pytest.param([Found(HAPPY, 0.9, "太好了")], HAPPY, id="strong words"),
    ],
)
def test_a_brief_voice_names_nothing_by_itself(found: list[Found], label: EmotionLabel) -> None:
    emotion = joined(LOUD, found, brief=True)

    assert emotion.label is label
    assert emotion.odds[ANGRY] > 0
    assert (emotion.score is None) is (label is UNKNOWN)


@pytest.mark.parametrize(
    ("label", "odds", "named"),
    [
        pytest.param(ANGRY, 0.55, True, id="anger"),
        pytest.param(EmotionLabel.FEARFUL, 0.55, False, id="fear"),
        pytest.param(EmotionLabel.FEARFUL, 0.7, True, id="clear fear"),
        pytest.param(EmotionLabel.DISGUSTED, 0.7, False, id="disgust"),
        pytest.param(EmotionLabel.DISGUSTED, 0.8, True, id="clear disgust"),
    ],
)
def test_the_rarer_a_label_the_clearer_a_voice_must_be(
    label: EmotionLabel, odds: float, *, named: bool
) -> None:
    alone = joined({label: odds, NEUTRAL: 1 - odds}, [])

    assert (alone.label is label) is named
    assert alone.odds[label] == pytest.approx(odds)


def test_words_make_up_for_a_voice_that_is_not_clear() -> None:
    afraid = EmotionLabel.FEARFUL

    assert joined({afraid: 0.55, NEUTRAL: 0.45}, [Found(afraid, 0.5, "怕")]).label is afraid


def test_the_less_is_spoken_the_less_the_odds_differ(tagger: Emotions) -> None:
    row = tagger.listen(Audio(voice(320, fall=0.4), RATE), None)
    brief = row.copy()
    row[0], brief[0] = BRIEF, BRIEF / 4
    long_, short = (tagger.judge(said(1), [kept])[0] for kept in (row, brief))

    assert max(short.odds.values()) < max(long_.odds.values())
    assert short.label is UNKNOWN


def mixed(heads: Heads, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    prosody = np.zeros(len(heads.prosody.absolute), np.float32)
    return heads.impression(rng.normal(0, 1, (50, heads.features)).astype(np.float32), prosody, 2.0)


def test_what_the_encoder_heard_counts(heads: Heads) -> None:
    one, other = (heads.odds([mixed(heads, seed)])[0] for seed in (0, 1))

    assert one is not None
    assert other is not None
    assert np.abs(one - other).max() > 1e-3


def test_stretches_with_and_without_states_are_judged_apart(heads: Heads) -> None:
    seen = [mixed(heads, seed) for seed in range(3)]
    unseen = heads.impression(None, np.zeros(len(heads.prosody.absolute), np.float32), 2.0)
    together = heads.odds([seen[0], unseen, *seen[1:]])
    apart = heads.odds(seen)

    assert together[0] == pytest.approx(apart[0])
    assert together[1] == pytest.approx(heads.odds([unseen])[0])


def test_weights_survive_being_written(heads: Heads, tmp_path: Path) -> None:
    save(heads, tmp_path / "again.npz")
    again = load(tmp_path / "again.npz")

    assert again.classes == heads.classes
    assert again.scale == heads.scale
    assert (again.prosody.absolute == heads.prosody.absolute).all()


def test_the_weights_are_small() -> None:
    assert WEIGHTS.stat().st_size <= 2_000_000


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="no file"),
        pytest.param(b"not an archive", id="another file"),
    ],
)
def test_weights_that_are_none_say_so(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "emotion.npz"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ModelUnavailable, match=r"emotion\.npz"):
        build(weights=path)


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", weights=np.zeros(3))

    with pytest.raises(ModelUnavailable, match="no weights"):
        build(weights=tmp_path / "other.npz")


def test_weights_for_another_encoder_are_refused(heads: Heads, tmp_path: Path) -> None:
    more = ((0, 256), (0, 0))
    whole = replace(
        heads.whole,
        absolute=np.pad(heads.whole.absolute, more),
        relative=np.pad(heads.whole.relative, more),
    )
    save(replace(heads, whole=whole), tmp_path / "wide.npz")

    with pytest.raises(ModelUnavailable, match="768"):
        build(weights=tmp_path / "wide.npz")
