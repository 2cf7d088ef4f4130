"""Plans: what they choose, who gets it, and that drawing again adds only what is new."""

from collections import Counter
from datetime import timedelta

import pytest

from huiting.core.errors import Forbidden, InputError, Unknown
from huiting.core.judgement import Verdict
from huiting.service.review.drawing import Dealing, sample
from huiting.store.reviewing import items
from huiting.store.reviewing.candidates import Candidate
from huiting.store.reviewing.plans import Terms
from unit.service.review.desk import ANN, BEN, BOSS, CAT, MONDAY, WEEK, Desk, by, person

FAIL, PASS, UNSURE = Verdict.FAIL, Verdict.PASS, Verdict.UNCERTAIN


def test_all_calls_with_a_fatal_item_are_chosen_once(desk: Desk) -> None:
    bad = desk.call("a", fatal=True)
    desk.call("b")
    plan = desk.plan(fatal=True)

    first, again = desk.draw(plan), desk.draw(plan)
    new = desk.call("c", fatal=True)
    third = desk.draw(plan)

    assert (first.items, again.items, third.items) == (1, 0, 1)
    assert {desk.one(ANN).item.call, desk.one(BEN).item.call} == {bad, new}


def test_calls_are_drawn_by_chance_of_each_agent_and_week_that_is_over(desk: Desk) -> None:
    for agent in ("8001", "8002"):
        for n in range(6):
            desk.call(f"{agent}-{n}", MONDAY + timedelta(hours=n), agent=agent)
    desk.call("this week", MONDAY + WEEK)
    desk.call("long ago", MONDAY - 10 * WEEK)
    plan = desk.plan(each=2)

    drawn = desk.draw(plan)

    assert (drawn.items, drawn.by_chance, drawn.left) == (4, 4, 0)
    seen = [desk.next(person(f"p{n}")) for n in range(5)]
    found = Counter(task.item.agent for task in seen if task)
    assert found == {"8001": 2, "8002": 2}
    assert {task.item.week for task in seen if task} == {"2025-03-03"}
    assert desk.draw(plan).items == 0


def test_a_stratum_drawn_from_again_is_only_filled_up(desk: Desk) -> None:
    desk.call("a")
    plan = desk.plan(each=2)
    desk.draw(plan)
    for name in "bcd":
        desk.call(name)

    assert desk.draw(plan).items == 1
    assert desk.draw(plan).items == 0


def test_the_same_seed_draws_the_same_calls_and_another_one_others() -> None:
    calls = [Candidate(n, f"call {n}", MONDAY, {"agent": "8001"}) for n in range(100)]

    def drawn(seed: int) -> set[str]:
        return {c.call for c in sample(calls, 10, 100, seed, None).chosen}

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_every_call_has_the_same_chance() -> None:
    calls = [Candidate(n, f"call {n}", MONDAY, {}) for n in range(20)]

    counts = Counter(
        one.call for seed in range(600) for one in sample(calls, 5, 100, seed, None).chosen
    )

    assert len(counts) == 20
    assert all(110 < count < 190 for count in counts.values())  # 150 expected, 4 deviations


def test_no_half_of_a_stratum_is_drawn() -> None:
    calls = [Candidate(n, f"{n}", MONDAY, {"agent": str(n % 3)}) for n in range(30)]

    found = sample(calls, 4, 10, 1, None)

    assert (len(found.chosen), found.left) == (8, 1)


def test_items_go_evenly_to_reviewers_who_may_see_the_call(desk: Desk) -> None:
    for n in range(6):
        desk.call(f"a{n}", fatal=True, team="A")
    desk.call("b", fatal=True, team="B")
    ann, ben = person("ann", team="A"), person("ben", team="A")
    plan = desk.plan(ann, ben, fatal=True)

    desk.draw(plan, ann, ben)

    waiting = desk.parts.to_review.waiting
    assert (waiting(ann).mine, waiting(ben).mine) == (3, 3)
    assert (waiting(ann).common, waiting(CAT).common) == (0, 1)


def test_second_readers_are_other_people(desk: Desk) -> None:
    desk.call("a", fatal=True)
    plan = desk.plan(ANN, BEN, fatal=True, second=1.0)
    assert desk.draw(plan, ANN, BEN).items == 2
    assert desk.one(ANN).item.key != desk.one(BEN).item.key

    desk.call("b", fatal=True)
    common = desk.plan(fatal=True, second=1.0)
    desk.draw(common)
    first = desk.one(CAT)
    assert desk.next(CAT, first.item.key) is None  # the other one is for somebody else
    other = desk.one(person("dan"))
    assert (other.item.call, other.item.key != first.item.key) == (first.item.call, True)


