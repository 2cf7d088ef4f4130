"""Intents by wording that no list has."""

import pytest

from fakes import AGENT, CUSTOMER, UNKNOWN, call, says
from huiting.core.meaning import Intent, IntentSource, Meaning
from huiting.core.reading import Reading
from huiting.core.types import Role
from huiting.quality.intents.kinds import OTHER, Keyword, Kind
from huiting.quality.intents.read import default_intents
from huiting.quality.intents.stage import intent_stage
from huiting.text.pronunciation import sounds_of
from unit.quality.taught import Taught

COMPLAINT, RETURN = "投诉", "售后/退货退款"
BITTER = "亲您们可真周到"


def reads(name: str, share: float = 0.9) -> Reading:
    others = [kind.name for kind in default_intents()] + [OTHER]
    left = (1 - share) / (len(others) - 1)
    return Reading(reasons=dict.fromkeys(others, left) | {name: share})


def told(
    reader: Taught, *lines: tuple[Role, str], kinds: tuple[Kind, ...] = default_intents()
) -> tuple[Intent, ...]:
    segments = [says(r, n, n + 1, t, language="zh") for n, (r, t) in enumerate(lines)]
    stage = intent_stage(kinds, sounds_of, reader=reader)
    return stage(call(*segments, language="zh"), Meaning()).intents


def test_wording_tells_where_no_keyword_does() -> None:
    main, *_ = told(Taught({BITTER: reads(COMPLAINT)}), (CUSTOMER, BITTER))

    assert main.name == COMPLAINT
    assert main.source is IntentSource.SIMILARITY
    assert main.score > 0.5
    assert [q.text for q in main.quotes] == [BITTER]


def test_the_surer_the_wording_the_higher_the_score() -> None:
    scores = [
        told(Taught({BITTER: reads(COMPLAINT, share)}), (CUSTOMER, BITTER))[0].score
        for share in (0.3, 0.6, 0.9)
    ]

    assert scores == sorted(set(scores))


def test_keywords_that_decide_are_hardly_moved() -> None:
    text = "我要投诉，你们骗人"

    main, *_ = told(Taught({text: reads(RETURN, 0.7)}), (CUSTOMER, text))

    assert main.name == COMPLAINT
    assert main.source is IntentSource.WORDS


@pytest.mark.parametrize("role", [CUSTOMER, UNKNOWN], ids=["customer", "unknown"])
def test_two_lines_say_more_than_one(role: Role) -> None:
    second = "上回也是"
    one = told(Taught({BITTER: reads(COMPLAINT, 0.5)}), (role, BITTER), (AGENT, "嗯嗯您请说"))
    both = told(
        Taught({BITTER: reads(COMPLAINT, 0.5), second: reads(COMPLAINT, 0.5)}),
        (role, BITTER),
        (AGENT, "嗯嗯您请说"),
        (role, second),
    )

    assert both[0].score > one[0].score


def test_of_a_teams_list_only_names_that_are_ours_are_read() -> None:
    theirs = (Kind("门店/吐槽", keywords=(Keyword("店长", 1.0),)), Kind(COMPLAINT))

    known, *_ = told(Taught({BITTER: reads(COMPLAINT)}), (CUSTOMER, BITTER), kinds=theirs)
    names = [
        i.name for i in told(Taught({BITTER: reads(RETURN)}), (CUSTOMER, BITTER), kinds=theirs)
    ]

    assert known.name == COMPLAINT
    assert names[0] == OTHER
    assert RETURN not in names


def test_a_reader_that_knows_nothing_changes_nothing() -> None:
    text = "喂你好，我想退货"

    assert (
        told(Taught({}), (CUSTOMER, text))
        == intent_stage(default_intents(), sounds_of)(
            call(says(CUSTOMER, 0, 1, text, language="zh"), language="zh"), Meaning()
        ).intents
    )
