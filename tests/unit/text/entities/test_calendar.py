from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import CUSTOMER, call, says
from huiting.core.meaning import Meaning
from huiting.text.entities.checks import is_bank_card, is_hotline, is_id_card, luhn, phone
from huiting.text.entities.stage import entities_stage
from huiting.text.entities.when.calendar import month_day, shifted, week, weekday

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
STAGE = entities_stage()


def said_on(day: date, text: str) -> str:
    told = call(says(CUSTOMER, 0, 3, text))
    began = datetime(day.year, day.month, day.day, 9)  # noqa: DTZ001  (a call's own clock)
    dated = replace(told, recording=replace(told.recording, started_at=began))
    [entity] = STAGE(dated, Meaning()).entities
    return entity.value


@given(DAYS)
def test_tomorrow_of_yesterday_is_today(day: date) -> None:
    tomorrow, yesterday = (date.fromisoformat(said_on(day, t)) for t in ("明天", "昨天"))

    assert (tomorrow - day).days == 1
    assert (day - yesterday).days == 1


@given(DAYS, st.integers(1, 99))
def test_days_ago_are_as_many_days_ago(day: date, number: int) -> None:
    then = date.fromisoformat(said_on(day, f"{number}天前"))

    assert (day - then).days == number


@given(DAYS, st.integers(0, 6))
def test_next_week_is_the_calendar_week_after(day: date, number: int) -> None:
    then = date.fromisoformat(said_on(day, f"下周{'一二三四五六日'[number]}"))

    assert then.weekday() == number
    assert (then.isocalendar()[:2]) == tuple(map(int, week(day, 1).split("-W")))


@given(DAYS, st.integers(0, 6))
def test_a_day_of_no_said_week_lies_in_the_next_seven_days(day: date, number: int) -> None:
    then = weekday(day, number, None)

    assert 0 <= (then - day).days < 7
    assert then.weekday() == number


@given(DAYS, DAYS)
def test_a_day_of_no_said_year_is_within_half_a_year(day: date, other: date) -> None:
    value = month_day(day, other.month, other.day)

    if (other.month, other.day) != (2, 29):
        assert value is not None
        assert abs((date.fromisoformat(value) - day).days) <= 184
        assert value[5:] == f"{other:%m-%d}"


def test_the_29th_of_february_is_one_there_is() -> None:
    assert month_day(date(2024, 3, 1), 2, 29) == "2024-02-29"
    assert month_day(date(2026, 3, 1), 2, 29) is None
    assert month_day(None, 2, 29) == "--02-29"
    assert month_day(None, 2, 30) is None


@given(DAYS, st.integers(-60, 60))
def test_months_later_keep_the_day_where_there_is_one(day: date, months: int) -> None:
    then = shifted(day, months=months)

    assert (then.year - day.year) * 12 + then.month - day.month == months
    assert then.day <= day.day
    assert then.day == day.day or shifted(then, days=1).day == 1


@given(st.text("0123456789", min_size=1, max_size=18))
def test_exactly_one_check_digit_makes_a_number_right(digits: str) -> None:
    assert sum(luhn(digits + last) for last in "0123456789") == 1


@given(st.dates(date(1950, 1, 1), date(2020, 1, 1)), st.integers(0, 999))
def test_exactly_one_check_character_makes_an_identity_number(born: date, order: int) -> None:
    first = f"110105{born:%Y%m%d}{order:03}"

    assert sum(is_id_card(first + last) for last in "0123456789X") == 1


@pytest.mark.parametrize(
    "text",
    ["110105194912310020", "11010519491331002X", "110105214912310021", "0" * 18, "1101051949123100", "12345678901234567Y"],
)  # fmt: skip
def test_no_identity_number(text: str) -> None:
    assert not is_id_card(text)


@pytest.mark.parametrize("digits", ["4111111111111112", "1111111111111117", "42"])
def test_no_bank_card(digits: str) -> None:
    assert not is_bank_card(digits)


@pytest.mark.parametrize(
    ("digits", "language", "number"),
    [("8613800138000", "zh", "13800138000"), ("13800138000", "en", "13800138000"), ("02165432109", "zh", "02165432109"),
     ("4155550132", "en", "4155550132"), ("0312345678", "ja", "0312345678"), ("0212345678", "ko", "0212345678"),
     ("12800138000", "zh", None), ("0312345678", "zh", None), ("123", None, None)],
)  # fmt: skip
def test_numbering_plans(digits: str, language: str | None, number: str | None) -> None:
    assert phone(digits, language) == number


@pytest.mark.parametrize(("digits", "known"), [("12315", True), ("95588", True), ("10086", True), ("12399999", False)])  # fmt: skip
def test_services_everybody_may_dial(digits: str, known: bool) -> None:  # noqa: FBT001
    assert is_hotline(digits) is known
