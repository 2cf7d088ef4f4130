"""Frame probabilities become regions, by example and by property."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.core.types import Span
from huiting.engines._hysteresis import Decision, speech_spans

PLAIN = Decision(min_silence=0.0, min_speech=0.0, sure=0.4, min_unsure=0.0, pad=0.0)


def spans(probabilities: list[float], decision: Decision = PLAIN) -> list[tuple[float, float]]:
    found = speech_spans(probabilities, hop=1.0, end=float(len(probabilities)), decision=decision)
    return [(s.start, s.end) for s in found]


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        pytest.param([], [], id="no frames"),
        pytest.param([0.1, 0.39, 0.1], [], id="never likely enough"),
        pytest.param([0.1, 0.4, 0.3, 0.29], [(1, 3)], id="a dip between the thresholds goes on"),
        pytest.param([0.9, 0.9], [(0, 2)], id="open at the end"),
        pytest.param([0.9, 0.0, 0.9], [(0, 1), (2, 3)], id="two stretches"),
    ],
)
def test_two_thresholds(probabilities: list[float], expected: list[tuple[float, float]]) -> None:
    assert spans(probabilities) == expected


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        pytest.param(Decision(min_silence=2.0, sure=0.4, pad=0), [(1, 5)], id="short gaps fill"),
        pytest.param(
            Decision(min_silence=0, min_speech=2, sure=0.4, min_unsure=2, pad=0),
            [(3, 5)],
            id="short stretches are noise",
        ),
        pytest.param(
            Decision(min_silence=0, sure=0.8, min_unsure=9, pad=0), [(1, 2)], id="unsure is noise"
        ),
        pytest.param(
            Decision(min_silence=0, sure=0.8, min_unsure=2, pad=0),
            [(1, 2), (3, 5)],
            id="unsure but long is speech",
        ),
    ],
)
def test_what_is_believed(decision: Decision, expected: list[tuple[float, float]]) -> None:
    assert spans([0, 0.9, 0, 0.6, 0.6, 0, 0], decision) == expected


def test_padding_meets_a_neighbour_half_way() -> None:
    decision = Decision(min_silence=0, sure=0.4, pad=2.0)

    assert spans([0.9, 0, 0, 0.9, 0], decision) == [(0, 2), (2, 5)]


def test_a_track_that_ends_inside_the_last_frame() -> None:
    found = speech_spans([0.0, 0.9], hop=1.0, end=1.5, decision=PLAIN)

    assert found == [Span(1.0, 1.5)]


@given(st.lists(st.floats(0, 1), max_size=80), st.floats(0, 3), st.floats(0, 2))
def test_regions_are_in_order_apart_and_inside(
    probabilities: list[float], silence: float, pad: float
) -> None:
    found = spans(probabilities, Decision(min_silence=silence, pad=pad))

    flat = [edge for span in found for edge in span]
    assert flat == sorted(flat)
    assert all(0 <= edge <= len(probabilities) for edge in flat)
    assert all(a < b for a, b in found)


def test_thresholds_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="need 0 <= offset"):
        Decision(onset=0.2, offset=0.3)
