import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.core.types import Audio
from huiting.engines._prosody import NAMES, prosody, spoken

RATE = 16_000


def voiced(hertz: float, *, seconds: float = 1.0, fall: float = 1.0) -> NDArray[np.float32]:
    """Return harmonics of a pitch; the greater `fall`, the softer the high ones."""
    time = np.arange(round(seconds * RATE)) / RATE
    count = int(3400 / hertz)
    waves = [np.sin(2 * np.pi * hertz * k * time + k) / k**fall for k in range(1, count + 1)]
    return np.asarray(0.05 * np.sum(waves, axis=0), np.float32)


def syllables(rate: float, *, seconds: float = 1.0) -> NDArray[np.float32]:
    """Return a voice that swells `rate` times a second."""
    time = np.arange(round(seconds * RATE)) / RATE
    swell = (0.55 - 0.45 * np.cos(2 * np.pi * rate * time)).astype(np.float32)
    return voiced(150, seconds=seconds) * swell


def measured(samples: NDArray[np.float32], name: str) -> float:
    found = prosody(Audio(samples, RATE))
    assert found is not None
    return float(found[NAMES.index(name)])


@pytest.mark.parametrize("hertz", [85, 120, 180, 260, 380, 450])
def test_the_pitch_of_a_tone_is_its_fundamental(hertz: float) -> None:
    pitch = 100 * 2 ** measured(voiced(hertz), "pitch")

    assert pitch == pytest.approx(hertz, rel=0.01)


@pytest.mark.parametrize("hertz", [110, 200])
def test_pitch_is_found_where_the_telephone_cut_the_fundamental_off(hertz: float) -> None:
    spectrum = np.fft.rfft(voiced(hertz))
    spectrum[: round(1.5 * hertz)] = 0  # a second of sound: a bin is a hertz
    pitch = 100 * 2 ** measured(np.fft.irfft(spectrum).astype(np.float32), "pitch")

    assert pitch == pytest.approx(hertz, rel=0.01)


def test_a_rising_voice_has_a_slope_and_a_spread() -> None:
    time = np.arange(RATE) / RATE
    phase = 2 * np.pi * np.cumsum(150 * 2**time) / RATE
    waves = [np.sin(k * phase) / k for k in range(1, 9)]
    rising = np.asarray(0.05 * np.sum(waves, axis=0), np.float32)

    assert measured(rising, "pitch-slope") == pytest.approx(1.0, abs=0.1)
    assert measured(rising, "pitch-spread") == pytest.approx(0.8, abs=0.1)
    assert measured(voiced(200), "pitch-spread") < 0.05


def test_twice_the_amplitude_is_six_decibels_and_nothing_else() -> None:
    soft, loud = (prosody(Audio(gain * syllables(4), RATE)) for gain in (0.5, 1.0))

    assert soft is not None
    assert loud is not None
    level = NAMES.index("level")
    assert loud[level] - soft[level] == pytest.approx(6.02, abs=0.05)
    assert np.delete(loud, level) == pytest.approx(np.delete(soft, level), abs=0.01)


def test_a_pressed_voice_tilts_up() -> None:
    assert measured(voiced(150, fall=0.3), "tilt") > measured(voiced(150, fall=2.0), "tilt") + 10


def test_bursts_count_syllables() -> None:
    slow, quick = (syllables(rate, seconds=3) for rate in (2, 5))

    assert measured(slow, "bursts") == pytest.approx(2, abs=0.5)
    assert measured(quick, "bursts") == pytest.approx(5, abs=0.5)


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(np.zeros(0, np.float32), id="nothing"),
        pytest.param(np.zeros(RATE, np.float32), id="digital silence"),
        pytest.param(voiced(150)[:300], id="a fiftieth of a second"),
        pytest.param(
            np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32), id="noise alone"
        ),
        pytest.param(np.full(RATE, 0.5, np.float32), id="a constant"),
    ],
)
def test_where_nothing_is_voiced_there_is_no_prosody(samples: NDArray[np.float32]) -> None:
    assert prosody(Audio(samples, RATE)) is None


def test_all_numbers_are_finite_for_a_voice_with_pauses() -> None:
    gap = np.zeros(RATE // 4, np.float32)
    found = prosody(Audio(np.concatenate([voiced(200), gap, voiced(140), gap]), RATE))

    assert found is not None
    assert found.shape == (len(NAMES),)
    assert np.isfinite(found).all()


def test_telephone_rate_gives_what_wide_band_gives() -> None:
    wide = prosody(Audio(syllables(4), RATE))
    narrow = prosody(Audio(syllables(4)[::2], RATE // 2))

    assert wide is not None
    assert narrow is not None
    assert narrow == pytest.approx(wide, abs=0.1)


def test_another_vowel_is_another_colour_and_the_same_one_is_not() -> None:
    bright, dull = (
        measured(voiced(150, fall=0.3), "cepstrum-mean-1"),
        measured(voiced(150, fall=2.0), "cepstrum-mean-1"),
    )

    assert abs(bright - dull) > 1
    assert measured(voiced(150), "cepstrum-change-1") < measured(syllables(4), "cepstrum-change-1")


def test_pauses_are_not_spoken() -> None:
    samples = np.concatenate([voiced(200), np.zeros(RATE, np.float32)])
    found = prosody(Audio(samples, RATE))

    assert found is not None
    assert spoken(found, 2.0) == pytest.approx(1.0, abs=0.1)
