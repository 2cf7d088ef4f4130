"""Why a verdict came out: the answers that decided, as pieces a person can check.

What is there is shown by its hits; what is missing by where it was sought and what came
closest; what is not known by where to listen. Decides nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from huiting.core.errors import HuitingError
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

    def free(self, expression: Expression, /) -> bool:
        """Tell whether its truth can be had for nothing."""
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
    found = _found(answers, decided, brief=brief, most=most)
    if len(found) > 1 and len({(e.span and e.span.start, e.note) for e in found}) < len(found):
        found = list(dict.fromkeys(found))
    if besides is None:
        return tuple(found)
    more: list[Evidence] = []
    for ask in _deciding(answers, besides, brief=True):
        pieces = _pieces(ask, answers.answer(ask))
        more += [e for e in pieces if e.kind not in _ABSENT and e not in found]
        if len(more) >= _CONTEXT:
            break
    return (*found[: most - _CONTEXT], *more[:_CONTEXT])


def _found(answers: Answers, decided: Expression, *, brief: bool, most: int) -> list[Evidence]:
    if type(decided) is Ask:
        return _pieces(decided, answers.answer(decided))[:most]
    found: list[Evidence] = []
    for ask in _deciding(answers, decided, brief=brief):
        found += _pieces(ask, answers.answer(ask))
        if len(found) >= most:
            break
    return found[:most]


_ABSENT = frozenset({EvidenceKind.SEARCHED, EvidenceKind.NEAREST})


def _deciding(answers: Answers, expression: Expression, *, brief: bool) -> Iterable[Ask]:
    """Return the questions that make an expression what it is."""
    if type(expression) is Ask:
        return (expression,)
    return _within(answers, expression, brief=brief)


def _within(answers: Answers, expression: Expression, *, brief: bool) -> Iterator[Ask]:
    match expression:
        case Ask():
            yield expression
        case Not(part):
            yield from _deciding(answers, part, brief=brief)
        case Named(name):
            yield from _deciding(answers, answers.names[name], brief=brief)
        case All(parts) | AnyOf(parts):
            truth = answers.truth(expression)
            enough = brief and truth is isinstance(expression, AnyOf)
            for part in parts:
                if _is(answers, part, truth):
                    yield from _deciding(answers, part, brief=brief)
                    if enough:
                        return


def _is(answers: Answers, part: Expression, truth: bool | None) -> bool:  # noqa: FBT001
    """Tell whether a part decided, too; one that cannot be had, or costs money, did not."""
    try:
        return answers.free(part) and answers.truth(part) is truth
    except HuitingError:
        return False


def _pieces(ask: Ask, answered: Answered) -> list[Evidence]:
    """Return what shows the answer to one question."""
    if not answered.hits and not answered.missing and answered.truth is not None:  # as mostly
        return _searched(ask, answered)
    found: list[Evidence] = []
    if answered.truth is None:
        found += [_piece(hit, EvidenceKind.UNCLEAR) for hit in answered.doubts]
    found += [_piece(hit, hit.kind) for hit in answered.missing]
    found += [_piece(hit, hit.kind) for hit in answered.hits]
    if answered.hits and answered.truth is False:
        found.append(_counted(ask, answered))
    if not answered.hits or answered.missing:
        found += _searched(ask, answered)
    return found


def _counted(ask: Ask, answered: Answered) -> Evidence:
    wanted = ask.times.at_least
    if ask.times.at_most is not None and len(answered.hits) > ask.times.at_most:
        wanted = ask.times.at_most
    return Evidence(
        EvidenceKind.MEASURED, value=float(len(answered.hits)), limit=float(wanted), note=ask.about
    )


def _searched(ask: Ask, answered: Answered) -> list[Evidence]:
    roles = answered.scope.roles
    role = next(iter(roles)) if roles is not None and len(roles) == 1 else None
    found = [
        Evidence(EvidenceKind.SEARCHED, window, role=role, note=ask.about)
        for window in answered.scope.windows[:_WINDOWS]
    ]
    if not found:
        note = f"{ask.about}: nowhere to look"
        found.append(Evidence(EvidenceKind.SEARCHED, role=role, note=note))
    if answered.nearest is not None:
        found.append(_piece(answered.nearest, EvidenceKind.NEAREST))
    return found


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
