from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import AGENT, evenly, says
from huiting.core.rewrite import Change, offsets, rewrite, written_words
from huiting.core.types import Edit, Segment, Span, Word, apply


def spoken(text: str) -> Segment:
    """Return a segment with a word a character, a second each."""
    return says(AGENT, 0, max(1, len(text)), text, words=evenly(text, 0, len(text)) if text else ())


def test_a_change_becomes_an_edit_of_its_stage() -> None:
    found = rewrite(spoken("一共三百元"), [Change(2, 4, "300", 0.5)], "itn")

    assert found.text == "一共300元"
    assert found.edits == (Edit(2, 4, "300", ("itn",), 0.5),)


def test_the_spoken_text_stays() -> None:
    assert rewrite(spoken("三百"), [Change(0, 2, "300")], "itn").spoken == "三百"


def test_changes_may_come_in_any_order() -> None:
    changes = [Change(2, 3, "c"), Change(0, 1, "a")]

    assert rewrite(spoken("甲乙丙"), changes, "s").text == "a乙c"


def test_a_change_that_changes_nothing_is_dropped() -> None:
    segment = spoken("您好")

    assert rewrite(segment, [Change(0, 2, "您好"), Change(1, 1, "")], "s") == segment


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([Change(0, 2, "x"), Change(1, 3, "y")], id="overlapping"),
        pytest.param([Change(0, 3, "x"), Change(1, 1, "y")], id="inserting into another"),
        pytest.param([Change(2, 9, "x")], id="past the end"),
        pytest.param([Change(7, 9, "")], id="after the end"),
        pytest.param([Change(-1, 1, "x")], id="before the start"),
        pytest.param([Change(2, 1, "x")], id="backwards"),
        pytest.param([Change(9, 9, "")], id="nothing, nowhere"),
    ],
)
def test_changes_are_refused(changes: list[Change]) -> None:
    with pytest.raises(ValueError, match="apart and inside the text"):
        rewrite(spoken("甲乙丙"), changes, "s")


def test_a_change_of_what_was_changed_is_one_edit_of_both_stages() -> None:
    first = rewrite(spoken("三百元整"), [Change(0, 2, "300", 0.9)], "itn")
    found = rewrite(first, [Change(2, 4, "0块", 0.4)], "hotword")

    assert found.text == "300块整"
    assert found.edits == (Edit(0, 3, "300块", ("itn", "hotword"), 0.4),)


def test_a_score_is_that_of_the_least_sure_and_none_without_any() -> None:
    first = rewrite(spoken("三百"), [Change(0, 2, "300", 0.3)], "itn")

    assert rewrite(first, [Change(0, 3, "400")], "hotword").edits[0].score == 0.3
    assert rewrite(spoken("三"), [Change(0, 1, "3")], "itn").edits[0].score is None


def test_a_stage_that_touches_its_own_edit_is_named_once() -> None:
    first = rewrite(spoken("三百"), [Change(0, 2, "300")], "itn")

    assert rewrite(first, [Change(0, 3, "400")], "itn").edits[0].stages == ("itn",)


def test_a_change_back_to_the_spoken_text_leaves_no_edit() -> None:
    first = rewrite(spoken("三百元"), [Change(0, 2, "300")], "itn")

    assert rewrite(first, [Change(0, 3, "三百")], "fixed terms").edits == ()


def test_neighbours_that_only_touch_stay_apart() -> None:
    first = rewrite(spoken("三百元"), [Change(0, 2, "300")], "itn")
    found = rewrite(first, [Change(3, 4, "块")], "hotword")

    assert found.edits == (Edit(0, 2, "300", ("itn",)), Edit(2, 3, "块", ("hotword",)))


def test_an_insertion_beside_an_edit_joins_it() -> None:
    first = rewrite(spoken("三百"), [Change(0, 2, "300")], "itn")
    found = rewrite(first, [Change(3, 3, "。")], "punctuation")

    assert found.edits == (Edit(0, 2, "300。", ("itn", "punctuation")),)


