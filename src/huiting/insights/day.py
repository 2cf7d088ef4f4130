"""One day (or any stretch) of calls at a glance, beside the days before it.

Circumstances and rising words need more calls than a day has: they are looked for in the
day together with the days before, and against them.
"""

from bisect import insort
from collections.abc import Iterable, Iterator

from huiting.core.judgement import Evidence, EvidenceKind, Severity, Verdict
from huiting.core.types import EmotionLabel, Role, Span
from huiting.insights import _day_columns
from huiting.insights._day_sums import BINS, TO_HEAR, Sums
from huiting.insights._day_types import (
    Day,
    Hour,
    IntentDay,
    RuleDay,
    ScoreDay,
)
from huiting.insights._hearing import HearingTally
from huiting.insights._shown import BadMoment, ToHear
from huiting.insights.agents import AgentTally, Calm
from huiting.insights.case import Case, emotions_known, feels, felt
from huiting.insights.causes import CauseTally
from huiting.insights.columns.calls import Calls, Rows
from huiting.insights.fields import agent_of, values
from huiting.insights.measures import measure, range_of
from huiting.insights.moments import OutburstTally
from huiting.insights.rates import Rate
from huiting.insights.traits import USUAL, Asked
from huiting.insights.words import WordTally

__all__ = [
    "TO_HEAR",
    "BadMoment",
    "Day",
    "DayTally",
    "Hour",
    "IntentDay",
    "RuleDay",
    "ScoreDay",
    "ToHear",
    "bad_moments",
    "day",
]
MOMENTS = 12
"""Worst moments that are kept."""
_GRAVITY = {Severity.MINOR: 1.0, Severity.MAJOR: 3.0, Severity.CRITICAL: 6.0}
_OUTBURST = 4.0


class DayTally:
    """Adds up a day as calls come; those of the day, and those of the days before."""

    def __init__(self, calm: Calm | None = None, asked: Asked = USUAL) -> None:
        self._sums = Sums()
        self._agents = AgentTally(calm)
        self._causes = CauseTally(measure("angry"), asked)
        self._outbursts = OutburstTally(kept=0)  # of four weeks: a day tells how many there are
        self._words = WordTally()
        self._hear = HearingTally()
        self._worst: list[tuple[float, str, int, BadMoment]] = []

    def add(self, case: Case) -> None:
        """Take one more call of the day."""
        _count(self._sums, case)
        _judge(self._sums, case)
        self._agents.add(case)
        self._hear.add(case)
        self._compare(bad_moments(case))
        self._add_to_both(case, focus=True)

    def add_all(self, calls: Calls, rows: Rows) -> None:
        """Take more calls of the day at once, the latest first."""
        _day_columns.add(self._sums, calls, rows)
        self._agents.add_all(calls, rows)
        self._hear.add_all(calls, rows)
        for row in _day_columns.gravest(calls, rows, MOMENTS):
            self._compare(calls.shown(row).moments)
        self._add_all_to_both(calls, rows, focus=True)

    def add_all_before(self, calls: Calls, rows: Rows) -> None:
        """Take more calls of the days before at once."""
        _day_columns.add_before(self._sums, calls, rows)
        self._add_all_to_both(calls, rows, focus=False)

    def _add_all_to_both(self, calls: Calls, rows: Rows, *, focus: bool) -> None:
        self._causes.add_all(calls, rows)
        self._outbursts.add_all(calls, rows)
        self._words.add_all(calls, rows, focus=focus)

    def _compare(self, moments: Iterable[BadMoment]) -> None:
        for n, moment in enumerate(moments):
            entry = (moment.gravity, moment.call, -n, moment)
            insort(self._worst, entry, key=lambda e: e[:3])
            del self._worst[:-MOMENTS]

    def add_before(self, case: Case) -> None:
        """Take one more call of the days before."""
        sums = self._sums
        sums.before += 1
        for finding in case.findings:
            if finding.verdict in {Verdict.PASS, Verdict.FAIL}:
                sums.rules[finding.rule].before.add(finding.verdict is Verdict.FAIL)
        for score in case.judgement.scores if case.judgement else ():
            if score.points is not None:
                sums.scores[score.scorecard].before.add(score.points, range_of(score))
        self._add_to_both(case, focus=False)

    def _add_to_both(self, case: Case, *, focus: bool) -> None:
        self._causes.add(case)
        self._outbursts.add(case)
        self._words.add(case, focus=focus)

    def result(self) -> Day:
        """Return the day so far."""
        sums = self._sums
        means = [s.points.mean() for s in sums.scores.values()]
        first = next((mean.value for mean in means if mean), None)
        return Day(
            since=sums.since,
            until=sums.until,
            calls=sums.calls,
            seconds=sums.seconds,
            before=sums.before,
            judged=sums.judged,
            listened=sums.listened,
            untimed=sums.untimed,
            languages=tuple(sorted(sums.languages.items(), key=lambda kv: (-kv[1], kv[0]))),
            hours=tuple(
                Hour(h.calls, h.angry.rate(), tuple(sorted(h.emotions.items()))) for h in sums.hours
            ),
            angry=sums.angry.rate(),
            rules=tuple(_rules(sums)),
            scores=tuple(_scores(sums)),
            intents=tuple(_intents(sums)),
            agents=self._agents.result(),
            causes=self._causes.result(),
            outbursts=self._outbursts.result(),
            words=self._words.result(),
            moments=tuple(moment for *_, moment in reversed(self._worst)),
            hear=self._hear.chosen(first),
            uncertain=tuple(sums.uncertain),
        )


