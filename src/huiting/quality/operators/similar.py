"""Lines that mean about the same as some sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from huiting.core.dialogue import Dialogue, Line
from huiting.core.errors import ConfigError
from huiting.core.judgement import EvidenceKind, Match
from huiting.core.ports import Embedder
from huiting.quality.matching.fold import fold
from huiting.quality.operators._options import number, texts
from huiting.quality.rules.asked import Context, Found, Hit, Scope

LIKE = 0.35
"""Centered cosine of sentences that mean the same to most people."""
_UNSURE = 0.05
"""How far below it the meaning is in doubt."""
_SHORTEST = 4
"""Characters: shorter lines mean too little to be compared."""
_LONGEST = 200
"""Characters of a line that are compared."""
_MOST = 400
"""Lines of a call that are compared; the rest of a longer call is not looked at."""
_KEPT = 20_000
"""Lines whose meaning is remembered."""


def build(to: str | Sequence[str], *, at_least: float = LIKE) -> "Similar":
    """Ask for lines similar in meaning.

    Args:
        to: sentences that say what is meant, in different words.
        at_least: centered cosine that counts, from 0 to 1.

    Raises:
        ConfigError: an option is none of these.
    """
    return Similar(
        texts("similar", "to", to), number("similar", "at_least", at_least, least=0, most=1)
    )


@dataclass(frozen=True, slots=True)
class Similar:
    """An `Operator`. Remembers how near each text was: the same lines come up in many calls."""

    to: tuple[str, ...]
    at_least: float
    hears: bool = True
    _scores: dict[str, tuple[float, int]] = field(default_factory=dict, repr=False, compare=False)
    """Of a text, and which of the sentences is nearest."""
    _meant: dict[int, NDArray[np.float32]] = field(default_factory=dict, repr=False, compare=False)
    """Vectors of the sentences, by identity of the embedder."""

    def find(self, _dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Return lines that mean the same; in doubt those that nearly do.

        Raises:
            ConfigError: there is no model of meaning.
        """
        lines = [line for line in scope.lines if len(fold(line.text).text) >= _SHORTEST][:_MOST]
        if not lines:
            return Found()
        scores = self._compared([line.text[:_LONGEST] for line in lines], context.embedder)
        hits = [self._hit(line, *score) for line, score in zip(lines, scores, strict=True)]
        sure = tuple(hit for hit in hits if (hit.score or 0.0) >= self.at_least)
        weak = tuple(
            hit for hit in hits if self.at_least - _UNSURE <= (hit.score or 0.0) < self.at_least
        )
        best = max(hits, key=lambda hit: hit.score or 0.0)
        return Found(sure, None if sure else best, () if sure else weak)

    def phrases(self) -> Sequence[str]:
        """Return the sentences."""
        return self.to

    def _compared(self, said: Sequence[str], embedder: Embedder | None) -> list[tuple[float, int]]:
        unknown = list(dict.fromkeys(text for text in said if text not in self._scores))
        if unknown:
            if embedder is None:
                raise ConfigError(
                    "similar", "no model of meaning is installed", "install it: huiting setup"
                )
            if id(embedder) not in self._meant:
                self._meant.clear()
                self._meant[id(embedder)] = embedder.embed(self.to)
            near = embedder.embed(unknown) @ self._meant[id(embedder)].T
            for text, row in zip(unknown, near, strict=True):
                best = int(row.argmax())
                self._scores[text] = (float(min(1.0, max(0.0, row[best]))), best)
        found = [self._scores[text] for text in said]
        if len(self._scores) > _KEPT:
            for old in list(islice(self._scores, len(self._scores) - _KEPT)):
                del self._scores[old]
        return found

    def _hit(self, line: Line, score: float, which: int) -> Hit:
        return Hit(
            line.span,
            EvidenceKind.SAID,
            line.channel,
            line.role,
            line.segment,
            line.text,
            Match.SIMILAR,
            score,
            value=score,
            limit=self.at_least,
            note=self.to[which],
        )