def test_two_insertions_at_one_place_keep_their_order() -> None:
    found = rewrite(spoken("甲乙"), [Change(1, 1, "，"), Change(1, 1, "“")], "punctuation")

    assert found.text == "甲，“乙"


def test_an_edit_beside_a_deletion_knows_what_was_deleted() -> None:
    first = rewrite(spoken("嗯嗯三百元"), [Change(0, 2, "")], "filler")
    found = rewrite(first, [Change(0, 2, "300")], "itn")

    assert found.edits == (Edit(0, 4, "300", ("filler", "itn")),)


def times(segment: Segment) -> list[tuple[str, float, float]]:
    return [(w.text, w.span.start, w.span.end) for w in written_words(segment)]


def test_without_word_times_there_are_no_written_words() -> None:
    assert written_words(says(AGENT, 0, 1, "您好")) == ()


def test_unchanged_words_keep_their_time() -> None:
    assert times(spoken("您好")) == [("您", 0, 1), ("好", 1, 2)]


def test_words_that_became_one_figure_are_one_word() -> None:
    found = rewrite(spoken("共三百元"), [Change(1, 3, "300")], "itn")

    assert times(found) == [("共", 0, 1), ("300", 1, 3), ("元", 3, 4)]


def test_a_word_of_several_is_as_sure_as_the_least() -> None:
    words = (Word("三", Span(0, 1), 0.9), Word("百", Span(1, 2), 0.4), Word("元", Span(2, 3), None))
    found = rewrite(says(AGENT, 0, 3, "三百元", words=words), [Change(0, 2, "300")], "itn")

    assert [w.confidence for w in written_words(found)] == [0.4, None]


def test_punctuation_joins_the_word_before_it() -> None:
    found = rewrite(spoken("您好请讲"), [Change(2, 2, "，"), Change(4, 4, "。")], "punctuation")

    assert times(found) == [("您", 0, 1), ("好，", 1, 2), ("请", 2, 3), ("讲。", 3, 4)]


def test_what_is_put_before_the_first_word_joins_it() -> None:
    assert times(rewrite(spoken("您"), [Change(0, 0, "“")], "punctuation")) == [("“您", 0, 1)]


def test_a_deleted_word_has_no_written_word() -> None:
    assert times(rewrite(spoken("嗯您"), [Change(0, 1, "")], "filler")) == [("您", 1, 2)]


def test_words_linked_by_overlapping_edits_are_one() -> None:
    words = (Word("ab", Span(0, 1), 0.9), Word("cd", Span(1, 2), 0.9), Word("ef", Span(2, 3), 0.9))
    found = rewrite(
        says(AGENT, 0, 3, "abcdef", words=words), [Change(1, 3, "X"), Change(3, 5, "Y")], "s"
    )

    assert times(found) == [("aXYf", 0, 3)]


def test_spaces_between_words_belong_to_none() -> None:
    words = (Word("Hi", Span(0, 1), None), Word("Ann", Span(2, 3), None))
    found = rewrite(says(AGENT, 0, 3, "Hi  Ann", words=words), [Change(2, 4, ", ")], "s")

    assert times(found) == [("Hi,", 0, 1), ("Ann", 2, 3)]


def test_offsets_find_each_word_after_the_one_before() -> None:
    assert offsets(spoken("好好好")) == [(0, 1), (1, 2), (2, 3)]


def test_a_word_that_the_text_does_not_have_is_an_error() -> None:
    with pytest.raises(ValueError, match="substring not found"):
        offsets(says(AGENT, 0, 1, "您好", words=[Word("再", Span(0, 1), None)]))


letters = st.text("甲乙丙丁a ", max_size=10)


