from collections.abc import Sequence
from dataclasses import replace

import pytest

from fakes import AGENT, CUSTOMER, SYSTEM, UNKNOWN, call, says
from huiting.core.types import (
    Call,
    Event,
    EventLabel,
    EventSource,
    Party,
    Region,
    Role,
    RoleSource,
    Segment,
    Span,
)
from huiting.quality.derived import Limits, attributed, derived, in_time
from huiting.quality.metrics import measure


def events(whole: Call, limits: Limits | None = None) -> tuple[Event, ...]:
    return derived(whole, measure(whole), limits or Limits())


def found(whole: Call) -> list[tuple[str, str | None]]:
    return [(e.label.value, e.role and e.role.value) for e in events(whole)]


def pause(before: Segment, after: Role = CUSTOMER) -> list[tuple[str, str | None]]:
    """Return what is made of five seconds between `before` and the next words."""
    end = before.span.end + 5
    return found(call(before, says(after, end, end + 1, "好")))


@pytest.mark.parametrize(
    ("who", "said", "expected"),
    [
        pytest.param(CUSTOMER, "我要退货", "agent", id="after the customer the agent"),
        pytest.param(CUSTOMER, "请等一下，我找找订单", "customer", id="who asked for time"),
        pytest.param(AGENT, "请问您的订单号是多少？", "customer", id="who was asked"),
        pytest.param(AGENT, "麻烦您报一下手机号", "customer", id="who was asked to tell"),
        pytest.param(AGENT, "May I have your name", "customer", id="asked in English"),
        pytest.param(AGENT, "お名前を教えてください", "customer", id="asked in Japanese"),
        pytest.param(AGENT, "我帮您看看这个订单", "agent", id="who serves and says no more"),
        pytest.param(SYSTEM, "欢迎致电", "system", id="a menu"),
        pytest.param(UNKNOWN, "我要退货", None, id="nobody knows who is who"),
    ],
)
def test_who_was_expected_to_speak(who: Role, said: str, expected: str | None) -> None:
    assert pause(says(who, 1, 3, said)) == [("silence", expected)]


def test_an_announced_silence_is_a_hold() -> None:
    assert pause(says(AGENT, 1, 3, "请稍等，我查一下")) == [("hold", "agent")]


def test_a_silence_says_how_long_it_is_and_that_it_is_derived() -> None:
    [event] = events(call(says(AGENT, 1, 3, "好"), says(CUSTOMER, 9.2, 10)))

    assert event.span == Span(3, 9.2)
    assert event.value == pytest.approx(6.2)
    assert (event.source, event.channel, event.score) == (EventSource.DERIVED, None, None)


def test_a_short_pause_and_the_ends_of_the_call_are_no_silence() -> None:
    assert found(call(says(AGENT, 10, 12), says(CUSTOMER, 14, 15))) == []


def test_where_silence_begins_can_be_set() -> None:
    whole = call(says(AGENT, 1, 3), says(CUSTOMER, 5, 6))

    assert [e.label for e in events(whole, Limits(silence_from=1.5))] == [EventLabel.SILENCE]


def test_a_question_long_before_the_end_does_not_count() -> None:
    said = "请问是什么问题？" + "我这边帮您把这个订单的情况都登记好" * 3

    assert pause(says(AGENT, 1, 3, said)) == [("silence", "agent")]


def test_an_interruption_is_cross_talk_too() -> None:
    whole = call(says(CUSTOMER, 1, 5, "我上周买的耳机"), says(AGENT, 4, 8, "您先听我说完好吧"))

    assert found(whole) == [("crosstalk", "agent"), ("interruption", "agent")]
    assert [e.value for e in events(whole)] == [1.0, 1.0]


def test_a_word_of_listening_is_cross_talk_only() -> None:
    assert found(call(says(CUSTOMER, 1, 5, "我上周买的耳机"), says(AGENT, 3, 3.5, "嗯"))) == [
        ("crosstalk", "agent")
    ]


def test_a_moment_together_is_how_turns_change() -> None:
    assert found(call(says(CUSTOMER, 1, 5), says(AGENT, 4.8, 8))) == []


def test_speech_without_words_is_no_cross_talk() -> None:
    regions = [Region(1, None, Span(1, 5)), Region(0, None, Span(3, 4))]
    parties = (
        Party(0, None, AGENT, RoleSource.GIVEN),
        Party(1, None, CUSTOMER, RoleSource.GIVEN),
    )
    babble = replace(call(says(AGENT, 3, 4, "您好")), regions=tuple(regions), parties=parties)
    without_text = replace(babble, segments=())

    assert found(babble) == []
    assert found(without_text) == [("crosstalk", "agent")]


def voice(levels: Sequence[float | None], *, length: float = 1.0) -> Call:
    return call(
        *(
            says(CUSTOMER, 2.0 * i, 2.0 * i + length, "我要退货", loudness=level)
            for i, level in enumerate(levels)
        )
    )


