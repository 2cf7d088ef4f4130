"""How each agent's calls go."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cases import AGENT, ANGRY, CUSTOMER, NEUTRAL, Answer, Upset, case, failed, line, party, scored
from huiting.core.dialogue import Dialogue
from huiting.core.judgement import Severity, Verdict
from huiting.core.types import Span
from huiting.insights.agents import AgentReport, Why, agents
from huiting.insights.case import Case
from huiting.insights.rates import Rate


def only(cases: list[Case]) -> AgentReport:
    (found,) = agents(cases)
    return found


def test_talk_and_silence_add_up_over_calls() -> None:
    cases = [
        case(
            f"c{n}",
            parties=[
                party(talk=30, rate=200 + n, response=n, interruptions=n),
                party(CUSTOMER, talk=10),
            ],
            duration=100,
        )
        for n in range(3)
    ]
    found = only(cases)

    assert (found.calls, found.talk_time, found.listen_time) == (3, 90, 30)
    assert found.talk_ratio == 0.75
    assert found.silence_ratio == 0
    assert found.rate is not None
    assert found.rate.value == 201
    assert found.response is not None
    assert found.response.value == 1
    assert found.interruptions is not None
    assert found.interruptions.value == 1
    assert found.calmed is None


def test_an_agent_of_whom_nothing_is_known_has_no_numbers() -> None:
    found = only([case("c", agent=None)])

    assert found.agent == "–"
    assert (found.talk_ratio, found.rate, found.score, found.percentile) == (None,) * 4
    assert found.angry == Rate(0, 0)
    assert found.hear == ()


def test_rules_are_told_week_by_week_and_uncertain_is_neither() -> None:
    verdicts = [Verdict.FAIL, Verdict.PASS, Verdict.FAIL, Verdict.UNCERTAIN, Verdict.NOT_APPLICABLE]
    cases = [
        case(f"c{n}", verdicts={"greeting": verdict}, after=timedelta(days=7 * (n // 2)))
        for n, verdict in enumerate(verdicts)
    ]
    (rule,) = only(cases).rules

    assert (rule.rule, rule.failed, rule.uncertain) == ("greeting", Rate(2, 3), 1)
    assert [(w.week, w.rate) for w in rule.weeks] == [
        ("2025-03-10", Rate(1, 2)),
        ("2025-03-17", Rate(1, 1)),
    ]
    assert rule.calls == ("c0", "c2")


def test_a_rule_of_a_call_without_a_time_is_in_no_week() -> None:
    (rule,) = only([case("c", verdicts={"a": Verdict.FAIL}, began=None)]).rules

    assert rule.failed == Rate(1, 1)
    assert rule.weeks == ()


def test_what_followed_upset_customers_is_asked_of_what_is_passed_in() -> None:
    def calm(dialogue: Dialogue) -> Iterator[Upset]:
        yield Upset(dialogue.call == "a", 2.0)
        yield Upset(None, None, Answer.OTHER)

    angry = line(CUSTOMER, 0, 1, emotion=ANGRY)
    (found,) = agents([case("a", angry), case("b", line(CUSTOMER, 0, 1, emotion=NEUTRAL))], calm)

    assert found.calmed == Rate(1, 2)
    assert found.angry == Rate(1, 2)
    assert found.calmed_after is not None
    assert found.calmed_after.value == 2
    assert found.answers == (("apology", 2), ("other", 2))


def team(*means: float, calls: int = 5) -> list[Case]:
    return [
        case(f"a{a}c{n}", agent=f"800{a}", scores=[scored(mean)])
        for a, mean in enumerate(means)
        for n in range(calls)
    ]


def test_agents_are_ranked_in_their_team() -> None:
    assert [a.percentile for a in agents(team(50, 70, 70, 90))] == [0.125, 0.5, 0.5, 0.875]


@pytest.mark.parametrize(
    "cases",
    [
        pytest.param(team(50, 90), id="two agents"),
        pytest.param(team(5, 7, 9, calls=4), id="few calls"),
    ],
)
def test_few_are_not_ranked(cases: list[Case]) -> None:
    assert {a.percentile for a in agents(cases)} == {None}


def test_three_calls_are_worth_hearing_and_say_why() -> None:
    bad = failed("banned", "随便你", 31, name="不用禁语")
    scores = [scored(n * 10.0) for n in range(2, 10)]
    cases = [case(f"c{n}", scores=[score]) for n, score in enumerate(scores)]
    cases.append(case("fatal", findings=[bad], scores=[scored(0, "banned")]))
    worst, typical, best = only(cases).hear

    assert (worst.call, worst.why, worst.faults) == ("fatal", Why.FATAL, ("不用禁语",))
    assert (worst.quote, worst.moment) == ("随便你", Span(31, 33))
    assert (typical.why, typical.points) == (Why.TYPICAL, 50)
    assert (best.why, best.points) == (Why.BEST, 90)


def test_without_scores_faults_decide() -> None:
    cases = [
        case("two", findings=[failed("a"), failed("b")]),
        case("one", findings=[failed("a")]),
        case("none", findings=[]),
    ]

    assert [(h.call, h.why) for h in only(cases).hear] == [
        ("two", Why.WORST),
        ("one", Why.TYPICAL),
        ("none", Why.BEST),
    ]


def test_the_gravest_fault_is_named_first() -> None:
    minor = failed("a", name="小")
    grave = failed("b", name="大")
    object.__setattr__(grave, "severity", Severity.CRITICAL)

    assert only([case("c", findings=[minor, grave])]).hear[0].faults == ("大", "小")


def test_one_call_is_named_once() -> None:
    assert [h.why for h in only([case("c", scores=[scored(80)])]).hear] == [Why.WORST]
    assert only([case("c", scores=[scored(None)])]).hear == ()


def test_the_choice_does_not_hang_on_the_order_of_the_calls() -> None:
    cases = [case(f"c{n}", scores=[scored(n % 97)]) for n in range(1000)]

    assert only(cases).hear == only(cases[::-1]).hear


def test_an_agent_who_also_was_asked_for_by_scorecard() -> None:
    cases = [case("c", line(AGENT, 0, 1), scores=[scored(50), scored(90, card="other")])]
    (found,) = agents(cases, scorecard="other")

    assert found.score is not None
    assert found.score.value == 90
