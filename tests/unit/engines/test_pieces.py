"""Word pieces with times, made words."""

import pytest

from huiting.engines._pieces import Piece, text_of, words_of


def pieces(*texts: str) -> list[Piece]:
    """Each sounds for a second after the one before, and is less sure."""
    return [Piece(text, i, i + 1.0, 1 - i / 10) for i, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        pytest.param(["你", "好"], ["你", "好"], id="characters are words"),
        pytest.param(["你好"], ["你", "好"], id="also of one piece"),
        pytest.param(["▁hel", "lo", "▁you"], ["hello", "you"], id="pieces of a word join"),
        pytest.param(["▁don", "'", "t"], ["don't"], id="an apostrophe parts no word"),
        pytest.param(["▁don'", "t"], ["don't"], id="nor does one in a piece"),
        pytest.param(["▁boys", "'", "▁toys"], ["boys", "toys"], id="one behind a word is none"),
        pytest.param(["▁boys", "'", "好"], ["boys", "好"], id="nor is one before a character"),
        pytest.param(["你", "，", "hi", "。"], ["你", "hi"], id="punctuation is none"),
        pytest.param(["hi", "你", "ok"], ["hi", "你", "ok"], id="scripts change"),
        pytest.param(["▁12", "3", "元"], ["123", "元"], id="digits join"),
        pytest.param(["▁안녕", "하", "세요", "▁네"], ["안녕하세요", "네"], id="Korean has words"),
        pytest.param(["▁"], [], id="a space alone"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_words(texts: list[str], words: list[str]) -> None:
    assert [w.text for w in words_of(pieces(*texts), 99.0)] == words


def test_words_stand_in_the_text_in_order() -> None:
    spoken = pieces("是", "的", "▁I", "'", "M", "▁FINE", "，", "don’t", "'", "好")
    text, at = text_of(spoken), 0
    for word in words_of(spoken, 99.0):
        at = text.index(word.text, at) + len(word.text)


def test_a_piece_gives_its_time_evenly_to_its_characters() -> None:
    words = words_of([Piece("请讲", 1.0, 2.0, 0.5)], 9.0)

    assert [(w.span.start, w.span.end, w.confidence) for w in words] == [
        (1.0, 1.5, 0.5),
        (1.5, 2.0, 0.5),
    ]


def test_a_word_lasts_from_its_first_piece_to_its_last() -> None:
    (word,) = words_of(pieces("▁hel", "lo"), 9.0)

    assert (word.span.start, word.span.end) == (0.0, 2.0)
    assert word.confidence == pytest.approx((3 * 1.0 + 2 * 0.9) / 5)


def test_words_stay_in_the_clip_and_do_not_run_backwards() -> None:
    late = [Piece("你", 2.0, 3.0), Piece("好", 1.0, 1.5), Piece("请", 7.0, 8.0)]
    words = words_of(late, 5.0)

    assert [(w.span.start, w.span.end) for w in words] == [(2.0, 3.0), (2.0, 2.0), (5.0, 5.0)]
    assert {w.confidence for w in words} == {None}


def test_text_has_spaces_where_pieces_have() -> None:
    assert text_of(pieces("▁hel", "lo", "▁you", "，", "好")) == "hello you，好"
