"""What a recognizer heard becomes segments of the call, without what was said before."""

import numpy as np

from huiting.core.ports import Hypothesis
from huiting.core.types import Audio, Span, Word
from huiting.live.asks import Ask
from huiting.live.hearing import segments_of


def asked(*spans: Span, since: float) -> Ask:
    length = sum(span.duration for span in spans)
    offsets = [sum(s.duration for s in spans[:n]) for n in range(len(spans))]
    return Ask(
        number=1,
        channel=1,
        start=spans[0].start,
        audio=Audio(np.zeros(round(length * 16_000), np.float32), 16_000),
        final=True,
        revision=1,
        spans=spans,
        offsets=tuple(offsets),
        since=since,
        complete=True,
    )


def words(*said: tuple[str, float, float]) -> Hypothesis:
    return Hypothesis(
        "".join(text for text, _, _ in said),
        tuple(Word(text, Span(start, end), 0.9) for text, start, end in said),
        language="zh",
        confidence=0.9,
    )


def test_words_before_the_segment_are_left_out() -> None:
    ask = asked(Span(10.0, 11.0), Span(20.0, 21.0), since=20.0)
    [segment] = segments_of(ask, words(("您好", 0.1, 0.6), ("退货", 1.2, 1.8)))

    assert segment.text == segment.spoken == "退货"
    assert segment.span == Span(20.0, 21.0)
    assert segment.channel == 1
    assert segment.language == "zh"
    assert segment.words[0].span.start == 20.2


def test_a_segment_without_words_of_its_own_is_nothing() -> None:
    ask = asked(Span(10.0, 11.0), Span(20.0, 21.0), since=20.0)

    assert segments_of(ask, words(("您好", 0.1, 0.6))) == ()


def test_a_short_pause_parts_it_from_what_was_said_before_and_nothing_else() -> None:
    ask = asked(Span(1.0, 2.0), Span(2.4, 3.4), Span(3.7, 4.7), since=2.4)
    heard = words(("您好", 0.1, 0.6), ("我要", 1.3, 1.6), ("退货", 2.4, 2.8))

    assert [s.text for s in segments_of(ask, heard)] == ["我要退货"]


def test_without_times_all_that_was_heard_is_told() -> None:
    ask = asked(Span(10.0, 11.0), Span(20.0, 21.0), since=20.0)
    [segment] = segments_of(ask, Hypothesis("退货"))

    assert (segment.text, segment.span) == ("退货", Span(20.0, 21.0))


def test_what_a_gate_refused_is_not_told() -> None:
    ask = asked(Span(1.0, 2.0), since=1.0)

    assert segments_of(ask, Hypothesis("", gate="no-speech")) == ()


def test_the_clip_of_an_ask_is_what_was_cut() -> None:
    ask = asked(Span(1.0, 2.0), Span(2.5, 3.0), since=2.5)

    assert ask.clip.spans == ask.spans
    assert ask.clip.offsets == (0.0, 1.0)
    assert ask.own == (Span(2.5, 3.0),)
