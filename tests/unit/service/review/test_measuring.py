"""What decisions tell of rules, of reviewers, of the work."""

from datetime import timedelta

import pytest

from huiting.core.judgement import Verdict
from huiting.service.review.queue import Mark, Outcome
from huiting.store.reviews import Decision
from unit.service.review.desk import ANN, BEN, MONDAY, Desk, by, person

FAIL, PASS = Verdict.FAIL, Verdict.PASS


def test_recall_is_none_without_a_random_sample(desk: Desk) -> None:
    desk.call("a", fatal=True)
    desk.draw(desk.plan(fatal=True))
    desk.decide(ANN, desk.one(ANN), greeting="confirmed")

    [measured] = desk.parts.reviewing.measured()

    assert (measured.recall.share, measured.recall.interval, measured.recall.of) == (None, None, 0)


def test_recall_weighs_calls_by_those_that_were_not_drawn(desk: Desk) -> None:
    """One of four calls of an agent is drawn and was caught, the only one of another was missed."""
    for n in range(4):
        desk.call(f"busy {n}", agent="8001")
    desk.call("quiet", MONDAY, agent="8002", fatal=False, greeting=PASS)
    desk.draw(desk.plan(each=1))
    for _ in range(2):
        task = desk.one(ANN)
        caught = bool(task.asked)
        mark = Mark("greeting", Decision.CONFIRMED if caught else Decision.MISSED)
        desk.parts.to_review.decide(task.item.key, Outcome([mark]), ANN, by(ANN))

    [measured] = desk.parts.reviewing.measured("greeting")

    assert measured.recall.share == pytest.approx(4 / 5)
    assert measured.recall.of == 2
    ends = measured.recall.interval
    assert ends is not None
    assert (ends.low < 0.35, ends.high > 0.95) == (True, True)  # unequal weights tell less


def test_a_drawn_call_stays_drawn_when_somebody_decides_again(desk: Desk) -> None:
    call = desk.call("a")
    desk.draw(desk.plan(each=1))
    desk.decide(ANN, desk.one(ANN), greeting="confirmed")

    desk.parts.reviewing.decide(call, "greeting", Decision.CONFIRMED, by(BEN))

    assert desk.parts.reviewing.measured()[0].recall.of == 1


def test_reviewers_are_compared_by_what_both_decided(desk: Desk) -> None:
    for n in range(12):
        desk.call(f"call {n}", fatal=True)
    plan = desk.plan(ANN, BEN, fatal=True, second=1.0)
    desk.draw(plan, ANN, BEN)
    for n in range(12):
        desk.decide(ANN, desk.one(ANN), 2.0, greeting="confirmed" if n % 2 else "wrong")
    decided = {r.call: r.decision for r in desk.parts.reviewing.reviews.page()}
    for _ in range(12):
        task = desk.one(BEN)
        desk.decide(BEN, task, greeting=decided[task.item.call].value)

    agreed = desk.parts.measuring.agreement(ANN)
    work = desk.parts.measuring.workload(ANN)

    assert (agreed.shared, agreed.pairs[0].of) == (12, 12)
    assert agreed.pairs[0].kappa is not None
    assert agreed.pairs[0].kappa.value == pytest.approx(1.0)
    assert agreed.all is not None
    assert [(w.person, w.items, w.seconds) for w in work] == [
        ("user:ann", 12, 2.0), ("user:ben", 12, None),
    ]  # fmt: skip
    assert desk.parts.measuring.agreement(person("x", team="B")).pairs == []


def test_what_is_decided_outside_of_the_queue_does_not_count_as_agreement(desk: Desk) -> None:
    call = desk.call("a")
    for who in (ANN, BEN):
        desk.parts.reviewing.decide(call, "greeting", Decision.CONFIRMED, by(who))

    assert desk.parts.measuring.agreement(ANN).shared == 0


def test_a_rule_is_followed_week_by_week(desk: Desk) -> None:
    first, second, third = (desk.call(name) for name in "abc")
    decide = desk.parts.reviewing.decide
    decide(first, "greeting", Decision.CONFIRMED, by(ANN))
    decide(second, "greeting", Decision.WRONG, by(ANN))
    desk.clock.at += timedelta(weeks=1)
    decide(third, "greeting", Decision.WRONG, by(ANN))

    course = desk.parts.measuring.course("greeting", ANN)

    assert [(w.begin.isoformat(), w.precision.count, w.precision.of) for w in course.weeks] == [
        ("2025-03-10", 1, 2), ("2025-03-17", 0, 1),
    ]  # fmt: skip
    assert [m.call for m in course.mistakes] == [third, second]
