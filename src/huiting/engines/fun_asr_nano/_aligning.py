"""When the tokens of a text are heard, by a head that tells for each frame which one sounds.

The text is laid over the frames in the likeliest way (Viterbi, with the blank of CTC). A head
that was never trained, and a text that nobody said, can be laid over any sound: what it does
not hear, or hears at an even pace, gets no times. Knows no model.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Word
from huiting.engines._onsets import LASTS
from huiting.engines._pieces import Piece, words_of
from huiting.engines.remote._times import Timed, believed

FRAME = 0.06
"""Seconds."""
HEARD = 0.05
"""Odds of a token at its place, which half of them must have; by chance they are one in thousands."""

Array = NDArray[np.float32]
BROKEN = "\N{REPLACEMENT CHARACTER}"
"""What stands for bytes that are no whole character."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token is heard."""

    first: int
    """Frame."""
    end: int
    """Frame after the last."""
    odds: float


def places_of(scores: Array, tokens: Sequence[int], blank: int) -> list[Place]:
    """Return where each token is heard, in order; nothing where they do not fit.

    Args:
        scores: log-probabilities, shape (frames, vocabulary).
        tokens: of the text.
        blank: the token that stands for none.
    """
    repeated = [a == b for a, b in pairwise(tokens)]
    if not tokens or len(scores) < len(tokens) + sum(repeated):
        return []
    labels = [blank, *(label for token in tokens for label in (token, blank))]
    skips = np.zeros(len(labels), bool)
    skips[3::2] = ~np.array(repeated, bool)  # from token to token, over the blank between
    path = _likeliest(scores[:, labels].astype(np.float64), skips)
    found = []
    for i, token in enumerate(tokens):
        frames = np.flatnonzero(path == 2 * i + 1)
        odds = float(np.exp(scores[frames, token].max()))
        found.append(Place(int(frames[0]), int(frames[-1]) + 1, odds))
    return found


def _likeliest(scores: NDArray[np.float64], skips: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the label at each frame.

    Args:
        scores: shape (frames, labels).
        skips: which labels may follow the one before the last.
    """
    count = scores.shape[1]
    steps = np.zeros(scores.shape, np.int8)
    reached = np.full(count, -np.inf)
    reached[:2] = scores[0, :2]
    for frame in range(1, len(scores)):
        stayed = reached
        stepped = np.concatenate(([-np.inf], reached[:-1]))
        leapt = np.concatenate(([-np.inf, -np.inf], reached[:-2]))
        skipped = np.where(skips, leapt, -np.inf)
        ways = np.stack((stayed, stepped, skipped))
        steps[frame] = ways.argmax(0)
        reached = ways.max(0) + scores[frame]
    at = count - 1 if reached[-1] >= reached[-2] else count - 2
    path = np.empty(len(scores), np.intp)
    for frame in range(len(scores) - 1, -1, -1):
        path[frame] = at
        at -= int(steps[frame, at])
    return path


def pieces_of(tokens: Iterable[bytes], places: Sequence[Place]) -> list[Piece]:
    """Return whole characters with their times; tokens may be parts of one.

    A token is noticed in a frame or two. It is taken to last until the next, or `LASTS`.
    """
    found: list[Piece] = []
    raw, first = b"", 0
    for i, token in enumerate(tokens):
        first = first if raw else i
        raw += token
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            continue
        found.append(Piece(text, places[first].first * FRAME, places[i].end * FRAME))
        raw = b""
    return _lasting(found)


def words_heard(
    text: str, tokens: Sequence[bytes], places: Sequence[Place], duration: float
) -> tuple[Word, ...]:
    """Return the words of a text with times; none where the times are no good.

    Args:
        text: all of it.
        tokens: those of the text.
        places: of each token; empty where they did not fit.
        duration: of the clip.
    """
    if not places or median(place.odds for place in places) < HEARD:
        return ()
    words = words_of(pieces_of(tokens, places), duration)
    return believed([Timed(w.text, w.span.start, w.span.end) for w in words], text, duration)


def unfolded(
    text: str, tokens: Sequence[tuple[str, float, float]], duration: float
) -> tuple[Word, ...]:
    """Return the words of a text whose tokens are told with their times, but not all in full.

    Args:
        text: all of it.
        tokens: text, start and end of each, in order; `BROKEN` stands for parts of a character.
        duration: of the clip.
    """
    found: list[Piece] = []
    at, since = 0, None
    for token, start, end in tokens:
        if BROKEN in token:
            since = start if since is None else since
            continue
        place = text.find(token, at) if token.strip() else -1
        if place < 0:
            continue
        if since is not None and place > at:
            found.append(Piece(text[at:place], since, start))
        since = None
        found.append(Piece(token, start, end))
        at = place + len(token)
    if since is not None and text[at:]:
        found.append(Piece(text[at:], since, tokens[-1][2]))
    return words_of(_lasting(found), duration)


def _lasting(pieces: Sequence[Piece]) -> list[Piece]:
    """Let each piece last until the next, or `LASTS`: when one ends is not told."""
    following = [*(piece.start for piece in pieces[1:]), np.inf]
    return [
        Piece(piece.text, piece.start, max(piece.end, min(until, piece.start + LASTS)))
        for piece, until in zip(pieces, following, strict=True)
    ]
