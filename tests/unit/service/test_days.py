"""Reports counted from the columns of days say what reports counted call by call say.

Whatever happens to the calls meanwhile: analyzed again, judged again, put into the bin,
restored, removed, saved for a day that was counted already.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from drawn import MONDAY, drawn, judged, same
from huiting.access.permissions import PERMITTED, UserRole
from huiting.access.principal import Principal
from huiting.app.judging import flat
from huiting.insights.agents import agents
from huiting.insights.case import Case
from huiting.insights.causes import causes
from huiting.insights.day import day
from huiting.insights.fields import parse
from huiting.insights.measures import measure
from huiting.insights.trends import Step, trend
from huiting.insights.words import words
from huiting.quality.calming import calm_downs
from huiting.service.days import Days, Look
from huiting.service.hidden import Hiding
from huiting.service.reporting import Reporting, Stretch
from huiting.service.troubles import TooLarge
from huiting.service.views import View
from huiting.store import Store, keeping
from huiting.text.entities.stage import entities_stage
from huiting.text.redaction.policy import Action, Policy
from unit.store.conftest import KINDS, schema_of_its_own

FIND = entities_stage()
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)
EVERYBODY = Principal("user:1", "boss", UserRole.ADMINISTRATOR, PERMITTED[UserRole.ADMINISTRATOR])
TEAM_A = Principal(
    "user:2",
    "lead",
    UserRole.TEAM_LEAD,
    PERMITTED[UserRole.TEAM_LEAD],
    only={"team": frozenset("A")},
)
FIRST, LAST = date(2025, 3, 12), date(2025, 3, 14)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        with Store.open(str(tmp_path / "calls.db")) as opened:
            yield opened
    else:
        with schema_of_its_own() as url, Store.open(url) as opened:
            yield opened


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Store]:
    """A store where the kind of database makes no difference."""
    with Store.open(str(tmp_path / "calls.db")) as opened:
        yield opened


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store whose calls stay as they are."""
    with Store.open(str(tmp_path_factory.mktemp("days") / "calls.db")) as opened:
        fill(opened, 60)
        yield opened


def save(store: Store, number: int, seed: int = 0, *, days: int = 6) -> None:
    analysis = drawn(number, days, seed)
    store.save(analysis, at=NOW, dialogue=flat(analysis))
    if number % 7:
        store.judge([judged(analysis, seed)], at=NOW + timedelta(seed))


def fill(store: Store, count: int) -> None:
    for number in range(count):
        save(store, number)


def identity(number: int) -> str:
    return drawn(number).call.recording.id


def reporting(store: Store, most: int = 1_000, policy: Policy | None = None) -> Reporting:
    return Reporting(store, flat, Hiding(policy or Policy(), FIND), lambda: NOW, ZONE, most)


def by_call(reports: Reporting, stretch: Stretch, view: View) -> object:
    """Return a day beside four others, counted call by call."""
    assert stretch.since is not None
    before = Stretch(stretch.since - timedelta(4), stretch.since - timedelta(1), stretch.where)
    cases = reports.cases
    return day(cases(stretch, view), cases(before, view), calm_downs)


def agree(reports: Reporting, where: str = "all", view: View | None = None) -> None:
    """Assert that both ways of counting say the same."""
    stretch, view = Stretch(FIRST, LAST, where), view or View(EVERYBODY)
    same(reports.day(stretch, view, before=4), by_call(reports, stretch, view))


@pytest.mark.parametrize("where", ["all", "team=A", "agent=8001 site=S1|S2", "topic=售后"])
@pytest.mark.parametrize(
    "view",
    [
        pytest.param(View(EVERYBODY), id="everybody, nothing private"),
        pytest.param(View(EVERYBODY, unredacted=True), id="everybody, all"),
        pytest.param(View(TEAM_A), id="one team"),
    ],
)
def test_a_day_is_what_its_calls_are(settled: Store, where: str, view: View) -> None:
    agree(reporting(settled), where, view)


def test_every_report_is_what_its_calls_are(store: Store) -> None:
    fill(store, 40)
    reports, view, every = reporting(store), View(EVERYBODY), Stretch()

    def cases() -> Iterator[Case]:
        return reports.cases(every, view)

    same(reports.agents(every, view), agents(cases(), calm_downs))
    same(reports.causes(every, view, "angry"), causes(cases(), measure("angry")))
    same(reports.causes(every, view, "said:退货"), causes(cases(), measure("said:退货")))
    same(reports.words(every, view, "team=A"), words(cases(), parse("team=A")))
    shown = reports.trend(every, view, "score", Step.DAY, "agent")
    same(shown, trend(cases(), measure("score"), Step.DAY, "agent"))


