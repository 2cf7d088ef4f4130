"""Times of tokens by a head that tells which one sounds in each frame."""

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.engines.fun_asr_nano._aligning import (
    FRAME,
    Place,
    pieces_of,
    places_of,
    unfolded,
    words_heard,
)

BLANK = 4


def scores_of(path: str, sure: float = 0.9) -> NDArray[np.float32]:
    """Return log-probabilities that make `path` likely; `.` is the blank."""
    rows = np.full((len(path), BLANK + 1), (1 - sure) / BLANK)
    for i, label in enumerate(path):
        rows[i, BLANK if label == "." else int(label)] = sure
    found: NDArray[np.float32] = np.log(rows).astype(np.float32)
    return found


@pytest.mark.parametrize(
    ("path", "tokens", "frames"),
    [
        pytest.param("..0..1.", [0, 1], [(2, 3), (5, 6)], id="apart"),
        pytest.param("0001122", [0, 1, 2], [(0, 3), (3, 5), (5, 7)], id="one after the other"),
        pytest.param(".00.0.", [0, 0], [(1, 3), (4, 5)], id="the same twice"),
        pytest.param("3", [3], [(0, 1)], id="a single frame"),
    ],
)
def test_tokens_are_where_they_are_likeliest(
    path: str, tokens: list[int], frames: list[tuple[int, int]]
) -> None:
    found = places_of(scores_of(path), tokens, BLANK)

    assert [(place.first, place.end) for place in found] == frames
    assert [place.odds for place in found] == pytest.approx([0.9] * len(tokens))


def test_the_path_is_the_best_of_all_there_are() -> None:
    """Against every way to lay three tokens over six frames."""
    scores = np.log(np.random.default_rng(5).dirichlet(np.ones(BLANK + 1), 6)).astype(np.float32)
    tokens = [0, 1, 1]
    best = max(
        (sum(scores[i, label] for i, label in enumerate(way)), way) for way in ways(tokens, 6)
    )[1]
    labels = [BLANK] * 6
    for token, place in zip(tokens, places_of(scores, tokens, BLANK), strict=True):
        labels[place.first : place.end] = [token] * (place.end - place.first)

    assert labels == list(best)


def ways(tokens: list[int], frames: int) -> list[tuple[int, ...]]:
    def collapsed(way: tuple[int, ...]) -> list[int]:
        kept = [a for a, b in zip(way, (None, *way), strict=False) if a != b]
        return [label for label in kept if label != BLANK]

    options: list[tuple[int, ...]] = [()]
    for _ in range(frames):
        options = [(*way, label) for way in options for label in {*tokens, BLANK}]
    return [way for way in options if collapsed(way) == tokens]


@pytest.mark.parametrize(
    ("frames", "tokens"),
    [
        pytest.param(2, [0, 1, 2], id="more tokens than frames"),
        pytest.param(3, [0, 0, 1], id="no frame between the same twice"),
        pytest.param(5, [], id="no tokens"),
    ],
)
def test_what_does_not_fit_has_no_place(frames: int, tokens: list[int]) -> None:
    assert places_of(scores_of("." * frames), tokens, BLANK) == []


def test_bytes_of_a_character_are_one_piece() -> None:
    raw = [bytes([b]) for b in "好".encode()] + [b" hi", b"\xe5"]
    places = [Place(i, i + 1, 0.9) for i in (1, 2, 4, 20, 30)]
    pieces = pieces_of(raw, places)

    assert [piece.text for piece in pieces] == ["好", " hi"]
    assert [piece.start for piece in pieces] == [FRAME, 20 * FRAME]
    assert pieces[0].end == pytest.approx(5 * FRAME)
    assert pieces[1].end == pytest.approx(20 * FRAME + 0.24)


HEARD = [Place(3 * i + i % 2, 3 * i + i % 2 + 1, 0.9) for i in range(9)]


def test_words_have_the_times_of_their_tokens() -> None:
    tokens = [char.encode() for char in "您好,请讲。"]
    words = words_heard("您好,请讲。", tokens, HEARD[:6], 5.0)

    assert [word.text for word in words] == list("您好请讲")
    assert [word.span.start for word in words] == pytest.approx([0.0, 0.24, 0.6, 0.72], abs=0.01)


@pytest.mark.parametrize(
    "places",
    [
        pytest.param([], id="they do not fit"),
        pytest.param([Place(i, i + 1, 1e-5) for i in range(9)], id="nothing of it is heard"),
        pytest.param([Place(i, i + 1, 0.9) for i in range(9)], id="on the grid of the frames"),
    ],
)
def test_times_that_nobody_heard_are_not_told(places: list[Place]) -> None:
    text = "一二三四五六七八九"

    assert words_heard(text, [char.encode() for char in text], places, 5.0) == ()


def test_some_tokens_may_be_unheard() -> None:
    places = [*HEARD[:3], Place(12, 13, 1e-6)]

    assert len(words_heard("您好请讲", [c.encode() for c in "您好请讲"], places, 5.0)) == 4


def test_characters_told_in_parts_are_found_in_the_text() -> None:
    tokens = [("您", 0.1, 0.16), ("\ufffd", 0.4, 0.46), ("\ufffd", 0.46, 0.52), ("讲", 0.9, 0.96)]
    words = unfolded("您鑫讲", tokens, 2.0)

    assert [word.text for word in words] == ["您", "鑫", "讲"]
    assert [word.span.start for word in words] == pytest.approx([0.1, 0.4, 0.9])


def test_parts_at_the_end_are_found_too_and_strange_tokens_passed_over() -> None:
    tokens = [("您", 0.1, 0.16), ("x", 0.2, 0.3), (" ", 0.3, 0.3), ("\ufffd\ufffd", 0.4, 0.46)]
    words = unfolded("您鑫", tokens, 2.0)

    assert [(word.text, word.span.start) for word in words] == [("您", 0.1), ("鑫", 0.4)]
