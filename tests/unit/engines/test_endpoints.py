"""Speech found frame by frame is the speech found in the whole track."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.engines._endpoints import Endpoints
from huiting.engines._hysteresis import Decision, speech_spans

HOP = 0.032
TIMES = st.sampled_from([0.0, 0.03, 0.1, 0.2, 0.6])


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    offset, onset, sure = sorted(draw(st.tuples(*[st.floats(0, 1)] * 3)))
    return Decision(onset, offset, draw(TIMES), draw(TIMES), sure, draw(TIMES), draw(TIMES))


PROBABILITIES = st.lists(st.sampled_from([0.0, 0.2, 0.35, 0.5, 0.8, 1.0]), max_size=120)


@given(PROBABILITIES, decisions())
def test_every_region_is_told_once_and_as_it_is_in_the_whole(
    probabilities: list[float], decision: Decision
) -> None:
    endpoints, end = Endpoints(decision, HOP), len(probabilities) * HOP
    found = [span for p in probabilities for span in endpoints.push(p)]
    found += endpoints.finish(end)

    assert found == speech_spans(probabilities, hop=HOP, end=end, decision=decision)


@given(PROBABILITIES, st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=6))
def test_looking_ahead_changes_nothing(probabilities: list[float], ahead: list[float]) -> None:
    watched, blind = Endpoints(Decision(), HOP), Endpoints(Decision(), HOP)
    for p in probabilities:
        watched.going(ahead)

        assert watched.push(p) == blind.push(p)


@given(PROBABILITIES)
def test_a_region_was_going_before_it_was_over(probabilities: list[float]) -> None:
    endpoints = Endpoints(Decision(), HOP)
    going = None
    for p in probabilities:
        for region in endpoints.push(p):
            assert going is not None
            assert going.sure
            assert going.span.start <= region.start
        going = endpoints.going([])


@pytest.mark.parametrize(
    ("probabilities", "sure"),
    [
        pytest.param([1.0], False, id="a click may be noise"),
        pytest.param([1.0] * 4, True, id="a tenth of a second that is surely speech"),
        pytest.param([0.5] * 10, False, id="a third of a second of something like speech"),
        pytest.param([0.5] * 19, True, id="so much of it that it must be speech"),
    ],
)
def test_what_goes_on_is_believed_as_it_would_be_when_over(
    probabilities: list[float],
    sure: bool,  # noqa: FBT001  (a value of the table)
) -> None:
    endpoints = Endpoints(Decision(), HOP)
    for p in probabilities[:-1]:
        endpoints.push(p)
    going = endpoints.going(probabilities[-1:])

    assert going is not None
    assert going.sure is sure
    assert going.span.end == len(probabilities) * HOP


def test_nothing_goes_on_in_silence() -> None:
    assert Endpoints(Decision(), HOP).going([0.0] * 5) is None


def test_wide_padding_waits_for_what_comes_after() -> None:
    decision = Decision(min_silence=0.1, pad=0.3)
    endpoints = Endpoints(decision, HOP)
    probabilities = [1.0] * 10 + [0.0] * 6 + [1.0] * 10 + [0.0] * 30
    told = [(n, span) for n, p in enumerate(probabilities) for span in endpoints.push(p)]
    going = Endpoints(decision, HOP)
    for p in probabilities[:16]:
        going.push(p)
    waiting = going.going([])

    spans = speech_spans(probabilities, hop=HOP, end=56 * HOP, decision=decision)
    assert [span for _, span in told] == spans
    assert spans[0].end == spans[1].start == 13 * HOP
    assert told[0][0] >= 26
    assert waiting is not None
    assert waiting.sure