def rejudge(store: Store, chance: random.Random) -> None:
    analyses = [drawn(n) for n in chance.sample(range(40), 15)]
    there = [a for a in analyses if store.visible(a.call.recording.id, {})]
    store.judge([judged(a, chance.randrange(1, 99)) for a in there], at=NOW)


def analyze_again(store: Store, chance: random.Random) -> None:
    for number in chance.sample(range(40), 3):
        if store.visible(identity(number), {}):
            save(store, number, chance.randrange(1, 99))


def move(store: Store, chance: random.Random) -> None:
    """Learn that a call began on another day."""
    analysis = drawn(chance.randrange(40))
    if store.visible(analysis.call.recording.id, {}):
        began = MONDAY + timedelta(days=chance.randrange(6), hours=5)
        recording = replace(analysis.call.recording, started_at=began)
        moved = replace(analysis, call=replace(analysis.call, recording=recording))
        store.save(moved, at=NOW, dialogue=flat(moved))


def bin_some(store: Store, chance: random.Random) -> None:
    for number in chance.sample(range(40), 4):
        if store.visible(identity(number), {}):
            with store.database.writing() as connection:
                keeping.put_in_bin(connection, identity(number), {}, "user:1", NOW, "why")


def restore_some(store: Store, chance: random.Random) -> None:
    for number in chance.sample(range(40), 20):
        with store.database.writing() as connection:
            keeping.take_from_bin(connection, identity(number))


def remove_some(store: Store, chance: random.Random) -> None:
    for number in chance.sample(range(40), 2):
        if store.visible(identity(number), {}):
            store.delete(identity(number))


def save_more(store: Store, chance: random.Random) -> None:
    for _ in range(3):
        save(store, chance.randrange(40, 200))


HAPPENS: tuple[Callable[[Store, random.Random], None], ...] = (
    rejudge, analyze_again, move, bin_some, restore_some, remove_some, save_more,
)  # fmt: skip


@pytest.mark.parametrize("seed", [0, 2])
def test_whatever_happens_to_calls_their_days_stay_right(store: Store, seed: int) -> None:
    fill(store, 40)
    reports = reporting(store)
    view = View(TEAM_A if seed == 2 else EVERYBODY)
    agree(reports, view=view)
    chance = random.Random(seed)
    for happens in chance.sample(HAPPENS, k=len(HAPPENS)):
        happens(store, chance)
        agree(reports, view=view)


def test_a_call_that_is_removed_leaves_no_word_behind(store: Store, tmp_path: Path) -> None:
    fill(store, 10)
    reports = reporting(store)
    agree(reports)
    for number in range(10):
        store.delete(identity(number))

    totals = reports.days.totals
    ends = (MONDAY - timedelta(30), MONDAY + timedelta(30))
    assert totals.kept(ends) == []
    assert totals.members(ends) == []


def test_what_another_process_removes_is_not_shown_from_memory(plain: Store) -> None:
    for number in range(4):
        save(plain, number, days=1)
    ours, theirs = reporting(plain).days, reporting(plain).days
    span = (date(2025, 3, 1), date(2025, 3, 30))
    ours.catch_up(lambda: True)
    assert calls_in(ours.look(*span, EVERYBODY)) == 4

    plain.delete(identity(1))
    theirs.catch_up(lambda: True)
    assert calls_in(ours.look(*span, EVERYBODY)) == 3


def test_too_many_calls_are_not_told_while_somebody_waits(plain: Store) -> None:
    fill(plain, 12)
    reports = reporting(plain, most=11)
    with pytest.raises(TooLarge):
        reports.agents(Stretch(), View(EVERYBODY))


def test_days_that_are_counted_already_are_never_too_many(plain: Store) -> None:
    fill(plain, 12)
    reporting(plain).days.catch_up(lambda: True)
    found = reporting(plain, most=1).agents(Stretch(), View(EVERYBODY))

    assert sum(agent.calls for agent in found) == 12


