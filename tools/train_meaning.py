"""Train the heads that read wording, and write their weights and figures.

Usage: python tools/train_meaning.py [--figures FILE]

Logistic regression, each answer weighing the same, on the lines of tools/meaning and misheard
copies of them. Whole families of wordings are left out in turn (a copy with its line); what
comes out for them says how well unseen wordings are told, and sets the scale of the odds: one
temperature and a bias an answer, with answers as usual as they are in calls. Nothing is
random: the same lines give the same weights, with OMP_NUM_THREADS=1 the same bytes.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from meaning_corpus import LEAVES, Line, lines, misheard
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from huiting.core.types import Role
from huiting.engines._wording import BUCKETS, Head, Heads, counted, save
from huiting.engines.e5 import build
from huiting.engines.meaning import FEELING, LEAVING, NOTHING, REASON, STATES, WEIGHTS, shown

FOLDS = 10
PENALTY = 3.0
"""The greater, the freer the weights: C of scikit-learn."""
COPY = 0.5
"""Weight of a misheard copy beside its line."""
MOVES = "账户/账户与支付/变更与注销"
"""Who closes an account may leave, or not: no line of these tells."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """What one head is asked."""

    name: str
    answer: Callable[[Line], str | None]
    """None: the line is not learnt from."""
    usual: Mapping[str, float]
    """Share of an answer among calls' lines; those not named share what is left."""


def _feeling(line: Line) -> str | None:
    return line.feeling if line.role is Role.CUSTOMER else None


def _state(role: Role) -> Callable[[Line], str | None]:
    return lambda line: line.state if line.role is role else None


def _leaving(line: Line) -> str | None:
    if line.role is Role.AGENT or line.answer == MOVES:
        return None
    return "leaves" if line.answer == LEAVES else NOTHING


QUESTIONS = (
    Question(REASON, lambda line: line.reason, {}),
    Question(
        FEELING,
        _feeling,
        {
            "neutral": 0.66,
            "angry": 0.14,
            "disappointed": 0.05,
            "happy": 0.08,
            "anxious": 0.04,
            "sad": 0.03,
        },
    ),
    Question(STATES[Role.AGENT], _state(Role.AGENT), {NOTHING: 0.7}),
    Question(STATES[Role.CUSTOMER], _state(Role.CUSTOMER), {NOTHING: 0.85}),
    Question(LEAVING, _leaving, {"leaves": 0.03}),
)


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """How lines come out that were not learnt from."""

    answers: tuple[str, ...]
    truth: NDArray[np.int64]
    odds: Floats
    """Logarithms, shape (lines, answers)."""
    weights: Floats
    """Of each line, so that answers are as usual as in calls; sums to 1."""


