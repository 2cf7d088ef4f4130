"""Why a verdict came out: the answers that decided, as pieces a person can check.

What is there is shown by its hits; what is missing by where it was sought and what came
closest; what is not known by where to listen. Decides nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from huiting.core.judgement import Evidence, EvidenceKind
from huiting.quality.rules.asked import Hit, Scope
from huiting.quality.rules.rule import All, AnyOf, Ask, Expression, Named, Not

MOST = 20
"""Pieces of evidence of one finding."""
FEW = 2
"""Pieces of evidence that a rule does not apply."""
_CONTEXT = 3
"""Pieces that show why a rule applied, or what else was asked."""
_WINDOWS = 3
"""Windows shown of one search."""


@dataclass(slots=True)
class Answered:
    """The answer to one question. Never changed; frozen would cost time in every call."""

    truth: bool | None
    """None: not known."""
    hits: tuple[Hit, ...]
    scope: Scope
    nearest: Hit | None
    doubts: tuple[Hit, ...]
    missing: tuple[Hit, ...] = ()
    """Hits of an anchor for which, each for itself, there is no yes."""


class Answers(Protocol):
    """Knows the answers."""

    @property
    def names(self) -> Mapping[str, Expression]:
        """Expressions by name."""
        ...

    def truth(self, expression: Expression, /) -> bool | None:
        """Return whether an expression holds."""
        ...

    def answer(self, ask: Ask, /) -> Answered:
        """Return the answer to a question."""
        ...


def evidence_of(
    answers: Answers,
    decided: Expression,
    besides: Expression | None = None,
    *,
    brief: bool = False,
    most: int = MOST,
) -> tuple[Evidence, ...]:
    """Return what shows why `decided` holds, does not, or is not known.

    Args:
        answers: those of the rule.
        decided: the expression that made the verdict.
        besides: what else to show, by its hits alone.
        brief: where one part of several decides, the first such part is enough.
        most: pieces to show.
    """
    found = list(islice(_shown(answers, decided, brief=brief), most))
    if len(found) > 1:
        found = list(dict.fromkeys(found))
    if besides is not None:
        more = (
            e
            for e in _shown(answers, besides, brief=True)
            if e.kind not in _ABSENT and e not in found
        )
        found = found[: most - _CONTEXT] + list(islice(more, _CONTEXT))
    return tuple(found)


_ABSENT = frozenset({EvidenceKind.SEARCHED, EvidenceKind.NEAREST})


def _shown(answers: Answers, expression: Expression, *, brief: bool) -> Iterator[Evidence]:
    match expression:
        case Ask():
            yield from _answer(expression, answers.answer(expression))
        case Not(part):
            yield from _shown(answers, part, brief=brief)
        case Named(name):
            yield from _shown(answers, answers.names[name], brief=brief)
        case All(parts) | AnyOf(parts):
            truth = answers.truth(expression)
            enough = brief and truth is isinstance(expression, AnyOf)
            for part in parts:
                if answers.truth(part) is truth:
                    yield from _shown(answers, part, brief=brief)
                    if enough:
                        return


def _answer(ask: Ask, answered: Answered) -> Iterator[Evidence]:
    if answered.truth is None:
        for hit in answered.doubts:
            yield _piece(hit, EvidenceKind.UNCLEAR)
    for hit in answered.missing:
        yield _piece(hit, hit.kind)
    for hit in answered.hits:
        yield _piece(hit, hit.kind)
    if answered.hits and answered.truth is False:
        wanted = ask.times.at_least
        if ask.times.at_most is not None and len(answered.hits) > ask.times.at_most:
            wanted = ask.times.at_most
        yield Evidence(
            EvidenceKind.MEASURED,
            value=float(len(answered.hits)),
            limit=float(wanted),
            note=ask.about,
        )
    if not answered.hits or answered.missing:
        yield from _searched(ask, answered)


def _searched(ask: Ask, answered: Answered) -> Iterator[Evidence]:
    roles = answered.scope.roles
    role = next(iter(roles)) if roles is not None and len(roles) == 1 else None
    for window in answered.scope.windows[:_WINDOWS]:
        yield Evidence(EvidenceKind.SEARCHED, window, role=role, note=ask.about)
    if not answered.scope.windows:
        yield Evidence(EvidenceKind.SEARCHED, role=role, note=f"{ask.about}: nowhere to look")
    if answered.nearest is not None:
        yield _piece(answered.nearest, EvidenceKind.NEAREST)


def _piece(hit: Hit, kind: EvidenceKind) -> Evidence:
    return Evidence(
        kind,
        hit.span,
        hit.channel,
        hit.role,
        hit.segment,
        hit.quote,
        hit.match,
        hit.score,
        hit.value,
        hit.limit,
        hit.note,
    )