def test_work_ahead_ends_when_its_time_is_over_and_goes_on_later(plain: Store) -> None:
    fill(plain, 12)
    days = reporting(plain).days
    every = (MONDAY - timedelta(30), MONDAY + timedelta(30))
    days.catch_up(lambda: False)
    assert days.totals.kept(every) == []
    told = 12 - days.totals.count(every)
    assert told > 0

    days.catch_up(lambda: True)
    assert days.totals.count(every) == 0
    assert days.totals.kept(every) != []


def test_a_look_says_how_many_calls_are_not_counted_yet(plain: Store) -> None:
    fill(plain, 12)
    look = reporting(plain).days.look(date(2025, 3, 1), date(2025, 3, 30), EVERYBODY)

    assert (calls_in(look), look.waiting) == (0, 12)
    own = sum(drawn(n).call.recording.metadata.get("team") == "A" for n in range(12))
    limited = reporting(plain).days.look(date(2025, 3, 1), date(2025, 3, 30), TEAM_A)
    assert 0 < limited.waiting == own < 12


def calls_in(look: Look) -> int:
    return sum(int(rows.sum()) for _, rows in look.parts)


def test_a_look_counts_a_few_changed_calls_at_once_and_the_others_as_they_were(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        save(store, number, days=1)
    days = reporting(store).days
    days.catch_up(lambda: True)
    monkeypatch.setattr("huiting.service.days.FRESH", 3)
    store.judge([judged(drawn(n, 1), 5) for n in range(8)], at=NOW)
    for number in range(20, 22):
        save(store, number, days=1)
    span = (date(2025, 3, 1), date(2025, 3, 30))

    look = days.look(*span, EVERYBODY)
    assert (calls_in(look), look.waiting) == (14, 7)
    # Who sees one team only is shown nothing of calls that may have moved to another, nor
    # how many of those of others changed.
    assert 0 < days.look(*span, TEAM_A).waiting < 7
    assert 0 < days.waiting(*span, TEAM_A) < days.waiting(*span, EVERYBODY)
    limited = calls_in(days.look(*span, TEAM_A))
    days.catch_up(lambda: True)
    look = days.look(*span, EVERYBODY)
    assert (calls_in(look), look.waiting) == (14, 0)
    assert limited < calls_in(days.look(*span, TEAM_A))


def test_a_look_shows_no_call_in_the_bin(store: Store) -> None:
    fill(store, 6)
    days = reporting(store).days
    days.catch_up(lambda: True)
    with store.database.writing() as connection:
        keeping.put_in_bin(connection, identity(1), {}, "user:1", NOW, "why")

    look = days.look(date(2025, 3, 1), date(2025, 3, 30), EVERYBODY)
    assert (calls_in(look), look.waiting) == (5, 0)


def test_a_look_at_no_calls(plain: Store) -> None:
    days = reporting(plain).days

    assert days.look(FIRST, LAST, EVERYBODY) == Look((), 0)
    days.catch_up(lambda: True)
    fill(plain, 1)
    assert days.look(date(2020, 1, 1), date(2020, 1, 2), EVERYBODY) == Look((), 0)


def test_columns_are_read_again_by_another_process(plain: Store) -> None:
    fill(plain, 20)
    agree(reporting(plain))
    agree(reporting(plain))


def test_what_another_policy_hides_is_counted_apart(plain: Store) -> None:
    fill(plain, 20)
    agree(reporting(plain))
    masked = reporting(plain, policy=Policy({"phone": Action.MASK}, key=b"secret"))
    agree(masked)
    masked.days.catch_up(lambda: True)

    every = (MONDAY - timedelta(30), MONDAY + timedelta(30))
    assert reporting(plain).days.totals.kept(every) == []
    assert masked.days.totals.kept(every) != []


def test_days_of_another_time_zone_are_counted_apart(plain: Store) -> None:
    fill(plain, 30)
    reports = reporting(plain)
    agree(reports)
    moved = replace(reports, zone=ZoneInfo("America/St_Johns"))
    agree(moved)
    agree(reports)


def test_only_so_many_calls_are_held_in_memory(
    plain: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiting.service.days.HELD", 5)
    fill(plain, 30)
    reports = reporting(plain)
    agree(reports)
    agree(reports)


def test_days_without_a_zone_are_those_of_the_machine(plain: Store) -> None:
    fill(plain, 10)
    days = Days(plain, flat, None)
    found = list(days.within(None, None))

    assert sum(map(len, found)) == 10
