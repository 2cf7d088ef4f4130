"""The queue: what somebody gets, decides, skips and takes back."""

from datetime import timedelta

import pytest

from huiting.core.errors import Conflict, InputError, Unknown
from huiting.core.judgement import Verdict
from huiting.service.review.queue import Mark, Outcome
from huiting.service.views import View
from huiting.store.audit import Wanted
from huiting.store.reviews import Decision
from unit.service.review.desk import ANN, BEN, BOSS, MONDAY, Desk, by, person

FAIL, PASS = Verdict.FAIL, Verdict.PASS


def queued(desk: Desk, *names: str, **verdicts: Verdict) -> list[str]:
    calls = [desk.call(name, MONDAY, fatal=False, **verdicts) for name in names]
    desk.parts.planning.pick(calls, BOSS, by(BOSS))
    return calls


def test_two_people_never_get_the_same(desk: Desk) -> None:
    queued(desk, "a", "b")

    one, other = desk.one(ANN), desk.one(BEN)

    assert one.item.key != other.item.key
    assert desk.one(ANN).item.key == one.item.key  # theirs until it is decided
    assert desk.next(person("cat")) is None


def test_what_somebody_took_and_left_is_there_for_others_after_an_hour(desk: Desk) -> None:
    queued(desk, "a")
    task = desk.one(ANN)

    desk.clock.at += timedelta(minutes=61)

    assert desk.one(BEN).item.key == task.item.key
    with pytest.raises(Conflict):
        desk.decide(ANN, task, greeting="confirmed")


def test_a_decision_measures_the_rule_and_is_noted(desk: Desk) -> None:
    [call] = queued(desk, "a")
    desk.decide(ANN, desk.one(ANN), 12.5, greeting="wrong")

    [review] = desk.parts.reviewing.reviews.page(call=call)
    assert (review.decision, review.by, review.seconds, review.drawn) == (
        Decision.WRONG, "user:ann", 12.5, False,
    )  # fmt: skip
    [measured] = desk.parts.reviewing.measured("greeting")
    assert (measured.precision.count, measured.precision.of) == (0, 1)
    deeds = [
        noted.entry.action for noted in desk.parts.reviewing.audit.read(Wanted(who="user:ann"))
    ]
    assert deeds == ["saw", "reviewed"]


def test_missed_ones_are_added_with_their_place(desk: Desk) -> None:
    [call] = queued(desk, "a", greeting=FAIL, promise=PASS)
    task = desk.one(ANN)
    marks = [Mark("greeting", Decision.CONFIRMED), Mark("promise", Decision.MISSED, 4.5)]

    desk.parts.to_review.decide(task.item.key, Outcome(marks, "听"), ANN, by(ANN))

    found = {r.rule: r for r in desk.parts.reviewing.reviews.page(call=call)}
    assert (found["promise"].decision, found["promise"].moment) == (Decision.MISSED, 4.5)
    assert found["greeting"].seconds is None  # two decisions, one time: of neither


@pytest.mark.parametrize(
    "marks",
    [
        pytest.param([], id="nothing decided"),
        pytest.param([Mark("greeting", Decision.MISSED)], id="missed, and it failed"),
        pytest.param(
            [Mark("greeting", Decision.CONFIRMED), Mark("promise", Decision.WRONG)],
            id="wrong, and it did not fail",
        ),
        pytest.param(
            [Mark("greeting", Decision.CONFIRMED), Mark("none", Decision.MISSED)], id="no such rule"
        ),
        pytest.param([Mark("greeting", Decision.CONFIRMED)] * 2, id="twice"),
        pytest.param(
            [Mark("greeting", Decision.CONFIRMED), Mark("promise", Decision.MISSED, 99.0)],
            id="after the call",
        ),
    ],
)
def test_decisions_that_do_not_fit_are_refused_and_nothing_is_kept(
    desk: Desk, marks: list[Mark]
) -> None:
    queued(desk, "a", greeting=FAIL, promise=PASS)
    task = desk.one(ANN)

    with pytest.raises(InputError):
        desk.parts.to_review.decide(task.item.key, Outcome(marks), ANN, by(ANN))
    assert desk.parts.reviewing.reviews.page() == []


