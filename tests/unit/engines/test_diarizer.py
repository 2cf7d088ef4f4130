"""The networks are replaced by readers of made-up sound: a voice is a level, its print a unit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from huiting.core.errors import ModelUnavailable
from huiting.core.ports import Diarizer
from huiting.core.types import Audio, Span
from huiting.engines._campplus import SIZE, Embedder
from huiting.engines._segmentation import FRAMES, HOP, RATE, Segmenter
from huiting.engines.diarizer import VoicePrints, build, cut, grow, in_turns, runs, steady

A, B, BOTH, MUSIC = 0.1, 0.2, 0.4, 0.6


class Voices:
    """The segmentation network: class by level; what is not A, B or BOTH it takes for voice C."""

    def run(self, _names: None, feeds: dict[str, NDArray[np.float32]]) -> list[Any]:
        levels = np.rint(feeds["wav"][0, 0][495 + np.arange(FRAMES) * HOP] * 10).astype(int)
        classes = np.array([0, 1, 2, 3, 4, 3, 3])[levels]
        return [np.log(np.eye(7)[classes] + 1e-9)[None].astype(np.float32)]


class Prints:
    """The embedder: the share of each level in a piece."""

    def embed(self, clips: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        found = np.zeros((len(clips), SIZE), np.float32)
        for row, clip in zip(found, clips, strict=True):
            row[:7] = np.bincount(np.rint(clip * 10).astype(int), minlength=7)[:7]
        unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit


DIARIZER: Diarizer = VoicePrints(Segmenter(Voices()), cast("Embedder", Prints()))


def track(*parts: tuple[float, float]) -> Audio:
    """Return a track of (level, seconds)."""
    return Audio(
        np.concatenate([np.full(round(s * RATE), level, np.float32) for level, s in parts]), RATE
    )


def talk(speaker: int, turns: Sequence[tuple[int, Span]]) -> list[tuple[float, float]]:
    return [(round(s.start, 1), round(s.end, 1)) for n, s in turns if n == speaker]


CALL = track((0, 1), (A, 3), (0, 1), (B, 3), (0, 1), (A, 2), (0, 1))
SPEECH = [Span(1, 4), Span(5, 8), Span(9, 11)]


@pytest.mark.parametrize("count", [2, None], ids=["two given", "number unknown"])
def test_who_speaks_when(count: int | None) -> None:
    turns = DIARIZER.turns(CALL, SPEECH, count)

    assert talk(0, turns) == [(1, 4), (9, 11)]
    assert talk(1, turns) == [(5, 8)]


def test_a_change_without_a_pause_is_found() -> None:
    turns = DIARIZER.turns(track((A, 4), (B, 5)), [Span(0, 9)], 2)

    assert talk(0, turns) == [(0, 4)]
    assert talk(1, turns) == [(4, 9)]


def test_overlap_belongs_to_both() -> None:
    turns = DIARIZER.turns(track((A, 4), (BOTH, 1), (B, 4)), [Span(0, 9)], 2)

    assert talk(0, turns) == [(0, 5)]
    assert talk(1, turns) == [(4, 9)]


def test_music_that_the_voice_detector_left_out_is_no_speaker() -> None:
    call = track((A, 3), (0, 0.5), (MUSIC, 5), (0, 0.5), (B, 3))

    turns = DIARIZER.turns(call, [Span(0, 3), Span(9, 12)], None)

    assert talk(0, turns) == [(0, 3)]
    assert talk(1, turns) == [(9, 12)]


def test_one_speaker_keeps_every_region() -> None:
    assert talk(0, DIARIZER.turns(CALL, SPEECH, 1)) == [(1, 4), (5, 8), (9, 11)]


def test_silence_has_no_turns() -> None:
    assert DIARIZER.turns(track((0, 5)), [], 2) == []


def test_a_syllable_alone_is_one_speakers() -> None:
    turns = DIARIZER.turns(track((0, 1), (A, 0.2), (0, 1)), [Span(1, 1.2)], 2)

    assert talk(0, turns) == [(1, 1.2)]


def test_a_syllable_goes_to_the_nearest_voice() -> None:
    call = track((A, 3), (0, 2), (B, 3), (0, 0.5), (B, 0.2), (0, 1))

    turns = DIARIZER.turns(call, [Span(0, 3), Span(5, 8), Span(8.5, 8.7)], 2)

    assert talk(1, turns) == [(5, 8), (8.5, 8.7)]


def test_turns_end_with_the_track() -> None:
    call = track((A, 3), (B, 3))

    turns = DIARIZER.turns(call, [Span(0, 6)], 2)

    assert max(span.end for _, span in turns) <= call.duration


@pytest.mark.parametrize("count", [0, -1])
def test_a_call_without_speakers_cannot_be_asked_for(count: int) -> None:
    with pytest.raises(ValueError, match="at least one speaker"):
        DIARIZER.turns(CALL, SPEECH, count)


def test_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="16000 Hz, not 8000"):
        DIARIZER.turns(Audio(np.zeros(8000, np.float32), 8000), [], 2)


@given(
    parts=st.lists(
        st.tuples(st.sampled_from([0, A, B, BOTH, MUSIC]), st.floats(0.05, 4)),
        min_size=1,
        max_size=8,
    ),
    count=st.sampled_from([None, 1, 2, 3]),
)
def test_whatever_is_said_turns_are_in_order_and_inside(
    parts: list[tuple[float, float]], count: int | None
) -> None:
    call = track(*parts)
    bounds = np.cumsum([0, *(len(track(p).samples) / RATE for p in parts)])
    speech = [
        Span(float(a), float(b))
        for (level, _), a, b in zip(parts, bounds[:-1], bounds[1:], strict=True)
        if level
    ]

    turns = DIARIZER.turns(call, speech, count)

    assert [s.start for _, s in turns] == sorted(s.start for _, s in turns)
    assert all(s.end <= call.duration + 1e-6 for _, s in turns)
    assert {n for n, _ in turns} == set(range(len({n for n, _ in turns})))
    assert count is None or len({n for n, _ in turns}) <= count


def flags(text: str) -> NDArray[np.bool_]:
    return np.array([c == "x" for c in text])


def shown(found: NDArray[np.bool_]) -> str:
    return "".join("x" if f else "." for f in found)


@pytest.mark.parametrize(
    ("speech", "heard", "expected"),
    [
        pytest.param("..xx....", ".xxxxx..", ".xxxxx..", id="a little at both ends"),
        pytest.param("..xx....", "......x.", "..xx....", id="not what stands apart"),
        pytest.param("xx..xx", "xxxxxx", "xxxxxx", id="a gap that holds speech"),
        pytest.param("xx..xx", "xx..xx", "xx..xx", id="not a silent gap"),
        pytest.param("x" + "." * 80 + "x", "x" * 82, "x" * 16 + "." * 50 + "x" * 16, id="not far"),
        pytest.param("x" + "." * 30, "x" * 31, "x" * 16 + "." * 15, id="not far to the end"),
    ],
)
def test_regions_grow(speech: str, heard: str, expected: str) -> None:
    assert shown(grow(flags(speech), flags(heard))) == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param("a" * 9 + "b" * 8 + "a" * 9, "a" * 26, id="inside a turn"),
        pytest.param("a" * 9 + "b" * 9, "a" * 9 + "b" * 9, id="long enough"),
        pytest.param("bb" + "a" * 9, "a" * 11, id="at the start"),
        pytest.param("a" * 9 + "bb", "a" * 11, id="at the end"),
        pytest.param("bb", "bb", id="all there is"),
    ],
)
def test_flicker_is_no_turn(labels: str, expected: str) -> None:
    found = steady(np.array([ord(c) for c in labels], np.intp))

    assert "".join(map(chr, found)) == expected


def test_pieces_cover_a_stretch_and_are_equally_long() -> None:
    pieces = list(cut(np.ones(300, np.bool_), 1.5, 0.75))

    assert len(pieces) == 6
    assert {round(p.duration, 6) for p in pieces} == {1.5}
    assert pieces[-1].end - pieces[0].start == pytest.approx(300 * HOP / RATE)


def test_a_stretch_too_short_to_know_a_voice_is_no_piece() -> None:
    assert list(cut(flags("x" * 10), 1.5, 0.75)) == []


def test_runs() -> None:
    assert runs(flags("xx.x")) == [(0, 2), (3, 4)]


def test_speakers_are_numbered_as_they_appear() -> None:
    active = np.array([[False, True], [True, False]])

    assert [n for n, _ in in_turns(active, 9)] == [0, 1]


def test_missing_weights_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="huiting setup"):
        build(embedding=tmp_path / "a.pt", segmentation=tmp_path / "b.bin")


def test_wrong_weights_are_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "a.pt"
    wrong.write_bytes(b"nothing of the kind")

    with pytest.raises(ModelUnavailable, match="not a checkpoint"):
        build(embedding=wrong, segmentation=wrong)
