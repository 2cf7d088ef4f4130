"""How a stretch of speech is spoken: pitch, loudness, voice quality, pace. numpy only.

Everything is measured within the telephone band, so that the same voice gives the same
numbers on a wide-band recording and on a call. Knows no speaker and no emotion.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Audio
from huiting.engines import _cepstra

Array = NDArray[np.float64]

RATE = 8_000
"""Hz; what the analysis runs at."""
HOP, WINDOW = 80, 320
"""Samples: 10 ms, and 40 ms, which holds three periods of the lowest voice."""
FFT = 1024
LOW, HIGH = 250.0, 3500.0
"""Hz that pass."""
LOWEST, HIGHEST = 70.0, 500.0
"""Hz of a voice."""
VOICED = 0.55
"""Autocorrelation from which a frame is voiced."""
ACTIVE = 25.0
"""dB below the loud frames down to which a frame is speech."""
FEWEST = 5
"""Voiced frames that are needed."""
SILENT = 1e-5
"""Amplitude below which nothing is heard."""
LEAP = 0.3
"""Octaves between two frames that no voice does; an error of the pitch."""
FLOOR = 1e-10
BANDS = ((250.0, 500.0), (500.0, 1000.0), (1000.0, 2000.0), (2000.0, 3400.0))
"""Hz; four octaves of the telephone band."""

NAMES = (
    "pitch",  # median, in octaves above 100 Hz
    "pitch-spread",  # between its 10th and its 90th percentile, in octaves
    "pitch-high",  # its 90th percentile above the median
    "pitch-steps",  # mean change between frames
    "pitch-slope",  # in octaves a second, over the whole
    "voiced",  # share of the active frames
    "periodic",  # mean autocorrelation of voiced frames
    "periodic-spread",
    "level",  # dB of the active frames
    "level-spread",  # dB between their 10th and 90th percentile
    "level-steps",  # mean change between frames, dB
    "peak",  # dB of the loudest tenth above the mean
    "active",  # share of frames that are speech
    "bursts",  # rises of loudness a second: the pace of syllables
    "tilt",  # dB of 1 to 3.4 kHz over 0.25 to 1 kHz, voiced frames
    "tilt-loud",  # the same in the louder half
    "tilt-spread",
    "band-1",  # dB of each band over the whole, voiced frames
    "band-2",
    "band-3",
    "band-4",
    "centre",  # centroid of the spectrum, in octaves above 1 kHz
    "centre-spread",
    "flux",  # mean change of the spectrum's shape between frames
    *_cepstra.NAMES,
)
LEVEL = NAMES.index("level")


@dataclass(frozen=True, slots=True)
class Frames:
    """A clip, frame by frame."""

    power: Array
    """Shape (frames, frequencies)."""
    level: Array
    """dB."""
    pitch: Array
    """Hz; meaningless where `periodic` is low."""
    periodic: Array
    """Height of the autocorrelation at the pitch, in [0, 1]."""


def prosody(clip: Audio) -> NDArray[np.float32] | None:
    """Return how a clip is spoken, in the order of `NAMES`; None where nothing is voiced."""
    frames = frames_of(clip)
    if frames is None:
        return None
    loud = np.percentile(frames.level, 95)
    active = frames.level > loud - ACTIVE
    voiced = active & (frames.periodic >= VOICED)
    if np.count_nonzero(voiced) < FEWEST:
        return None
    pitch = np.log2(_same_octave(frames.pitch[voiced]) / 100)
    values = [
        *_pitch(pitch, voiced),
        np.count_nonzero(voiced) / np.count_nonzero(active),
        float(np.mean(frames.periodic[voiced])),
        float(np.std(frames.periodic[voiced])),
        *_loudness(frames.level, active),
        *_spectrum(frames.power, frames.level, voiced),
        *map(float, _cepstra.cepstra(frames.power, active, voiced)),
    ]
    return np.asarray(values, np.float32)


def spoken(values: NDArray[np.float32], duration: float) -> float:
    """Return the seconds of speech in a clip, from its prosody and how long it is."""
    return float(values[NAMES.index("active")]) * duration


def frames_of(clip: Audio) -> Frames | None:
    """Return the frames of a clip; None when it is silent or too short for one."""
    samples = _narrow(clip)
    if len(samples) < WINDOW or float(np.max(np.abs(samples))) < SILENT:
        return None
    cut = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    taper = np.hanning(WINDOW)
    power = np.square(np.abs(np.fft.rfft((cut - cut.mean(1, keepdims=True)) * taper, FFT)))
    correlation = np.fft.irfft(power, FFT)[:, : round(RATE / LOWEST) + 2]
    of_taper = np.fft.irfft(np.square(np.abs(np.fft.rfft(taper, FFT))), FFT)
    steady = of_taper[: correlation.shape[1]] / of_taper[0]
    correlation = correlation / np.maximum(correlation[:, :1], FLOOR) / steady
    pitch, periodic = _pitches(correlation)
    level = 10 * np.log10(np.mean(np.square(cut), axis=1) + FLOOR)
    return Frames(power, level, pitch, periodic)


def _narrow(clip: Audio) -> Array:
    """Return the telephone band of a clip, at `RATE`."""
    count = len(clip.samples)
    if not count:
        return np.zeros(0)
    spectrum = np.fft.rfft(clip.samples.astype(np.float64))
    hertz = np.arange(len(spectrum)) * clip.rate / max(1, count)
    spectrum[(hertz < LOW) | (hertz > HIGH)] = 0
    size = round(count * RATE / clip.rate)
    if size < WINDOW:
        return np.zeros(0)
    return np.fft.irfft(spectrum[: size // 2 + 1], size) * (size / count)


def _pitches(correlation: Array) -> tuple[Array, Array]:
    """Return pitch and height of the best peak of each frame.

    Of peaks nearly as high the one of the shortest lag is taken: all multiples of a period
    are periods too.
    """
    first, last = int(RATE / HIGHEST), round(RATE / LOWEST)
    middle = correlation[:, first : last + 1]
    peak = (middle >= correlation[:, first - 1 : last]) & (
        middle >= correlation[:, first + 1 : last + 2]
    )
    height = np.where(peak, middle, 0.0)
    best = height.max(axis=1)
    chosen = np.argmax(height >= 0.85 * best[:, None], axis=1)
    rows = np.arange(len(middle))
    left, top, right = (correlation[rows, chosen + first + by] for by in (-1, 0, 1))
    bend = left - 2 * top + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1.0), 0.0)
    lag = chosen + first + np.clip(shift, -0.5, 0.5)
    return RATE / lag, np.clip(height[rows, chosen], 0.0, 1.0)


def _same_octave(pitch: Array) -> Array:
    """Return the pitch with frames an octave off the others moved to where these are."""
    median = np.median(pitch)
    return np.where(
        pitch > 1.7 * median, pitch / 2, np.where(pitch < 0.59 * median, pitch * 2, pitch)
    )


def _pitch(pitch: Array, voiced: NDArray[np.bool_]) -> list[float]:
    low, middle, high = np.percentile(pitch, [10, 50, 90])
    places = np.flatnonzero(voiced)
    steps = np.abs(np.diff(pitch))[np.diff(places) == 1]
    seconds = places * HOP / RATE
    spread = float(np.var(seconds))
    slope = np.mean((seconds - seconds.mean()) * (pitch - pitch.mean())) / spread if spread else 0.0
    steady = steps[steps < LEAP]
    return [
        float(middle),
        float(high - low),
        float(high - middle),
        float(steady.mean()) if len(steady) else 0.0,
        float(np.clip(slope, -2, 2)),
    ]


def _loudness(level: Array, active: NDArray[np.bool_]) -> list[float]:
    spoken = level[active]
    low, high = np.percentile(spoken, [10, 90])
    mean = 10 * np.log10(np.mean(10 ** (spoken / 10)))
    smooth = np.convolve(np.pad(level, 3, mode="edge"), np.full(7, 1 / 7), "valid")
    rises = (smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & active[1:-1]
    return [
        float(mean),
        float(high - low),
        float(np.mean(np.abs(np.diff(level))[active[1:]])) if active[1:].any() else 0.0,
        float(np.mean(spoken[spoken >= high]) - mean),
        float(np.mean(active)),
        float(np.count_nonzero(rises) * RATE / HOP / len(level)),
    ]


def _spectrum(power: Array, level: Array, voiced: NDArray[np.bool_]) -> list[float]:
    hertz = np.arange(power.shape[1]) * RATE / FFT
    spoken = power[voiced]
    bands = np.stack(
        [spoken[:, (hertz >= low) & (hertz < high)].sum(axis=1) for low, high in BANDS], axis=1
    )
    bands = np.maximum(bands, FLOOR)
    tilt = 10 * np.log10((bands[:, 2] + bands[:, 3]) / (bands[:, 0] + bands[:, 1]))
    louder = level[voiced] >= np.median(level[voiced])
    shares = 10 * np.log10(bands.mean(axis=0) / bands.mean(axis=0).sum())
    inside = (hertz >= LOW) & (hertz <= HIGH)
    part = spoken[:, inside] + FLOOR
    part = part / part.sum(axis=1, keepdims=True)
    centre = np.log2(part @ hertz[inside] / 1000)
    following = np.diff(np.flatnonzero(voiced)) == 1
    change = np.sqrt(np.sum(np.square(np.diff(np.sqrt(part), axis=0)), axis=1))[following]
    return [
        float(tilt.mean()),
        float(tilt[louder].mean()),
        float(tilt.std()),
        *map(float, shares),
        float(centre.mean()),
        float(centre.std()),
        float(change.mean()) if len(change) else 0.0,
    ]
