"""The desk: who is decoded next, and what waits when there is too much."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from huiting.core.types import Audio, Span
from huiting.live.asks import Ask
from huiting.live.desk import RELIEVED, STRAINED, Desk, Work


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def ask(
    number: int, kind: str = "partial", *, channel: int = 0, revision: int = 1, seconds: float = 2.0
) -> Ask:  # fmt: skip
    return Ask(
        number=number,
        channel=channel,
        start=0.0,
        audio=Audio(np.zeros(0, np.float32), 16_000),
        final=kind == "final",
        revision=revision,
        offsets=(0.0, 0.0),
        spans=(Span(0.0, 1.0), Span(2.0, 2.0 + seconds)),
        since=2.0,
        complete=kind != "partial",
    )


def taken(desk: Desk) -> Work:
    work = desk.take(0)
    assert work is not None
    return work


def order(desk: Desk) -> list[tuple[str, int]]:
    """Take all there is, one after the other."""
    found = []
    while (work := desk.take(0)) is not None:
        found.append((work.session, work.ask.number))
        desk.done(work)
    return found


def test_finals_come_first_the_oldest_first_then_drafts_then_partials() -> None:
    desk = Desk(Clock())
    desk.put("a", [ask(1)])
    desk.put("b", [ask(2, "draft")])
    desk.put("c", [ask(3, "final"), ask(4, "final")])
    desk.put("d", [ask(5, "final")])

    assert order(desk) == [("c", 3), ("c", 4), ("d", 5), ("b", 2), ("a", 1)]


def test_a_newer_partial_takes_the_place_of_an_older_one() -> None:
    desk = Desk(Clock())
    desk.put("a", [ask(1)])
    desk.put("b", [ask(2)])
    desk.put("a", [ask(1, revision=2)])
    first = taken(desk)

    assert (first.session, first.ask.revision) == ("a", 2)
    desk.done(first)
    assert order(desk) == [("b", 2)]


def test_a_final_makes_its_partial_needless() -> None:
    desk = Desk(Clock())
    desk.put("a", [ask(1), ask(2, channel=1), ask(1, "final", revision=2)])

    assert order(desk) == [("a", 1), ("a", 2)]
    desk.put("a", [ask(1, "final"), ask(2)])
    desk.put("a", [ask(1, "final", revision=2)])
    assert order(desk) == [("a", 1), ("a", 2)]


def test_a_channel_is_not_decoded_twice_at_once() -> None:
    desk = Desk(Clock())
    desk.put("a", [ask(1, "draft")])
    draft = taken(desk)
    desk.put("a", [ask(1, "final", revision=2), ask(2)])

    assert desk.take(0) is None
    desk.done(draft)
    assert order(desk) == [("a", 1), ("a", 2)]


def test_finals_of_one_channel_may_be_decoded_at_once() -> None:
    desk = Desk(Clock())
    desk.put("a", [ask(1, "final"), ask(2, "final")])

    assert [taken(desk).ask.number, taken(desk).ask.number] == [1, 2]


def test_when_finals_wait_too_long_nothing_else_is_given_out_until_they_do_not() -> None:
    clock = Clock()
    desk = Desk(clock)
    desk.put("a", [ask(1, "final")])
    clock.time = 1.0
    desk.put("b", [ask(2, "final")])
    assert not desk.strained
    clock.time = STRAINED + 0.1
    desk.put("c", [ask(3)])
    assert desk.strained
    first = taken(desk)
    assert desk.strained
    second = taken(desk)

    assert (first.ask.number, second.ask.number) == (1, 2)
    assert not desk.strained
    assert taken(desk).ask.number == 3
    desk.put("a", [ask(4, "final")])
    clock.time += RELIEVED + 0.1
    assert not desk.strained


def test_only_finals_while_it_is_strained() -> None:
    clock = Clock()
    desk = Desk(clock)
    desk.put("a", [ask(1, "final"), ask(1, "final"), ask(2, "final")])
    desk.put("b", [ask(3)])
    clock.time = STRAINED + 0.1
    busy = taken(desk)
    desk.put("a", [ask(1, "final", revision=3)])
    assert taken(desk).ask.number == 2
    clock.time *= 3

    assert desk.strained
    assert desk.take(0) is None
    desk.done(busy)
    assert order(desk) == [("a", 1), ("b", 3)]


def test_behind_is_the_speech_of_finals_that_is_not_decoded() -> None:
    desk = Desk(Clock())
    desk.put("a", [ask(1, "final", seconds=2), ask(2, "final", seconds=3), ask(3)])
    desk.put("b", [ask(4, "final", seconds=5)])
    work = taken(desk)

    assert desk.behind("a") == pytest.approx(5)
    assert desk.behind("b") == pytest.approx(5)
    desk.done(work)
    assert desk.behind("a") == pytest.approx(3)


def test_a_slow_machine_hears_a_segment_with_less_of_what_was_said_before() -> None:
    clock = Clock()
    desk = Desk(clock)
    whole = replace(
        ask(1, "final"),
        audio=Audio(np.arange(4 * 16_000, dtype=np.float32), 16_000),
        offsets=(0.5, 2.0),
        start=-0.5,
    )
    assert desk.speed is None
    desk.put("a", [whole])
    first = taken(desk)
    clock.time = 2.0
    desk.done(first)
    desk.put("a", [whole])
    second = taken(desk)
    desk.done(second)

    assert first.ask is whole
    assert desk.speed == pytest.approx(2.0)
    assert second.ask.spans == second.ask.own == whole.own
    assert second.ask.offsets == (0.25,)
    assert second.ask.start == pytest.approx(1.75)
    assert second.ask.audio.samples[0] == 1.75 * 16_000
    assert second.ask.clip.offsets[0] + second.ask.start == pytest.approx(2.0)


def test_a_fast_machine_hears_it_with_all() -> None:
    clock = Clock()
    desk = Desk(clock)
    whole = replace(
        ask(1, "final"), audio=Audio(np.zeros(4 * 16_000, np.float32), 16_000), offsets=(0.5, 2.0)
    )
    desk.put("a", [whole])
    first = taken(desk)
    clock.time = 0.4
    desk.done(first)
    desk.put("a", [whole, ask(2)])
    second = taken(desk)

    assert second.ask is whole
    desk.done(second)
    assert desk.speed == pytest.approx(10)


def test_how_fast_it_goes_changes_slowly() -> None:
    clock = Clock()
    desk = Desk(clock)
    long = replace(
        ask(1, "final"), audio=Audio(np.zeros(16_000, np.float32), 16_000), offsets=(0.0, 0.5)
    )
    for took in (0.1, 0.2):
        desk.put("a", [long])
        work = taken(desk)
        clock.time += took
        desk.done(work)

    assert desk.speed == pytest.approx(10 - 0.2 * 5)


def test_partials_tell_nothing_of_how_fast_it_goes_as_a_stream_has_heard_most_of_them() -> None:
    clock = Clock()
    desk = Desk(clock)
    desk.put("a", [replace(ask(1), audio=Audio(np.zeros(16_000, np.float32), 16_000))])
    work = taken(desk)
    clock.time = 0.1
    desk.done(work)

    assert desk.speed is None


def test_who_left_is_forgotten() -> None:
    desk = Desk(Clock())
    desk.put("a", [ask(1, "final"), ask(2)])
    desk.put("b", [ask(3, "final"), ask(4)])
    desk.leave("a")

    assert order(desk) == [("b", 3), ("b", 4)]


def test_who_waits_gets_what_comes() -> None:
    desk = Desk(Clock())
    found: list[Work | None] = []
    waiting = threading.Thread(target=lambda: found.append(desk.take(60)))
    waiting.start()
    desk.put("a", [ask(1)])
    waiting.join()

    assert [work.ask.number for work in found if work] == [1]


def test_a_closed_desk_lets_nobody_wait_but_gives_out_what_it_has() -> None:
    desk = Desk(Clock())
    desk.put("a", [ask(1, "final")])
    desk.close()

    assert taken(desk).ask.number == 1
    assert desk.take() is None
