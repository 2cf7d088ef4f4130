"""Live calls made of noise: loud is speech, and every tenth of a second of it is one character."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Channel, Role, Segment, Span
from huiting.engines._hysteresis import Decision
from huiting.engines._speech_stream import SpeechStream
from huiting.live.asks import Ask
from huiting.live.plan import Plan
from huiting.live.session import Session
from huiting.live.updates import Update

RATE, HOP = 16_000, 512
CHANNELS = (Channel(0, Role.AGENT), Channel(1, Role.CUSTOMER))


def track(*parts: tuple[float, bool]) -> NDArray[np.float32]:
    """Return sound: parts as (seconds, somebody speaks)."""
    rng = np.random.default_rng(5)
    pieces = [rng.normal(0, 0.1 if speaks else 0.001, round(s * RATE)) for s, speaks in parts]
    return np.concatenate(pieces).astype(np.float32)


def padded(*tracks: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return tracks made as long as the longest, with silence."""
    longest = max(map(len, tracks))
    return [np.pad(samples, (0, longest - len(samples))) for samples in tracks]


def loud(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take loudness for speech."""
    return np.asarray(np.abs(samples.reshape(-1, HOP)).mean(axis=1) > 0.02, np.float32)


def detector() -> SpeechStream:
    return SpeechStream(loud, Decision(), HOP, RATE)


def session(plan: Plan | None = None, channels: Sequence[Channel] = CHANNELS) -> Session:
    return Session(channels, {c.index: detector() for c in channels}, plan)


def said(ask: Ask, text: str = "") -> list[Segment]:
    """Return an answer: the given text, or a character for each tenth of a second."""
    span = Span(ask.since, max(ask.since, ask.own[-1].end))
    words = text or "".join(chr(0x4E00 + n) for n in range(round(span.duration * 10)))
    return [Segment(ask.channel, None, Role.UNKNOWN, span, words, words, language="zh")]


def fed(
    live: Session, tracks: Sequence[NDArray[np.float32]], sizes: Iterable[int] = ()
) -> tuple[list[Update], list[Ask]]:
    """Feed a whole call in pieces, then end it; return what was told, and asked."""
    told: list[Update] = []
    asks: list[Ask] = []
    at = 0
    for size in [*sizes, max(map(len, tracks))]:
        told += live.feed([samples[at : at + size] for samples in tracks])
        asks += live.asks()
        at += size
    told += live.finish()
    return told, [*asks, *live.asks()]
