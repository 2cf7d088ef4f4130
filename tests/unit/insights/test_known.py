"""Names in a question that do not exist, and those that exist elsewhere."""

import pytest

from cases import CUSTOMER, case, failed, line, scored
from huiting.core.errors import InputError
from huiting.core.judgement import Verdict
from huiting.insights import known
from huiting.insights._nearest import nearest
from huiting.insights.case import Case
from huiting.insights.fields import parse
from huiting.insights.known import Known, Names, names_in

CALLS = [
    case(
        f"c{n}",
        line(CUSTOMER, 0, 1),
        agent=f"800{n}",
        intent="售后/退货",
        site="北京",
        findings=[failed("greeting")],
        verdicts={"closing": Verdict.PASS},
        scores=[scored(80, card="basic")],
    )
    for n in range(3)
]


def seen(wanted: Names, calls: list[Case] = CALLS) -> Known:
    known = Known(wanted, intents=["物流/查询"])
    assert list(known.watch(calls)) == calls
    return known


@pytest.mark.parametrize(
    "names",
    [
        names_in([parse("agent=8001|8002 site=北京 since=2025-03-01")]),
        names_in([parse("all")], ["topic", "site"]),
        names_in(measure="rule:closing"),
        names_in(measure="score:basic<60"),
        names_in(measure="score:basic"),
        names_in(measure="score<60"),
        names_in(measure="intent:售后"),
        names_in([parse("intent=物流/查询 topic=物流")]),
        names_in(measure="said:什么都没说"),
        names_in(agent="8001"),
    ],
    ids=range(10),
)
def test_what_there_is_is_not_refused(names: Names) -> None:
    found = seen(names)

    assert found.complete
    found.check()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (names_in([parse("agent=8001|8009")]), "agent=8009: not known; choose one of 800"),
        (names_in([parse("site=上海")]), "site=上海: not known; choose one of 北京"),
        (names_in([parse("team=A")]), "field 'team': not known; choose one of "),
        (names_in(fields=["agnt"]), "field 'agnt': not known; choose one of agent, "),
        (names_in(measure="rule:greetings"), "choose one of greeting, closing"),
        (names_in(measure="score:base<60"), "scorecard 'base': not known; choose one of basic"),
        (names_in(measure="intent:退款"), "intent '退款': not known; choose one of "),
        (names_in([parse("topic=价格")]), "intent '价格': not known"),
        (names_in(agent="9"), "agent=9: not known; choose one of 800"),
        (names_in([parse("language=fr")]), "language=fr: not known; choose one of zh"),
        (names_in([parse("product=耳机")]), "product=耳机: no call has any; leave it out"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(names: Names, said: str) -> None:
    found = seen(names)

    assert not found.complete
    with pytest.raises(InputError) as caught:
        found.check()
    assert said in str(caught.value)


def test_unjudged_calls_have_no_rules() -> None:
    with pytest.raises(InputError, match="rule 'greeting': no call has any"):
        seen(names_in(measure="rule:greeting"), [case()]).check()
    with pytest.raises(InputError, match="scorecard 'card': no call has any"):
        seen(names_in(measure="score:card"), [case()]).check()


def test_beyond_what_is_remembered_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MOST", 2)

    assert seen(names_in([parse("agent=8009")])).complete


def test_the_nearest_names_come_first_and_the_rest_is_counted() -> None:
    there = [f"rule-{n}" for n in range(20)] + ["greeting-late"]

    assert nearest("greeting", there).startswith("greeting-late, ")
    assert nearest("greeting", there).endswith("… (+13)")


def test_names_of_two_questions_go_together() -> None:
    both = names_in([parse("site=北京")], ["topic"]) | names_in([parse("site=成都 agent=1")])

    assert both.values == {"site": {"北京", "成都"}, "agent": {"1"}}
    assert both.fields == {"site", "agent", "topic"}
