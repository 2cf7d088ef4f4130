"""How near what the customer says is in meaning to the examples of each intent.

Computing a sentence's vector takes some 20 ms, as much as half a second of recognition, so
only a few short sentences of a call are looked at, and only when they are asked for. The
vectors of the examples that come with Huiting are kept beside the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from huiting.core.ports import Embedder
from huiting.core.types import Role
from huiting.quality.intents.kinds import Kind
from huiting.quality.intents.weigh import BY_TURN
from huiting.quality.said.lines import Line, Turn, opening

MOST_SENTENCES = 2
LONGEST = 40
"""Characters of a sentence that are compared; words of languages with spaces are longer."""
LONGEST_SPACED = 90
SECOND = 0.5
"""Weight of the second nearest example beside the nearest: two agree more than one."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence in which somebody may say why they call."""

    line: Line
    start: int
    text: str
    weight: float
    """By how early it is said, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Near:
    """How near an intent is, and by which sentence."""

    similarity: float
    """Cosine in [-1, 1], weighted by how early it was said."""
    told: Told


class Examples:
    """The examples of a list as vectors, computed when first needed."""

    def __init__(self, kinds: Sequence[Kind], embedder: Embedder) -> None:
        self._kinds = [kind for kind in kinds if kind.examples]
        self._embedder = embedder
        self._lock = Lock()

    @cached_property
    def _vectors(self) -> list[NDArray[np.float32]]:
        """One array (examples, size) an intent."""
        known = shipped()
        texts = [e for kind in self._kinds for e in kind.examples]
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known |= dict(zip(new, self._embedder.embed(new), strict=True))
        return [np.stack([known[e] for e in kind.examples]) for kind in self._kinds]

    def near(self, told: Sequence[Told]) -> dict[str, Near]:
        """Return for each intent that has examples how near the nearest of `told` is."""
        if not told:
            return {}
        with self._lock:
            vectors = self._vectors
        rows = self._embedder.embed([t.text for t in told])
        found = {}
        for kind, examples in zip(self._kinds, vectors, strict=True):
            nearness = [
                _nearness(row @ examples.T) * t.weight for row, t in zip(rows, told, strict=True)
            ]
            best = int(np.argmax(nearness))
            found[kind.name] = Near(float(nearness[best]), told[best])
        return found

    def mean(self, told: Sequence[Told]) -> NDArray[np.float32] | None:
        """Return the weighted mean of the sentences' vectors; None without sentences."""
        if not told:
            return None
        rows = self._embedder.embed([t.text for t in told])
        return np.average(rows, axis=0, weights=[t.weight for t in told]).astype(np.float32)


def _nearness(similarities: NDArray[np.float32]) -> float:
    best = np.sort(similarities)[::-1][:2]
    if len(best) == 1:
        return float(best[0])
    return float((best[0] + SECOND * best[1]) / (1 + SECOND))


def shipped() -> dict[str, NDArray[np.float32]]:
    """Return the vectors of our own examples, as tools/intent_vectors.py wrote them."""
    source = files("huiting.quality.intents") / "lists" / "examples.npz"
    with source.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        vectors = kept["vectors"].astype(np.float32)
        return dict(zip((str(text) for text in kept["texts"]), vectors, strict=True))


def key_sentences(turns: Sequence[Turn], *, outbound: bool = False) -> tuple[Told, ...]:
    """Return the few sentences that most likely tell why there is a call.

    Args:
        turns: of the whole call.
        outbound: we call: then the agent's offer is one of them.
    """
    telling = [t for t in turns if t.tells and t.role in (Role.CUSTOMER, Role.UNKNOWN)]
    offers = [t for t in turns if t.tells and t.role is Role.AGENT] if outbound else []
    chosen = [(t, 1.0) for t in offers[1:2]] + list(zip(telling, BY_TURN, strict=False))
    return tuple(_told(turn, weight) for turn, weight in chosen[:MOST_SENTENCES])


def _told(turn: Turn, weight: float) -> Told:
    """Return the turn's longest line, from where its greetings end."""
    line = max(turn.lines, key=lambda line: len(line.folded))
    start = opening(line.folded)
    spaced = line.folded[start:].isascii()
    end = start + (LONGEST_SPACED if spaced else LONGEST)
    return Told(line, start, line.segment.text[start:end], weight)
