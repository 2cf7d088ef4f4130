"""Appeals: who may make one, until when, who decides, and what it does to the rule's measure."""

from datetime import timedelta

import pytest

from huiting.access.permissions import UserRole
from huiting.core.errors import Conflict, Forbidden, InputError, Unknown, UnknownCall
from huiting.core.judgement import Verdict
from huiting.service.views import View
from huiting.store.audit import Wanted
from huiting.store.reviewing.appeals import Appeal, AppealState
from unit.service.review.desk import AGENT, ANN, BEN, BOSS, MONDAY, Desk, by, person


def appealed(desk: Desk, call: str, rule: str = "greeting") -> Appeal:
    return desk.parts.appeals.add(call, rule, "我说了您好", AGENT, by(AGENT))


def confirmed(desk: Desk, *, drawn: bool = False) -> str:
    """Return a call that Ann has decided about."""
    call = desk.call("a")
    if drawn:
        desk.draw(desk.plan(each=1))
    else:
        desk.parts.planning.pick([call], BOSS, by(BOSS))
    desk.decide(ANN, desk.one(ANN), greeting="confirmed")
    return call


def test_an_upheld_appeal_is_a_wrong_verdict(desk: Desk) -> None:
    appeal = appealed(desk, confirmed(desk))
    assert desk.parts.reviewing.measured()[0].precision.share == 1.0

    closed = desk.parts.appeals.decide(appeal.key, "听到了", BEN, by(BEN), upheld=True)

    assert (closed.state, closed.decided_by) == (AppealState.UPHELD, "user:ben")
    assert desk.parts.reviewing.measured()[0].precision.share == 0.0


def test_a_rejected_appeal_of_a_drawn_call_stays_in_the_sample(desk: Desk) -> None:
    appeal = appealed(desk, confirmed(desk, drawn=True))

    desk.parts.appeals.decide(appeal.key, "没有说", BEN, by(BEN), upheld=False)

    [measured] = desk.parts.reviewing.measured()
    assert (measured.precision.share, measured.recall.share, measured.recall.of) == (1.0, 1.0, 1)


def test_who_decided_first_does_not_decide_the_appeal(desk: Desk) -> None:
    appeal = appealed(desk, confirmed(desk))

    with pytest.raises(Forbidden, match="decided about this verdict before"):
        desk.parts.appeals.decide(appeal.key, "不", ANN, by(ANN), upheld=False)
    with pytest.raises(Forbidden, match="no agent"):
        desk.parts.appeals.decide(appeal.key, "是", AGENT, by(AGENT), upheld=True)
    assert desk.parts.appeals.waiting(BEN) == 1


def test_appeals_are_decided_once(desk: Desk) -> None:
    appeal = appealed(desk, desk.call("a"))
    desk.parts.appeals.decide(appeal.key, "不", BEN, by(BEN), upheld=False)

    with pytest.raises(Conflict):
        desk.parts.appeals.decide(appeal.key, "是", ANN, by(ANN), upheld=True)
    with pytest.raises(Conflict):
        appealed(desk, appeal.call)


@pytest.mark.parametrize(("days", "taken"), [(6.9, True), (7.1, False)])
def test_the_deadline_counts_from_the_verdict(desk: Desk, days: float, *, taken: bool) -> None:
    call = desk.call("a")
    desk.clock.at += timedelta(days=days)

    if taken:
        assert appealed(desk, call).state is AppealState.OPEN
    else:
        with pytest.raises(Forbidden, match="7 days"):
            appealed(desk, call)


def test_only_agents_appeal_and_only_about_their_own_calls(desk: Desk) -> None:
    call, other = desk.call("a"), desk.call("b", agent="8002")

    with pytest.raises(Forbidden):
        desk.parts.appeals.add(call, "greeting", "不对", ANN, by(ANN))
    with pytest.raises(UnknownCall):
        appealed(desk, other)


def test_only_verdicts_that_failed_are_appealed_against(desk: Desk) -> None:
    call = desk.call("a", MONDAY, fatal=False, greeting=Verdict.PASS)

    with pytest.raises(Conflict):
        appealed(desk, call)
    with pytest.raises(Unknown):
        appealed(desk, call, "none")


@pytest.mark.parametrize("reason", [" ", "x" * 2001], ids=["empty", "too long"])
def test_an_appeal_and_its_answer_say_something(desk: Desk, reason: str) -> None:
    call = desk.call("a")
    with pytest.raises(InputError):
        desk.parts.appeals.add(call, "greeting", reason, AGENT, by(AGENT))
    appeal = appealed(desk, call)
    with pytest.raises(InputError):
        desk.parts.appeals.decide(appeal.key, reason, BEN, by(BEN), upheld=True)


def test_appeals_of_others_are_not_there(desk: Desk) -> None:
    appeal = appealed(desk, desk.call("a"))
    other = person("other", team="B")

    assert desk.parts.appeals.page(None, View(other), None, 10) == []
    assert desk.parts.appeals.waiting(other) == 0
    with pytest.raises(Unknown):
        desk.parts.appeals.look(appeal.key, View(other), by(other))


def test_appeals_are_noted_and_listed_by_their_state(desk: Desk) -> None:
    first = appealed(desk, desk.call("a"))
    second = appealed(desk, desk.call("b"))
    appeals = desk.parts.appeals
    appeals.decide(first.key, "不", BEN, by(BEN), upheld=False)

    def keys(state: AppealState | None, before: int | None = None) -> list[int]:
        return [one.key for one in appeals.page(state, View(ANN), before, 10)]

    assert keys(AppealState.OPEN) == [second.key]
    assert keys(None) == [second.key, first.key]
    assert keys(None, second.key) == [first.key]
    audit = desk.parts.reviewing.audit
    assert [n.entry.action for n in audit.read(Wanted(who="user:ben"))] == ["reviewed"]


def test_a_reason_is_shown_without_personal_data(desk: Desk) -> None:
    call = desk.call("a")
    number = "他说 13800138000"
    appeal = desk.parts.appeals.add(call, "greeting", number, AGENT, by(AGENT))
    boss = person("boss", UserRole.SUPERVISOR)

    assert "13800138000" not in desk.parts.appeals.look(appeal.key, View(ANN), by(ANN)).reason
    plain = desk.parts.appeals.look(appeal.key, View(boss, unredacted=True), by(boss))
    assert plain.reason == number


def test_a_decision_is_not_taken_back_once_there_is_an_appeal(desk: Desk) -> None:
    appealed(desk, confirmed(desk))

    with pytest.raises(Conflict, match="appeal"):
        desk.parts.to_review.undo(View(ANN), by(ANN))


def test_verdicts_tell_what_became_of_them(desk: Desk) -> None:
    call = confirmed(desk)
    bare = desk.parts.appeals.verdicts([call])[call]

    assert bare.until == desk.clock.at + timedelta(days=7)
    assert bare.failed == [("greeting", 3)]
    assert bare.decided[("greeting", 3)].value == "confirmed"
    assert bare.appeals == {}
