"""Calls counted in columns say what calls counted one by one say."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from drawn import MONDAY, drawn, judged, same
from huiting.app.judging import flat
from huiting.insights.agents import AgentTally, agents
from huiting.insights.case import Case
from huiting.insights.causes import CauseTally, causes
from huiting.insights.columns import calls as packing
from huiting.insights.columns import facts as telling
from huiting.insights.columns.calls import Calls
from huiting.insights.columns.measured import counted, kept_by
from huiting.insights.columns.telling import facts_of
from huiting.insights.day import DayTally, day
from huiting.insights.fields import parse
from huiting.insights.measures import measure
from huiting.insights.trends import Step, TrendTally, trend
from huiting.insights.words import WordTally, words
from huiting.quality.calming import calm_downs

COUNT = 150
PARTS = 4


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """The latest first, as histories are read."""
    made = [drawn(number) for number in range(COUNT)]
    found = [Case(flat(a), judged(a) if n % 9 else None) for n, a in enumerate(made)]
    return sorted(found, key=_began, reverse=True)


def _began(case: Case) -> datetime:
    return case.dialogue.started_at or MONDAY


@pytest.fixture(scope="module")
def parts(cases: list[Case]) -> list[Calls]:
    """The same, in columns that were written and read."""
    rows = [
        (n, COUNT - n, telling.decode(telling.encode(facts_of(c, c.dialogue.metadata, calm_downs))))
        for n, c in enumerate(cases)
    ]
    size = COUNT // PARTS + 1
    pieces = [rows[first : first + size] for first in range(0, COUNT, size)]
    return [packing.decode(packing.encode(packing.pack(piece))) for piece in pieces]


def split(cases: Sequence[Case], parts: Sequence[Calls]) -> tuple[int, int]:
    """Return of how many parts, and of how many calls, the day is."""
    return 2, sum(map(len, parts[:2]))


def test_a_day_beside_the_days_before(cases: list[Case], parts: list[Calls]) -> None:
    pieces, size = split(cases, parts)
    tally = DayTally(calm_downs)
    for part in parts[:pieces]:
        tally.add_all(part, part.everything)
    for part in parts[pieces:]:
        tally.add_all_before(part, part.everything)

    same(tally.result(), day(cases[:size], cases[size:], calm_downs))


def test_a_day_without_calls(parts: list[Calls]) -> None:
    tally = DayTally(calm_downs)
    tally.add_all(packing.pack([]), packing.pack([]).everything)
    tally.add_all(parts[0], ~parts[0].everything)

    same(tally.result(), day([], [], calm_downs))


MEASURES = (
    "angry", "fatal", "unsolved", "churn", "rule:rule-2", "intent:售后", "intent:售后/退货",
    "score<60", "score:manners<80", "rule:none",
)  # fmt: skip


@pytest.mark.parametrize("target", MEASURES)
def test_causes(target: str, cases: list[Case], parts: list[Calls]) -> None:
    tally = CauseTally(measure(target))
    for part in parts:
        tally.add_all(part, part.everything)

    same(tally.result(), causes(cases, measure(target)))


def test_a_field_of_too_many_values_is_left_out() -> None:
    made = [Case(flat(a), judged(a)) for a in map(drawn, range(260))]
    rows = [(n, -n, facts_of(c, {}, calm_downs)) for n, c in enumerate(made)]
    calls = packing.pack(rows)
    tally = CauseTally(measure("fatal"))
    tally.add_all(calls, calls.everything)

    found = tally.result()
    assert found.left_out == ("order",)
    same(found, causes(made, measure("fatal")))


@pytest.mark.parametrize("by", [None, "agent", "site", "intent", "missing"])
@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("name", ["score", "score:manners", "angry", "rate", "rule:rule-1"])
def test_trends(
    name: str, step: Step, by: str | None, cases: list[Case], parts: list[Calls]
) -> None:
    tally = TrendTally(measure(name), step, by)
    for part in parts:
        tally.add_all(part, part.everything)

    same(tally.result(), trend(cases, measure(name), step, by))


FILTERS = (
    "all", "agent=8001", "team=A site=S1|S2", "language=zh", "topic=售后", "intent=售后",
    "weekday=Mon", "outcome=unsolved|promised", "since=2025-03-12", "until=2025-03-13",
    "since=2025-03-11 until=2025-03-14 team=B", "missing=x",
)  # fmt: skip


@pytest.mark.parametrize("text", FILTERS)
def test_filters(text: str, cases: list[Case], parts: list[Calls]) -> None:
    wanted = parse(text)
    found = [part.ids[row] for part in parts for row in kept_by(wanted, part).nonzero()[0].tolist()]

    assert found == [case.call for case in cases if wanted.keeps(case)]


def test_words_of_some_calls_against_the_others(cases: list[Case], parts: list[Calls]) -> None:
    focus = parse("team=A")
    tally = WordTally()
    for part in parts:
        asked = kept_by(focus, part)
        tally.add_all(part, asked, focus=True)
        tally.add_all(part, ~asked, focus=False)

    same(tally.result(), words(cases, focus))


def test_agents_of_some_calls(cases: list[Case], parts: list[Calls]) -> None:
    wanted = parse("site=S1")
    tally = AgentTally(calm_downs)
    for part in parts:
        tally.add_all(part, kept_by(wanted, part))

    same(tally.result(), agents(filter(wanted.keeps, cases), calm_downs))


def test_what_is_said_is_in_no_column() -> None:
    assert not counted(measure("said:退货"))
    assert counted(measure("score<60"))


def test_who_may_see_a_call_is_told_by_what_its_metadata_say(parts: list[Calls]) -> None:
    wanted = telling.owners({"team": "A"})
    found = parts[0].owned(wanted)

    assert found.any()
    assert (found == kept_by(parse("team=A"), parts[0])).all()
    assert not parts[0].owned([]).any()


def test_facts_say_the_day_of_the_calls_own_clock(cases: list[Case]) -> None:
    facts = facts_of(cases[0], {}, calm_downs)
    began = cases[0].dialogue.started_at

    assert began is not None
    assert facts.day is not None
    assert date.fromordinal(facts.day) == began.date()
    assert facts.hour == began.hour
