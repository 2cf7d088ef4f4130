"""What calls are sorted by."""

from datetime import date, timedelta

import pytest

from cases import case
from huiting.core.errors import InputError
from huiting.core.meaning import OutcomeKind
from huiting.insights.fields import Filter, agent_of, parse, values

CALL = case(intent="售后/退货", outcome=OutcomeKind.SOLVED, site="北京", product="手机")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("agent", ("8001",)),
        ("language", ("zh",)),
        ("intent", ("售后/退货",)),
        ("topic", ("售后",)),
        ("outcome", ("solved",)),
        ("product", ("手机",)),
        ("day", ("2025-03-12",)),
        ("week", ("2025-03-10",)),
        ("weekday", ("Wed",)),
        ("hour", ("10",)),
        ("part-of-day", ("morning",)),
        ("site", ("北京",)),
        ("colour", None),
    ],
)
def test_fields_of_a_call(name: str, found: tuple[str, ...] | None) -> None:
    assert values(CALL, name) == found


@pytest.mark.parametrize(
    "name", ["language", "intent", "topic", "outcome", "product", "day", "hour", "agent"]
)
def test_what_is_not_known_has_no_value(name: str) -> None:
    assert values(case(language=None, began=None, agent=None), name) is None
    assert agent_of(case(agent=None)) == "–"


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("all", True),
        ("agent=8001", True),
        ("agent=8002|8001 language=zh", True),
        ("agent=8001 language=en", False),
        ("intent=售后", True),
        ("intent=售", False),
        ("site=上海", False),
        ("since=2025-03-12", True),
        ("since=2025-03-13", False),
        ("until=2025-03-12", False),
        ("until=2025-03-13", True),
    ],
)
def test_a_filter_keeps_what_it_says(text: str, keeps: bool) -> None:  # noqa: FBT001
    assert parse(text).keeps(CALL) is keeps
    assert parse(str(parse(text))) == parse(text)


def test_a_call_of_unknown_time_is_in_no_stretch_of_time() -> None:
    assert not Filter(since=date(2025, 1, 1)).keeps(case(began=None))
    assert Filter().keeps(case(began=None))


@pytest.mark.parametrize("text", ["agent", "=3", "agent=", "since=yesterday"])
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse(text)


def test_the_night_is_a_part_of_the_day_too() -> None:
    assert values(case(after=timedelta(hours=-8)), "part-of-day") == ("night",)
    assert values(case(after=timedelta(hours=12)), "part-of-day") == ("evening",)


@pytest.mark.parametrize("value", ["8001", "Team A", "一组 甲|二组"])
def test_a_filter_is_read_as_it_is_written(value: str) -> None:
    wanted = Filter({"team": tuple(value.split("|")), "agent": ("8001",)})

    assert parse(str(wanted)) == wanted
