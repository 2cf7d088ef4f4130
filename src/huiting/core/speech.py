"""How likely somebody speaks, moment by moment, and when that is believed. Knows no model.

A probability is kept as one byte: how many steps of `1 / STEPS` it reaches. Thresholds that
are multiples of a step decide on it exactly as on the number that it was made of, since a
number reaches a threshold when it reaches as many whole steps.
"""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

STEPS = 200
"""Steps from 0 to 1, at most 255."""
LOUDEST = 127
"""What full scale is told as."""


@dataclass(frozen=True, slots=True)
class SpeechOptions:
    """When speech begins and ends: the options of the voice detector that need no new hearing."""

    threshold: float = 0.4
    """Probability at which speech begins, in [0, 1]."""
    release: float = 0.3
    """Probability below which it ends, in [0, threshold]."""
    min_silence: float = 0.2
    """Seconds; a shorter gap is part of the speech around it."""
    min_speech: float = 0.1
    """Seconds; a shorter stretch is noise."""
    pad: float = 0.03
    """Seconds added at both ends, never into a neighbour."""

    def __post_init__(self) -> None:
        """Refuse thresholds out of order, and lengths below nothing."""
        if not 0 <= self.release <= self.threshold <= 1:
            raise ValueError(f"need 0 <= release <= threshold <= 1, not {self}")
        if min(self.min_silence, self.min_speech, self.pad) < 0:
            raise ValueError(f"need lengths of at least 0, not {self}")


OPTIONS = tuple(f.name for f in fields(SpeechOptions))
"""Their names, in order."""


@dataclass(frozen=True, slots=True)
class SpeechTrack:
    """One channel of a recording."""

    channel: int
    """Of the file."""
    duration: float
    """Seconds."""
    likely: bytes
    """Of each frame: whole steps that the probability of speech reaches, 0 to `STEPS`."""
    loud: bytes
    """Of each frame: its loudest sample, 0 to `LOUDEST`."""

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """Probabilities of speech, shape (frames,), each at most a step too small."""
        return np.frombuffer(self.likely, np.uint8) / STEPS


@dataclass(frozen=True, slots=True)
class Speech:
    """How likely somebody speaks in a recording."""

    hop: float
    """Seconds from one frame to the next."""
    duration: float
    """Seconds."""
    channels: int
    """Of the file; those that carry nothing, or a copy of another, have no track."""
    tracks: tuple[SpeechTrack, ...]

    def packed(self) -> bytes:
        """Return it as bytes: a line of JSON, then what is told of the frames."""
        told = [
            {"channel": t.channel, "duration": t.duration, "frames": len(t.likely)}
            for t in self.tracks
        ]
        head = {"hop": self.hop, "duration": self.duration, "channels": self.channels}
        line = json.dumps(head | {"tracks": told}).encode()
        return b"\n".join((line, self.frames()))

    def frames(self) -> bytes:
        """Return what is told of the frames: of each track all of `likely`, then all of `loud`."""
        return b"".join(part for track in self.tracks for part in (track.likely, track.loud))

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """Return what `packed` wrote."""
        line, _, rest = data.partition(b"\n")
        head: dict[str, Any] = json.loads(line)
        tracks = []
        for told in head["tracks"]:
            size = told["frames"]
            likely, loud, rest = rest[:size], rest[size : 2 * size], rest[2 * size :]
            tracks.append(SpeechTrack(told["channel"], told["duration"], likely, loud))
        return cls(head["hop"], head["duration"], head["channels"], tuple(tracks))


def steps(probabilities: NDArray[np.float32]) -> bytes:
    """Return probabilities as whole steps.

    Args:
        probabilities: shape (frames,), in [0, 1].
    """
    # in double precision: a float32 is no nearer to a multiple of a step than it seems
    reached = np.floor(probabilities.astype(np.float64) * STEPS)
    return np.clip(reached, 0, STEPS).astype(np.uint8).tobytes()


def told(options: SpeechOptions) -> dict[str, float]:
    """Return options by their names."""
    return asdict(options)
