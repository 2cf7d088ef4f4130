"""From what a stretch of speech sounds like to the odds of each emotion. numpy only.

Two linear heads, one on prosody and on what Whisper's encoder heard, one on prosody alone for
engines that do not show it; each in two forms: as heard, and relative to how the same voice
sounds when it is calm. Their outputs are all that is kept of a stretch (`Impression`).
Knows no words and no segment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import ModelUnavailable

Array = NDArray[np.float32]

CALM = ("NEUTRAL", "BORED")
"""Classes that show how a voice usually sounds."""
DOUBT = 0.1
"""Weight in its baseline of a stretch that does not sound calm at all."""
PRIOR = 8.0
"""Calm stretches of a voice that count as much as what is known of voices in general."""
TRUST = 0.5
"""How far a stretch is taken relative to its voice, where much is known of that."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A linear classifier in two forms. Shapes: (features, classes), or (classes,)."""

    absolute: Array
    offset: Array
    relative: Array
    relative_offset: Array
    calm: Array
    """What `relative` makes of calm speech of people in general."""

    def __call__(self, features: Array) -> Array:
        """Return both forms side by side, shape (2 * classes,)."""
        heard = np.concatenate([features @ self.absolute + self.offset, features @ self.relative])
        return np.asarray(heard, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """The whole classifier."""

    classes: tuple[str, ...]
    whole: Head
    """On the mean of the encoder's states, and prosody after it."""
    prosody: Head
    scale: tuple[float, float]
    """Of the scores of each head: chosen so that odds are what they say."""

    @property
    def size(self) -> int:
        """Numbers that are kept of a stretch."""
        return 2 + 4 * len(self.classes)

    @property
    def features(self) -> int:
        """Numbers of a state of the encoder that the classifier is made for."""
        return len(self.whole.absolute) - len(self.prosody.absolute)

    def impression(self, states: Array | None, prosody: Array | None, spoken: float) -> Array:
        """Return what is kept of a stretch of speech, shape (size,); zeros where unheard.

        Args:
            states: shape (frames, features), from Whisper's base encoder; None from others.
            prosody: see `_prosody.NAMES`; None where nothing is voiced.
            spoken: seconds of speech in it.
        """
        kept = np.zeros(self.size, np.float32)
        if prosody is None:
            return kept
        half = 2 * len(self.classes)
        kept[0] = spoken
        kept[2 + half :] = self.prosody(prosody)
        if states is not None and len(states):
            kept[1] = 1.0
            kept[2 : 2 + half] = self.whole(np.concatenate([states.mean(axis=0), prosody]))
        return kept

    def odds(self, impressions: Sequence[Array]) -> list[Array | None]:
        """Return the odds of each class for each stretch of one voice; None where unheard."""
        rows = np.asarray(impressions, np.float32).reshape(len(impressions), self.size)
        found: list[Array | None] = [None] * len(rows)
        half = 2 * len(self.classes)
        for seen, head, scale in (
            (1.0, self.whole, self.scale[0]),
            (0.0, self.prosody, self.scale[1]),
        ):
            own = np.flatnonzero((rows[:, 0] > 0) & (rows[:, 1] == seen))
            outputs = rows[own, 2 : 2 + half] if seen else rows[own, 2 + half :]
            for place, row in zip(own, self._odds(head, scale, outputs), strict=True):
                found[place] = row
        return found

    def _odds(self, head: Head, scale: float, outputs: Array) -> Array:
        """Return the odds of stretches of one voice from the outputs of one head for them."""
        absolute, relative = np.split(outputs, 2, axis=1)
        plain = softmax(scale * absolute)
        calm = plain[:, [self.classes.index(name) for name in CALM]].sum(axis=1)
        weight = DOUBT + (1 - DOUBT) * calm
        known = float(weight.sum())
        own = (weight @ relative + PRIOR * head.calm) / (known + PRIOR)
        trusted = TRUST * known / (known + PRIOR)
        departure = relative - own + head.relative_offset
        return softmax(scale * ((1 - trusted) * absolute + trusted * departure))


def softmax(scores: Array) -> Array:
    """Return odds that add up to 1 along the last axis."""
    odds = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True), np.float32)


def save(heads: Heads, path: Path) -> None:
    """Write the classifier."""
    arrays = {
        "classes": np.array(heads.classes),
        "scale": np.array(heads.scale, np.float32),
    }
    for name in ("whole", "prosody"):
        head = getattr(heads, name)
        for field in fields(Head):
            arrays[f"{name}.{field.name}"] = getattr(head, field.name).astype(np.float32)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # the stubs want a bool


def load(path: Path) -> Heads:
    """Read what `save` wrote.

    Raises:
        ModelUnavailable: the file is missing, or is not such a file.
    """
    try:
        with np.load(path, allow_pickle=False) as kept:
            head = {
                name: Head(**{f.name: kept[f"{name}.{f.name}"] for f in fields(Head)})
                for name in ("whole", "prosody")
            }
            return Heads(
                classes=tuple(map(str, kept["classes"])),
                whole=head["whole"],
                prosody=head["prosody"],
                scale=(float(kept["scale"][0]), float(kept["scale"][1])),
            )
    except (OSError, KeyError, ValueError) as error:
        raise ModelUnavailable(
            str(path), f"no weights of the emotion classifier ({error})", "reinstall huiting"
        ) from error
