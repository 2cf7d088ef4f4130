"""EMO-DB as a contact centre would record it: degraded, packed into clips, encoded once.

Usage: python tools/emotion_corpus.py [--shared ../shared] [--cache FOLDER]

Each sentence is heard in several takes (`TAKES`): as recorded, over a telephone, coded,
noisy, louder or softer, through another microphone, alone in its clip or after other
sentences of the same speaker. What Whisper's encoder hears in it, and the samples, are kept in
the cache, a file a take. Everything is drawn from fixed seeds.
"""

import argparse
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from platformdirs import user_cache_path

from huiting.core.types import Audio
from huiting.engines._windows import View
from huiting.engines.whisper import STATE, Whisper, build

Samples = NDArray[np.float32]
Degrade = Callable[[Samples, np.random.Generator], Samples]

HALF = 0.5
"""Chance of one of two codecs."""
RATE = 16_000
PHONE = 8_000
GAP = 0.3
"""Seconds between sentences that share a clip."""
LABELS = {
    "anger": "ANGRY",
    "boredom": "BORED",
    "disgust": "DISGUSTED",
    "fear": "FEARFUL",
    "happiness": "HAPPY",
    "neutral": "NEUTRAL",
    "sadness": "SAD",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One recording of the corpus."""

    path: Path
    label: str
    speaker: str

    @property
    def wording(self) -> str:
        """Which of the ten sentences it is; the name of its file says it."""
        return self.path.stem[2:5]

    def samples(self) -> Samples:
        """Return it at 16 kHz."""
        found, rate = soundfile.read(self.path, dtype="float32")
        return np.asarray(soxr.resample(found, rate, RATE), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A sentence in one take."""

    samples: Samples
    """At 16 kHz."""
    states: Samples
    """Shape (frames, 512)."""
    step: float = STATE


@dataclass(frozen=True, slots=True)
class Take:
    """A way to record a sentence."""

    name: str
    degrade: Degrade
    packed: int = 1
    """Sentences that share a clip."""


def sentences(shared: Path) -> list[Sentence]:
    """Return the corpus, by path."""
    lines = (shared / "data" / "manifest.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return sorted(
        (
            Sentence(shared / "data" / row["path"], LABELS[row["label"]], row["speaker"])
            for row in rows
            if row["path"].startswith("emotion-emodb/")
        ),
        key=lambda sentence: sentence.path,
    )


def banded(samples: Samples, low: float, high: float) -> Samples:
    """Return what passes a band; its edges are soft."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    rise = 1 / (1 + (low / np.maximum(hertz, 1.0)) ** 8)
    fall = 1 / (1 + (hertz / high) ** 16)
    return np.fft.irfft(spectrum * rise * fall, len(samples)).astype(np.float32)


def companded(samples: Samples, law: str) -> Samples:
    """Return the samples after 8 bits of G.711, `mu` or `a` law."""
    x = np.clip(samples, -1, 1)
    size = np.abs(x)
    if law == "mu":
        code = np.round(np.log1p(255 * size) / np.log(256) * 127) / 127
        back = np.expm1(code * np.log(256)) / 255
    else:
        a, ln = 87.6, 1 + np.log(87.6)
        code = np.where(size < 1 / a, a * size, 1 + np.log(np.maximum(a * size, 1))) / ln
        code = np.round(code * 127) / 127
        back = np.where(code < 1 / ln, code * ln / a, np.exp(code * ln - 1) / a)
    return (np.sign(x) * back).astype(np.float32)


def phone(samples: Samples, law: str = "mu") -> Samples:
    """Return the samples as a telephone line carries them, at 16 kHz again."""
    narrow = soxr.resample(banded(samples, 300, 3400), RATE, PHONE)
    return np.asarray(soxr.resample(companded(narrow, law), PHONE, RATE), np.float32)[
        : len(samples)
    ]


def coded(samples: Samples, codec: str, rate: int, bits: int, container: str) -> Samples:
    """Return the samples after a lossy codec of FFmpeg's, at 16 kHz again."""
    pcm = (np.clip(soxr.resample(samples, RATE, rate), -1, 1) * 32767).astype(np.int16)
    buffer = BytesIO()
    with av.open(buffer, "w", format=container) as out:
        stream: Any = out.add_stream(codec, rate=rate)
        stream.layout = "mono"
        stream.bit_rate = bits
        fed = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        fed.sample_rate = rate
        resampler = av.AudioResampler(stream.format, "mono", rate, stream.frame_size or None)
        for frame in [*resampler.resample(fed), *resampler.resample(None)]:
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    buffer.seek(0)
    back = av.AudioResampler("flt", "mono", RATE)
    with av.open(buffer) as read:
        pieces = [
            piece.to_ndarray()[0]
            for frame in [*read.decode(audio=0), None]
            for piece in back.resample(frame)
        ]
    found = np.concatenate(pieces).astype(np.float32)
    # a codec's delay would move the sentence; what it is cut by is what it began late by
    late = max(0, len(found) - len(samples))
    return np.pad(found[late // 2 :], (0, len(samples)))[: len(samples)]


def noisy(samples: Samples, rng: np.random.Generator, low: float, high: float) -> Samples:
    """Return the samples with 1/f noise, `low` to `high` dB below the speech."""
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum = np.fft.rfft(rng.standard_normal(len(samples))) / np.sqrt(np.maximum(hertz, 50.0))
    noise = np.fft.irfft(spectrum, len(samples))
    level = np.sqrt(np.mean(np.square(samples))) / np.sqrt(np.mean(np.square(noise)))
    return (samples + noise * level * 10 ** (-rng.uniform(low, high) / 20)).astype(np.float32)


def coloured(samples: Samples, rng: np.random.Generator) -> Samples:
    """Return the samples through another microphone: up to 3 dB an octave brighter or duller."""
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    octaves = np.log2(np.clip(hertz, 100, 8000) / 1000)
    ripple = rng.uniform(-3, 3) * np.cos(octaves * rng.uniform(1, 2) + rng.uniform(0, 6))
    gain = 10 ** ((rng.uniform(-2.5, 2.5) * octaves + ripple) / 20)
    return np.fft.irfft(np.fft.rfft(samples) * gain, len(samples)).astype(np.float32)


def louder(samples: Samples, rng: np.random.Generator) -> Samples:
    """Return the samples at another level, clipped softly where it is too high."""
    return np.tanh(samples * 10 ** (rng.uniform(-18, 6) / 20)).astype(np.float32)


def _plain(samples: Samples, _rng: np.random.Generator) -> Samples:
    return samples


def _phone(samples: Samples, _rng: np.random.Generator) -> Samples:
    return phone(samples)


def _noisy_phone(samples: Samples, rng: np.random.Generator) -> Samples:
    spoken = louder(coloured(samples, rng), rng)
    return phone(noisy(spoken, rng, 8, 25), str(rng.choice(["mu", "a"])))


def _wide_varied(samples: Samples, rng: np.random.Generator) -> Samples:
    spoken = noisy(louder(coloured(samples, rng), rng), rng, 15, 35)
    return coded(spoken, "libmp3lame", RATE, 32_000, "mp3") if rng.random() < HALF else spoken


def _mobile(samples: Samples, rng: np.random.Generator) -> Samples:
    spoken = noisy(louder(samples, rng), rng, 15, 30)
    narrow = banded(spoken, 200, 3500)
    if rng.random() < HALF:
        return coded(narrow, "libopencore_amrnb", PHONE, 12_200, "amr")
    return coded(narrow, "libopus", 48_000, 16_000, "ogg")


TAKES = (
    Take("wide", _plain),
    Take("phone", _phone),
    Take("wide-varied", _wide_varied, packed=4),
    Take("phone-noisy", _noisy_phone, packed=4),
    Take("mobile", _mobile, packed=4),
)


def recordings(found: Sequence[Sentence], take: Take) -> Iterator[tuple[int, Samples]]:
    """Yield each sentence's place and samples in this take."""
    for i, sentence in enumerate(found):
        rng = np.random.default_rng([i, *take.name.encode()])
        yield i, take.degrade(sentence.samples(), rng)


def heard(recognizer: Whisper, samples: Sequence[Samples]) -> list[Heard]:
    """Return what the encoder hears in sentences that share one clip."""
    gap = np.zeros(round(GAP * RATE), np.float32)
    parts: list[Samples] = []
    for one in samples:
        parts += [one, gap]
    clip = Audio(np.concatenate(parts[:-1]), RATE)
    states = recognizer._encode([clip], View())[0]  # noqa: SLF001  (alone, undecoded)
    rows, at = [], 0.0
    for one in samples:
        first, last = round(at / STATE), round((at + len(one) / RATE) / STATE)
        rows.append(Heard(one, states[first : max(first + 1, last)]))
        at += len(one) / RATE + GAP
    return rows


def packs(found: Sequence[Sentence], take: Take) -> list[list[int]]:
    """Return places of sentences that share a clip: of one speaker, in a random order."""
    rng = np.random.default_rng([7, *take.name.encode()])
    packs_: list[list[int]] = []
    for speaker in sorted({sentence.speaker for sentence in found}):
        own = [i for i, sentence in enumerate(found) if sentence.speaker == speaker]
        rng.shuffle(own)
        packs_ += [own[i : i + take.packed] for i in range(0, len(own), take.packed)]
    return packs_


def load(
    found: Sequence[Sentence], take: Take, cache: Path, recognizer: Callable[[], Whisper]
) -> list[Heard]:
    """Return all sentences in one take, from the cache where they are in it."""
    path = cache / f"{take.name}.npz"
    if not path.exists():
        samples = dict(recordings(found, take))
        rows: dict[int, Heard] = {}
        for pack in packs(found, take):
            heard_ = heard(recognizer(), [samples[i] for i in pack])
            rows.update(zip(pack, heard_, strict=True))
        cache.mkdir(parents=True, exist_ok=True)
        arrays = {f"x{i}": row.samples for i, row in rows.items()}
        arrays |= {f"s{i}": row.states.astype(np.float16) for i, row in rows.items()}
        temporary = path.with_suffix(".part.npz")
        np.savez(temporary, **arrays)  # type: ignore[arg-type]  # numpy's stubs want a bool
        temporary.replace(path)
    with np.load(path) as kept:
        return [Heard(kept[f"x{i}"], kept[f"s{i}"].astype(np.float32)) for i in range(len(found))]


def recognizer_in(models: Path) -> Whisper:
    """Return the recognizer, one thread."""
    return build(weights=models / "whisper-base", threads=1, words=False, states=True)


def main() -> None:
    """Fill the cache."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    options.add_argument("--cache", type=Path, default=user_cache_path("huiting") / "emotion")
    chosen = options.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    found = sentences(chosen.shared)
    model: list[Whisper] = []

    def once() -> Whisper:
        if not model:
            model.append(recognizer_in(chosen.models))
        return model[0]

    for take in TAKES:
        load(found, take, chosen.cache, partial(once))


if __name__ == "__main__":
    main()