def test_nobody_decides_twice_or_for_others(desk: Desk) -> None:
    queued(desk, "a")
    task = desk.one(ANN)
    with pytest.raises(Conflict):
        desk.decide(BEN, task, greeting="confirmed")
    desk.decide(ANN, task, greeting="confirmed")
    with pytest.raises(Conflict):
        desk.decide(ANN, task, greeting="wrong")


def test_what_is_skipped_comes_last(desk: Desk) -> None:
    queued(desk, "a", "b")
    first = desk.one(ANN).item.key

    desk.parts.to_review.skip(first, ANN)

    assert desk.one(ANN).item.key != first
    assert desk.one(BEN).item.key == first
    with pytest.raises(Conflict):
        desk.parts.to_review.skip(first, ANN)


def test_the_last_decision_is_taken_back_for_ten_minutes(desk: Desk) -> None:
    [call] = queued(desk, "a")
    desk.decide(ANN, desk.one(ANN), greeting="wrong")
    queue = desk.parts.to_review

    again = queue.undo(View(ANN), by(ANN))

    assert (again.item.call, desk.parts.reviewing.reviews.page()) == (call, [])
    desk.decide(ANN, desk.one(ANN), greeting="confirmed")
    desk.clock.at += timedelta(minutes=11)
    with pytest.raises(Conflict):
        queue.undo(View(ANN), by(ANN))


def test_calls_of_others_are_not_there(desk: Desk) -> None:
    queued(desk, "a")
    other = person("other", team="B")

    assert desk.next(other) is None
    assert desk.parts.to_review.waiting(other).common == 0
    with pytest.raises(Unknown):
        desk.parts.to_review.task(desk.one(ANN).item.key, View(other))


def test_a_call_that_was_removed_is_passed_over(desk: Desk) -> None:
    first, second = queued(desk, "a", "b")
    desk.parts.keeping.bin.put(first, "", BOSS, by(BOSS))

    assert desk.one(ANN).item.call == second


def test_seconds_beyond_an_hour_are_not_believed(desk: Desk) -> None:
    queued(desk, "a", "b")
    desk.decide(ANN, desk.one(ANN), 10.0, greeting="confirmed")
    desk.decide(ANN, desk.one(ANN), 10_000.0, greeting="confirmed")

    waiting = desk.parts.to_review.waiting(ANN)

    assert (waiting.done, waiting.seconds, waiting.measured) == (2, 10.0, 1)


def test_a_comment_that_is_too_long_is_refused(desk: Desk) -> None:
    queued(desk, "a")
    with pytest.raises(InputError):
        desk.parts.to_review.decide(
            desk.one(ANN).item.key, Outcome([], "x" * 2001), ANN, by(ANN)
        )  # fmt: skip


def test_a_call_without_a_failed_verdict_is_done_at_once(desk: Desk) -> None:
    queued(desk, "a", greeting=PASS)
    task = desk.one(ANN)

    desk.decide(ANN, task)

    assert task.asked == ()
    assert desk.next(ANN) is None


def test_a_verdict_that_is_gone_asks_for_nothing(desk: Desk) -> None:
    call = desk.call("a", greeting=FAIL)
    desk.draw(desk.plan(rule="greeting", failed=True))
    desk.judge(call, version=4, promise=FAIL)

    task = desk.one(ANN)

    assert task.asked == ()
    desk.decide(ANN, task)


def test_fatal_verdicts_come_first(desk: Desk) -> None:
    call = desk.call("a", fatal=True, zulu=FAIL, alpha=FAIL)
    desk.parts.planning.pick([call], BOSS, by(BOSS))

    assert [f.rule for f in desk.one(ANN).asked] == ["zulu", "alpha"]
