"""The text of a line in pieces: each knows its word, its entity, what a hotword replaced."""

from dataclasses import replace

import pytest

from fakes import AGENT, says
from huiting.core.meaning import Entity, EntitySource
from huiting.core.types import Edit, Segment, Span, Word
from huiting.web.site.call.pieces import Form, Run, runs

SPOKEN = "我要退会两百元"


def segment(*, words: tuple[str, ...] = tuple(SPOKEN)) -> Segment:
    """Return a line in which 退会 became 退货 and 两百 200; each character is a second long."""
    return replace(
        says(AGENT, 0, 7, SPOKEN),
        text="我要退货200元",
        edits=(Edit(3, 4, "货", ("hotword",), 0.9), Edit(4, 6, "200", ("itn",))),
        words=tuple(
            Word(text, Span(place, place + 1), 0.2 if text == "要" else 0.9)
            for place, text in enumerate(words)
        ),
    )


def money(start: int, end: int, kind: str = "money") -> Entity:
    return Entity(kind, 0, start, end, "200元", "200.00", Span(4, 7), EntitySource.PATTERN)


def shown(found: tuple[Run, ...]) -> list[tuple[str, str | None, str | None]]:
    return [("".join(p.text for p in run.pieces), run.kind, run.heard) for run in found]


def test_what_was_recognized_is_shown_word_by_word() -> None:
    [run] = runs(segment(), (), Form.RAW)

    assert "".join(piece.text for piece in run.pieces) == SPOKEN
    assert [piece.at for piece in run.pieces] == [0, 1, 2, 3, 4, 5, 6]
    assert [piece.low for piece in run.pieces].count(True) == 1
    assert not run.marked


def test_hotwords_and_entities_are_runs_of_their_own() -> None:
    found = runs(segment(), (money(4, 8),), Form.WRITTEN)

    assert shown(found) == [("我要退", None, None), ("货", None, "会"), ("200元", "money", None)]
    assert [run.marked for run in found] == [False, True, True]
    assert found[2].value == "200.00"
    assert [piece.at for piece in found[2].pieces] == [4, 6]


def test_of_entities_that_overlap_the_longer_is_shown() -> None:
    found = runs(segment(), (money(4, 8), money(4, 7, "number")), Form.WRITTEN)

    assert shown(found)[-1] == ("200元", "money", None)


def test_a_hotword_inside_an_entity_is_both() -> None:
    found = runs(segment(), (money(2, 4, "product"),), Form.RICH)

    assert shown(found)[1:3] == [("退", "product", None), ("货", "product", "会")]


@pytest.mark.parametrize("form", list(Form))
def test_words_that_are_not_of_the_text_are_left_out(form: Form) -> None:
    wrong = replace(segment(words=("别", "的")), edits=(), text=SPOKEN)

    [run] = runs(wrong, (), form)
    assert [(piece.text, piece.at) for piece in run.pieces] == [(SPOKEN, None)]


@pytest.mark.parametrize("form", list(Form))
def test_a_line_without_words_is_shown_whole(form: Form) -> None:
    found = runs(segment(words=()), (), form)

    assert all(piece.at is None for run in found for piece in run.pieces)


def test_a_line_of_nothing_has_no_pieces() -> None:
    assert runs(says(AGENT, 0, 1, ""), (), Form.WRITTEN) == ()


def test_what_stands_between_words_belongs_to_none() -> None:
    line = replace(
        says(AGENT, 0, 2, "to be"),
        words=(Word("to", Span(0, 1), None), Word("be", Span(1, 2), None)),
    )

    [run] = runs(line, (), Form.RAW)
    assert [(piece.text, piece.at) for piece in run.pieces] == [("to", 0), (" ", None), ("be", 1)]
