"""Tokens and frames become words."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from huiting.core.types import Word
from huiting.engines._alignment import Aligned, words_of


@dataclass
class Pieces:
    """A tokenizer that cuts tokens into the pieces it is given, one token each."""

    pieces: Sequence[str]
    language_code: str = "zh"
    eot: int = 99

    def split_to_word_tokens(self, tokens: Sequence[int]) -> tuple[list[str], list[list[int]]]:
        return [*self.pieces, ""], [[token] for token in tokens]


def words(
    pieces: Sequence[str], frames: Sequence[int], language: str = "zh", end: float = 10.0
) -> tuple[Word, ...]:
    """Return the words when token i begins at frame i."""
    aligned = Aligned(list(enumerate(frames)), [0.5] * len(pieces))
    tokenizer = Pieces(pieces, language)
    return words_of(aligned, range(len(pieces)), tokenizer, lead=0.0, end=end)


def shown(found: Sequence[Word]) -> list[tuple[str, float, float]]:
    return [(w.text, round(w.span.start, 3), round(w.span.end, 3)) for w in found]


@pytest.mark.parametrize(
    ("pieces", "frames", "language", "expected"),
    [
        pytest.param(
            ["您好", "，", "请"],
            [0, 20, 25, 35],
            "zh",
            [("您", 0, 0.2), ("好", 0.2, 0.4), ("请", 0.5, 0.7)],
            id="characters share the time of their token",
        ),
        pytest.param(
            ["用WiFi6吗"],
            [0, 30],
            "zh",
            [("用", 0, 0.2), ("WiFi6", 0.2, 0.4), ("吗", 0.4, 0.6)],
            id="a run of latin letters is one word",
        ),
        pytest.param(
            [" “Hello,", " -", " it's"],
            [0, 10, 15, 25],
            "en",
            [("Hello", 0, 0.2), ("it's", 0.3, 0.5)],
            id="punctuation is no part of a word",
        ),
        pytest.param(["好"], [10, 10], "zh", [("好", 0.2, 0.2)], id="a word of no length"),
        pytest.param(
            ["好", "非常"],
            [0, 10, 100],
            "zh",
            [("好", 0, 0.2), ("非", 1.6, 1.8), ("常", 1.8, 2.0)],
            id="a pause before a word is none of it",
        ),
        pytest.param(
            [" It", " is"],
            [0, 100, 110],
            "en",
            [("It", 1.56, 2.0), ("is", 2.0, 2.2)],
            id="nor in a language with spaces",
        ),
        pytest.param([], [0], "zh", [], id="no tokens"),
    ],
)
def test_words(
    pieces: list[str],
    frames: list[int],
    language: str,
    expected: list[tuple[str, float, float]],
) -> None:
    assert shown(words(pieces, frames, language)) == expected


def test_no_word_reaches_beyond_the_clip() -> None:
    assert shown(words(["你", "好"], [0, 8, 60], end=0.3)) == [("你", 0, 0.16), ("好", 0.16, 0.3)]


def test_an_alignment_that_stops_early_gives_no_words() -> None:
    assert words(["你", "好"], [0, 40]) == ()
