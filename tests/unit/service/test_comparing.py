from dataclasses import dataclass, field, replace

import pytest

from fakes import AGENT, CUSTOMER, analysis, call, evenly, says
from huiting.core.errors import EngineError
from huiting.core.types import Condition, ConditionKind, Segment, Span
from huiting.service.comparing import Comparing, Hearing, Line, Sample, text_in
from huiting.text.error_rate import ErrorRate, Unit


def spoken(text: str, start: float = 0.0, end: float = 4.0, *, language: str = "zh") -> Segment:
    return says(CUSTOMER, start, end, text, words=evenly(text, start, end), language=language)


@dataclass
class Ear:
    """Hears what it was made with."""

    segments: tuple[Segment, ...]
    deaf: str = ""
    conditions: tuple[Condition, ...] = ()
    asked: list[str] = field(default_factory=list)

    def __call__(self, sample: Sample) -> Hearing:
        self.asked.append(sample.name)
        if sample.name == self.deaf:
            raise EngineError("engine", "it failed", "try again")
        heard = call(*self.segments, duration=10.0)
        return Hearing(analysis(replace(heard, conditions=self.conditions)), 2.0)


SAID = Line("我要退货", Span(0.0, 4.0), 1, "zh")


def test_each_engine_is_measured_against_what_was_said() -> None:
    comparing = Comparing([Sample("a", (SAID,)), Sample("b", (SAID,))])
    comparing.hear("good", Ear((spoken("我要退货"),)))
    comparing.hear("bad", Ear((spoken("我要推货"),)))

    good, bad = comparing.result().rows

    assert good.rates == {Unit.CHARACTER: ErrorRate(0, 8)}
    assert bad.rates == {Unit.CHARACTER: ErrorRate(2, 8)}
    assert (bad.lines, bad.audio, bad.speech, bad.seconds, bad.speed) == (2, 20.0, 8.0, 4.0, 5.0)


def test_words_are_counted_where_the_language_has_them() -> None:
    said = Line("I want a refund", Span(0.0, 4.0), 1, "en")
    comparing = Comparing([Sample("a", (said,))])
    comparing.hear("bad", Ear((spoken("I want the refund", language="en"),)))

    assert comparing.result().rows[0].rates == {Unit.WORD: ErrorRate(1, 4)}


def test_examples_are_the_lines_that_differ_most_first() -> None:
    far = Line("请问今天几点发货", Span(5.0, 9.0), 1, "zh")
    comparing = Comparing([Sample("a", (SAID, far))])
    comparing.hear("good", Ear((spoken("我要退货"), spoken("请问今天几点发货", 5.0, 9.0))))
    comparing.hear("bad", Ear((spoken("我要推货"), spoken("今天点", 5.0, 9.0))))

    first, second = comparing.result().examples

    assert (first.said, first.heard["bad"], first.edits) == ("请问今天几点发货", "今天点", 5)
    assert second.heard == {"good": "我要退货", "bad": "我要推货"}
    assert len(comparing.result(examples=1).examples) == 1


def test_without_a_reference_engines_are_compared_with_each_other() -> None:
    comparing = Comparing([Sample("a")])
    comparing.hear("one", Ear((spoken("我要退货"),)))
    comparing.hear("other", Ear((spoken("我要推货吗"),)))

    found = comparing.result()

    assert not found.referenced
    assert [row.rates for row in found.rows] == [{}, {}]
    assert found.apart[("one", "other")] == ErrorRate(2, 4)
    assert found.apart[("other", "one")] == ErrorRate(2, 5)
    assert found.examples[0].said is None


def test_what_an_engine_cannot_hear_is_told_and_counts_for_nobody() -> None:
    samples = [Sample("a", (SAID,)), Sample("b", (SAID,))]
    comparing = Comparing(samples)
    comparing.hear("good", Ear((spoken("我要退货"),)))
    comparing.hear("deaf", Ear((spoken("我要退货"),), deaf="b"))

    good, deaf = comparing.result().rows

    assert [(f.name, f.reason) for f in deaf.failures] == [("b", "it failed")]
    assert (good.lines, deaf.lines) == (1, 1)


def test_calls_without_a_reference_are_left_out_where_others_have_one() -> None:
    comparing = Comparing([Sample("a", (SAID,)), Sample("b")])
    comparing.hear("bad", Ear((spoken("我要推货"),)))

    assert comparing.result().rows[0].lines == 1


def test_what_a_circuit_costs_is_told() -> None:
    conditions = (
        Condition(ConditionKind.HEARD_AGAIN, 1, 3.0), Condition(ConditionKind.FALLBACK, 1, 2.0),
    )  # fmt: skip
    comparing = Comparing([Sample("a")])
    row = comparing.hear("both", Ear((spoken("好"),), conditions=conditions))

    assert (row.again, row.elsewhere) == (3.0, 2.0)


def test_an_engine_that_heard_nothing_has_no_speed() -> None:
    comparing = Comparing([Sample("a")])

    assert comparing.hear("deaf", Ear((), deaf="a")).speed is None


def test_whoever_waits_is_told_which_call_is_heard() -> None:
    told: list[str] = []
    Comparing([Sample("a"), Sample("b")]).hear("one", Ear(()), told.append)

    assert told == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        pytest.param(Line("", Span(0.0, 4.0), 1), "我要退货", id="all words of a segment"),
        pytest.param(Line("", Span(0.0, 2.0), 1), "我要", id="words whose middle is inside"),
        pytest.param(Line("", Span(4.0, 6.0), 1), "", id="nothing there"),
        pytest.param(Line("", Span(0.0, 4.0), 0), "您好", id="another channel, without times"),
        pytest.param(Line("", Span(2.0, 4.0), 0), "", id="a segment without times elsewhere"),
        pytest.param(Line(""), "您好 我要退货", id="a whole call"),
    ],
)
def test_what_was_heard_in_a_stretch_is_found_by_time(line: Line, heard: str) -> None:
    assert text_in([says(AGENT, 0.0, 1.0, "您好"), spoken("我要退货")], line) == heard


def test_a_language_is_that_of_most_lines_when_the_reference_says_none() -> None:
    comparing = Comparing([Sample("a", (Line("我要退货 now"),))])
    comparing.hear("none", Ear((replace(spoken("我要退货 now"), language=None),)))

    assert comparing.result().rows[0].rates == {Unit.MIXED: ErrorRate(0, 5)}