def day(
    cases: Iterable[Case],
    before: Iterable[Case] = (),
    calm: Calm | None = None,
    asked: Asked = USUAL,
) -> Day:
    """Return a day at a glance.

    Args:
        cases: of the day; read once.
        before: of the days before, to compare with; read once.
        calm: returns each time the customer was upset; None to leave that out.
        asked: which circumstances of anger are looked at.
    """
    tally = DayTally(calm, asked)
    for case in cases:
        tally.add(case)
    for case in before:
        tally.add_before(case)
    return tally.result()


def _count(sums: Sums, case: Case) -> None:
    dialogue = case.dialogue
    began = dialogue.started_at
    angry = any(felt(case, EmotionLabel.ANGRY))
    listened = emotions_known(case)
    sums.calls += 1
    sums.seconds += dialogue.duration
    sums.judged += case.judgement is not None
    sums.listened += listened
    sums.untimed += began is None
    sums.languages[dialogue.language or "?"] += 1
    intent = sums.intents[next(iter(values(case, "intent") or ()), "")]
    intent.calls += 1
    counts = [sums.angry, intent.angry]
    if began is not None:
        hour = sums.hours[began.hour]
        hour.calls += 1
        hour.emotions.update(feelings(case))
        counts.append(hour.angry)
        sums.since = min(filter(None, (sums.since, began.date())))
        sums.until = max(filter(None, (sums.until, began.date())))
    for count in counts if listened else ():
        count.add(angry)
    unsolved = measure("unsolved").value(case)
    if unsolved is not None:
        intent.unsolved.add(unsolved)


def feelings(case: Case) -> Iterator[EmotionLabel]:
    """Yield how each line of the customer sounds; unknown where that is not sure."""
    for line in case.dialogue.lines:
        if line.role is Role.CUSTOMER and line.emotion is not None:
            label = line.emotion.label
            yield label if feels(line, label) else EmotionLabel.UNKNOWN


