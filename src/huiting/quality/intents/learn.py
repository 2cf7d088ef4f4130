"""Learn from labelled calls what a list of intents cannot say.

Multinomial logistic regression whose starting point is the list: the log odds that the
list gives are part of the sum, and the learnt part is held near zero, so that few labels
change little and no label is lost to a list that did not foresee it.

Source:
    Ridge penalty and offset: Hastie, Tibshirani, Friedman, The Elements of Statistical
    Learning (2nd ed.), 4.4 and 18.4; minimized by L-BFGS (Byrd et al., 1995; scipy).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from huiting.quality.intents.decide import Look
from huiting.quality.intents.learnt import Learnt, features

PENALTY = 1.0
"""Weight of the squares of all learnt numbers, beside one for each call's log loss."""
FOLDS = 5
FEWEST = 10
"""Calls below which nothing is learnt."""
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Labelled:
    """A call and what a person said it was about."""

    look: Look
    label: str


@dataclass(frozen=True, slots=True)
class Tried:
    """How a call came out when it was not learnt from."""

    label: str
    by_list: str
    learnt: str


def resolve(label: str, names: Sequence[str]) -> str:
    """Return the listed name that a label means: the same, or the only one that ends so.

    A label that is not on the list is a new intent, and stays as it is.
    """
    ends = [name for name in names if name.split("/")[-1] == label]
    return label if label in names or len(ends) != 1 else ends[0]


def learn(labelled: Sequence[Labelled], right: float) -> Learnt:
    """Return what the calls teach.

    Args:
        labelled: at least one.
        right: share of them right in `cross_validate`, kept for the reader of the file.
    """
    names = labelled[0].look.names
    labels = tuple(dict.fromkeys((*names, *(each.label for each in labelled))))
    keywords = tuple(labelled[0].look.evidence)
    size = max((len(e.look.vector) for e in labelled if e.look.vector is not None), default=0)
    seen = features([each.look for each in labelled], keywords, size)
    offsets = np.zeros((len(labelled), len(labels)))
    for row, each in enumerate(labelled):
        offsets[row, : len(names)] = each.look.logits
    wanted = np.array([labels.index(each.label) for each in labelled])

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = flat[: -len(labels)].reshape(-1, len(labels)), flat[-len(labels) :]
        logits = offsets + seen @ weights + bias
        logits -= logits.max(axis=1, keepdims=True)
        chances = np.exp(logits)
        chances /= chances.sum(axis=1, keepdims=True)
        value = -np.log(chances[np.arange(len(wanted)), wanted] + 1e-12).sum()
        chances[np.arange(len(wanted)), wanted] -= 1
        slope = np.concatenate([(seen.T @ chances).ravel(), chances.sum(axis=0)])
        return float(value + PENALTY / 2 * flat @ flat), slope + PENALTY * flat

    start = np.zeros((seen.shape[1] + 1) * len(labels))
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    weights = best[: -len(labels)].reshape(-1, len(labels)).astype(np.float32)
    bias = best[-len(labels) :].astype(np.float32)
    return Learnt(labels, keywords, weights, bias, len(labelled), right)


def cross_validate(labelled: Sequence[Labelled], folds: int = FOLDS) -> list[Tried]:
    """Return how each call comes out when the others teach; in order.

    Every label is spread evenly over the folds.
    """
    seen: Counter[str] = Counter()
    fold_of = []
    for each in labelled:
        fold_of.append((seen[each.label] + len(seen)) % folds)
        seen[each.label] += 1
    tried: list[Tried | None] = [None] * len(labelled)
    for fold in range(folds):
        others = [each for each, f in zip(labelled, fold_of, strict=True) if f != fold]
        taught = learn(others, 0.0) if others else None
        for place, (each, f) in enumerate(zip(labelled, fold_of, strict=True)):
            if f == fold:
                names, logits = (
                    taught.improve(each.look) if taught else (each.look.names, each.look.logits)
                )
                tried[place] = Tried(each.label, _best(each.look), names[int(np.argmax(logits))])
    return [each for each in tried if each is not None]


def _best(look: Look) -> str:
    return look.names[int(np.argmax(look.logits))]


def resolved(labelled: Sequence[Labelled]) -> list[Labelled]:
    """Return the calls with each label as the list names it."""
    return [replace(each, label=resolve(each.label, each.look.names)) for each in labelled]
