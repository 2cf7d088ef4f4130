"""Measures over time, and sets of calls compared."""

from datetime import date, timedelta
from math import inf

import pytest

from cases import ANGRY, CUSTOMER, NEUTRAL, case, line, scored, waits
from huiting.insights import trends
from huiting.insights.case import Case
from huiting.insights.fields import Filter, parse
from huiting.insights.measures import measure
from huiting.insights.trends import Step, compare, trend


def called(day: int, angry: int, agent: str = "8001") -> Case:
    feeling = ANGRY if angry else NEUTRAL
    said = line(CUSTOMER, 0, 1, emotion=feeling)
    return case(f"d{day}", said, after=timedelta(days=day), agent=agent, duration=60.0 + day)


CALLS = [called(0, 1), called(0, 0), called(1, 1), called(7, 0, "8002")]


@pytest.mark.parametrize(
    ("step", "points"),
    [
        (
            Step.DAY,
            [(date(2025, 3, 12), 0.5, 2), (date(2025, 3, 13), 1, 1), (date(2025, 3, 19), 0, 1)],
        ),
        (Step.WEEK, [(date(2025, 3, 10), pytest.approx(2 / 3), 3), (date(2025, 3, 17), 0, 1)]),
        (Step.MONTH, [(date(2025, 3, 1), 0.5, 4)]),
        (Step.ALL, [(None, 0.5, 4)]),
    ],
)
def test_a_share_over_time(step: Step, points: list[object]) -> None:
    found = trend(CALLS, measure("angry"), step).points

    assert [(p.start, p.estimate.value, p.estimate.of) for p in found] == points
    assert all(p.estimate.too_few and p.estimate.interval is None for p in found)


def test_a_mean_by_agent() -> None:
    found = trend(CALLS, measure("duration"), Step.ALL, "agent").points

    assert [(p.group, p.estimate.value, p.estimate.of) for p in found] == [
        ("8001", pytest.approx(60 + 1 / 3), 3),
        ("8002", 67, 1),
    ]


@pytest.mark.parametrize("calls", [4, 5])
@pytest.mark.parametrize("name", ["angry", "duration"])
def test_an_interval_needs_five_calls(name: str, calls: int) -> None:
    [point] = trend([called(n, n % 2) for n in range(calls)], measure(name), Step.ALL).points

    assert point.estimate.too_few is (calls < 5)
    assert (point.estimate.interval is None) is (calls < 5)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("score", 0, 103), ("silence-ratio", 0, 1), ("duration", 0, inf), ("angry", 0, 1)],
)
def test_no_interval_leaves_what_is_possible(name: str, low: float, high: float) -> None:
    """Few calls far apart: by Student's t alone the mean might be below 0, or above 100."""
    cases = [
        case(
            f"c{n}",
            line(CUSTOMER, 0, 1, emotion=ANGRY if n else NEUTRAL),
            scores=[scored(103 if n % 2 else 0)],
            silences=[waits(0, 10)] if n % 2 else [],
            duration=10.0 if n % 2 else 0.1,
        )
        for n in range(6)
    ]
    [point] = trend(cases, measure(name), Step.ALL).points

    ends = point.estimate.interval
    assert ends is not None
    assert low <= ends.low < ends.high <= high


def test_a_difference_of_means_leaves_nothing_possible_either() -> None:
    cases = [
        case(f"c{n}", scores=[scored(100 if n % 4 < 2 else 0)], site="AB"[n % 2]) for n in range(4)
    ]
    found = compare(cases, measure("score"), parse("site=A"), parse("site=B")).difference

    assert found is not None
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (-100, 100)


def test_calls_without_a_time_or_an_answer_are_left_out() -> None:
    timeless = case("c", line(CUSTOMER, 0, 1, emotion=ANGRY), began=None)

    assert trend([timeless, case("d")], measure("angry")).points == ()
    assert trend([timeless], measure("angry"), Step.ALL, "site").points[0].group == "–"


def test_too_many_groups_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trends, "GROUPS", 2)
    cases = [case(f"c{n}", agent=str(n)) for n in range(5)]
    found = trend(cases, measure("duration"), Step.ALL, "agent").points

    assert [(p.group, p.estimate.of) for p in found] == [("0", 1), ("1", 1), ("…", 3)]


def test_two_weeks_are_compared() -> None:
    cases = [called(0, n % 10 < 8) for n in range(50)] + [called(7, n % 10 < 3) for n in range(50)]
    found = compare(cases, measure("angry"), parse("until=2025-03-17"), parse("since=2025-03-17"))

    assert (found.first.value, found.second.value, found.shared) == (0.8, 0.3, 0)
    assert found.difference is not None
    assert found.difference.value == pytest.approx(0.5)
    assert found.difference.p is not None
    assert found.difference.p < 1e-5


def test_means_are_compared_and_shared_calls_counted() -> None:
    cases = [
        case(f"c{n}", scores=[scored(50 + n % 3)], site="A" if n % 2 else "B") for n in range(12)
    ]
    found = compare(cases, measure("score"), parse("site=A"), Filter())

    assert found.shared == 6
    assert found.difference is not None
    assert found.difference.value == pytest.approx(0)


@pytest.mark.parametrize("name", ["angry", "duration"])
def test_nothing_cannot_be_compared(name: str) -> None:
    found = compare(CALLS, measure(name), parse("agent=8001"), parse("agent=9"))

    assert found.difference is None
    assert found.second.value is None


def test_calls_of_which_a_measure_says_nothing_are_not_compared() -> None:
    assert compare([case("c")], measure("score"), Filter(), Filter()).shared == 0