def _judge(sums: Sums, case: Case) -> None:
    for finding in case.findings:
        rule = sums.rules[finding.rule]
        rule.verdicts[finding.verdict] += 1
        if rule.severity is None:
            rule.name, rule.severity = finding.name, finding.severity
    sums.uncertain += list(unsure(case))[: TO_HEAR - len(sums.uncertain)]
    for score in case.judgement.scores if case.judgement else ():
        entry = sums.scores[score.scorecard]
        entry.most = entry.most or score.most
        if score.points is None:
            continue
        entry.points.add(score.points, range_of(score))
        entry.fatal.add(score.fatal)
        entry.uncertain += score.uncertain
        entry.bins[min(BINS - 1, int(BINS * score.points / score.most))] += 1


def unsure(case: Case) -> Iterator[ToHear]:
    """Yield the moments of a call that decide its uncertain verdicts; at most `TO_HEAR`."""
    found: dict[Span | None, list[str]] = {}
    for finding in case.findings:
        if finding.verdict is Verdict.UNCERTAIN:
            spans = [e.span for e in finding.evidence if e.span and e.kind is EvidenceKind.UNCLEAR]
            spans += [e.span for e in finding.evidence if e.span]
            place = spans[0] if spans else None
            found.setdefault(place, []).append(finding.name or finding.rule)
    for span, rules in list(found.items())[:TO_HEAR]:
        yield ToHear(case.call, case.dialogue.name, span, tuple(rules))


def bad_moments(case: Case) -> Iterator[BadMoment]:
    """Yield the moments of a call that a supervisor should hear: broken rules, and anger."""
    dialogue = case.dialogue
    who = (case.call, dialogue.name, agent_of(case))
    for finding in case.findings:
        proof = next((e for e in finding.evidence if e.span and e.quote), None)
        if finding.verdict is Verdict.FAIL and proof and proof.span and proof.quote:
            gravity = _GRAVITY[finding.severity]
            name = finding.name or finding.rule
            quote = _line_of(case, proof)
            yield BadMoment(gravity, *who, proof.span, proof.role, quote, name, finding.advice)
    angry = list(felt(case, EmotionLabel.ANGRY))
    if angry:
        line = max(angry, key=lambda s: (s.emotion.score or 0.0) if s.emotion else 0.0)
        score = (line.emotion.score or 0.0) if line.emotion else 0.0
        label = str(EmotionLabel.ANGRY)
        yield BadMoment(_OUTBURST + score, *who, line.span, line.role, line.text, label, "")


def _line_of(case: Case, proof: Evidence) -> str:
    """Return the line that a quote is a part of; a phrase alone tells a reader little."""
    quote = proof.quote or ""
    lines = case.dialogue.lines
    if proof.segment is None or not 0 <= proof.segment < len(lines):
        return quote
    text = lines[proof.segment].text
    return text if quote in text else quote


def _rules(sums: Sums) -> list[RuleDay]:
    found = []
    for rule_id, rule in sums.rules.items():
        if rule.severity is None:  # only in the days before
            continue
        passed, failed = rule.verdicts[Verdict.PASS], rule.verdicts[Verdict.FAIL]
        found.append(
            RuleDay(
                rule_id,
                rule.name or rule_id,
                rule.severity,
                Rate(failed, passed + failed),
                rule.verdicts[Verdict.UNCERTAIN],
                rule.verdicts[Verdict.NOT_APPLICABLE],
                rule.before.rate(),
            )
        )
    return sorted(found, key=lambda r: (-r.failed.least, -r.failed.of, r.rule))


def _scores(sums: Sums) -> Iterator[ScoreDay]:
    for card, score in sorted(sums.scores.items()):
        if score.most:
            yield ScoreDay(
                card,
                score.most,
                score.points.mean(),
                score.before.mean(),
                score.fatal.rate(),
                score.uncertain,
                tuple(score.bins),
            )


def _intents(sums: Sums) -> list[IntentDay]:
    found = [
        IntentDay(name, intent.calls, intent.angry.rate(), intent.unsolved.rate())
        for name, intent in sums.intents.items()
    ]
    return sorted(found, key=lambda i: (-i.calls, i.name))
