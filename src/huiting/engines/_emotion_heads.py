"""From what a stretch of speech sounds like to the odds of each emotion. numpy only.

Two linear heads, one on what Whisper's encoder heard and one on prosody, each in two forms:
as heard, and relative to how the same voice sounds when it is calm. Their outputs are all
that is kept of a stretch (`Impression`). Knows no words and no segment.

What the encoder hears is mostly *what* is said. Of each frame the nearest of a codebook of
speech sounds is therefore taken away, and only the mean of what remains is used: how the
sounds were made, whichever they were.
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
TRUST = (0.5, 1.0)
"""How far the encoder's and the prosody's head are taken relative to the voice."""


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
    codebook: Array
    """Shape (sounds, 512): what the encoder hears in common speech sounds."""
    encoder: Head
    prosody: Head
    scale: tuple[float, float]
    """Of the summed scores, and of the prosody's alone: chosen so that odds are what they say."""

    @property
    def size(self) -> int:
        """Numbers that are kept of a stretch."""
        return 2 + 4 * len(self.classes)

    def impression(self, states: Array | None, prosody: Array | None) -> Array:
        """Return what is kept of a stretch of speech, shape (size,); zeros where unheard.

        Args:
            states: shape (frames, 512), from Whisper's base encoder; None from other engines.
            prosody: see `_prosody.NAMES`; None where nothing is voiced.
        """
        kept = np.zeros(self.size, np.float32)
        if prosody is None:
            return kept
        half = 2 * len(self.classes)
        kept[0] = 1.0
        kept[2 + half :] = self.prosody(prosody)
        if states is not None and len(states):
            kept[1] = 1.0
            kept[2 : 2 + half] = self.encoder(residual(states, self.codebook))
        return kept

    def odds(self, impressions: Sequence[Array]) -> list[Array | None]:
        """Return the odds of each class for each stretch of one voice; None where unheard."""
        rows = np.asarray(impressions, np.float32).reshape(len(impressions), self.size)
        heard = np.flatnonzero(rows[:, 0])
        found: list[Array | None] = [None] * len(rows)
        if len(heard):
            odds = self._odds(rows[heard])
            for place, row in zip(heard, odds, strict=True):
                found[place] = row
        return found

    def _odds(self, rows: Array) -> Array:
        count = len(self.classes)
        seen = rows[:, 1:2]
        parts = rows[:, 2:].reshape(len(rows), 4, count)
        scale = np.where(seen > 0, self.scale[0], self.scale[1])
        plain = softmax(scale * (seen * parts[:, 0] + parts[:, 2]))
        calm = plain[:, [self.classes.index(name) for name in CALM]].sum(axis=1)
        weight = DOUBT + (1 - DOUBT) * calm
        total = np.zeros_like(plain)
        both = (self.encoder, parts[:, 0], parts[:, 1], weight * seen[:, 0])
        for trust, (head, absolute, relative, share) in zip(
            TRUST, (both, (self.prosody, parts[:, 2], parts[:, 3], weight)), strict=True
        ):
            known = float(share.sum())
            own = (share @ relative + PRIOR * head.calm) / (known + PRIOR)
            trusted = trust * known / (known + PRIOR)
            mixed = (1 - trusted) * absolute + trusted * (relative - own + head.relative_offset)
            total += mixed * (seen if head is self.encoder else 1.0)
        return softmax(scale * total)


def residual(states: Array, codebook: Array) -> Array:
    """Return the mean over the frames of what the codebook does not explain, shape (512,)."""
    nearness = states @ codebook.T - 0.5 * np.sum(np.square(codebook), axis=1)
    return np.asarray((states - codebook[nearness.argmax(axis=1)]).mean(axis=0), np.float32)


def softmax(scores: Array) -> Array:
    """Return odds that add up to 1 along the last axis."""
    odds = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True), np.float32)


def save(heads: Heads, path: Path) -> None:
    """Write the classifier; half precision is enough for all but the offsets."""
    arrays = {
        "classes": np.array(heads.classes),
        "codebook": heads.codebook.astype(np.float16),
        "scale": np.array(heads.scale, np.float32),
    }
    for name in ("encoder", "prosody"):
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
                for name in ("encoder", "prosody")
            }
            return Heads(
                classes=tuple(map(str, kept["classes"])),
                codebook=kept["codebook"].astype(np.float32),
                encoder=head["encoder"],
                prosody=head["prosody"],
                scale=(float(kept["scale"][0]), float(kept["scale"][1])),
            )
    except (OSError, KeyError, ValueError) as error:
        raise ModelUnavailable(
            str(path), f"no weights of the emotion classifier ({error})", "reinstall huiting"
        ) from error
