import numpy as np
import pytest
from numpy.typing import NDArray

from audio_files import clicks, encoded, int16, syllables, tone, wav
from huiting.audio.decode import Decoded, decode, from_samples
from huiting.core.types import Condition, ConditionKind, Span

RATE = 16_000
A, B = syllables(12, seed=1), syllables(12, seed=2)
Sound = NDArray[np.float32]


def decibels(factor: float) -> np.float32:
    return np.float32(10 ** (factor / 20))


def noise(level: float, seed: int = 9) -> Sound:
    random = np.random.default_rng(seed)
    return (decibels(level) * random.standard_normal(len(A))).astype(np.float32)


def stereo(left: Sound, right: Sound) -> Decoded:
    return from_samples(np.stack([left, right]), RATE)


def found(decoded: Decoded) -> list[tuple[ConditionKind, int | None]]:
    return [(condition.kind, condition.channel) for condition in decoded.conditions]


def value(decoded: Decoded, kind: ConditionKind) -> float:
    [condition] = [c for c in decoded.conditions if c.kind is kind]
    assert condition.value is not None
    return condition.value


def test_two_voices_are_two_tracks_and_nothing_is_told() -> None:
    with stereo(A, B) as decoded:
        assert [(t.channel, t.gain, t.dead) for t in decoded.tracks] == [
            (0, 0, False),
            (1, 0, False),
        ]
        assert decoded.conditions == ()


@pytest.mark.parametrize(
    ("copy", "kept"),
    [
        pytest.param(A, 0, id="the same samples"),
        pytest.param(A * decibels(-12), 0, id="the second quieter"),
        pytest.param(A * decibels(6), 1, id="the second louder"),
        pytest.param(-A, 0, id="upside down"),
        pytest.param(A + noise(-45), 0, id="with the noise of a codec"),
    ],
)
def test_the_same_voice_twice_is_one_track(copy: Sound, kept: int) -> None:
    with stereo(A, copy) as decoded:
        assert [track.channel for track in decoded.tracks] == [kept]
        assert found(decoded)[0] == (ConditionKind.DUAL_MONO, 1 - kept)
        assert abs(value(decoded, ConditionKind.DUAL_MONO)) > 0.97


def test_mono_that_a_codec_made_stereo_is_one_track() -> None:
    with decode(encoded("ipod", "aac", np.stack([A, A]), RATE)) as decoded:
        assert len(decoded.tracks) == 1
        assert decoded.channels == 2


def test_one_word_that_only_one_channel_holds_makes_them_two() -> None:
    other = A.copy()
    other[5 * RATE : 5 * RATE + RATE // 2] += syllables(0.5, seed=5)

    with stereo(A, other) as decoded:
        assert len(decoded.tracks) == 2
        assert decoded.conditions == ()


@pytest.mark.parametrize(
    "empty",
    [
        pytest.param(np.zeros_like(A), id="digital silence"),
        pytest.param(np.full_like(A, 0.3), id="direct current"),
        pytest.param(noise(-75), id="the last bits"),
        pytest.param(noise(-48), id="steady hiss"),
        pytest.param(clicks(12, RATE, ())[: len(A)], id="faint noise"),
    ],
)
def test_a_dead_channel_is_told_and_never_amplified(empty: Sound) -> None:
    with stereo(A, empty) as decoded:
        assert found(decoded) == [(ConditionKind.DEAD_CHANNEL, 1)]
        assert [(t.dead, t.gain) for t in decoded.tracks] == [(False, 0), (True, 0)]
        assert decoded.alive == decoded.tracks[:1]


def test_a_file_without_any_sound_is_silent() -> None:
    with stereo(noise(-80), np.zeros_like(A)) as decoded:
        assert found(decoded) == [(ConditionKind.SILENT, None)]
        assert value(decoded, ConditionKind.SILENT) == pytest.approx(-80, abs=1.5)


def test_one_short_word_in_a_silent_file_is_heard() -> None:
    call = noise(-80)
    call[RATE : RATE + 5000] += syllables(5000 / RATE, seed=3)

    with from_samples(call, RATE) as decoded:
        assert decoded.conditions == ()
        assert decoded.alive


def test_a_quiet_channel_is_told_and_raised() -> None:
    with stereo(A, B * decibels(-20)) as decoded:
        quiet = decoded.tracks[1]
        samples = quiet.cut(Span(0, 99)).samples

        assert found(decoded) == [(ConditionKind.LEVEL_DIFFERENCE, 1)]
        assert value(decoded, ConditionKind.LEVEL_DIFFERENCE) == pytest.approx(20, abs=1.5)
        assert 10 < quiet.gain < 25
        assert np.corrcoef(samples, B)[0, 1] > 0.99


def test_the_level_as_recorded_is_the_measured_one_less_the_gain() -> None:
    with from_samples(B * decibels(-25), RATE) as decoded:
        track = decoded.tracks[0]
        samples = track.cut(Span(0, 99)).samples

    recorded = 10 * np.log10(np.square(samples).mean()) - track.gain
    assert recorded == pytest.approx(-45, abs=0.5)


def test_raising_never_makes_the_peaks_of_speech_clip() -> None:
    quiet = B * decibels(-25)
    quiet[::4000] = 0.5

    with from_samples(quiet, RATE) as decoded:
        samples = decoded.tracks[0].cut(Span(0, 99)).samples

    assert np.abs(samples).max() <= 1
    assert (np.abs(samples) >= 1).mean() < 0.001


def test_a_far_too_loud_channel_is_lowered() -> None:
    loud = np.clip(A * decibels(18), -0.95, 0.95).astype(np.float32)

    with from_samples(loud, RATE) as decoded:
        assert decoded.tracks[0].gain < -5


def test_pauses_do_not_change_the_gain() -> None:
    quiet = B * decibels(-20)
    sparse = np.concatenate([quiet, np.zeros(60 * RATE, np.float32)])

    with from_samples(quiet, RATE) as full, from_samples(sparse, RATE) as thin:
        assert thin.tracks[0].gain == pytest.approx(full.tracks[0].gain, abs=0.5)


@pytest.mark.parametrize(
    ("level", "clips"),
    [pytest.param(0.9, False, id="just below"), pytest.param(1.4, True, id="beyond full scale")],
)
def test_clipping_is_told_with_its_share(level: float, clips: bool) -> None:  # noqa: FBT001
    data = wav(int16(np.clip(tone(3.0, hz=237, level=level), -1, 1)))

    with decode(data) as decoded:
        kinds = [c.kind for c in decoded.conditions]
        assert kinds == [ConditionKind.CLIPPING] * clips
        if clips:
            assert 0.3 < value(decoded, ConditionKind.CLIPPING) < 0.7


def test_two_dead_channels_are_no_copies_of_each_other() -> None:
    with stereo(np.zeros_like(A), np.zeros_like(A)) as decoded:
        assert len(decoded.tracks) == 2
        assert [c.kind for c in decoded.conditions] == [ConditionKind.SILENT]


def test_of_three_channels_only_the_copy_goes() -> None:
    with from_samples(np.stack([A, B, A]), RATE) as decoded:
        assert [track.channel for track in decoded.tracks] == [0, 1]
        assert [c.channel for c in decoded.conditions] == [2]


def test_a_call_shorter_than_a_frame_is_judged_all_the_same() -> None:
    with from_samples(np.full(50, 0.1, np.float32), RATE) as decoded:
        assert decoded.conditions == (Condition(ConditionKind.SILENT, None, -120.0),)
