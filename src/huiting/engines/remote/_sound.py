"""A clip as a server takes it: 16 bits, with the header of a WAV file or without."""

import io
import wave

import numpy as np

from huiting.core.types import Audio

RATE = 16_000
SHORTEST = 0.25
"""Seconds; some servers refuse what is shorter than 0.1 s. Silence makes up for the rest."""
FULL = 32768.0


def pcm(clip: Audio) -> bytes:
    """Return little-endian samples; what lies outside [-1, 1] is limited, what is no number is 0."""
    samples = np.nan_to_num(clip.samples.astype(np.float32) * np.float32(FULL))
    lacking = max(0, round(SHORTEST * clip.rate) - len(samples))
    whole = np.clip(np.rint(samples), -FULL, FULL - 1).astype("<i2")
    return np.concatenate([whole, np.zeros(lacking, "<i2")]).tobytes()


def wav(clip: Audio) -> bytes:
    """Return a file."""
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setparams((1, 2, clip.rate, 0, "NONE", ""))
        file.writeframes(pcm(clip))
    return data.getvalue()
