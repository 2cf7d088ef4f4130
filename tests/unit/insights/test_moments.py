"""What comes before an outburst."""

import random

import pytest

from cases import AGENT, ANGRY, CUSTOMER, NEUTRAL, SAD, case, line, waits
from huiting.core.metrics import Overlap
from huiting.core.types import Event, EventLabel, EventSource, Span
from huiting.insights.case import Case
from huiting.insights.moments import before_outbursts, looks, outbursts_after
from huiting.insights.rates import Rate


def call(name: str, *moments: tuple[float, bool]) -> Case:
    """Return a call whose customer speaks every 20 s, after a silence and angry or not."""
    lines, silences = [], []
    for n, (quiet, angry) in enumerate(moments, 1):
        start = 20.0 * n
        lines.append(line(AGENT, start - 8, start - 7))
        lines.append(line(CUSTOMER, start - 6, start - quiet, "嗯", NEUTRAL, 0.1))
        lines.append(line(CUSTOMER, start, start + 2, f"话{n}", ANGRY if angry else NEUTRAL))
        silences += [waits(start - quiet, start)] if quiet else []
    return case(name, *lines, silences=silences, duration=200)


def test_each_outburst_is_a_moment_to_listen_to() -> None:
    found = outbursts_after([call("a", (2, True), (0.5, False)), call("b", (0.5, True))])

    assert found.after == Rate(1, 2)
    assert found.elsewhere.of == 4
    assert found.calls == 2
    first, second = found.moments
    assert (first.call, first.agent, first.span, first.quote) == ("a", "8001", Span(20, 22), "话1")
    assert (first.silence, first.follows) == (2, True)
    assert (second.silence, second.follows) == (0.5, False)


def test_a_share_that_was_planted_is_found_within_its_interval() -> None:
    chance = random.Random(5)
    cases = []
    for n in range(400):
        moments = [(2.0 if chance.random() < 0.3 else 0.5, False) for _ in range(4)]
        if chance.random() < 0.5:
            moments.append((2.0 if chance.random() < 0.73 else 0.5, True))
        cases.append(call(f"c{n}", *moments))
    found = outbursts_after(cases, 1.2)

    assert found.interval is not None
    assert found.interval.low < 0.73 < found.interval.high
    assert found.difference is not None
    assert found.difference.p is not None
    assert found.difference.p < 1e-6
    assert sum(moment.follows for moment in found.moments) == found.after.count


@pytest.mark.parametrize(
    ("silence", "follows"),
    [
        pytest.param(waits(15, 19.9), True, id="the agent owes an answer"),
        pytest.param(waits(15, 20.2), True, id="it ends a little after the line begins"),
        pytest.param(waits(15, 19.9, AGENT), False, id="the customer owes it"),
        pytest.param(waits(15, 19.9, AGENT, announced=True), True, id="the agent asked to wait"),
        pytest.param(waits(2, 8), False, id="too long ago"),
        pytest.param(waits(18.9, 20), False, id="too short"),
        pytest.param(waits(21, 25), False, id="after it"),
    ],
)
def test_which_silences_come_before(silence: object, follows: bool) -> None:  # noqa: FBT001
    angry = line(CUSTOMER, 20, 22, emotion=ANGRY)
    found = outbursts_after([case("c", angry, silences=[silence])])  # type: ignore[list-item]

    assert found.moments[0].follows is follows


def test_anger_that_goes_on_is_one_outburst() -> None:
    angry = [line(CUSTOMER, 10.0 * n, 10.0 * n + 2, emotion=ANGRY) for n in range(1, 4)]
    calm = line(CUSTOMER, 40, 42, emotion=NEUTRAL)
    again = line(CUSTOMER, 50, 52, emotion=ANGRY)
    found = outbursts_after([case("c", *angry, calm, again)])

    assert [moment.span.start for moment in found.moments] == [10, 50]
    assert found.elsewhere == Rate(0, 1)


def test_calls_in_which_nobody_listened_for_emotion_say_nothing() -> None:
    found = outbursts_after([case("c", line(CUSTOMER, 1, 2))])

    assert (found.calls, found.after, found.interval, found.difference) == (
        0,
        Rate(0, 0),
        None,
        None,
    )


def test_other_feelings_may_be_asked_for() -> None:
    sad = case("c", line(CUSTOMER, 20, 21, emotion=SAD), silences=[waits(15, 20)])

    assert outbursts_after([sad], label=SAD).after == Rate(1, 1)
    assert outbursts_after([sad]).after == Rate(0, 0)


def test_circumstances_before_outbursts_are_tested_together() -> None:
    chance = random.Random(9)
    cases = []
    for n in range(200):
        quiet = chance.random() < 0.4
        angry = chance.random() < (0.7 if quiet else 0.2)
        cases.append(call(f"c{n}", (2 if quiet else 0.5, angry), (0.5, False)))
    found = before_outbursts(cases)

    assert found[0].circumstance == "agent silence > 1.2 s"
    assert found[0].q < 0.001
    assert found[0].before.count == len(found[0].calls)
    assert all(p.q > 0.05 for p in found[1:])


def test_words_and_interruptions_come_before_too() -> None:
    said = case(
        "c",
        line(AGENT, 10, 12, "这个我不清楚"),
        line(CUSTOMER, 15, 16, "什么", ANGRY),
        line(CUSTOMER, 40, 41, "嗯", NEUTRAL),
        overlaps=[Overlap(Span(13, 14), CUSTOMER, AGENT, interruption=True)],
    )
    asked = looks(words=["不清楚", "稍等"])
    tells = {name: look(said) for name, look in asked.items()}
    angry, calm = said.dialogue.lines[1:]

    assert {name for name, tell in tells.items() if tell(angry)} == {
        "agent interrupts",
        "agent says “不清楚”",
    }
    assert not any(tell(calm) for tell in tells.values())


def test_interruptions_are_read_from_events_where_no_overlap_is_listed() -> None:
    angry = case("c", line(CUSTOMER, 15, 16, emotion=ANGRY))
    event = Event(EventLabel.INTERRUPTION, Span(13, 14), EventSource.DERIVED, role=AGENT)
    object.__setattr__(angry.dialogue, "events", (event,))

    assert looks()["agent interrupts"](angry)(angry.dialogue.lines[0])


def test_no_calls_show_nothing() -> None:
    assert before_outbursts([]) == ()
