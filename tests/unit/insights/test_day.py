"""A day at a glance."""

from datetime import date, timedelta

import pytest

from cases import AGENT, ANGRY, CUSTOMER, NEUTRAL, case, failed, line, scored
from huiting.core.judgement import Evidence, EvidenceKind, Finding, Severity, Verdict
from huiting.core.meaning import OutcomeKind
from huiting.core.types import EmotionLabel, Span
from huiting.insights.case import Case
from huiting.insights.day import MOMENTS, TO_HEAR, bad_moments, day
from huiting.insights.rates import Rate


def called(name: str, hours: int = 0, *, angry: bool = False, **options: object) -> Case:
    said = line(CUSTOMER, 5, 8, "你们怎么回事", ANGRY if angry else NEUTRAL)
    return case(
        name,
        line(AGENT, 0, 2),
        said,
        after=timedelta(hours=hours),
        **options,  # type: ignore[arg-type]
    )


def test_a_day_adds_up() -> None:
    cases = [
        called("a", angry=True, intent="投诉", outcome=OutcomeKind.UNSOLVED, language="en"),
        called("b", hours=2, intent="投诉", verdicts={"greeting": Verdict.PASS}),
        called("c", hours=2, began=None),
        case("d", line(CUSTOMER, 0, 1)),
    ]
    found = day(cases)

    assert (found.calls, found.seconds, found.before, found.judged) == (4, 240, 0, 1)
    assert (found.listened, found.untimed) == (3, 1)
    assert found.since == found.until == date(2025, 3, 12)
    assert dict(found.languages) == {"zh": 3, "en": 1}
    assert found.angry == Rate(1, 3)
    assert [(n, h.calls) for n, h in enumerate(found.hours) if h.calls] == [(10, 2), (12, 1)]
    assert found.hours[10].angry == Rate(1, 1)
    assert found.hours[10].emotions == ((EmotionLabel.ANGRY, 1),)
    assert (found.intents[0].name, found.intents[0].calls) == ("", 2)
    assert found.intents[1].angry == Rate(1, 2)
    assert found.intents[1].unsolved == Rate(1, 1)
    assert [a.calls for a in found.agents] == [4]


def test_an_empty_day() -> None:
    found = day([])

    assert (found.calls, found.since, found.rules, found.moments) == (0, None, (), ())
    assert found.angry == Rate(0, 0)


def test_verdicts_are_counted_beside_the_days_before() -> None:
    verdicts = [Verdict.FAIL, Verdict.PASS, Verdict.UNCERTAIN, Verdict.NOT_APPLICABLE]
    cases = [called(f"c{n}", verdicts={"a": v, "b": Verdict.PASS}) for n, v in enumerate(verdicts)]
    earlier = [called("e", verdicts={"a": Verdict.PASS, "old": Verdict.FAIL})]
    found = day(cases, earlier)
    first, second = found.rules

    assert (first.rule, first.failed, first.uncertain, first.absent) == ("a", Rate(1, 2), 1, 1)
    assert first.before == Rate(0, 1)
    assert (second.rule, second.failed) == ("b", Rate(0, 4))
    assert found.before == 1
    assert [(h.call, h.name, h.span, h.rules) for h in found.uncertain] == [
        ("c2", "c2.wav", None, ("a",))
    ]


def test_verdicts_that_one_moment_decides_are_listed_together() -> None:
    heard = Evidence(EvidenceKind.SEARCHED, Span(0, 60)), Evidence(EvidenceKind.UNCLEAR, Span(7, 9))
    waiting = [Finding(r, 1, Verdict.UNCERTAIN, evidence=heard, name=r * 2) for r in "ab"]
    found = day([called(f"c{n}", findings=waiting) for n in range(TO_HEAR + 5)]).uncertain

    assert len(found) == TO_HEAR
    assert {(one.span, one.rules) for one in found} == {(Span(7, 9), ("aa", "bb"))}


@pytest.mark.parametrize(
    ("quote", "segment", "shown"),
    [
        pytest.param("怎么", 1, "你们怎么回事", id="the line around it"),
        pytest.param("随便", 1, "随便", id="not of that line"),
        pytest.param("怎么", 9, "怎么", id="no such line"),
        pytest.param("怎么", None, "怎么", id="no line"),
    ],
)
def test_a_moment_quotes_the_whole_line(quote: str, segment: int | None, shown: str) -> None:
    said = Evidence(EvidenceKind.SAID, Span(5, 6), segment=segment, quote=quote)
    broken = Finding("a", 1, Verdict.FAIL, evidence=(said,))
    (moment,) = bad_moments(called("c", findings=[broken]))

    assert moment.quote == shown


def test_scores_are_spread_over_tenths() -> None:
    points = [0, 55, 90, 100, 103]
    cases = [
        called(f"c{n}", scores=[scored(p, *(["x"] if not p else []))]) for n, p in enumerate(points)
    ]
    cases.append(called("none", scores=[scored(None)]))
    (found,) = day(cases, [called("e", scores=[scored(40)])]).scores

    assert found.bins == (1, 0, 0, 0, 0, 1, 0, 0, 0, 3)
    assert found.mean is not None
    assert found.mean.of == 5
    assert found.before is not None
    assert found.before.value == 40
    assert found.fatal == Rate(1, 5)


def test_a_scorecard_of_the_days_before_only_is_not_shown() -> None:
    assert day([called("a")], [called("e", scores=[scored(40)])]).scores == ()


def test_the_worst_moments_come_first_and_are_few() -> None:
    cases = [called(f"c{n}", findings=[failed("minor", "嗯", 3)]) for n in range(30)]
    grave = failed("banned", "随便你", 31, name="不用禁语", advice="换个说法")
    object.__setattr__(grave, "severity", Severity.CRITICAL)
    cases.insert(7, called("bad", angry=True, findings=[grave]))
    found = day(cases).moments

    assert len(found) == MOMENTS
    assert (found[0].what, found[0].quote, found[0].span) == ("不用禁语", "随便你", Span(31, 33))
    assert found[0].advice == "换个说法"
    assert (found[1].call, found[1].what, found[1].quote) == ("bad", "ANGRY", "你们怎么回事")
    assert found == day(cases[::-1]).moments


def test_what_failed_without_words_is_no_moment() -> None:
    silent = Finding("a", 1, Verdict.FAIL, evidence=(Evidence(EvidenceKind.SEARCHED, Span(0, 9)),))

    assert list(bad_moments(called("c", findings=[silent]))) == []


@pytest.mark.parametrize("score", [None, 0.7])
def test_anger_is_a_moment_with_or_without_a_score(score: float | None) -> None:
    (found,) = bad_moments(case("c", line(CUSTOMER, 1, 2, "哼", ANGRY, score)))

    assert found.gravity == 4 + (score or 0)


def test_circumstances_and_words_are_looked_for_with_the_days_before() -> None:
    earlier = [called(f"e{n}", angry=n % 4 == 0) for n in range(40)]
    found = day([called("a", angry=True)], earlier)

    assert found.causes.overall == Rate(11, 41)
    assert found.outbursts.after.of == 11
    assert (found.words.calls, found.words.baseline) == (1, 40)


def test_a_rule_broken_once_of_once_does_not_stand_before_one_that_is_often_broken() -> None:
    often = [called(f"c{n}", findings=[failed("often")]) for n in range(29)]
    kept = [called(f"k{n}", findings=[Finding("often", 1, Verdict.PASS)]) for n in range(3)]
    once = called("once", findings=[failed("once")])

    assert [rule.rule for rule in day([once, *often, *kept]).rules] == ["often", "once"]
