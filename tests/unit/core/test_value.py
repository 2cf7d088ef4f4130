from dataclasses import replace

import pytest

from huiting.core.value import ordered_value, value


@value
class Point:
    x: int
    y: int = 0


@ordered_value
class Step:
    at: int


def test_values_are_compared_and_hashed_by_their_fields() -> None:
    assert Point(1) == Point(1, 0) != Point(2)
    assert len({Point(1), Point(1), Point(2)}) == 2
    assert replace(Point(1), y=3) == Point(1, 3)


def test_a_value_has_the_fields_it_names_and_no_more() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 2  # type: ignore[attr-defined]


def test_ordered_values_are_put_in_order() -> None:
    assert sorted([Step(3), Step(1)]) == [Step(1), Step(3)]