def test_verdicts_of_one_rule_and_uncertain_ones_are_items_of_their_own(desk: Desk) -> None:
    desk.call("a", greeting=FAIL, promise=FAIL)
    desk.call("b", greeting=UNSURE, promise=UNSURE)
    desk.call("c", greeting=PASS)
    plan = desk.plan(rule="greeting", failed=True, uncertain=True)

    assert desk.draw(plan).items == 2
    first = desk.one(ANN)
    assert (first.item.rule, [f.rule for f in first.asked]) == ("greeting", ["greeting"])
    assert desk.draw(desk.plan(uncertain=True)).items == 1  # promise of b


def test_what_was_looked_at_is_not_chosen_again(desk: Desk) -> None:
    desk.call("a", fatal=True, greeting=FAIL)
    desk.draw(desk.plan(fatal=True))

    assert desk.draw(desk.plan(rule="greeting", failed=True)).items == 0


def test_a_call_that_was_picked_may_be_drawn_too_and_counts_as_drawn(desk: Desk) -> None:
    call = desk.call("a")
    assert desk.parts.planning.pick([call, call], BOSS, by(BOSS)) == 1
    assert desk.parts.planning.pick([call], BOSS, by(BOSS)) == 0

    drawn = desk.draw(desk.plan(each=1))

    assert (drawn.items, drawn.by_chance) == (0, 1)
    assert desk.one(ANN).item.drawn


def test_a_random_sample_of_one_rule_takes_its_verdicts_whatever_they_say(desk: Desk) -> None:
    desk.call("a", greeting=PASS, promise=FAIL)
    plan = desk.plan(rule="greeting", each=1)

    desk.draw(plan)

    task = desk.one(ANN)
    assert (task.item.rule, task.item.drawn, task.asked[0].verdict) == ("greeting", True, PASS)


def test_a_plan_stays_with_the_calls_of_who_made_it(desk: Desk) -> None:
    desk.call("a", fatal=True, team="A")
    desk.call("b", fatal=True, team="B")
    lead = person("lead", BOSS.role, team="A")
    planning = desk.parts.planning
    plan = planning.make(Terms("A"), lead, by(lead)).key

    assert planning.draw(plan, [], lead, by(lead)).items == 1
    assert [made.plan.key for made in planning.page(lead, None, 10)] == [plan]
    desk.plan(fatal=True)
    assert len(planning.page(lead, None, 10)) == 1
    assert len(planning.page(BOSS, None, 10)) == 2
    with pytest.raises(Unknown):
        planning.one(plan + 1, lead)


def test_a_paused_plan_offers_nothing_until_it_goes_on(desk: Desk) -> None:
    desk.call("a", fatal=True)
    plan = desk.plan(fatal=True)
    desk.draw(plan)

    desk.parts.planning.pause(plan, BOSS, by(BOSS), paused=True)
    assert desk.next(ANN) is None
    desk.parts.planning.pause(plan, BOSS, by(BOSS), paused=False)
    assert desk.next(ANN) is not None


def test_what_waits_for_somebody_is_given_to_whoever_comes(desk: Desk) -> None:
    desk.call("a", fatal=True)
    plan = desk.plan(ANN, fatal=True)
    desk.draw(plan, ANN)
    assert desk.next(BEN) is None

    assert desk.parts.planning.release(plan, BOSS, by(BOSS)) == 1
    assert desk.next(BEN) is not None


def test_progress_is_told(desk: Desk) -> None:
    desk.call("a", fatal=True)
    desk.call("b")
    plan = desk.plan(fatal=True, each=5)
    desk.draw(plan)
    desk.decide(ANN, desk.one(ANN), greeting="confirmed")

    made = desk.parts.planning.one(plan, BOSS)

    assert (made.progress.items, made.progress.done, made.progress.drawn) == (2, 1, 2)
    assert made.plan.drawn_at == desk.clock.at


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param({"name": " "}, id="no name"),
        pytest.param({"fatal": False}, id="nothing chosen"),
        pytest.param({"failed": True, "fatal": False}, id="failed by no rule"),
        pytest.param({"each": 1000}, id="too many"),
        pytest.param({"second": 2.0}, id="no share"),
    ],
)
def test_a_plan_that_chooses_nothing_or_too_much_is_refused(
    desk: Desk, terms: dict[str, object]
) -> None:
    told = Terms(**{"name": "x", **terms})  # type: ignore[arg-type]
    with pytest.raises(InputError):
        desk.parts.planning.make(told, BOSS, by(BOSS))


def test_reviewers_make_no_plans(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        desk.parts.planning.make(Terms("x"), ANN, by(ANN))


def test_nobody_picks_more_calls_than_can_be_taken(desk: Desk) -> None:
    with pytest.raises(InputError):
        desk.parts.planning.pick(["0" * 64] * 501, BOSS, by(BOSS))


def test_a_call_without_a_reader_who_sees_it_is_for_whoever_comes() -> None:
    dealing = Dealing([], {})
    dealing.deal(Candidate(1, "a", MONDAY, {}), "fatal")

    assert dealing.dealt == [items.New(1, "fatal")]
