"""Lines that mean about the same as some sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock

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
"""Lines of a scope that are compared; whether a later one is alike is then not known."""
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
    """An `Operator`. Remembers how near each text was: the same lines come up in many calls.

    One instance may be used from several threads.
    """

    to: tuple[str, ...]
    at_least: float
    hears: bool = True
    _scores: dict[str, tuple[float, int]] = field(default_factory=dict, repr=False, compare=False)
    """Of a text, and which of the sentences is nearest."""
    _meant: dict[int, NDArray[np.float32]] = field(default_factory=dict, repr=False, compare=False)
    """Vectors of the sentences, by identity of the embedder."""
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)
    """Held while what is remembered is read or changed."""

    def find(self, _dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Return lines that mean the same; in doubt those that nearly do or were not compared.

        Raises:
            ConfigError: there is no model of meaning.
        """
        long = [line for line in scope.lines if len(fold(line.text).text) >= _SHORTEST]
        if not long:
            return Found()
        lines, unread = long[:_MOST], tuple(map(_unread, long[_MOST:]))
        scores = self._compared([line.text[:_LONGEST] for line in lines], context.embedder)
        hits = [self._hit(line, *score) for line, score in zip(lines, scores, strict=True)]
        sure = tuple(hit for hit in hits if (hit.score or 0.0) >= self.at_least)
        weak = tuple(
            hit for hit in hits if self.at_least - _UNSURE <= (hit.score or 0.0) < self.at_least
        )
        best = max(hits, key=lambda hit: hit.score or 0.0)
        return Found(sure, None if sure else best, unread if sure else (*weak, *unread))

    def phrases(self) -> Sequence[str]:
        """Return the sentences."""
        return self.to

    def _compared(self, said: Sequence[str], embedder: Embedder | None) -> list[tuple[float, int]]:
        with self._lock:
            known = {text: self._scores[text] for text in said if text in self._scores}
        unknown = [text for text in dict.fromkeys(said) if text not in known]
        if unknown:
            if embedder is None:
                raise ConfigError(
                    "similar", "no model of meaning is installed", "install it: huiting setup"
                )
            near = embedder.embed(unknown) @ self._meaning(embedder).T
            for text, row in zip(unknown, near, strict=True):
                best = int(row.argmax())
                known[text] = (float(min(1.0, max(0.0, row[best]))), best)
            with self._lock:
                self._scores.update((text, known[text]) for text in unknown)
                for old in list(islice(self._scores, max(0, len(self._scores) - _KEPT))):
                    del self._scores[old]
        return [known[text] for text in said]

    def _meaning(self, embedder: Embedder) -> NDArray[np.float32]:
        """Return the vectors of the sentences."""
        with self._lock:
            found = self._meant.get(id(embedder))
        if found is None:
            found = embedder.embed(self.to)
            with self._lock:
                self._meant.clear()
                self._meant[id(embedder)] = found
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


def _unread(line: Line) -> Hit:
    return Hit(
        line.span,
        EvidenceKind.UNCLEAR,
        line.channel,
        line.role,
        line.segment,
        line.text,
        note=f"not compared: more than {_MOST} lines",
    )
