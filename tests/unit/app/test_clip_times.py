import pytest

from huiting.app.clip_cli import seconds, span_of
from huiting.core.errors import InputError
from huiting.core.types import Span


@pytest.mark.parametrize(
    ("text", "value"), [("83.4", 83.4), ("1:23.4", 83.4), ("1:02:03", 3723.0), (" 0 ", 0.0)]
)
def test_times(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize(("start", "end"), [("x", "1"), ("2", "1"), ("1", "1"), ("-1", "2")])
def test_times_that_are_none(start: str, end: str) -> None:
    with pytest.raises(InputError):
        span_of(start, end)


def test_a_stretch() -> None:
    assert span_of("1", "2") == Span(1, 2)
