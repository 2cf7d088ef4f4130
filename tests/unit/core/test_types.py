import math

import numpy as np
import pytest

from fakes import AGENT
from huiting.core.types import Audio, Edit, Role, Segment, Span, apply


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(2.0, 1.0, id="runs backwards"),
        pytest.param(-0.5, 1.0, id="begins before the recording"),
        pytest.param(math.nan, 1.0, id="no start"),
        pytest.param(0.0, math.nan, id="no end"),
    ],
)
def test_a_span_that_is_none_is_refused(start: float, end: float) -> None:
    with pytest.raises(ValueError, match="need 0 <= start <= end"):
        Span(start, end)


def test_a_span_may_be_empty() -> None:
    assert Span(1, 1).duration == 0


def test_a_span_is_shifted_whole() -> None:
    assert Span(1, 3).shift(0.5) == Span(1.5, 3.5)


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        pytest.param(Span(2, 5), 1, id="reaches in"),
        pytest.param(Span(1.5, 2), 0.5, id="lies inside"),
        pytest.param(Span(3, 4), 0, id="touches"),
        pytest.param(Span(8, 9), 0, id="lies apart"),
    ],
)
def test_overlap(other: Span, shared: float) -> None:
    assert Span(1, 3).overlap(other) == other.overlap(Span(1, 3)) == shared


def test_spans_sort_by_start_then_end() -> None:
    assert sorted([Span(2, 3), Span(1, 4), Span(1, 2)]) == [Span(1, 2), Span(1, 4), Span(2, 3)]


TONE = Audio(np.arange(10, dtype=np.float32), 4)


def test_audio_knows_its_length() -> None:
    assert TONE.duration == 2.5


@pytest.mark.parametrize(
    ("span", "samples"),
    [
        pytest.param(Span(0.5, 1.0), [2, 3], id="inside"),
        pytest.param(Span(2.0, 9.0), [8, 9], id="past the end"),
        pytest.param(Span(5.0, 9.0), [], id="after the end"),
    ],
)
def test_cut(span: Span, samples: list[int]) -> None:
    found = TONE.cut(span)

    assert list(found.samples) == samples
    assert found.rate == 4


def test_cut_is_a_view() -> None:
    assert np.shares_memory(TONE.cut(Span(0, 1)).samples, TONE.samples)


@pytest.mark.parametrize(
    ("size", "lengths"),
    [
        pytest.param(1.0, [4, 4, 2], id="the last is shorter"),
        pytest.param(5.0, [10], id="longer than the track"),
        pytest.param(0.0, [1] * 10, id="at least a sample each"),
    ],
)
def test_blocks_give_the_track_in_order(size: float, lengths: list[int]) -> None:
    blocks = [block.samples for block in TONE.blocks(size)]

    assert [len(block) for block in blocks] == lengths
    assert list(np.concatenate(blocks)) == list(TONE.samples)


def test_a_role_is_its_word() -> None:
    assert f"{Role.AGENT}" == "agent"


def test_apply_puts_each_edit_in_its_place() -> None:
    edits = [Edit(0, 0, "“", ("a",)), Edit(1, 3, "X", ("a",)), Edit(3, 3, "，", ("b",))]

    assert apply("abcd", edits) == "“aX，d"


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([Edit(2, 3, "x", ()), Edit(0, 1, "y", ())], id="out of order"),
        pytest.param([Edit(0, 2, "x", ()), Edit(1, 3, "y", ())], id="overlapping"),
        pytest.param([Edit(3, 5, "x", ())], id="past the end"),
        pytest.param([Edit(-1, 0, "x", ())], id="before the start"),
        pytest.param([Edit(2, 1, "x", ())], id="backwards"),
    ],
)
def test_apply_refuses_edits_that_are(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="in order, apart, and inside"):
        apply("abcd", edits)


def test_a_segment_holds_its_text_to_its_edits() -> None:
    with pytest.raises(ValueError, match="text is not spoken with edits applied"):
        Segment(0, None, AGENT, Span(0, 1), spoken="三", text="3")


def test_a_segment_with_its_edits_is_whole() -> None:
    found = Segment(0, None, AGENT, Span(0, 1), "三", "3", edits=(Edit(0, 1, "3", ("itn",)),))

    assert found.text == "3"
