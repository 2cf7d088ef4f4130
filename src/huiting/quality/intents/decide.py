"""From evidence to scores: which intent a call has, and how surely.

Evidence of keywords, nearness to examples and what heads read in the wording are log odds,
up to a factor each, and go through a softmax in which `其他` has a place of its own: where nothing tells, it wins. The
factors were fitted on opening sentences (bench/intents_openings.tsv) and whole dialogues
(bench/dialogues.py), those of reading with lists from before the dialogues were written; see
docs/guides/intents.md.

Source:
    Multinomial logistic regression with three shared parameters (Platt scaling, for more
    than two classes: Guo et al. (2017), "On Calibration of Modern Neural Networks").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from huiting.core.ports import Embedder, Sound
from huiting.core.reading import Reader
from huiting.core.types import Call, Role
from huiting.quality.intents.kinds import OTHER, Kind
from huiting.quality.intents.nearness import Examples, Near, key_sentences
from huiting.quality.intents.weigh import Evidence, Scales, anger
from huiting.quality.intents.worded import Worded, worded
from huiting.quality.said.lines import Turn, lines_of, turns_of

BY_WORDS = 1.6
"""Log odds of one unit of a keyword's weight."""
BY_NEARNESS = 8.0
"""Log odds of one unit of cosine above `UNRELATED`."""
UNRELATED = 0.2
"""Cosine from which nearness tells anything; of sentences with different intents the
median is 0.09."""
BY_READING = 1.3
"""Of one unit of the log odds that heads give an intent by the wording, against even odds."""
DECIDED = 0.5
"""Of that where keywords decide alone."""
NOTHING = 0.3
"""Log odds of `其他`, beside 0 for an intent for which nothing speaks."""
ENOUGH = 2.5
"""Evidence from which keywords decide alone, and no sentence is compared..."""
AHEAD = 1.2
"""...where the next intent is so far behind."""
ANGRY = 0.8
"""Evidence for a complaint in a customer who is angry from the start."""
SURE = 0.97
"""No score is higher: a list of words is never proof."""
_COMPLAINT = "投诉"
_OUTBOUND = {"out", "outbound", "outgoing", "呼出", "外呼"}


@dataclass(frozen=True, slots=True)
class Look:
    """What speaks for each intent in one call."""

    names: tuple[str, ...]
    """Of the list, in its order, and `其他` last."""
    logits: NDArray[np.float64]
    """Log odds of each, up to a constant; shape (names,)."""
    evidence: Mapping[str, Evidence]
    near: Mapping[str, Near]
    """Empty where keywords decided."""
    turns: tuple[Turn, ...]
    worded: Mapping[str, Worded] = field(default_factory=dict)
    """What heads read; of the intents of our own list alone."""
    vector: NDArray[np.float32] | None = None
    """What the key sentences mean, shape (size,); None unless asked for."""

    @property
    def tells(self) -> bool:
        """Whether anybody said anything from which an intent could be told."""
        telling = any(t.tells and t.role is not Role.SYSTEM for t in self.turns)
        return telling or any(found.weight > 0 for found in self.evidence.values())


class Judge:
    """Looks at calls with one list of intents; may be used from several threads."""

    def __init__(
        self,
        kinds: Sequence[Kind],
        sound: Sound,
        embedder: Embedder | None = None,
        *,
        reader: Reader | None = None,
        vectors: bool = False,
    ) -> None:
        self.names = tuple(dict.fromkeys((*(kind.name for kind in kinds), OTHER)))
        self._sound = sound
        self._scales = Scales(kinds, sound)
        self._examples = Examples(kinds, embedder) if embedder is not None else None
        self._reader = reader
        self._vectors = vectors

    def look(self, call: Call) -> Look:
        """Return what speaks for each intent."""
        turns = turns_of(lines_of(call, self._sound))
        outbound = _outbound(call)
        evidence = self._scales.weigh(turns, outbound=outbound)
        weights = {name: found.weight for name, found in evidence.items()}
        asked = self._examples is not None or self._reader is not None
        told = key_sentences(turns, outbound=outbound) if asked else ()
        near = {} if not self._examples or _decided(weights) else self._examples.near(told)
        vector = self._examples.mean(told) if self._examples and self._vectors else None
        read = worded(told, self._reader) if self._reader is not None else {}
        heed = BY_READING * (DECIDED if _decided(weights) else 1.0)
        angry = ANGRY * anger(turns)
        logits = [
            BY_WORDS * (weights.get(name, 0.0) + (angry if name.startswith(_COMPLAINT) else 0.0))
            + BY_NEARNESS * max(0.0, (near[name].similarity - UNRELATED) if name in near else 0.0)
            + heed * (read[name].odds if name in read else 0.0)
            + (NOTHING if name == OTHER else 0.0)
            for name in self.names
        ]
        return Look(self.names, np.array(logits), evidence, near, turns, read, vector)


def _outbound(call: Call) -> bool:
    return call.recording.metadata.get("direction", "").strip().casefold() in _OUTBOUND


def _decided(weights: Mapping[str, float]) -> bool:
    best, *others = sorted((0.0, 0.0, *weights.values()), reverse=True)
    return best >= ENOUGH and best - others[0] >= AHEAD


def chances(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the softmax, bounded by `SURE`; shape as given."""
    powers = np.exp(logits - logits.max())
    bounded: NDArray[np.float64] = np.minimum(SURE, powers / powers.sum())
    return bounded
