"""Points from verdicts: a team's scorecard filled in, explained item by item.

docs/reference/scorecards.md is the definition. Knows nothing of how a rule judges; where
its verdict is uncertain the score says how far it may still move.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from huiting.core.judgement import Finding, Score, ScoredItem, Verdict
from huiting.quality._scorecard_file import FORMAT, read_scorecard
from huiting.quality._scorecard_types import (
    Absent,
    Credit,
    Item,
    Open,
    Scorecard,
    Section,
    Worth,
)
from huiting.quality._scorecard_why import advice, moment, why

__all__ = [
    "FORMAT",
    "Absent",
    "Credit",
    "Item",
    "Open",
    "Scorecard",
    "Section",
    "Worth",
    "missing_rules",
    "read_scorecard",
    "score",
]
_DECIMALS = 6
"""Of points: so that ten tenths are one when a grade begins there."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """What an item earned."""

    share: float | None
    """Of its points, in [0, 1]; None when it leaves the card."""
    effect: float = 0.0


@dataclass(frozen=True, slots=True)
class _Line:
    """Points of an item: given, and most."""

    points: float
    most: float


def missing_rules(scorecard: Scorecard, known: Iterable[str]) -> tuple[str, ...]:
    """Return the rules that a scorecard needs and `known` lacks."""
    there = set(known)
    return tuple(rule for rule in scorecard.rules if rule not in there)


def score(scorecard: Scorecard, findings: Iterable[Finding], off: Iterable[str] = ()) -> Score:
    """Return the scorecard filled in from the findings of one call; pure.

    A rule without a finding was not judged and counts as uncertain.

    Args:
        scorecard: of the team.
        findings: of the call.
        off: rules that are switched off; they count as not applicable.
    """
    by_rule = {rule: Finding(rule, 1, Verdict.NOT_APPLICABLE) for rule in off}
    by_rule |= {finding.rule: finding for finding in findings}
    items = [item for section in scorecard.sections for item in section.items]
    verdicts = {
        item.id: [by_rule[r].verdict if r in by_rule else Verdict.UNCERTAIN for r in item.rules]
        for item in items
    }
    effects = {i.id: sum(by_rule[r].effect for r in i.rules if r in by_rule) for i in items}
    fatal = tuple(i.id for i in items if i.fatal and _fails(i, verdicts[i.id]))
    lines, total = _fill(scorecard, verdicts, effects, scorecard.uncertain)
    points = 0.0 if fatal else total
    unsure = {i.id for i in items if _verdict(i, verdicts[i.id]) is Verdict.UNCERTAIN}
    unsure |= {i.id for i in items if _part_open(i, verdicts[i.id])}
    low = high = total
    if any(i.worth is Worth.EFFECT and i.id in unsure for i in items):
        low = high = None
    elif unsure:
        low = _fill(scorecard, verdicts, effects, Open.FAIL)[1]
        high = _fill(scorecard, verdicts, effects, Open.PASS)[1]
    may_kill = bool(fatal) or any(item.fatal and item.id in unsure for item in items)
    return Score(
        scorecard=scorecard.id,
        version=scorecard.version,
        points=points,
        most=scorecard.base,
        items=tuple(
            _scored(scorecard, section, item, by_rule, lines[item.id])
            for section in scorecard.sections
            for item in section.items
        ),
        fatal=fatal,
        uncertain=bool(unsure),
        grade=_grade(scorecard, points),
        low=0.0 if may_kill else low,
        high=0.0 if fatal else high,
    )


def _fails(item: Item, verdicts: Sequence[Verdict]) -> bool:
    return _verdict(item, verdicts) is Verdict.FAIL


def _verdict(item: Item, verdicts: Sequence[Verdict]) -> Verdict:
    """Return what the rules of an item say together."""
    there = [verdict for verdict in verdicts if verdict is not Verdict.NOT_APPLICABLE]
    if not there:
        return Verdict.NOT_APPLICABLE
    deciding = Verdict.PASS if item.credit is Credit.ANY else Verdict.FAIL
    other = Verdict.FAIL if item.credit is Credit.ANY else Verdict.PASS
    return next((v for v in (deciding, Verdict.UNCERTAIN) if v in there), other)


def _part_open(item: Item, verdicts: Sequence[Verdict]) -> bool:
    """Tell whether points are open though the item as a whole has failed."""
    sums_up = item.credit is Credit.PROPORTIONAL or item.worth is Worth.EFFECT
    return sums_up and Verdict.UNCERTAIN in verdicts


def _mark(item: Item, verdicts: Sequence[Verdict], effect: float, reading: Open) -> _Mark:
    """Return what an item earns when uncertain verdicts are read as `reading`."""
    read_as = {Open.PASS: Verdict.PASS, Open.FAIL: Verdict.FAIL}.get(reading, Verdict.UNCERTAIN)
    settled = [read_as if v is Verdict.UNCERTAIN else v for v in verdicts]
    together = _verdict(item, settled)
    match together:
        case Verdict.NOT_APPLICABLE:
            share = {Absent.DROP: None, Absent.FULL: 1.0, Absent.ZERO: 0.0}[item.absent]
            return _Mark(None if item.worth is not Worth.WEIGHT else share, effect)
        case _ if item.credit is Credit.PROPORTIONAL:
            passed, failed = settled.count(Verdict.PASS), settled.count(Verdict.FAIL)
            known = passed + failed
            return _Mark(passed / known if known else None, effect)
        case Verdict.UNCERTAIN:
            return _Mark(None, effect)
        case _:
            return _Mark(float(together is Verdict.PASS), effect)


def _fill(
    card: Scorecard,
    verdicts: Mapping[str, Sequence[Verdict]],
    effects: Mapping[str, float],
    reading: Open,
) -> tuple[dict[str, _Line], float | None]:
    """Return the points of each item and their sum, None when nothing applied.

    What a fatal item does to the sum is not counted here.
    """
    marks = {
        item.id: _mark(item, verdicts[item.id], effects[item.id], reading)
        for section in card.sections
        for item in section.items
    }
    left = {s.id: _points_left(s, marks) for s in card.sections}
    weights = sum(s.weight for s in card.sections if left[s.id])
    lines: dict[str, _Line] = {}
    for section in card.sections:
        in_section = left[section.id] * weights
        scale = card.base * section.weight / in_section if in_section else 0.0
        lines |= {item.id: _line(item, marks[item.id], scale) for item in section.items}
    applied = any(set(found) - {Verdict.NOT_APPLICABLE} for found in verdicts.values())
    if not (weights if card.weighs else applied):
        return lines, None
    start = 0.0 if card.weighs else card.base
    total = start + sum(line.points for line in lines.values())
    return lines, max(0.0, round(total, _DECIMALS))


def _points_left(section: Section, marks: Mapping[str, _Mark]) -> float:
    """Return the points of the items of a section that stay on the card."""
    return sum(
        item.points
        for item in section.items
        if item.worth is Worth.WEIGHT and marks[item.id].share is not None
    )


def _line(item: Item, mark: _Mark, scale: float) -> _Line:
    if item.worth is Worth.EFFECT:
        return _Line(mark.effect, 0.0)
    if mark.share is None:
        return _Line(0.0, 0.0)
    most = item.points * (scale if item.worth is Worth.WEIGHT else 1.0)
    return _Line(round(most * mark.share, _DECIMALS), round(most, _DECIMALS))


def _scored(
    card: Scorecard, section: Section, item: Item, by_rule: Mapping[str, Finding], line: _Line
) -> ScoredItem:
    found = [(rule, by_rule.get(rule)) for rule in item.rules]
    findings = [finding for _, finding in found if finding]
    verdicts = [finding.verdict if finding else Verdict.UNCERTAIN for _, finding in found]
    verdict = _verdict(item, verdicts)
    return ScoredItem(
        id=item.id,
        name=item.name,
        section=section.name,
        points=line.points,
        most=line.most,
        verdict=verdict,
        fatal=item.fatal and verdict is Verdict.FAIL,
        rules=item.rules,
        why=why(item, found, verdict, card.uncertain, card.language),
        advice=advice(item, findings, verdict),
        moment=moment(findings, verdict),
    )


def _grade(card: Scorecard, points: float | None) -> str:
    if points is None:
        return ""
    return next((name for name, least in card.grades if points >= least), "")
