"""Today at a glance, against the same figures counted call by call."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from drawn import drawn, judged, same
from empty_stores import empty_store
from huiting.access.permissions import PERMITTED, UserRole
from huiting.access.principal import Principal
from huiting.app.judging import flat
from huiting.core.errors import InputError
from huiting.core.judgement import Finding, Judgement, Verdict
from huiting.core.types import EmotionLabel
from huiting.insights.case import Case, felt
from huiting.insights.day import day
from huiting.insights.fields import parse
from huiting.insights.measures import measure
from huiting.insights.rates import Rate
from huiting.insights.words import WordTally
from huiting.jobs.job import Order
from huiting.jobs.mode import Mode, open_queue
from huiting.service.dashboard import FILTERS, Dashboard, Need, Today
from huiting.service.hidden import Hiding
from huiting.service.reporting import Reporting, Stretch
from huiting.service.views import View
from huiting.store import Store
from huiting.text.entities.stage import entities_stage
from huiting.text.redaction.policy import Policy

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 3, 15, 12, tzinfo=UTC)
EVERYBODY = Principal("user:1", "boss", UserRole.ADMINISTRATOR, PERMITTED[UserRole.ADMINISTRATOR])
TEAM_A = Principal(
    "user:2", "lead", UserRole.TEAM_LEAD, PERMITTED[UserRole.TEAM_LEAD],
    only={"team": frozenset("A")},
)  # fmt: skip
COUNT = 80
SPAN = (date(2025, 3, 13), date(2025, 3, 15))


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Dashboard, Reporting]]:
    """Over calls that are counted, and a few that came since."""
    with Store.open(str(tmp_path_factory.mktemp("board") / "calls.db")) as store:
        reports = Reporting(store, flat, Hiding(Policy(), entities_stage()), lambda: NOW, ZONE)
        board = Dashboard(reports.days, open_queue(store.database, Mode.EMBEDDED), lambda: NOW)
        for number in range(COUNT):
            analysis = drawn(number)
            store.save(analysis, at=NOW, dialogue=flat(analysis))
            if number % 7:
                store.judge([judged(analysis)], at=NOW)
            if number == COUNT - 6:
                reports.days.catch_up(lambda: True)
        yield board, reports


def cases(
    reports: Reporting, first: date | None, last: date, where: str, by: Principal
) -> list[Case]:
    return list(reports.cases(Stretch(first, last, where), View(by)))


@pytest.mark.parametrize("where", ["all", "team=B", "agent=8001|8002 language=zh"])
@pytest.mark.parametrize("by", [EVERYBODY, TEAM_A], ids=["everybody", "one team"])
def test_figures_are_what_the_calls_are(
    board: tuple[Dashboard, Reporting], where: str, by: Principal
) -> None:
    dashboard, reports = board
    today = dashboard.today(SPAN, parse(where), by)
    now = cases(reports, *SPAN, where, by)
    before = cases(reports, date(2025, 2, 13), date(2025, 3, 12), where, by)
    told = day(now, before)

    assert today.uncounted == 0
    assert (today.volume.calls, today.before.calls) == (len(now), len(before))
    assert today.volume.seconds == pytest.approx(told.seconds)
    assert (today.judged, today.angry) == (told.judged, told.angry)
    rules = [(r.rule, r.name, r.severity, r.failed, r.uncertain, r.before) for r in today.rules]
    assert rules == [
        (r.rule, r.name, r.severity, r.failed, r.uncertain, r.before)
        for r in told.rules
        if r.failed.count
    ]
    heard: dict[EmotionLabel, int] = {}
    for hour in told.hours:
        for label, count in hour.emotions:
            heard[label] = heard.get(label, 0) + count
    # Calls of which it is not known when they began are in no hour.
    assert all(dict(today.emotions)[label] >= count for label, count in heard.items())
    verdicts = [f.verdict for c in now for f in c.findings]
    passed, failed = verdicts.count(Verdict.PASS), verdicts.count(Verdict.FAIL)
    assert today.kept == Rate(passed, passed + failed)
    assert today.clean == clean(now)


def clean(found: list[Case]) -> Rate:
    decided = [
        [f.verdict is Verdict.FAIL for f in c.findings if f.verdict in {Verdict.PASS, Verdict.FAIL}]
        for c in found
    ]
    return Rate(sum(not any(d) for d in decided if d), sum(bool(d) for d in decided))


def test_words_that_rise(board: tuple[Dashboard, Reporting]) -> None:
    dashboard, reports = board
    tally = WordTally()
    for case in cases(reports, *SPAN, "all", EVERYBODY):
        tally.add(case, focus=True)
    for case in cases(reports, date(2025, 2, 13), date(2025, 3, 12), "all", EVERYBODY):
        tally.add(case, focus=False)
    found = dashboard.today(SPAN, parse("all"), EVERYBODY).rising
    wanted = tally.result(10).rising

    same([(t.text, t.calls, t.q) for t in found], [(t.text, t.calls, t.q) for t in wanted])


def needing(found: list[Case], need: Need) -> list[str]:
    unsolved, fatal = measure("unsolved").value, measure("fatal").value
    holds = {
        Need.ANGRY: lambda c: any(felt(c, EmotionLabel.ANGRY)) and unsolved(c) == 1,
        Need.FATAL: lambda c: fatal(c) == 1,
        Need.UNCERTAIN: lambda c: any(f.verdict is Verdict.UNCERTAIN for f in c.findings),
    }
    return [case.call for case in found if holds[need](case)]


def test_calls_that_need_a_person_are_counted_and_the_latest_named(
    board: tuple[Dashboard, Reporting],
) -> None:
    dashboard, reports = board
    today = dashboard.today((date(2025, 3, 1), SPAN[1]), parse("team=A"), EVERYBODY)
    found = cases(reports, date(2025, 3, 1), SPAN[1], "team=A", EVERYBODY)

    for waiting in today.needs:
        wanted = needing(found, waiting.need)
        assert waiting.calls == len(wanted) > 0
        assert [n.call for n in waiting.first] == wanted[:5]
        assert dict(waiting.query) | FILTERS[waiting.need] == dict(waiting.query)
        assert ("team", "A") in waiting.query
        assert waiting.whole


@pytest.mark.parametrize("where", ["team=A|B", "hour=09", "since=2025-03-12"])
def test_what_a_list_of_calls_cannot_be_asked_for_is_told(
    board: tuple[Dashboard, Reporting], where: str
) -> None:
    today = board[0].today(SPAN, parse(where), EVERYBODY)

    assert not any(waiting.whole for waiting in today.needs)
    assert [name for name, _ in today.needs[1].query] == ["since", "until", "fatal"]


def test_other_fields_are_asked_for_as_metadata(board: tuple[Dashboard, Reporting]) -> None:
    [first, *_] = board[0].today(SPAN, parse("site=S1 topic=售后"), EVERYBODY).needs

    assert ("metadata", "site:S1") in first.query
    assert ("intent", "售后") in first.query
    assert first.whole


def test_every_day_has_its_place(board: tuple[Dashboard, Reporting]) -> None:
    dashboard, reports = board
    span = (date(2025, 3, 9), date(2025, 3, 15))
    today = dashboard.today(span, parse("all"), EVERYBODY)

    assert [d.day.day for d in today.series] == list(range(9, 16))
    for shown in today.series:
        found = cases(reports, shown.day, shown.day, "all", EVERYBODY)
        assert (shown.calls, shown.clean) == (len(found), clean(found))
        assert shown.angry == day(found).angry


def test_by_default_today_is_the_day_it_is(board: tuple[Dashboard, Reporting]) -> None:
    today = board[0].today((None, None), parse("all"), EVERYBODY)

    assert (today.since, today.until) == (SPAN[1], SPAN[1])
    assert (today.days_before, len(today.series)) == (28, 1)


@pytest.mark.parametrize(
    "span",
    [
        pytest.param((date(2025, 3, 2), date(2025, 3, 1)), id="ends before it begins"),
        pytest.param((date(2020, 1, 1), date(2025, 1, 1)), id="too long"),
    ],
)
def test_days_that_are_none(board: tuple[Dashboard, Reporting], span: tuple[date, date]) -> None:
    with pytest.raises(InputError):
        board[0].today(span, parse("all"), EVERYBODY)


def test_a_rule_broken_once_of_once_does_not_stand_before_one_that_is_often_broken(
    tmp_path: Path,
) -> None:
    with Store.open(empty_store(tmp_path / "calls.db")) as store:
        for number in range(33):
            analysis = drawn(number)
            call = analysis.call.recording.id
            store.save(analysis, at=NOW, dialogue=flat(analysis))
            rule = "once" if number == 32 else "often"
            verdict = Verdict.PASS if number < 3 else Verdict.FAIL
            store.judge([Judgement(call, (Finding(rule, 1, verdict),), (), "rules")], at=NOW)
        reports = Reporting(store, flat, Hiding(Policy(), entities_stage()), lambda: NOW, ZONE)
        reports.days.catch_up(lambda: True)
        board = Dashboard(reports.days, open_queue(store.database, Mode.EMBEDDED), lambda: NOW)
        today = board.today((date(2025, 1, 1), SPAN[1]), parse("all"), EVERYBODY)

    assert [(r.rule, r.failed) for r in today.rules] == [
        ("often", Rate(29, 32)), ("once", Rate(1, 1)),
    ]  # fmt: skip


def test_what_is_being_worked_on(tmp_path: Path) -> None:
    with Store.open(empty_store(tmp_path / "calls.db")) as store:
        queue = open_queue(store.database, Mode.EMBEDDED)
        with store.database.writing() as connection:
            queue.put(connection, Order("analyze", "one"))
        reports = Reporting(store, flat, Hiding(Policy(), entities_stage()), lambda: NOW, ZONE)
        board = Dashboard(reports.days, queue, lambda: NOW)
        today: Today = board.today((None, None), parse("all"), EVERYBODY)
        limited = board.today((None, None), parse("all"), TEAM_A)

    assert limited.queue == ()
    assert [(load.kind, load.waiting) for load in today.queue] == [("analyze", 1)]
    assert (today.volume.calls, today.clean.share, today.kept_interval) == (0, None, None)