@st.composite
def stages(draw: st.DrawFn) -> tuple[Segment, list[tuple[list[Change], str]]]:
    """Draw a segment, and several stages of changes that each fit the text they then see."""
    segment = spoken(draw(letters))
    made = []
    text = segment.text
    for number in range(draw(st.integers(1, 4))):
        places = draw(st.lists(st.integers(0, len(text)), max_size=8).map(sorted))
        changes = [
            Change(start, end, draw(st.text("甲乙xy，", max_size=3)))
            for start, end in zip(places[::2], places[1::2], strict=False)
        ]
        made.append((changes, f"stage {number}"))
        text = said_again(text, changes)
    return segment, made


def said_again(text: str, changes: list[Change]) -> str:
    """Apply changes in the plainest way there is."""
    for change in reversed(changes):
        text = text[: change.start] + change.text + text[change.end :]
    return text


def through(segment: Segment, made: list[tuple[list[Change], str]]) -> Segment:
    for changes, stage in made:
        segment = rewrite(segment, changes, stage)
    return segment


@given(stages())
def test_any_stages_give_the_text_that_plain_replacement_gives(
    drawn: tuple[Segment, list[tuple[list[Change], str]]],
) -> None:
    segment, made = drawn
    text = segment.text
    for changes, _ in made:
        text = said_again(text, changes)
    found = through(segment, made)

    assert found.text == text
    assert apply(segment.spoken, found.edits) == text


@given(stages())
def test_edits_are_in_order_apart_and_change_something(
    drawn: tuple[Segment, list[tuple[list[Change], str]]],
) -> None:
    found = through(*drawn)

    assert all(a.end <= b.start for a, b in pairwise(found.edits))
    assert all((a.start, a.end) < (b.start, b.end) for a, b in pairwise(found.edits))
    assert all(found.spoken[e.start : e.end] != e.written for e in found.edits)
    assert all(e.stages and len(set(e.stages)) == len(e.stages) for e in found.edits)


@given(stages())
def test_characters_outside_all_edits_were_never_changed(
    drawn: tuple[Segment, list[tuple[list[Change], str]]],
) -> None:
    segment, made = drawn
    found = through(segment, made)
    marked = "".join(
        c if not any(e.start <= i < e.end for e in found.edits) else ""
        for i, c in enumerate(found.spoken)
    )
    written = found.text
    for edit in found.edits:
        assert edit.written in found.text
    assert len(written) == len(marked) + sum(len(e.written) for e in found.edits)


@given(stages())
def test_written_words_are_the_whole_text_in_order_of_time(
    drawn: tuple[Segment, list[tuple[list[Change], str]]],
) -> None:
    found = through(*drawn)
    words = written_words(found)

    if found.words:
        assert "".join(w.text for w in words).replace(" ", "") == found.text.replace(" ", "")
    assert all(a.span.end <= b.span.start for a, b in pairwise(words))


@given(stages())
def test_a_written_word_lasts_as_long_as_what_it_was_heard_as(
    drawn: tuple[Segment, list[tuple[list[Change], str]]],
) -> None:
    found = through(*drawn)
    untouched = [
        i
        for i in range(len(found.spoken))
        if not any(e.start <= i + 1 and i <= e.end for e in found.edits) and found.spoken[i] != " "
    ]
    spans = {word.span: word.text for word in written_words(found)}

    for i in untouched:
        assert spans[Span(i, i + 1)] == found.spoken[i]


@given(letters, letters)
def test_one_change_of_everything_is_one_edit(before: str, after: str) -> None:
    found = rewrite(spoken(before), [Change(0, len(before), after)], "s")

    assert found.edits == ((Edit(0, len(before), after, ("s",)),) if before != after else ())


@given(stages())
def test_a_stage_run_on_its_own_result_with_nothing_to_do_changes_nothing(
    drawn: tuple[Segment, list[tuple[list[Change], str]]],
) -> None:
    found = through(*drawn)

    assert rewrite(found, [], "again") == found
    assert replace(found) == found