def main() -> None:
    """Train, write the weights, print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--figures", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    original = lines()
    found = [*original, *misheard(original)]
    blank = Heads(_rare(found), {})
    seen = blank.seen([x.text for x in found], build().embed([shown(x.text) for x in found]))
    heads, figures = (
        {},
        [f"{len(original)} lines, {len(found) - len(original)} misheard copies.", ""],
    )
    for question in QUESTIONS:
        heads[question.name], tried = learn(question, found, seen)
        figures += [*told(question.name, tried), ""]
    save(Heads(blank.rare, heads), WEIGHTS)
    sys.stdout.write("\n".join(figures) + "\n")
    if chosen.figures:
        chosen.figures.write_text("\n".join(figures), "utf-8")


def _rare(found: Sequence[Line]) -> NDArray[np.float32]:
    """Return the weight of each column of letters: the fewer lines have it, the more."""
    there = np.zeros(BUCKETS)
    for line in found:
        there[list(counted(line.text))] += 1
    return (1 + np.log((1 + len(found)) / (1 + there))).astype(np.float32)


def learn(question: Question, found: Sequence[Line], seen: csr_array) -> tuple[Head, Tried]:
    """Return the calibrated head, and how it tells lines of families left out."""
    rows = [n for n, line in enumerate(found) if question.answer(line) is not None]
    known = [found[n] for n in rows]
    answers = tuple(sorted({str(question.answer(line)) for line in known}))
    truth = np.array([answers.index(str(question.answer(line))) for line in known])
    weights = np.array([COPY if line.copied else 1.0 for line in known])
    mine = seen[rows]
    families = [line.family for line in known]
    odds = np.zeros((len(known), len(answers)))
    for train, test in GroupKFold(FOLDS).split(odds, truth, families):
        coefficients, bias = _fit(mine[train], truth[train], weights[train], len(answers))
        odds[test] = mine[test] @ coefficients + bias
    plain = np.array([not line.copied for line in known])
    tried = Tried(answers, truth[plain], odds[plain], _usual(question, answers, truth[plain]))
    scale, shift = calibrate(tried)
    coefficients, bias = _fit(mine, truth, weights, len(answers))
    head = Head(
        answers,
        (coefficients * scale).astype(np.float32),
        (bias * scale + shift).astype(np.float32),
    )
    scaled = Tried(answers, tried.truth, tried.odds * scale + shift, tried.weights)
    return head, scaled


def _fit(
    seen: csr_array, truth: NDArray[np.int64], weights: Floats, count: int
) -> tuple[Floats, Floats]:
    model = LogisticRegression(C=PENALTY, class_weight="balanced", max_iter=2000)
    model.fit(seen, truth, sample_weight=weights)
    coefficients, bias = np.zeros((count, seen.shape[1])), np.full(count, -20.0)
    if len(model.coef_) == 1:  # one row says it for both
        coefficients[model.classes_] = np.concatenate([-model.coef_, model.coef_]) / 2
        bias[model.classes_] = np.concatenate([-model.intercept_, model.intercept_]) / 2
    else:
        coefficients[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return coefficients.T, bias


def _usual(question: Question, answers: Sequence[str], truth: NDArray[np.int64]) -> Floats:
    left = 1 - sum(question.usual.values())
    others = len(answers) - len(question.usual)
    share = np.array([question.usual.get(a, left / max(1, others)) for a in answers])
    return np.asarray((share / np.bincount(truth, minlength=len(answers)))[truth])


def calibrate(tried: Tried) -> tuple[float, Floats]:
    """Return by what the odds are multiplied, and what is added to those of each answer.

    Source:
        Guo et al. (2017), "On Calibration of Modern Neural Networks": vector scaling with
        one temperature.
    """

    def loss(values: Floats) -> float:
        chances = _softmax(tried.odds * np.exp(values[0]) + values[1:])
        right = chances[np.arange(len(tried.truth)), tried.truth]
        return float(-(tried.weights * np.log(right + 1e-9)).sum() + 1e-3 * (values**2).sum())

    best = minimize(loss, np.zeros(1 + len(tried.answers)), method="L-BFGS-B").x
    return float(np.exp(best[0])), np.asarray(best[1:])


def _softmax(odds: Floats) -> Floats:
    powers = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def told(name: str, tried: Tried) -> list[str]:
    """Return the figures of one head as Markdown."""
    chances = _softmax(tried.odds)
    best = chances.argmax(axis=1)
    right = best == tried.truth
    usual = (tried.weights * right).sum()
    found = [
        f"### {name}",
        "",
        f"{right.mean():.1%} of {len(right)} lines right; {usual:.1%} with answers as usual as in",
        f"calls, calibration error {_error(tried, chances):.3f}.",
        "",
        "| answer | lines | recall | area under the curve |",
        "|---|---|---|---|",
    ]
    for n, answer in enumerate(tried.answers):
        there = tried.truth == n
        area = roc_auc_score(there, chances[:, n])
        found.append(f"| {answer} | {there.sum()} | {right[there].mean():.1%} | {area:.3f} |")
    return found


def _error(tried: Tried, chances: Floats) -> float:
    """Return the expected calibration error of the best answer, in ten bins."""
    score, right = chances.max(axis=1), chances.argmax(axis=1) == tried.truth
    bins = np.minimum(9, (score * 10).astype(int))
    total = 0.0
    for n in range(10):
        inside = bins == n
        if inside.any():
            weight = tried.weights[inside]
            gap = np.average(score[inside], weights=weight) - np.average(
                right[inside], weights=weight
            )
            total += weight.sum() * abs(gap)
    return float(total)


if __name__ == "__main__":
    main()
