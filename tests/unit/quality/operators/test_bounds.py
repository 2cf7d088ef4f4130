import pytest

from huiting.core.errors import ConfigError
from huiting.quality.operators._bounds import Bounds, bounds


@pytest.mark.parametrize(
    ("given", "value", "holds", "short_of", "limit"),
    [
        pytest.param(Bounds(above=5), 5.1, True, 0, 5, id="above"),
        pytest.param(Bounds(above=5), 5, False, 0, 5, id="on the bound is not above it"),
        pytest.param(Bounds(above=5), 3, False, 2, 5, id="under it"),
        pytest.param(Bounds(below=5), 4, True, 0, 5, id="below"),
        pytest.param(Bounds(below=5), 7, False, 2, 5, id="over it"),
        pytest.param(Bounds(above=1, below=5), 4, True, 0, 5, id="between, nearer to the upper"),
        pytest.param(Bounds(above=1, below=5), 0, False, 1, 1, id="outside, on the lower side"),
        pytest.param(Bounds(equals=3), 3, True, 0, 3, id="equal"),
        pytest.param(Bounds(equals=3), 5, False, 2, 3, id="not equal"),
    ],
)
def test_a_number_is_compared(
    *, given: Bounds, value: float, holds: bool, short_of: float, limit: float
) -> None:
    assert given.holds(value) is holds
    assert given.short_of(value) == pytest.approx(short_of)
    assert given.limit(value) == limit


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({}, "nothing to compare with; give above or below", id="no bound"),
        pytest.param({"above": "5"}, "x, above: '5' is no number", id="text"),
        pytest.param({"above": True}, "no number", id="a truth value"),
        pytest.param({"above": float("nan")}, "no number", id="not a number"),
        pytest.param({"below": -1, "least": 0}, "a number from 0", id="too small"),
        pytest.param({"below": 2, "least": 0, "most": 1}, "from 0 to 1", id="too large"),
        pytest.param({"above": 5, "below": 5}, "nothing is above 5 and below 5", id="empty"),
        pytest.param({"equals": 5, "below": 5}, "give equals alone", id="equals and another"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        bounds("x", **options)  # type: ignore[arg-type]  # as a file may have it


def test_a_bound_is_called_as_in_the_file() -> None:
    with pytest.raises(ConfigError, match="silence, longer-than: 'x' is no number"):
        bounds("silence", above="x", names=("longer-than", "shorter-than", ""))


def test_bounds_keep_what_they_were_given() -> None:
    assert bounds("x", above=1, below=2) == Bounds(above=1.0, below=2.0)
