"""The whole way of a review on each database: drawn, decided, appealed against, measured."""

from huiting.core.judgement import Verdict
from huiting.service.views import View
from unit.service.review.desk import AGENT, ANN, BEN, BOSS, CAT, MONDAY, Desk, by

FAIL, PASS, UNSURE = Verdict.FAIL, Verdict.PASS, Verdict.UNCERTAIN


def test_the_whole_way(any_desk: Desk) -> None:
    desk = any_desk
    fatal = desk.call("a", MONDAY, fatal=True, greeting=FAIL, promise=PASS)
    desk.call("b", MONDAY, agent="8002", fatal=False, greeting=PASS, promise=UNSURE)
    plan = desk.plan(ANN, BEN, fatal=True, uncertain=True, each=2, second=1.0, seed=3)
    drawn = desk.draw(plan, ANN, BEN)
    assert (drawn.items, drawn.by_chance) == (6, 2)
    for who in (ANN, BEN):
        while (task := desk.next(who)) is not None:
            desk.decide(who, task, None, **{f.rule: "confirmed" for f in task.asked})
    assert desk.parts.planning.one(plan, BOSS).progress.done == 6
    assert desk.draw(plan, ANN, BEN).items == 0

    desk.parts.to_review.undo(View(BEN), by(BEN))
    task = desk.one(BEN)
    desk.parts.to_review.skip(task.item.key, BEN)
    desk.decide(BEN, desk.one(BEN), 3.0, **{f.rule: "confirmed" for f in task.asked})
    appeal = desk.parts.appeals.add(fatal, "greeting", "我说了", AGENT, by(AGENT))
    desk.parts.appeals.decide(appeal.key, "对", CAT, by(CAT), upheld=True)

    measured = {m.rule: m for m in desk.parts.reviewing.measured()}
    assert measured["greeting"].precision.share == 0.0
    assert [w.items for w in desk.parts.measuring.workload(BOSS)] == [3, 3]
    assert desk.parts.measuring.agreement(BOSS).shared == 2
    assert len(desk.parts.measuring.course("greeting", BOSS).mistakes) == 1
    assert desk.parts.to_review.waiting(ANN).done == 3
    assert desk.parts.appeals.verdicts([fatal])[fatal].appeals
    assert desk.parts.planning.release(plan, BOSS, by(BOSS)) == 0
