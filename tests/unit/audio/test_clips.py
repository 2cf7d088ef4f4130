"""Regions become clips, and words go back to the recording's clock."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.audio.clips import (
    Cutting,
    Piece,
    clips_of,
    on_recording,
    pieces_of,
    place_of,
    sound_of,
)
from huiting.core.ports import Clip, Hypothesis
from huiting.core.types import Audio, Span, Word

RATE = 1000


def track(seconds: float) -> Audio:
    return Audio(np.ones(round(seconds * RATE), np.float32), RATE)


def cut(
    spans: Sequence[tuple[float, float]], cutting: Cutting, seconds: float = 60.0
) -> list[Clip]:
    regions = [Span(a, b) for a, b in spans]
    return list(clips_of(track(seconds), 1, None, regions, cutting))


@pytest.mark.parametrize(
    ("spans", "groups"),
    [
        pytest.param([], [], id="nobody speaks"),
        pytest.param([(1, 2)], [1], id="one region"),
        pytest.param([(1, 2), (4.9, 6)], [2], id="a short gap joins"),
        pytest.param([(1, 2), (5.1, 6)], [1, 1], id="a long gap does not"),
        pytest.param([(0, 6), (6.5, 12)], [1, 1], id="joined they would be too long"),
        pytest.param([(0, 5), (7.5, 11.5)], [2], id="silence left out is not counted"),
        pytest.param([(0, 3), (3.5, 6), (6.5, 9), (9.5, 11)], [3, 1], id="as many as fit"),
    ],
)
def test_neighbouring_regions_share_a_clip(
    spans: list[tuple[float, float]], groups: list[int]
) -> None:
    clips = cut(spans, Cutting(max_gap=3.0, max_length=10.0, pad=0.4))

    assert [len(clip.spans) for clip in clips] == groups


def test_long_silence_between_regions_is_left_out() -> None:
    samples = np.concatenate([np.full(RATE, n, np.float32) for n in range(10)])
    regions = [Span(1, 2), Span(6, 7)]
    (clip,) = clips_of(Audio(samples, RATE), 0, None, regions, Cutting(pad=0.5))

    assert (clip.start, clip.offsets) == (0.5, (0.5, 2.5))
    assert clip.audio.samples[:: RATE // 2].tolist() == [0, 1, 1, 2, 5, 6, 6, 7]
    assert (sound_of(clip, Span(6, 7)).samples == 6).all()
    assert (sound_of(clip, Span(1, 2)).samples == 1).all()


def test_a_long_region_is_split_where_it_is_quietest() -> None:
    samples = np.ones(15 * RATE, np.float32)
    samples[7 * RATE : 7 * RATE + 200] = 0.01
    clips = list(
        clips_of(Audio(samples, RATE), 0, 2, [Span(0, 15)], Cutting(max_length=10.0, pad=0.0))
    )

    (first,), (second,) = clips[0].spans, clips[1].spans
    assert first.end == second.start == pytest.approx(7.1, abs=0.06)
    assert [clip.speaker for clip in clips] == [2, 2]


def test_padding_stays_out_of_the_neighbours_and_of_the_ends() -> None:
    clips = cut([(0.1, 2), (3.2, 4), (9, 9.95)], Cutting(max_gap=1, pad=2.0), seconds=10)

    heard = [(clip.start, clip.start + clip.audio.duration) for clip in clips]
    assert heard == [(0, 3.2), (2, 6), (7, 10)]


def test_overlapping_voices_leave_no_room_for_padding() -> None:
    clips = cut([(1, 12), (11, 15)], Cutting(pad=0.5, max_length=11.5), seconds=20)

    assert [(c.start, c.start + c.audio.duration) for c in clips] == [(0.5, 12), (11, 15.5)]


def test_a_clip_reaches_to_the_end_of_its_longest_region() -> None:
    (clip,) = cut([(1, 9), (2, 3)], Cutting(pad=0.5), seconds=20)

    assert clip.start + clip.audio.duration == 9.5


def test_a_region_past_the_end_of_the_track_gives_what_is_there() -> None:
    (clip,) = cut([(9.5, 10.5)], Cutting(pad=0), seconds=10)

    assert clip.audio.duration == pytest.approx(0.5)


spans_in_order = st.lists(st.floats(0.05, 20), min_size=2, max_size=20).map(
    lambda steps: [
        Span(float(a), float(b)) for a, b in list(pairwise(np.cumsum(steps).tolist()))[::2]
    ]
)


@given(spans_in_order, st.floats(1, 30), st.floats(0, 3), st.floats(0, 1))
def test_clips_hold_every_region_in_order_and_none_is_too_long(
    spans: list[Span], longest: float, gap: float, pad: float
) -> None:
    end = max(span.end for span in spans) + 1
    silence = Audio(np.zeros(round(end * 100), np.float32), 100)
    clips = list(clips_of(silence, 0, None, spans, Cutting(gap, longest, pad)))

    inside = [span for clip in clips for span in clip.spans]
    assert inside == sorted(inside)
    assert sum(s.duration for s in inside) == pytest.approx(sum(s.duration for s in spans))
    for clip in clips:
        assert clip.start <= clip.spans[0].start
        assert clip.audio.duration <= longest + 2 * pad + 0.01 * (2 + len(clip.spans))


@pytest.mark.parametrize("wrong", [{"max_length": 0.5}, {"max_gap": -1}, {"pad": -0.1}])
def test_lengths_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="need max_length"):
        Cutting(**wrong)


def clip_at(start: float, *spans: tuple[float, float]) -> Clip:
    regions = tuple(Span(a, b) for a, b in spans)
    return Clip(0, None, regions, Audio(np.zeros(10, np.float32), RATE), start)


def word(text: str, start: float, end: float, confidence: float | None = 0.5) -> Word:
    return Word(text, Span(start, end), confidence)


def test_no_text_gives_no_piece() -> None:
    assert pieces_of(clip_at(0, (0, 1)), Hypothesis("", gate="no-speech")) == []


def test_a_text_without_times_stays_one_piece() -> None:
    pieces = pieces_of(clip_at(9.8, (10, 11), (13, 14)), Hypothesis("你好。请讲", confidence=0.7))

    assert pieces == [Piece(Span(10, 14), "你好。请讲", (), 0.7)]


def test_word_times_are_on_the_recording_clock_and_inside_the_region() -> None:
    heard = Hypothesis("你好", (word("你", 0.0, 0.5), word("好", 0.5, 1.4)))
    (piece,) = pieces_of(clip_at(9.8, (10, 11)), heard)

    assert [(w.span.start, w.span.end) for w in piece.words] == [(10, 10.3), (10.3, 11)]


def test_a_long_pause_divides_a_clip_and_punctuation_stays_behind() -> None:
    heard = Hypothesis(
        "您好。 请讲！",
        (word("您", 0, 0.5), word("好", 0.5, 1), word("请", 2.6, 3, 0.9), word("讲", 3, 3.4, 0.9)),
        confidence=0.6,
    )
    pieces = pieces_of(clip_at(10, (10, 11), (12.5, 13.5)), heard)

    assert [(p.span, p.text) for p in pieces] == [
        (Span(10, 11), "您好。"),
        (Span(12.5, 13.5), "请讲！"),
    ]
    assert [p.confidence for p in pieces] == pytest.approx([0.5, 0.9])


def test_a_short_pause_does_not_divide() -> None:
    heard = Hypothesis("8 8", (word("8", 0, 0.5), word("8", 1.4, 1.8)), confidence=0.6)
    (piece,) = pieces_of(clip_at(10, (10, 11), (11.4, 12)), heard)

    assert (piece.span, piece.text, piece.confidence) == (Span(10, 12), "8 8", 0.6)


def test_words_behind_a_silence_left_out_are_on_the_recording_clock() -> None:
    regions = (Span(10, 11), Span(20, 21))
    clip = Clip(0, None, regions, Audio(np.zeros(10, np.float32), RATE), 9.6, (0.4, 2.2))
    heard = Hypothesis("甲乙丙", (word("甲", 0.4, 1), word("乙", 1.9, 2.4), word("丙", 2.4, 2.9)))
    pieces = pieces_of(clip, heard)

    assert [(p.span, p.text) for p in pieces] == [(Span(10, 11), "甲"), (Span(20, 21), "乙丙")]
    starts = [w.span.start for p in pieces for w in p.words]
    assert starts == pytest.approx([10, 20, 20.2])


def test_a_word_that_begins_in_the_silence_before_its_region_is_of_that_region() -> None:
    clip = Clip(0, None, (Span(1, 2), Span(5, 6)), track(3), 0.6, (0.4, 2.2))
    words = (word("好", 0.9, 1.2), word("的", 1.3, 2.1))

    first, second = pieces_of(clip, Hypothesis("好的", words))

    assert (first.text, second.text) == ("好", "的")


def test_the_sound_of_a_piece_of_a_clip_as_recorded() -> None:
    clip = Clip(0, None, (Span(10, 12),), track(2.5), 9.8)

    assert sound_of(clip, Span(10, 12)).duration == 2


def test_a_region_without_words_gives_no_piece() -> None:
    heard = Hypothesis("好", (word("好", 3.0, 3.2),))
    (piece,) = pieces_of(clip_at(0, (0, 1), (3, 4)), heard)

    assert piece.span == Span(3, 4)


def test_words_never_go_back_to_an_earlier_region() -> None:
    heard = Hypothesis("甲乙", (word("甲", 3.0, 3.2), word("乙", 0.1, 0.2)), confidence=None)
    (piece,) = pieces_of(clip_at(0, (0, 1), (3, 4)), heard)

    assert (piece.text, piece.confidence) == ("甲乙", None)


def test_words_of_unknown_confidence_leave_that_of_the_clip() -> None:
    heard = Hypothesis("甲乙", (word("甲", 0, 1, None), word("乙", 3, 4, 0.9)), confidence=0.4)
    pieces = pieces_of(clip_at(0, (0, 1), (3, 4)), heard)

    assert [p.confidence for p in pieces] == [0.4, 0.9]


def test_a_place_in_a_clip_and_back() -> None:
    track = Audio(np.zeros(60 * RATE, np.float32), RATE)
    cutting = Cutting(pad=0.4, max_gap=30)
    (clip,) = clips_of(track, 0, None, [Span(2, 4), Span(20, 22)], cutting)

    for span in (Span(2, 3), Span(3.5, 4), Span(20, 21.5)):
        assert on_recording(clip, place_of(clip, span)) == span
    assert place_of(clip, Span(20, 21)).start < 5