@pytest.mark.parametrize(
    ("levels", "jumps"),
    [
        pytest.param([-30, -31, -30, -20, -30], [10], id="shouts once"),
        pytest.param([-30, -30, -40, -30, -30], [], id="comes back from a murmur"),
        pytest.param([-30, -27, -24, -21, -18], [], id="grows louder step by step"),
        pytest.param([-20, -32, -20, -32, -20, -31], [], id="is uneven all the time"),
        pytest.param([-30, None, -30, -22], [8], id="one not measured"),
        pytest.param([float("-inf"), -30], [], id="after digital silence"),
        pytest.param([], [], id="says nothing"),
    ],
)
def test_a_loudness_jump_stands_out_from_the_voice_itself(
    levels: list[float | None], jumps: list[float]
) -> None:
    found = [e for e in events(voice(levels)) if e.label is EventLabel.LOUDNESS_JUMP]

    assert [e.value for e in found] == jumps
    assert all(e.role is CUSTOMER and e.channel == 1 for e in found)


def test_a_moment_is_too_short_to_be_loud() -> None:
    assert [e.label for e in events(voice([-30, -30, -10], length=0.3))] == []


def paced(*per_minute: float) -> Call:
    return call(
        *(
            says(AGENT, 4.0 * i, 4.0 * i + 3, "话" * round(rate / 20))
            for i, rate in enumerate(per_minute)
        ),
        duration=60,
    )


@pytest.mark.parametrize(
    ("rates", "spikes"),
    [
        pytest.param([240, 260, 240, 260, 400], [400], id="rushes once"),
        pytest.param([240, 260, 240, 260, 300], [], id="a little faster"),
        pytest.param([120, 240, 360, 480, 500], [], id="has no usual rate"),
        pytest.param([240, 240, 400], [], id="too few to know"),
    ],
)
def test_a_rate_spike_stands_out_from_the_voice_itself(
    rates: list[float], spikes: list[float]
) -> None:
    found = [e for e in events(paced(*rates)) if e.label is EventLabel.RATE_SPIKE]

    assert [e.value for e in found] == pytest.approx(spikes)


def test_metrics_without_rates_give_no_spikes() -> None:
    whole = paced(240, 240, 240, 240, 480)

    assert derived(whole, replace(measure(whole), rates=())) == ()


def heard(
    label: EventLabel, start: float, end: float, *, score: float | None = None, channel: int = 0
) -> Event:
    return Event(label, Span(start, end), EventSource.MODEL, channel=channel, score=score)


def test_the_same_event_twice_is_one() -> None:
    one = heard(EventLabel.LAUGHTER, 1, 3, score=0.5)
    other = replace(heard(EventLabel.LAUGHTER, 2, 4, score=0.8), source=EventSource.ENGINE)

    assert in_time([other, one]) == (replace(other, span=Span(1, 4)),)


def test_a_score_is_better_than_none() -> None:
    [merged] = in_time([heard(EventLabel.MUSIC, 1, 3, score=0.1), heard(EventLabel.MUSIC, 2, 3)])

    assert merged.score == 0.1


def test_other_events_stay_apart_and_in_order() -> None:
    apart = [
        heard(EventLabel.COUGH, 5, 6),
        heard(EventLabel.MUSIC, 1, 3),
        heard(EventLabel.MUSIC, 1, 3, channel=1),
        heard(EventLabel.MUSIC, 3, 4),
    ]

    assert in_time(apart) == (apart[1], apart[2], apart[3], apart[0])


def test_a_laugh_has_the_role_of_its_channel() -> None:
    laugh, music = heard(EventLabel.LAUGHTER, 1, 2, channel=1), heard(EventLabel.MUSIC, 3, 9)
    whole = replace(call(says(AGENT, 1, 2), says(CUSTOMER, 3, 4)), events=(laugh, music))

    assert [e.role for e in attributed(whole)] == [CUSTOMER, None]


@pytest.mark.parametrize(
    ("at", "role"),
    [(1.5, AGENT), (4.2, CUSTOMER), (20, None)],
    ids=["while the agent speaks", "after the customer", "far from anybody"],
)
def test_on_a_shared_channel_it_is_of_whoever_speaks_there(at: float, role: Role | None) -> None:
    segments = (
        says(AGENT, 1, 2, channel=0, speaker=0),
        says(CUSTOMER, 3, 4, channel=0, speaker=1),
    )
    whole = replace(call(*segments), events=(heard(EventLabel.COUGH, at, at + 0.3),))

    assert attributed(whole)[0].role is role


def test_a_cough_on_a_channel_without_parties_is_of_nobody_known() -> None:
    whole = replace(call(), events=(heard(EventLabel.COUGH, 1, 2),))

    assert attributed(whole)[0].role is None
